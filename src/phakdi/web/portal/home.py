"""What a member has: the card, its codes, what the points are worth and when they end, history with its why, and news."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from phakdi.flows.member_card import card_codes
from phakdi.flows.member_session import mark_read
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.engine.snapshots import Snapshot, snapshot_of
from phakdi.loyalty.ledger.outgoing import entries_out
from phakdi.loyalty.ledger.queries import entries_by_time
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.cards.core import BATCH, STEP_SECONDS
from phakdi.people.consents.queries import to_ask_again
from phakdi.people.members.models import Member
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web import standing
from phakdi.web.levels import level_of
from phakdi.web.naming import reader_for
from phakdi.web.portal.access import member_page, session_of
from phakdi.web.portal.news import NEWS, News, as_news
from phakdi.web.portal.next_step import next_step
from phakdi.web.portal.pace import pace_of
from phakdi.web.portal.surveys import asked_card
from phakdi.web.portal.tiles import cheapest_rewards
from phakdi.web.qr import qr_bits, qr_code
from phakdi.web.requests import read_id
from phakdi.web.worth import worth_of

PAGE = 20
FEW = 3


@require_safe
@member_page
def card(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show the member's card: its code, what they have, what it is worth, what ends next, where they stand."""
    now = utc_now()
    with organization_scope(shop.id):
        shown = card_codes(organization=shop, member_id=member.id, now=now, most=1).texts[0]
        context: dict[str, Any] = {"member": member, "code": qr_code(shown), "number_code": qr_code(member.number)}
        context["asked"] = asked_card(organization_id=shop.id, member_id=member.id)
        context["asks_again"] = to_ask_again(organization_id=shop.id, member_id=member.id, at=now)
        try:
            snapshot = snapshot_of(organization_id=shop.id, member_id=member.id, now=now)
        except NotFound:  # no program yet
            return render(request, "portal/card.html", context)
        moved = entries_by_time(organization_id=shop.id, member_id=member.id, limit=FEW)
    reader = reader_for(shop, snapshot.program)
    found = standing.balances(snapshot, reader, now)
    context |= {
        "main": found[0],
        "cards": [each for each in found if each.card_size],
        "others": [each for each in found[1:] if not each.card_size and not each.is_empty],
        "level": level_of(snapshot, reader, now),
        "vouchers": standing.own_vouchers(snapshot, reader, now),
        "rewards": cheapest_rewards(snapshot, reader, most=FEW),
        "movements": standing.movements(moved, snapshot.program, reader),
        "step": next_step(member, snapshot.program, reader, session_of(request)),
    }
    return render(request, "portal/card.html", context)


@require_safe
@member_page
def codes(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:  # noqa: ARG001 - every view has a request
    """Answer the card's codes of the next minutes, as squares to draw: a phone without a network shows them. No secret is in them."""
    now = utc_now()
    found = card_codes(organization=shop, member_id=member.id, now=now, most=BATCH)
    drawn = [qr_bits(text) for text in found.texts]
    answer = {
        "now": int(now.timestamp() * 1000),
        "step": found.first_step,
        "seconds": STEP_SECONDS,
        "size": drawn[0][0],
        "codes": [bits for _, bits in drawn],
    }
    return JsonResponse(answer)


@require_safe
@member_page
def points(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show all that there is to say of the member's points: worth, ends, what is on the way, the level and how to keep it."""
    now = utc_now()
    snapshot = _snapshot(shop, member, now)
    reader = reader_for(shop, snapshot.program)
    found = standing.balances(snapshot, reader, now)
    context = {
        "member": member,
        "main": found[0],
        "worth": worth_of(snapshot.program, found[0].unit, found[0].active, now),
        "others": [each for each in found[1:] if not each.is_empty],
        "level": level_of(snapshot, reader, now),
        "pace": pace_of(snapshot, reader, now),
    }
    return render(request, "portal/points.html", context)


@require_safe
@member_page
def history(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show every movement of the member's points with its why, page by page; of one kind of points where one is chosen."""
    with organization_scope(shop.id):
        program = version_at(organization_id=shop.id, at=utc_now())
        unit = request.GET.get("unit", "")
        unit = unit if unit in program.units else ""
        before = read_id(request.GET.get("before"))
        moved = entries_by_time(organization_id=shop.id, member_id=member.id, before=before, limit=PAGE + 1, unit=unit or None)
    reader = reader_for(shop, program)
    found = standing.movements(moved[:PAGE], program, reader)
    context = {
        "member": member,
        "movements": found,
        "next_before": found[-1].id if len(moved) > PAGE else None,
        "unit": unit,
        "units": _unit_choices(program, reader) if len(program.units) > 1 else [],
    }
    return render(request, "portal/history.html", context)


@require_safe
@member_page
def inbox(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show what happened to the member's points and account: whatever left the wallet always stands here."""
    now = utc_now()
    before = read_id(request.GET.get("before"))
    with organization_scope(shop.id):
        program = _program(shop, now)
        out = entries_out(organization_id=shop.id, member_id=member.id, before=before, limit=PAGE + 1)
        wanted = AuditFilter(subject_kind="member", subject_id=str(member.id))
        noted = entries(organization_id=shop.id, wanted=wanted, limit=2 * PAGE) if before is None else []
    reader = reader_for(shop, program)
    left = standing.movements(out[:PAGE], program, reader) if program else []
    told = sorted(
        [*(as_news(each) for each in noted if each.action in NEWS), *_left(left)], key=lambda each: each.at, reverse=True
    )
    context = {"member": member, "news": told, "next_before": left[-1].id if len(out) > PAGE else None}
    response = render(request, "portal/inbox.html", context)
    if before is None:
        mark_read(organization_id=shop.id, member_id=member.id, until=now)
    return response


# --- pieces -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A kind of points to look at by itself."""

    key: str
    name: str


def _unit_choices(program: CompiledProgram, reader: Any) -> list[UnitChoice]:
    return [UnitChoice(key, reader.names.get(key) or standing.unit_name(unit.kind)) for key, unit in program.units.items()]


def _snapshot(shop: OrganizationRef, member: Member, now: datetime) -> Snapshot:
    with organization_scope(shop.id):
        return snapshot_of(organization_id=shop.id, member_id=member.id, now=now)


def _program(shop: OrganizationRef, now: datetime) -> CompiledProgram | None:
    try:
        return version_at(organization_id=shop.id, at=now)
    except NotFound:
        return None


def _left(moved: list[standing.Movement]) -> list[News]:
    return [News(each.at, each.why, each, read_link(each.id)) for each in moved]


def read_link(entry_id: UUID) -> str:
    """Return by what a line of the inbox is found again."""
    return f"n{entry_id.hex}"
