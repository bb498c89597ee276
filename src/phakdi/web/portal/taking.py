"""Rewards and vouchers: what can be had, taking it, and showing it at the counter."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.member_card import card_codes
from phakdi.flows.member_offers import MemberOffer, MemberOffers, member_offers
from phakdi.flows.record_by_member import record_by_member
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.kit.text import pick
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.programs.document.rules import VoucherDefinition
from phakdi.loyalty.wording import Reader
from phakdi.people.members.models import Member
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web import standing
from phakdi.web.naming import reader_for
from phakdi.web.portal.access import member_page
from phakdi.web.portal.tokens import new_token, read_token
from phakdi.web.qr import qr_code
from phakdi.web.words import refusal_sentence

ORIGIN = "portal"


@dataclass(frozen=True, slots=True)
class ShownReward:
    """A reward as a member reads it."""

    key: str
    name: str
    points: int | None
    unit: str
    money_minor: int
    is_open: bool
    is_own: bool
    why_not: str
    missing: int
    percent: int


@require_safe
@member_page
def rewards(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show what can be taken now, what is on the way, and the member's vouchers."""
    now = utc_now()
    found = member_offers(organization_id=shop.id, member_id=member.id, now=now)
    with organization_scope(shop.id):
        snapshot = snapshot_of(organization_id=shop.id, member_id=member.id, now=now)
    reader = reader_for(shop, found.program)
    shown = [_shown(offer, found, reader) for offer in found.offers]
    context = {
        "member": member,
        "open": [each for each in shown if each.is_open],
        "later": [each for each in shown if not each.is_open],
        "vouchers": standing.own_vouchers(snapshot, reader, now),
        "main": standing.balances(snapshot, reader, now)[0],
    }
    return render(request, "portal/rewards.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def reward(request: HttpRequest, shop: OrganizationRef, member: Member, key: str) -> HttpResponse:
    """Show one reward; once confirmed, take it, or show the card's code where the shop hands it over."""
    now = utc_now()
    found = member_offers(organization_id=shop.id, member_id=member.id, now=now)
    offer = next((each for each in found.offers if each.key == key), None)
    if offer is None:
        raise NotFound("There is no such reward.", code="reward_unknown")
    reader = reader_for(shop, found.program)
    shown = _shown(offer, found, reader)
    if request.method == "POST" and offer.is_own and (token := read_token(request)):
        activity = {
            "kind": "redeem",
            "at": now,
            "reward": key,
            "ref": f"portal-{token}",
            "origin": ORIGIN,
            "channel": ORIGIN,
        }
        try:
            record_by_member(organization_id=shop.id, member_id=member.id, activity=activity, now=now)
        except Refusal as refusal:
            messages.error(request, refusal_sentence(refusal, reader), "bad")
        else:
            messages.success(request, _("It is yours: %(reward)s") % {"reward": shown.name}, "good")
            return redirect("web:portal_rewards", slug=shop.slug)
    wallet = found.state.wallets.get(offer.unit)
    context = {
        "member": member,
        "reward": shown,
        "have": wallet.active if wallet else 0,
        "left": (wallet.active if wallet else 0) - (shown.points or 0),
        "token": new_token(),
        "code": "" if offer.is_own else _code(shop, member),
        "number_code": "" if offer.is_own else qr_code(member.number),
    }
    return render(request, "portal/reward.html", context)


@require_safe
@member_page
def voucher(request: HttpRequest, shop: OrganizationRef, member: Member, voucher_id: UUID) -> HttpResponse:
    """Show one voucher large, with the card's code for the till."""
    now = utc_now()
    with organization_scope(shop.id):
        snapshot = snapshot_of(organization_id=shop.id, member_id=member.id, now=now)
    reader = reader_for(shop, snapshot.program)
    own = next((each for each in standing.own_vouchers(snapshot, reader, now) if each.id == voucher_id), None)
    if own is None:
        raise NotFound("There is no such voucher.", code="voucher_unknown")
    kept = snapshot.state.vouchers[voucher_id]
    running = snapshot.program.vouchers.get(kept.definition)
    definition = running.definition if running else None
    item = pick(definition.item, reader.language) if isinstance(definition, VoucherDefinition) else ""
    context = {
        "member": member,
        "voucher": own,
        "item": item if item != own.name else "",
        "code": _code(shop, member),
        "number_code": qr_code(member.number),
    }
    return render(request, "portal/voucher.html", context)


def _code(shop: OrganizationRef, member: Member) -> str:
    return qr_code(card_codes(organization=shop, member_id=member.id, now=utc_now(), most=1).texts[0])


def _shown(offer: MemberOffer, found: MemberOffers, reader: Reader) -> ShownReward:
    wallet = found.state.wallets.get(offer.unit)
    have = wallet.active if wallet else 0
    missing = max((offer.points or 0) - have, 0)
    return ShownReward(
        offer.key,
        reader.called(offer.key),
        offer.points,
        reader.called(offer.unit),
        offer.money_minor,
        offer.is_open,
        offer.is_own,
        refusal_sentence(offer.refusal, reader) if offer.refusal and not missing else "",
        missing,
        min(have * 100 // offer.points, 100) if offer.points else 0,
    )
