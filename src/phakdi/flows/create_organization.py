"""Make room for an organization, with somebody who owns it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations import facts, operations
from phakdi.platform.organizations.core import CURRENCY, LANGUAGE, TIME_ZONE
from phakdi.platform.organizations.models import Organization
from phakdi.platform.outbox.operations import publish
from phakdi.platform.staff import operations as staff
from phakdi.platform.staff.core import Role

__all__ = ["Organization", "Person", "Shop", "create_organization", "make_organization"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is to sign in. Without a password they cannot yet; who has one already keeps it."""

    email: str
    name: str
    password: str = ""
    language: str = "th"

    def __repr__(self) -> str:
        return f"Person({self.email})"


@dataclass(frozen=True, slots=True)
class Shop:
    """What an organization is called, and where it counts days and money."""

    slug: str
    name: str
    legal_name: str = ""
    time_zone: str = TIME_ZONE
    currency: str = CURRENCY
    language: str = LANGUAGE


def create_organization(
    *,
    slug: str,
    name: str,
    now: datetime,
    owner: Person | None = None,
    legal_name: str = "",
    time_zone: str = TIME_ZONE,
    currency: str = CURRENCY,
    language: str = LANGUAGE,
    actor: Actor | None = None,
) -> Organization:
    """Create an organization and return it; its owner signs in with the e-mail and password given.

    Raises:
        Invalid: a field cannot be read, or the password is weak.
        SlugTaken: another organization is called so.
    """
    organization_id = new_id()
    with organization_scope(organization_id):
        return make_organization(
            organization_id,
            Shop(slug, name, legal_name, time_zone, currency, language),
            owner,
            now=now,
            actor=actor,
        )


def make_organization(
    organization_id: UUID, shop: Shop, owner: Person | None, *, now: datetime, actor: Actor | None
) -> Organization:
    """Create the organization in a scope of its new id; see `create_organization`."""
    organization = operations.create_organization(
        organization_id=organization_id,
        slug=shop.slug,
        name=shop.name,
        now=now,
        legal_name=shop.legal_name,
        time_zone=shop.time_zone,
        currency=shop.currency,
        language=shop.language,
    )
    subject = ("organization", str(organization_id))
    note(organization_id=organization_id, action=facts.CREATED, subject=subject, now=now, actor=actor)
    publish(organization_id=organization_id, topic=facts.CREATED, at=now)
    if owner is not None:
        _add_owner(organization, owner, now, actor)
    return organization


def _add_owner(organization: Organization, owner: Person, now: datetime, actor: Actor | None) -> None:
    user = staff.ensure_user(email=owner.email, name=owner.name, language=owner.language, now=now)
    if owner.password and not user.has_usable_password():
        staff.set_password(user=user, password=owner.password)
    added = staff.add_staff(organization_id=organization.id, user=user, position=staff.Position(Role.OWNER), now=now)
    note(
        organization_id=organization.id,
        action="staff.added",
        subject=("staff", str(added.id)),
        now=now,
        actor=actor,
        data={"role": Role.OWNER.value},
    )
