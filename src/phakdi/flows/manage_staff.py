"""Let people work for an organization, say as what and where, and let them go."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from phakdi.flows.create_organization import Person
from phakdi.flows.organization_trail import note
from phakdi.flows.tell_staff import mail
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.thai.phones import normalize_phone
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff import operations, queries, sessions
from phakdi.platform.staff.core import LinkKind, Role, check_grant, read_areas, read_role, read_stores
from phakdi.platform.staff.models import Policy, StaffMember
from phakdi.platform.staff.operations import Position
from phakdi.platform.staff.sessions import INVITE_LIVES

__all__ = [
    "Person", "Rules", "StaffMember", "add_staff", "change_staff", "dismiss_staff", "invite", "invite_again", "link_staff_to_member", "set_rules",
]  # fmt: skip
LinkMaker = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What an organization demands of its people: see `Policy`."""

    second_factor: str = "NOBODY"
    adjust_alone_max: int = 5_000
    grants_a_day_max: int = 50


def add_staff(
    *,
    organization_id: UUID,
    person: Person,
    role: str,
    stores: Collection[str] = (),
    areas: Collection[str] = (),
    phone: str = "",
    now: datetime,
    by: Role | None = None,
    actor: Actor | None = None,
) -> StaffMember:
    """Let somebody work for the organization, in ``stores`` (codes), in all stores of ``areas``, or without both everywhere.

    ``by`` is the role of whoever decides. Who signs in for another organization already keeps their password and their name.

    Raises:
        RoleOutOfReach: whoever decides may not give this role.
        Invalid, StoresNeeded: a field cannot be read, or a cashier has no store.
        StaffTaken: they work here already.
    """
    wanted = read_role(role)
    check_grant(by, wanted)
    with organization_scope(organization_id):
        position = _position(organization_id, wanted, stores, areas, phone)
        user = operations.ensure_user(email=person.email, name=person.name, language=person.language, now=now)
        if person.password and not user.has_usable_password():
            operations.set_password(user=user, password=person.password)
        staff = operations.add_staff(organization_id=organization_id, user=user, position=position, now=now)
        _note(organization_id, "staff.added", staff, now, actor)
    return staff


def invite(*, organization_id: UUID, staff: StaffMember, link: LinkMaker, home: str, now: datetime) -> str:
    """Mail somebody that they can work here, and return the link by which they choose a password.

    Who has a password already gets no link, neither by mail nor here.
    """
    with organization_scope(organization_id):
        if staff.user.has_usable_password():
            mail(organization_id=organization_id, user=staff.user, template="staff_welcome", params={"link": home}, now=now)
            return ""
        address = link(sessions.new_link(user=staff.user, kind=LinkKind.INVITE, now=now))
        params = {"link": address, "days": INVITE_LIVES.days}
        mail(
            organization_id=organization_id, user=staff.user, template="staff_invited", params=params, now=now, lives=INVITE_LIVES
        )
    return address


def invite_again(
    *, organization_id: UUID, staff_id: UUID, link: LinkMaker, home: str, now: datetime, actor: Actor | None = None
) -> str:
    """Mail somebody the invitation again; the link before is void. Raises UnknownStaff."""
    with organization_scope(organization_id):
        staff = queries.get_staff(organization_id=organization_id, staff_id=staff_id)
        _note(organization_id, "staff.invited", staff, now, actor)
    return invite(organization_id=organization_id, staff=staff, link=link, home=home, now=now)


def change_staff(
    *,
    organization_id: UUID,
    staff_id: UUID,
    role: str,
    stores: Collection[str] = (),
    areas: Collection[str] = (),
    phone: str | None = None,
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
        position = _position(organization_id, wanted, stores, areas, before.phone if phone is None else phone)
        staff = operations.change_staff(organization_id=organization_id, staff_id=staff_id, position=position, is_active=True)
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
        position = Position(role, before.stores, before.areas, before.phone)
        staff = operations.change_staff(organization_id=organization_id, staff_id=staff_id, position=position, is_active=False)
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


def set_rules(*, organization_id: UUID, rules: Rules, now: datetime, actor: Actor | None = None) -> Policy:
    """Say what the organization demands of its people; it counts from their next page on. Raises Invalid."""
    with organization_scope(organization_id):
        policy = operations.set_policy(organization_id=organization_id, **asdict(rules))
        subject = ("organization", str(organization_id))
        note(
            organization_id=organization_id,
            action="staff.rules_changed",
            subject=subject,
            now=now,
            actor=actor,
            data=asdict(rules),
        )
    return policy


def _position(organization_id: UUID, role: Role, stores: Collection[str], areas: Collection[str], phone: str) -> Position:
    known = stores_of(organization_id=organization_id)
    read = read_areas(areas, known={store.area for store in known if store.area})
    chosen = read_stores(role, stores, known={store.code for store in known}, areas=read)
    return Position(role, chosen, read, normalize_phone(phone) if phone.strip() else "")


def _note(organization_id: UUID, action: str, staff: StaffMember, now: datetime, actor: Actor | None) -> None:
    data = {"role": staff.role, "stores": list(staff.stores), "areas": list(staff.areas)}
    note(organization_id=organization_id, action=action, subject=("staff", str(staff.id)), now=now, actor=actor, data=data)
