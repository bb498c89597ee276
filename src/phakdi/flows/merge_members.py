"""Make two members who are one person one member (R119), and take them apart again (R120)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.flows.comparing import compare_pair
from phakdi.flows.member_trail import Cause, audit, tell
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import merging as engine
from phakdi.loyalty.engine.merging import Difference, KeepLevel, LaterActivity
from phakdi.loyalty.engine.recording import Actor
from phakdi.people.consents import operations as consents
from phakdi.people.consents.queries import current_consents
from phakdi.people.duplicates import operations as duplicates
from phakdi.people.members import facts
from phakdi.people.members.core.status import FORGOTTEN
from phakdi.people.members.models import Member, MemberMerge
from phakdi.people.members.operations import merging as members
from phakdi.people.members.queries.merging import find_merge_of, get_merge
from phakdi.platform.staff import operations as staff

__all__ = ["Difference", "KeepLevel", "LaterActivity", "Parting", "look_at_parting", "merge_members", "unmerge_members"]

SOURCE = "merge"


@dataclass(frozen=True, slots=True)
class Parting:
    """What taking two members apart would mean: what was recorded since, whose it is, and what cannot be as before."""

    merge: MemberMerge
    survivor: Member
    merged: Member
    later: list[LaterActivity]
    differences: list[Difference]


def merge_members(
    *,
    organization_id: UUID,
    survivor_id: UUID,
    merged_id: UUID,
    now: datetime,
    actor: Actor,
    keep: KeepLevel = KeepLevel.HIGHER,
    take: Collection[str] = (),
) -> MemberMerge:
    """Make ``merged_id`` part of ``survivor_id``, who keeps id and number, and return the merge; safe to repeat.

    Points with their ends, vouchers, stamps, limits, identities and holds move; once-only gifts stay once; a refused consent of
    either counts; ``take`` names fields of the profile to take over. What names the merged member from then on means the survivor.

    Raises:
        UnknownMember, WrongStatus, MergeRefused: these two cannot become one.
        Rejected, Unavailable: nothing was changed.
    """
    cause, who = Cause(organization_id, now, actor), _who(actor)
    with organization_scope(organization_id):
        survivor, merged = members.lock_pair(organization_id=organization_id, member_ids=(survivor_id, merged_id))
        done = find_merge_of(organization_id=organization_id, merged_id=merged_id)
        if done is not None and done.survivor_id == survivor_id:
            return done
        members.check_pair(survivor, merged)
        merge_id = new_id()
        engine.merge_states(
            organization_id=organization_id, merge_id=merge_id, survivor_id=survivor_id, merged_id=merged_id, keep=keep, now=now,
            actor=actor,
        )  # fmt: skip
        merge = members.absorb(survivor=survivor, merged=merged, merge_id=merge_id, take=take, now=now, actor=who)
        merge.doc["consents"] = _refuse_what_either_refused(cause, survivor, merged)
        merge.doc["staff"] = [
            str(found) for found in staff.relink_member(organization_id=organization_id, member_id=merged_id, to=survivor_id)
        ]
        merge.save(update_fields=["doc"])
        duplicates.forget(organization_id=organization_id, member_id=merged_id)
        audit(cause, "member.merged", survivor_id, {"merged": str(merged_id), "merge": str(merge_id)})
        audit(cause, "member.merged_into", merged_id, {"into": str(survivor_id), "merge": str(merge_id)})
        tell(cause, facts.MERGED, merged_id, {"into": str(survivor_id), "merge_id": str(merge_id)})
    return merge


def look_at_parting(*, organization_id: UUID, merge_id: UUID, now: datetime, theirs: Collection[UUID] | None = None) -> Parting:
    """Return what taking the two apart would mean; ``theirs`` are activities since that are the merged member's (None: by their way in).

    Raises:
        UnknownMerge: there is none.
        MergeConflict: it was undone before, or the survivor became part of somebody else.
    """
    with organization_scope(organization_id):
        merge = get_merge(organization_id=organization_id, merge_id=merge_id)
        survivor, merged = members.lock_pair(organization_id=organization_id, member_ids=(merge.survivor_id, merge.merged_id))
        _check_parting(merge, survivor, merged)
        later = engine.activities_since(organization_id=organization_id, merge_id=merge_id)
        chosen = {item.id for item in later if item.is_theirs} if theirs is None else theirs
        differences = engine.preview_parting(organization_id=organization_id, merge_id=merge_id, theirs=chosen, now=now)
    return Parting(merge, survivor, merged, later, list(differences))


def unmerge_members(
    *, organization_id: UUID, merge_id: UUID, now: datetime, actor: Actor, theirs: Collection[UUID] | None = None
) -> list[Difference]:
    """Take the two apart again and return what cannot be as before: points, level, vouchers and identities are as they were.

    What was recorded since goes to whom ``theirs`` says: activities of the merged member (None: those that came by them).

    Raises:
        UnknownMerge: there is none.
        MergeConflict: it was undone before, or the survivor became part of somebody else.
        Rejected, Unavailable: nothing was changed.
    """
    cause, who = Cause(organization_id, now, actor), _who(actor)
    with organization_scope(organization_id):
        merge = get_merge(organization_id=organization_id, merge_id=merge_id)
        survivor, merged = members.lock_pair(organization_id=organization_id, member_ids=(merge.survivor_id, merge.merged_id))
        _check_parting(merge, survivor, merged)
        later = engine.activities_since(organization_id=organization_id, merge_id=merge_id)
        chosen = {item.id for item in later if item.is_theirs} if theirs is None else {*theirs} & {item.id for item in later}
        differences = engine.part_states(organization_id=organization_id, merge_id=merge_id, theirs=chosen, now=now, actor=actor)
        members.release(merge=merge, survivor=survivor, merged=merged, now=now, actor=who)
        _agree_again(cause, merge)
        for staff_id in merge.doc.get("staff", ()):
            staff.link_member(organization_id=organization_id, staff_id=UUID(staff_id), member_id=merged.id)
        pair = compare_pair(survivor, merged)
        duplicates.keep_apart(organization_id=organization_id, pair=pair, now=now, actor=who)
        data = {"merge": str(merge_id), "differences": [difference.code for difference in differences]}
        audit(cause, "member.unmerged", survivor.id, {**data, "merged": str(merged.id)})
        audit(cause, "member.unmerged_from", merged.id, {**data, "from": str(survivor.id)})
        tell(cause, facts.UNMERGED, merged.id, {"from": str(survivor.id), "merge_id": str(merge_id)})
    return list(differences)


def _check_parting(merge: MemberMerge, survivor: Member, merged: Member) -> None:
    is_gone = survivor.status_reason == FORGOTTEN
    if is_gone or merge.undone_at is not None or merged.merged_into != survivor.id or survivor.status == "MERGED":
        raise members.MergeConflict(
            "This was undone before, or the other one became part of somebody else.", merge_id=str(merge.id)
        )


def _who(actor: Actor) -> dict[str, str]:
    return {"kind": actor.kind, "id": actor.id, "store": actor.store}


def _refuse_what_either_refused(cause: Cause, survivor: Member, merged: Member) -> list[list[str]]:
    """Take back the survivor's consents that the merged member refused, and return which: the stricter of both counts."""
    theirs = current_consents(organization_id=cause.organization_id, member_id=merged.id)
    mine = current_consents(organization_id=cause.organization_id, member_id=survivor.id)
    refused = [
        consents.GivenConsent(key, is_granted=False, text_version=state.text_version)
        for key, state in mine.items()
        if state.is_granted and key in theirs and not theirs[key].is_granted
    ]
    refused += [
        consents.GivenConsent(key, is_granted=False, text_version=state.text_version)
        for key, state in theirs.items()
        if not state.is_granted and key not in mine
    ]
    if refused:
        _record(cause, survivor.id, refused)
    return [[item.key.purpose.value, item.key.channel.value, "yes" if item.key in mine else ""] for item in refused]


def _agree_again(cause: Cause, merge: MemberMerge) -> None:
    """Give the survivor back the consents that only the merge took away, unless the member said something since."""
    current = current_consents(organization_id=cause.organization_id, member_id=merge.survivor_id)
    wanted: set[tuple[str, str]] = {(purpose, channel) for purpose, channel, was in merge.doc.get("consents", ()) if was}
    again = [
        consents.GivenConsent(key, is_granted=True, text_version=state.text_version)
        for key, state in current.items()
        if (key.purpose.value, key.channel.value) in wanted and not state.is_granted and state.at == merge.merged_at
    ]
    if again:
        _record(cause, merge.survivor_id, again)


def _record(cause: Cause, member_id: UUID, given: list[consents.GivenConsent]) -> None:
    how: Mapping[str, Any] | None = cause.who
    circumstances = consents.Circumstances(at=cause.now, source=SOURCE, actor=how)
    consents.record(organization_id=cause.organization_id, member_id=member_id, given=given, circumstances=circumstances)
