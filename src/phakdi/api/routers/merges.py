"""Members who are one person: made one, and taken apart again."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from phakdi.api.request import call_of
from phakdi.api.schemas import merges as wire
from phakdi.api.terms import Repeats, terms
from phakdi.flows import merge_members as flow
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.models import MemberMerge
from phakdi.people.members.queries import get_member
from phakdi.people.members.queries.merging import get_merge, merges_into
from phakdi.platform.keys.core import Scope

router = Router(tags=["members"])


@router.post("/members/{member_id}/merge", response={201: wire.MergeOut})
@terms(Scope.MEMBERS_WRITE, refuses=(404, 409), repeats=Repeats.MAY_BE_NAMED, for_all_stores=True)
def merge_member(request: HttpRequest, member_id: UUID, data: wire.MergeIn) -> Status[wire.MergeOut]:
    """Make another member part of this one, who keeps id and number. Safe to repeat; it can be undone.

    Points with their ends, vouchers, stamps, limits and identities move; a refused consent of either counts. From then on the other's
    id, number and identities lead to this member.
    """
    call = call_of(request)
    merge = flow.merge_members(
        organization_id=call.organization_id,
        survivor_id=member_id,
        merged_id=data.merged_id,
        keep=flow.KeepLevel(data.level),
        take=data.take,
        now=call.now,
        actor=call.actor(),
    )
    return Status(201, show_merge(merge))


@router.get("/members/{member_id}/merges", response=wire.MergesOut)
@terms(Scope.MEMBERS_READ, refuses=(404,))
def list_merges(request: HttpRequest, member_id: UUID) -> wire.MergesOut:
    """List who became part of a member and still is, the latest first."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        get_member(organization_id=call.organization_id, member_id=member_id)
        found = merges_into(organization_id=call.organization_id, survivor_id=member_id)
    return wire.MergesOut(items=[show_merge(merge) for merge in found])


@router.post("/merges/{merge_id}/undo", response=wire.UnmergeOut)
@terms(Scope.MEMBERS_WRITE, refuses=(404, 409), repeats=Repeats.MAY_BE_NAMED, for_all_stores=True, requires_body=False)
def undo_merge(request: HttpRequest, merge_id: UUID, data: wire.UnmergeIn | None = None) -> wire.UnmergeOut:
    """Take two members apart again: each has what they had; what was recorded since goes where it came from.

    Answers what cannot be as before, such as points that one has spent of the other's since.
    """
    call = call_of(request)
    differences = flow.unmerge_members(
        organization_id=call.organization_id,
        merge_id=merge_id,
        theirs=data.theirs if data else None,
        now=call.now,
        actor=call.actor(),
    )
    with organization_scope(call.organization_id):
        merge = get_merge(organization_id=call.organization_id, merge_id=merge_id)
    told = [wire.DifferenceOut(code=each.code, params=dict(each.details)) for each in differences]
    return wire.UnmergeOut(merge=show_merge(merge), differences=told)


def show_merge(merge: MemberMerge) -> wire.MergeOut:
    """Return a merge as it is told."""
    return wire.MergeOut(
        id=merge.id,
        survivor_id=merge.survivor_id,
        merged_id=merge.merged_id,
        merged_at=merge.merged_at,
        undone_at=merge.undone_at,
    )
