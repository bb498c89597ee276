"""New members, and shadows for those who earn before they enroll (R16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict, Invalid, Unavailable
from phakdi.kit.ids import new_id
from phakdi.people.members import queries
from phakdi.people.members.core.attributes import read_attributes
from phakdi.people.members.core.identities import EMAIL, PHONE, IdentityKey
from phakdi.people.members.core.numbers import is_own_number, new_number
from phakdi.people.members.core.profile import CODE_MAX, read_changes
from phakdi.people.members.core.status import CAN_ENROLL, Status
from phakdi.people.members.models import Member
from phakdi.people.members.operations.identities import insert_identities, verify_identities
from phakdi.people.members.operations.profiles import write_values

ATTEMPTS_MAX = 4
NUMBERS_MAX = 8


class IdentitiesDisagree(Conflict):
    """The identities given together belong to different members."""

    code = "identities_disagree"


class NumberTaken(Conflict):
    """Another member has this number."""

    code = "member_number_taken"


class _Raced(Exception):
    """Somebody bound one of these identities a moment ago: look again."""


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """An identity given at enrollment, and when it proved to be the member's, if it did."""

    key: IdentityKey
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who was enrolled; ``is_new`` is False where they were a member before and nothing was changed."""

    member: Member
    is_new: bool


@in_transaction
def enroll(
    *,
    organization_id: UUID,
    profile: Mapping[str, Any],
    identities: Sequence[NewIdentity],
    now: datetime,
    today: date,
    source: str = "",
    referred_by: UUID | None = None,
    number: str = "",
) -> Enrolled:
    """Make somebody a member. Who is known by one of ``identities`` as a shadow, or had left, becomes that same member.

    ``today`` is the organization's day. Who is a member already stays as they are; a verified identity is noted. Where one
    is verified, those that are not lead to nobody: they have to be new, or the same person's.

    Raises:
        Invalid: a field of ``profile`` cannot be read, or neither identity nor number is given.
        IdentitiesDisagree: the identities belong to different members.
        NumberTaken: the given number is another member's.
        Unavailable: others kept binding the same identities.
    """
    values = _read_profile(organization_id, profile, identities, today)
    if not identities and not number:
        raise Invalid("A member has a phone, an e-mail or another identity.", code="identity_missing", field="phone")
    if number and not is_own_number(number):
        raise Invalid("This is no member number.", code="member_number_invalid", field="number")
    keys = {item.key: item.verified_at for item in identities}
    joining = {"source": source[:CODE_MAX], "referred_by": referred_by, "number": number}
    for _ in range(ATTEMPTS_MAX):
        try:
            with transaction.atomic():
                return _enroll_once(organization_id, {**values, **joining}, keys, now)
        except _Raced:
            continue
    raise Unavailable("Others are enrolling the same person.", code="identity_busy")


@in_transaction
def find_or_create_shadow(*, organization_id: UUID, key: IdentityKey, now: datetime, source: str = "") -> Enrolled:
    """Return who is known by ``key``; if nobody is, a new shadow, whose points are kept until they enroll (R16).

    Raises:
        Unavailable: others kept binding the same identity.
    """
    for _ in range(ATTEMPTS_MAX):
        if found := queries.find_by_identity(organization_id=organization_id, kind=key.kind, value=key.value):
            return Enrolled(found, is_new=False)
        try:
            with transaction.atomic():
                values = {"source": source[:CODE_MAX], **_shown(key)}
                return Enrolled(_insert(organization_id, values, {key: None}, Status.SHADOW, now), is_new=True)
        except _Raced:
            continue
    raise Unavailable("Others are enrolling the same person.", code="identity_busy")


def _read_profile(
    organization_id: UUID, profile: Mapping[str, Any], identities: Sequence[NewIdentity], today: date
) -> dict[str, Any]:
    values = read_changes(profile, today=today)
    for item in identities:
        for name, value in _shown(item.key).items():
            values[name] = values.get(name) or value
    if "attributes" in values:
        declared = queries.attribute_types(organization_id=organization_id)
        values["attributes"] = read_attributes(values["attributes"], declared)
    return values


def _shown(key: IdentityKey) -> dict[str, str]:
    return {key.kind.lower(): key.value} if key.kind in {PHONE, EMAIL} else {}


def _enroll_once(
    organization_id: UUID, values: dict[str, Any], keys: Mapping[IdentityKey, datetime | None], now: datetime
) -> Enrolled:
    owners = queries.match_identities(organization_id=organization_id, keys=keys)
    found = (queries.find_by_identity(organization_id=organization_id, kind=key.kind, value=key.value) for key in owners)
    known = list({member.id: member for member in found if member is not None}.values())
    proved = {key for key, verified_at in keys.items() if verified_at is not None}
    if len(known) > 1 or (known and proved and not proved & owners.keys()):  # what is only typed opens nobody's account
        raise IdentitiesDisagree("These identities belong to different members.", kinds=sorted(k.kind for k in owners))
    if not known:
        return Enrolled(_insert(organization_id, values, keys, Status.ACTIVE, now), is_new=True)
    member = Member.objects.select_for_update().get(organization_id=organization_id, id=known[0].id)
    for key, verified_at in keys.items():
        if verified_at is not None and key in owners:
            verify_identities(organization_id, [key], verified_at)
    if member.status not in CAN_ENROLL:
        return Enrolled(member, is_new=False)
    missing = {key: at for key, at in keys.items() if key not in owners}
    if insert_identities(organization_id, member.id, missing, now) < len(missing):
        raise _Raced
    _claim(member, values, now)
    return Enrolled(member, is_new=True)


def _claim(member: Member, values: dict[str, Any], now: datetime) -> None:
    """Make a shadow, or somebody who had left, an active member; what they had is theirs."""
    given = {name: value for name, value in values.items() if value or name == "attributes"}
    if number := given.pop("number", ""):
        _take_number(member, number)
    first = member.joined_at or now
    returning = {"status": Status.ACTIVE.value, "status_reason": "", "frozen_by": "", "joined_at": first}
    write_values(member, {**given, **returning}, now)


def _take_number(member: Member, number: str) -> None:
    try:
        with transaction.atomic():
            Member.objects.filter(organization_id=member.organization_id, id=member.id).update(number=number)
    except IntegrityError as error:
        if not _is_about_number(error):
            raise
        raise NumberTaken("Another member has this number.", field="number") from error
    member.number = number


def _is_about_number(error: IntegrityError) -> bool:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", "") == "member_number_once"


def _insert(
    organization_id: UUID,
    values: Mapping[str, Any],
    keys: Mapping[IdentityKey, datetime | None],
    status: Status,
    now: datetime,
) -> Member:
    """Insert the identities first: whoever has them is the member; then the member."""
    member_id = new_id()
    if insert_identities(organization_id, member_id, keys, now) < len(keys):
        raise _Raced
    fields = {**values, "attributes": {k: v for k, v in values.get("attributes", {}).items() if v is not None}}
    own_number = fields.pop("number", "")
    joined_at = now if status is Status.ACTIVE else None
    member = Member(
        id=member_id, organization_id=organization_id, status=status.value, joined_at=joined_at, created_at=now, updated_at=now
    )
    write_values(member, fields, now, is_new=True)
    for _ in range(1 if own_number else NUMBERS_MAX):
        member.number = own_number or new_number()
        try:
            with transaction.atomic():
                member.save(force_insert=True)
        except IntegrityError as error:
            if not _is_about_number(error):
                raise
        else:
            return member
    if own_number:
        raise NumberTaken("Another member has this number.", field="number")
    raise Unavailable("No free member number was found.", code="member_number_busy")
