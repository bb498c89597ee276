"""Let people work for an organization, say as what, and let them go."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from phakdi.flows.create_organization import Person
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Forbidden
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff import operations, queries
from phakdi.platform.staff.core import Role, check_grant, read_role, read_stores
from phakdi.platform.staff.models import StaffMember, User

__all__ = ["Person", "StaffMember", "add_staff", "change_staff", "dismiss_staff", "link_staff_to_member", "set_password"]


def add_staff(
    *,
    organization_id: UUID,
    person: Person,
    role: str,
    stores: Collection[str] = (),
    now: datetime,
    by: Role | None = None,
    actor: Actor | None = None,
) -> StaffMember:
    """Let somebody work for the organization, in ``stores`` (codes) or in all. ``by`` is the role of whoever decides.

    Who signs in for another organization already keeps their password and their name.

    Raises:
        RoleOutOfReach: whoever decides may not give this role.
        Invalid, StoresNeeded: a field cannot be read, or a cashier has no store.
        StaffTaken: they work here already.
    """
    wanted = read_role(role)
    check_grant(by, wanted)
    with organization_scope(organization_id):
        places = read_stores(wanted, stores, known=_codes(organization_id))
        user = operations.ensure_user(email=person.email, name=person.name, language=person.language, now=now)
        if person.password and not user.has_usable_password():
            operations.set_password(user=user, password=person.password)
        staff = operations.add_staff(organization_id=organization_id, user=user, role=wanted, stores=places, now=now)
        _note(organization_id, "staff.added", staff, now, actor)
    return staff


def change_staff(
    *,
    organization_id: UUID,
    staff_id: UUID,
    role: str,
    stores: Collection[str] = (),
    now: datetime,
    by: Role | None = None,
    actor: Actor | None = None,
) -> StaffMember:
    """Give somebody another role or other stores, and let them work here (again); it counts from their next call on.

    Raises:
        UnknownStaff, RoleOutOfReach, Invalid, StoresNeeded, LastOwner: nothing was changed.
    """
    wanted = read_role(role)
    with organization_scope(organization_id):
        before = queries.get_staff(organization_id=organization_id, staff_id=staff_id)
        check_grant(by, wanted, Role(before.role))
        places = read_stores(wanted, stores, known=_codes(organization_id))
        staff = operations.change_staff(
            organization_id=organization_id, staff_id=staff_id, role=wanted, stores=places, is_active=True
        )
        _note(organization_id, "staff.changed", staff, now, actor)
    return staff


def dismiss_staff(
    *, organization_id: UUID, staff_id: UUID, now: datetime, by: Role | None = None, actor: Actor | None = None
) -> StaffMember:
    """Let somebody work here no longer; it counts from their next call on. What they did stays theirs. Safe to repeat.

    Raises:
        UnknownStaff, RoleOutOfReach, LastOwner: nothing was changed.
    """
    with organization_scope(organization_id):
        before = queries.get_staff(organization_id=organization_id, staff_id=staff_id)
        role = Role(before.role)
        check_grant(by, role)
        staff = operations.change_staff(
            organization_id=organization_id, staff_id=staff_id, role=role, stores=before.stores, is_active=False
        )
        _note(organization_id, "staff.dismissed", staff, now, actor)
    return staff


def link_staff_to_member(
    *, organization_id: UUID, staff_id: UUID, member_id: UUID | None, now: datetime, actor: Actor | None = None
) -> StaffMember:
    """Note which member somebody of the staff is, so that they give nothing to themselves.

    Raises:
        UnknownStaff, UnknownMember: nothing was changed.
    """
    with organization_scope(organization_id):
        if member_id is not None:
            get_member(organization_id=organization_id, member_id=member_id)
        staff = operations.link_member(organization_id=organization_id, staff_id=staff_id, member_id=member_id)
        _note(organization_id, "staff.linked", staff, now, actor)
    return staff


def set_password(*, organization_id: UUID, user: User, password: str, now: datetime) -> None:
    """Let somebody who is signed in choose a new password.

    Raises:
        Invalid: it is weak.
        Forbidden: they do not work for the organization.
    """
    with organization_scope(organization_id):
        places = [place for place in queries.places_of(user_id=user.id) if place.organization_id == organization_id]
        if not places:
            raise Forbidden("You do not work here.", code="not_allowed")
        operations.set_password(user=user, password=password)
        subject = ("staff", str(places[0].staff_id))
        note(
            organization_id=organization_id,
            action="staff.password_changed",
            subject=subject,
            now=now,
            actor=Actor("staff", subject[1]),
        )


def _codes(organization_id: UUID) -> set[str]:
    return {store.code for store in stores_of(organization_id=organization_id)}


def _note(organization_id: UUID, action: str, staff: StaffMember, now: datetime, actor: Actor | None) -> None:
    data = {"role": staff.role, "stores": list(staff.stores)}
    note(organization_id=organization_id, action=action, subject=("staff", str(staff.id)), now=now, actor=actor, data=data)
