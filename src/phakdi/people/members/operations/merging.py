"""Making a member part of another one, and letting them stand alone again: their rows, names and identities."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict, Rejected
from phakdi.people.members.core.status import FORGOTTEN, Status
from phakdi.people.members.models import Identity, Member, MemberMerge
from phakdi.people.members.operations.profiles import write_values
from phakdi.people.members.operations.standing import WrongStatus
from phakdi.people.members.queries import UnknownMember
from phakdi.people.members.queries.merging import get_merge

CHOSEN = ("title", "given_name", "family_name", "nickname", "birthday", "gender", "phone", "email", "language", "home_store")
INTO = frozenset({Status.ACTIVE, Status.SHADOW})
GOES = frozenset({Status.ACTIVE, Status.SHADOW, Status.CLOSED})


class MergeRefused(Rejected):
    """These two cannot become one; ``details['reason']`` says why."""

    code = "merge_refused"


class MergeConflict(Conflict):
    """The member became part of somebody else meanwhile, or stands alone again."""

    code = "merge_conflict"


@in_transaction
def lock_pair(*, organization_id: UUID, member_ids: tuple[UUID, UUID]) -> tuple[Member, Member]:
    """Return both members, locked in the order of their ids until the transaction ends.

    Raises:
        MergeRefused: they are one already.
        UnknownMember: no such member.
    """
    if member_ids[0] == member_ids[1]:
        raise MergeRefused("A member is one with themselves.", reason="same")
    rows = Member.objects.select_for_update().filter(organization_id=organization_id, id__in=member_ids).order_by("id")
    found = {member.id: member for member in rows}
    for member_id in member_ids:
        if member_id not in found:
            raise UnknownMember("There is no such member.", member_id=str(member_id))
    return found[member_ids[0]], found[member_ids[1]]


def check_pair(survivor: Member, merged: Member) -> None:
    """Raise WrongStatus or MergeRefused where the one may not become part of the other."""
    for member, allowed in ((survivor, INTO), (merged, GOES)):
        if member.status not in allowed:
            raise WrongStatus("The member's status does not allow this.", status=member.status, member_id=str(member.id))
        if member.status_reason == FORGOTTEN:
            raise MergeRefused("Nothing is left of this member.", reason="forgotten", member_id=str(member.id))
    if survivor.status == Status.SHADOW and merged.status != Status.SHADOW:
        raise MergeRefused("Keep the one who is enrolled.", reason="keeps_shadow", member_id=str(survivor.id))


@in_transaction
def absorb(
    *, survivor: Member, merged: Member, merge_id: UUID, take: Collection[str], now: datetime, actor: Mapping[str, Any]
) -> MemberMerge:
    """Make ``merged`` part of ``survivor``, both locked: identities move, blanks are filled, ``take`` names fields to take over.

    Spending is held as long as the longer of both says; the survivor joined when the earlier of both did.
    """
    identities = Identity.objects.filter(organization_id=merged.organization_id, member_id=merged.id)
    moved = [[row.kind, row.value, str(row.merged_from) if row.merged_from else None] for row in identities]
    identities.filter(merged_from=None).update(merged_from=merged.id)
    identities.update(member_id=survivor.id)
    before, after = _differences(survivor, merged, take)
    doc = {"before": _json(before), "after": _json(after), "identities": moved, "merged": _standing(merged)}
    if after:
        write_values(survivor, after, now)
    merged.status, merged.frozen_by, merged.merged_into, merged.updated_at = Status.MERGED.value, "", survivor.id, now
    merged.save(update_fields=["status", "frozen_by", "merged_into", "updated_at"])
    return MemberMerge.objects.create(
        organization_id=merged.organization_id,
        id=merge_id,
        survivor_id=survivor.id,
        merged_id=merged.id,
        merged_at=now,
        actor=dict(actor),
        doc=doc,
    )


@in_transaction
def release(*, merge: MemberMerge, survivor: Member, merged: Member, now: datetime, actor: Mapping[str, Any]) -> None:
    """Let the merged member stand alone again, both locked: what the merge wrote and nobody changed since is as before.

    Raises:
        MergeConflict: it was undone before, or the survivor became part of somebody else.
    """
    again = get_merge(organization_id=merge.organization_id, merge_id=merge.id)
    if again.undone_at is not None or merged.merged_into != survivor.id or survivor.status == Status.MERGED:
        raise MergeConflict("This was undone before, or the other one became part of somebody else.", merge_id=str(merge.id))
    for kind, value, merged_from in merge.doc["identities"]:
        moved = Identity.objects.filter(organization_id=merge.organization_id, kind=kind, value=value, member_id=survivor.id)
        moved.update(member_id=merged.id, merged_from=merged_from)
    before, after = merge.doc["before"], merge.doc["after"]
    current = _json({name: getattr(survivor, name) for name in after})
    back = {name: _value(name, before[name]) for name in after if current[name] == after[name]}
    attributes = back.pop("attributes", None)
    if attributes is not None:
        survivor.attributes = attributes
        survivor.save(update_fields=["attributes"])
    if back:
        write_values(survivor, back, now)
    for name, value in merge.doc["merged"].items():
        setattr(merged, name, value)
    merged.merged_into, merged.updated_at = None, now
    merged.save(update_fields=[*merge.doc["merged"], "merged_into", "updated_at"])
    MemberMerge.objects.filter(organization_id=merge.organization_id, id=merge.id).update(undone_at=now, undone_by=dict(actor))


def _standing(member: Member) -> dict[str, str]:
    return {"status": member.status, "frozen_by": member.frozen_by, "status_reason": member.status_reason}


def _differences(survivor: Member, merged: Member, take: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the merge changes of the survivor's row: before and after."""
    after: dict[str, Any] = {}
    for name in CHOSEN:
        mine, theirs = getattr(survivor, name), getattr(merged, name)
        if theirs and theirs != mine and (name in take or not mine):
            after[name] = theirs
    attributes = {**merged.attributes, **survivor.attributes}
    if attributes != survivor.attributes:
        after["attributes"] = attributes
    if segments := sorted({*merged.segments} - {*survivor.segments}):
        after["segments"] = [*survivor.segments, *segments]
    if merged.joined_at and (survivor.joined_at is None or merged.joined_at < survivor.joined_at):
        after["joined_at"] = merged.joined_at
    if merged.spend_held_until and (survivor.spend_held_until is None or merged.spend_held_until > survivor.spend_held_until):
        after["spend_held_until"] = merged.spend_held_until
    if merged.referred_by and survivor.referred_by is None and merged.referred_by != survivor.id:
        after["referred_by"] = merged.referred_by
    return {name: getattr(survivor, name) for name in after}, after


def _json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value
        for name, value in values.items()
    }


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "birthday":
        return date.fromisoformat(value)
    if name in {"joined_at", "spend_held_until"}:
        return datetime.fromisoformat(value)
    return UUID(value) if name == "referred_by" else value
