"""Every write of staff, inside the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict, Invalid, Rejected
from phakdi.platform.staff import queries
from phakdi.platform.staff.core import FactorPolicy, HeldBecause, HeldState, Role, read_email
from phakdi.platform.staff.models import HeldGrant, Policy, StaffMember, User

NUMBERS_END = 10**12


class StaffTaken(Conflict):
    """Somebody with this e-mail works for the organization already."""

    code = "staff_exists"


class LastOwner(Rejected):
    """An organization has at least one owner."""

    code = "last_owner"


@dataclass(frozen=True, slots=True)
class Position:
    """As what and where somebody works: in single stores, in all stores of areas, or without both everywhere."""

    role: Role
    stores: Collection[str] = ()
    areas: Collection[str] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Points that somebody wants to give (or take, below zero) by hand, and why."""

    member_id: UUID
    unit: str
    points: int
    reason: str
    key: str


@in_transaction
def ensure_user(*, email: str, name: str, now: datetime, language: str = "th", is_operator: bool = False) -> User:
    """Return who signs in with this e-mail, made now where nobody does; without a password nobody can sign in yet."""
    user = User(email=read_email(email), name=" ".join(name.split()), language=language, is_operator=is_operator, created_at=now)
    user.set_unusable_password()
    User.objects.bulk_create([user], ignore_conflicts=True)
    return User.objects.get(email=user.email)


@in_transaction
def set_password(*, user: User, password: str) -> None:
    """Give a user a new password.

    Raises:
        Invalid: it is too short, too common or too much like the name; ``details['reasons']`` has the codes.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons = [part.code or "" for part in error.error_list]
        raise Invalid("Choose another password.", code="password_weak", field="password", reasons=reasons) from error
    user.set_password(password)
    user.save(update_fields=["password"])


@in_transaction
def add_staff(*, organization_id: UUID, user: User, position: Position, now: datetime) -> StaffMember:
    """Let a user work for the organization; what ``position`` says is checked by the caller.

    Raises:
        StaffTaken: they do already.
    """
    staff = StaffMember(organization_id=organization_id, user=user, invited_at=now, **_columns(position))
    StaffMember.objects.bulk_create([staff], ignore_conflicts=True)
    kept = StaffMember.objects.get(organization_id=organization_id, user=user)
    if kept.id != staff.id:
        raise StaffTaken("This person works here already.", field="email", staff_id=str(kept.id))
    return staff


@in_transaction
def change_staff(*, organization_id: UUID, staff_id: UUID, position: Position, is_active: bool) -> StaffMember:
    """Write somebody's role, stores and whether they work here at present.

    Raises:
        UnknownStaff: nobody is known so.
        LastOwner: nobody would own the organization.
    """
    _lock_owners(organization_id)
    staff = queries.get_staff(organization_id=organization_id, staff_id=staff_id)
    stays_owner = position.role is Role.OWNER and is_active
    if (
        staff.role == Role.OWNER
        and staff.is_active
        and not stays_owner
        and queries.active_owners(organization_id=organization_id) == 1
    ):
        raise LastOwner("An organization has at least one owner.", staff_id=str(staff_id))
    columns = {**_columns(position), "is_active": is_active}
    for name, value in columns.items():
        setattr(staff, name, value)
    staff.save(update_fields=list(columns))
    return staff


@in_transaction
def set_policy(*, organization_id: UUID, second_factor: str, adjust_alone_max: int, grants_a_day_max: int) -> Policy:
    """Write what the organization demands of its people. Raises Invalid for a number below zero."""
    for field, value in (("adjust_alone_max", adjust_alone_max), ("grants_a_day_max", grants_a_day_max)):
        if not 0 <= value < NUMBERS_END:
            raise Invalid("Write a number from 0 on.", code="number_unreadable", field=field)
    policy, _ = Policy.objects.update_or_create(
        organization_id=organization_id,
        defaults={
            "second_factor": FactorPolicy(second_factor).value,
            "adjust_alone_max": adjust_alone_max,
            "grants_a_day_max": grants_a_day_max,
        },
    )
    return policy


@in_transaction
def relink_member(*, organization_id: UUID, member_id: UUID, to: UUID) -> list[UUID]:
    """Let staff whose own membership is ``member_id`` have ``to`` instead, and return who they are."""
    found = StaffMember.objects.filter(organization_id=organization_id, member_id=member_id)
    linked = list(found.values_list("id", flat=True))
    found.update(member_id=to)
    return linked


@in_transaction
def link_member(*, organization_id: UUID, staff_id: UUID, member_id: UUID | None) -> StaffMember:
    """Note which member somebody of the staff is, so that they give nothing to themselves. Raises UnknownStaff."""
    staff = queries.get_staff(organization_id=organization_id, staff_id=staff_id)
    staff.member_id = member_id
    staff.save(update_fields=["member_id"])
    return staff


@in_transaction
def unlink_members(*, organization_id: UUID, member_ids: Collection[UUID]) -> None:
    """Forget who of the staff these members are, and why points were given to them: a member who was forgotten is nobody's."""
    HeldGrant.objects.filter(organization_id=organization_id, member_id__in=member_ids).update(reason="")
    StaffMember.objects.filter(organization_id=organization_id, member_id__in=member_ids).update(member_id=None)


@in_transaction
def lock_grants(*, staff_id: UUID) -> None:
    """Let what one person moves by hand come one after the other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('staff_grants'), hashtext(%s))", [str(staff_id)])


@in_transaction
def note_grant(*, organization_id: UUID, staff_id: UUID, wanted: Wanted, why: HeldBecause | None, now: datetime) -> HeldGrant:
    """Note points that somebody moves by hand: at once, or, for a reason ``why``, once a second person agrees."""
    return HeldGrant.objects.create(
        organization_id=organization_id,
        member_id=wanted.member_id,
        unit=wanted.unit,
        points=wanted.points,
        reason=wanted.reason,
        key=wanted.key,
        why=why.value if why else "",
        state=(HeldState.WAITING if why else HeldState.ALONE).value,
        requested_by_id=staff_id,
        requested_at=now,
    )


@in_transaction
def decide_grant(*, organization_id: UUID, held_id: UUID, staff_id: UUID, state: HeldState, now: datetime) -> HeldGrant | None:
    """Decide about points that wait and return them; None where somebody has decided meanwhile. One of many succeeds."""
    waiting = HeldGrant.objects.filter(organization_id=organization_id, id=held_id, state=HeldState.WAITING.value)
    if waiting.update(state=state.value, decided_by_id=staff_id, decided_at=now) == 0:
        return None
    return queries.get_held_grant(organization_id=organization_id, held_id=held_id)


def _columns(position: Position) -> dict[str, Any]:
    return {
        "role": position.role.value,
        "stores": list(position.stores),
        "areas": list(position.areas),
        "phone": position.phone,
    }


def _lock_owners(organization_id: UUID) -> None:
    """Let one change of staff wait for another: two owners must not demote each other at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('staff_owners'), hashtext(%s))", [str(organization_id)])
