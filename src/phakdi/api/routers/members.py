"""Members: find, enroll, change, freeze, close."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from phakdi.api.paging import read_cursor, write_cursor
from phakdi.api.request import call_of
from phakdi.api.schemas import members as wire
from phakdi.api.schemas.paging import Cursor, Limit
from phakdi.api.showing.activities import show_receipt
from phakdi.api.showing.members import show_member, show_members
from phakdi.api.terms import Repeats, terms
from phakdi.flows import close_member as closing
from phakdi.flows import enroll_member as enrolling
from phakdi.flows import freeze_member as freezing
from phakdi.flows import update_member as updating
from phakdi.flows.note_look import note_look
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members import queries
from phakdi.platform.keys.core import Scope

router = Router(tags=["members"])
Text = Annotated[
    str, Query("", max_length=100, description="A number, phone (or four digits of it), e-mail, card, or parts of a name.")
]


@router.get("/members", response=wire.MembersOut)
@terms(Scope.MEMBERS_READ)
def list_members(request: HttpRequest, q: Text, cursor: Cursor, limit: Limit) -> wire.MembersOut:
    """Find members by what is known of them, the best matches first; without a text, all of them by name."""
    call = call_of(request)
    kind = f"members:{call.organization_id}:{q}"
    after = read_cursor(kind, cursor) or ""
    with organization_scope(call.organization_id):
        page = queries.search(organization_id=call.organization_id, text=q, limit=limit, cursor=after)
        items = show_members(call.organization_id, page.members)
    following = write_cursor(kind, page.next_cursor) if page.next_cursor else None
    return wire.MembersOut(items=items, next_cursor=following, is_cut=page.is_cut)


@router.post("/members", response={201: wire.EnrolledOut})
@terms(Scope.MEMBERS_WRITE, refuses=(404,), repeats=Repeats.MAY_BE_NAMED)
def create_member(request: HttpRequest, data: wire.EnrollmentIn) -> Status[wire.EnrolledOut]:
    """Enroll somebody at the counter, without a code; what they earned before by the same phone is theirs.

    Somebody who is a member already is refused with `already_member`, and `params.member_id` says who.
    """
    call = call_of(request)
    store = data.home_store or ""
    if store:
        call.principal.require_store(store)
    enrolled = enrolling.enroll_by_staff(
        organization_id=call.organization_id, enrollment=enrollment_of(data), actor=call.actor(store), now=call.now
    )
    return Status(201, show_enrolled(call.organization_id, enrolled, call.language))


@router.post("/members/lookup", response=wire.MemberDetailOut)
@terms(Scope.MEMBERS_READ, refuses=(404,))
def look_member_up(request: HttpRequest, data: wire.LookupIn) -> wire.MemberDetailOut:
    """Find the one member with this identity or number, written in any form; of merged members the surviving one."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        if data.identity is not None:
            kind, value = data.identity.kind, data.identity.value
            found = queries.find_by_identity(organization_id=call.organization_id, kind=kind, value=value)
        else:
            found = queries.find_by_number(organization_id=call.organization_id, number=data.number or "")
        if found is None:
            raise queries.UnknownMember("There is no such member.")
        note_look(organization_id=call.organization_id, member_id=found.id, actor=call.actor(), now=call.now)
        return show_member(call.organization_id, found)


@router.get("/members/{member_id}", response=wire.MemberDetailOut)
@terms(Scope.MEMBERS_READ, refuses=(404,))
def get_member(request: HttpRequest, member_id: UUID) -> wire.MemberDetailOut:
    """Tell what is known of a member; of one who became part of another, the surviving one."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        found = queries.find_surviving(organization_id=call.organization_id, member_id=member_id)
        note_look(organization_id=call.organization_id, member_id=found.id, actor=call.actor(), now=call.now)
        return show_member(call.organization_id, found)


@router.patch("/members/{member_id}", response=wire.MemberDetailOut)
@terms(Scope.MEMBERS_WRITE, refuses=(404, 409))
def change_member(request: HttpRequest, member_id: UUID, data: wire.ProfileIn) -> wire.MemberDetailOut:
    """Write the fields that are sent. Whose phone or e-mail is replaced cannot spend for 24 hours, and is told."""
    call = call_of(request)
    organization_id = call.organization_id
    changes = data.given()
    if changes.get("home_store"):
        call.principal.require_store(changes["home_store"])
    changed = updating.update_member(
        organization_id=organization_id, member_id=member_id, changes=changes, now=call.now, actor=call.actor()
    )
    with organization_scope(organization_id):
        return show_member(organization_id, changed)


@router.post("/members/{member_id}/freeze", response=wire.MemberDetailOut)
@terms(Scope.MEMBERS_WRITE, refuses=(404, 409), repeats=Repeats.MAY_BE_NAMED)
def freeze_member(request: HttpRequest, member_id: UUID, data: wire.ReasonIn) -> wire.MemberDetailOut:
    """Let nobody earn or spend with this membership; expiry goes on. The member is told."""
    call = call_of(request)
    organization_id = call.organization_id
    frozen = freezing.freeze_member(
        organization_id=organization_id, member_id=member_id, reason=data.reason, now=call.now, actor=call.actor()
    )
    with organization_scope(organization_id):
        return show_member(organization_id, frozen)


@router.post("/members/{member_id}/unfreeze", response=wire.MemberDetailOut)
@terms(Scope.MEMBERS_WRITE, refuses=(404, 409), repeats=Repeats.MAY_BE_NAMED, requires_body=False)
def unfreeze_member(request: HttpRequest, member_id: UUID) -> wire.MemberDetailOut:
    """Thaw a frozen membership. The member is told."""
    call = call_of(request)
    organization_id = call.organization_id
    thawed = freezing.unfreeze_member(organization_id=organization_id, member_id=member_id, now=call.now, actor=call.actor())
    with organization_scope(organization_id):
        return show_member(organization_id, thawed)


@router.post("/members/{member_id}/close", response=wire.MemberDetailOut)
@terms(Scope.MEMBERS_WRITE, refuses=(404, 409), repeats=Repeats.MAY_BE_NAMED)
def close_member(request: HttpRequest, member_id: UUID, data: wire.ReasonIn) -> wire.MemberDetailOut:
    """End a membership and take back every consent. Who enrolls again with the same phone is the same member."""
    call = call_of(request)
    organization_id = call.organization_id
    closed = closing.close_member(
        organization_id=organization_id, member_id=member_id, reason=data.reason, now=call.now, actor=call.actor()
    )
    with organization_scope(organization_id):
        return show_member(organization_id, closed)


def enrollment_of(data: wire.EnrollmentIn) -> enrolling.Enrollment:
    """Return what a new member tells."""
    return enrolling.Enrollment(
        profile=data.given(),
        identities=[(identity.kind, identity.value) for identity in data.identities],
        consents=[
            enrolling.GivenConsent(item.purpose, item.is_granted, item.channel, item.text_version) for item in data.consents
        ],
        source=data.source,
        referred_by=data.referred_by,
        number=data.number,
        guardian=data.guardian,
        is_guardian=data.is_guardian,
    )


def show_enrolled(organization_id: UUID, enrolled: enrolling.EnrolledMember, language: str) -> wire.EnrolledOut:
    """Return who was enrolled, as it is told."""
    with organization_scope(organization_id):
        (member,) = show_members(organization_id, [enrolled.member])
    join = show_receipt(organization_id, enrolled.receipt, language) if enrolled.receipt else None
    return wire.EnrolledOut(member=member, is_new=enrolled.is_new, join=join)
