"""The first visitor makes the first organization; later ones may where the installation is open to everybody."""

from datetime import datetime

from django.conf import settings

from phakdi.flows.create_organization import Organization, Person, Shop, make_organization
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Forbidden, Invalid
from phakdi.kit.ids import new_id
from phakdi.platform.audit.core import Actor
from phakdi.platform.guides import operations as guides
from phakdi.platform.guides.core import Business, check_set_up_code
from phakdi.platform.guides.queries import is_empty
from phakdi.platform.staff.authentication import count_sign_up
from phakdi.platform.staff.queries import find_user

__all__ = ["Business", "Organization", "Person", "Shop", "add_organization", "sign_up_first", "sign_up_openly"]

VISITOR = Actor("visitor")


class SignUpClosed(Forbidden):
    """Nobody may make an organization here by themselves."""

    code = "sign_up_closed"


class EmailTaken(Conflict):
    """Somebody signs in with this e-mail already."""

    code = "email_taken"


def sign_up_first(*, shop: Shop, owner: Person, business: Business, code: str, now: datetime) -> Organization:
    """Create the installation's first organization with its owner, for whoever knows the code that the terminal shows.

    Of several who try at the same moment one gets in.

    Raises:
        WrongSetUpCode: this is not the code.
        SignUpClosed: there is an organization.
        Invalid: a field cannot be read, or the password is weak.
    """
    check_set_up_code(code, secret=settings.SECRET_KEY)
    organization_id = new_id()
    with organization_scope(organization_id):
        guides.let_one_in()
        if not is_empty():
            raise SignUpClosed("There is an organization already.")
        made = make_organization(organization_id, shop, _with_password(owner), now=now, actor=VISITOR)
        guides.keep_business(organization_id=organization_id, business=business)
    return made


def sign_up_openly(*, shop: Shop, owner: Person, business: Business, address: str, now: datetime) -> Organization:
    """Create another organization for anybody who asks, where the operator lets everybody in.

    Raises:
        SignUpClosed: the operator does not.
        TooManyTries: from this network address there came too many.
        EmailTaken: somebody signs in so; they ask the operator for another organization.
        Invalid, SlugTaken: nothing was created.
    """
    if not settings.OPEN_SIGN_UP:
        raise SignUpClosed("Only the operator creates organizations here.")
    count_sign_up(address=address, now=now)
    if find_user(email=owner.email) is not None:
        raise EmailTaken("Somebody signs in with this e-mail already.", field="email")
    organization_id = new_id()
    with organization_scope(organization_id):
        made = make_organization(organization_id, shop, _with_password(owner), now=now, actor=VISITOR)
        guides.keep_business(organization_id=organization_id, business=business)
    return made


def add_organization(*, shop: Shop, owner: Person, business: Business, now: datetime) -> Organization:
    """Create an organization with its owner, by the operator. Who signs in with this e-mail already keeps their password.

    Raises:
        Invalid, SlugTaken: nothing was created.
    """
    organization_id = new_id()
    with organization_scope(organization_id):
        made = make_organization(organization_id, shop, owner, now=now, actor=None)
        guides.keep_business(organization_id=organization_id, business=business)
    return made


def _with_password(owner: Person) -> Person:
    if not owner.password:
        raise Invalid("Choose a password.", code="password_weak", field="password", reasons=["password_too_short"])
    return owner
