"""Changing what is known of a member."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from phakdi.kit.db.scope import in_transaction
from phakdi.people.members import queries
from phakdi.people.members.core.attributes import read_attributes
from phakdi.people.members.core.identities import EMAIL, PHONE, IdentityKey
from phakdi.people.members.core.profile import read_changes, search_columns
from phakdi.people.members.core.status import Status
from phakdi.people.members.models import Identity, Member
from phakdi.people.members.operations.identities import bind_identity
from phakdi.people.members.queries import UnknownMember

SEARCHED = frozenset({"given_name", "family_name", "nickname", "phone"})
CONTACTS = {"phone": PHONE, "email": EMAIL}


@dataclass(frozen=True, slots=True)
class Changed:
    """The member as changed, which fields did change, and the contacts that were replaced, for a notice to them."""

    member: Member
    fields: tuple[str, ...]
    replaced: Mapping[str, str]


@in_transaction
def update_profile(
    *,
    organization_id: UUID,
    member_id: UUID,
    changes: Mapping[str, Any],
    now: datetime,
    today: date,
    verified_at: datetime | None = None,
) -> Changed:
    """Write the given fields of a member's profile; other fields and other attributes stay.

    A new phone or e-mail takes the place of the one before, also as an identity; ``verified_at`` is when it proved to
    be the member's. An attribute given as None is cleared. Locks the member until the transaction ends.

    Raises:
        UnknownMember: no such member, or one that was merged into another.
        Invalid: a field cannot be read.
        IdentityTaken: the phone or e-mail is somebody else's.
    """
    values = read_changes(changes, today=today)
    member = lock_member(organization_id, member_id)
    if "attributes" in values:
        values["attributes"] = read_attributes(values["attributes"], queries.attribute_types(organization_id=organization_id))
    before = {name: getattr(member, name) for name in values}
    for name, kind in CONTACTS.items():
        if name in values and (values[name] != before[name] or verified_at is not None):
            _replace_contact(member, kind, before[name], values[name], now, verified_at)
    write_values(member, values, now)
    changed = tuple(sorted(name for name, value in before.items() if getattr(member, name) != value))
    return Changed(member, changed, {name: before[name] for name in CONTACTS if name in changed and before[name]})


@in_transaction
def hold_spending(*, organization_id: UUID, member_id: UUID, until: datetime) -> None:
    """Let nobody spend the member's points before ``until``: what follows a change of phone (a stolen SIM)."""
    found = Member.objects.filter(organization_id=organization_id, id=member_id)
    if found.update(spend_held_until=until) == 0:
        raise UnknownMember("There is no such member.", member_id=str(member_id))


def lock_member(organization_id: UUID, member_id: UUID) -> Member:
    """Return the member, locked until the transaction ends; raises UnknownMember also for a merged one."""
    found = Member.objects.select_for_update().filter(organization_id=organization_id, id=member_id)
    member = found.exclude(status=Status.MERGED.value).first()
    if member is None:
        raise UnknownMember("There is no such member.", member_id=str(member_id))
    return member


def write_values(member: Member, values: Mapping[str, Any], now: datetime, *, is_new: bool = False) -> None:
    """Set the values, with the search columns that follow from them, and save unless the member is new."""
    written = dict(values)
    if "attributes" in written:
        merged = {**member.attributes, **written["attributes"]}
        written["attributes"] = {key: value for key, value in merged.items() if value is not None}
    written = {name: value for name, value in written.items() if is_new or getattr(member, name) != value}
    for name, value in written.items():
        setattr(member, name, value)
    if is_new or SEARCHED & written.keys():
        columns = search_columns(member.organization_id, {name: getattr(member, name) for name in SEARCHED})
        for name in columns.__slots__:
            written[name] = getattr(columns, name)
            setattr(member, name, written[name])
    if written and not is_new:
        member.updated_at = now
        member.save(update_fields=[*written, "updated_at"])


def _replace_contact(member: Member, kind: str, before: str, after: str, now: datetime, verified_at: datetime | None) -> None:
    organization_id = member.organization_id
    if before and before != after:
        old = Identity.objects.filter(organization_id=organization_id, kind=kind, value=before, member_id=member.id)
        old.delete()
    if after:
        key = IdentityKey(kind, after)
        bind_identity(organization_id=organization_id, member_id=member.id, key=key, now=now, verified_at=verified_at)
