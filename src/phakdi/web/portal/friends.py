"""Between members: inviting friends, giving points away."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.member_card import invitation_word
from phakdi.flows.record_by_member import record_by_member, rehearse_by_member
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.loyalty.engine.snapshots import Snapshot, snapshot_of
from phakdi.loyalty.programs.document.spending import Transfer
from phakdi.loyalty.programs.queries import version_at
from phakdi.loyalty.wording import Reader
from phakdi.people.members.models import Member
from phakdi.people.members.queries import find_by_identity, find_by_number
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web.naming import reader_for
from phakdi.web.portal.access import member_page
from phakdi.web.portal.entering import page
from phakdi.web.portal.forms import GiveForm
from phakdi.web.portal.perks import perks_of
from phakdi.web.portal.tokens import new_token
from phakdi.web.qr import qr_code
from phakdi.web.words import add_refusal

ORIGIN = "portal"
RECEIVES = frozenset({"ACTIVE", "FROZEN"})


@require_safe
@member_page
def invite(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show the link and the code by which the member invites friends."""
    with organization_scope(shop.id):
        program = version_at(organization_id=shop.id, at=utc_now())
    if program.document.referral is None:
        raise NotFound("The program has nothing for bringing friends.", code="referral_closed")
    word = invitation_word(organization_id=shop.id, member_id=member.id, now=utc_now())
    link = request.build_absolute_uri(f"{reverse('web:portal_join', args=[shop.slug])}?friend={word}")
    reader = reader_for(shop, program)
    context = {"member": member, "link": link, "code": qr_code(link), "perks": perks_of(program, reader, ("join",))}
    return render(request, "portal/invite.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def give(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Ask to whom and how many, show what that means, and once confirmed give the points."""
    now = utc_now()
    with organization_scope(shop.id):
        snapshot = snapshot_of(organization_id=shop.id, member_id=member.id, now=now)
    reader = reader_for(shop, snapshot.program)
    units = _givable(snapshot, reader)
    if not units:
        raise NotFound("The program allows no transfers.", code="transfer_not_offered")
    form = GiveForm(request.POST or None, units=units, initial={"token": new_token()})
    context: dict[str, Any] = {"form": form, "member": member, "wallets": _wallets(snapshot, units)}
    if request.method == "POST" and form.is_valid():
        to = _receiver(shop, form.cleaned_data["to"])
        if to is None:
            form.add_error("to", _("Nobody here has this number."))
            return page(request, "portal/give.html", context, form)
        activity = _activity(form.cleaned_data, to, now)
        try:
            if request.POST.get("step") == "confirm":
                record_by_member(organization_id=shop.id, member_id=member.id, activity=activity, now=now)
                messages.success(request, _("Given: %(points)s") % {"points": f"{form.cleaned_data['points']:,}"}, "good")
                return redirect("web:portal", slug=shop.slug)
            receipt = rehearse_by_member(organization_id=shop.id, member_id=member.id, activity=activity, now=now)
        except Refusal as refusal:
            add_refusal(form, refusal, reader)
        else:
            given = dict(receipt.outcome.get("transferred") or {})
            context |= {"to": masked_name(to), "given": given, "unit": dict(units)[form.cleaned_data["unit"]]}
            return render(request, "portal/give_confirm.html", context)
    return page(request, "portal/give.html", context, form)


def masked_name(member: Member) -> str:
    """Return enough of somebody's name for a friend to be sure, and no more."""
    first, last = member.nickname or member.given_name, member.family_name
    shown = f"{first} {last[:1]}." if first and last else first
    return shown or f"•••{member.number[-4:]}"


def _givable(snapshot: Snapshot, reader: Reader) -> list[tuple[str, str]]:
    found = []
    for unit, running in snapshot.program.transfers.items():
        if isinstance(running.definition, Transfer) and running.definition.to == "anyone" and not running.definition.relations:
            found.append((unit, reader.called(unit)))
    return found


def _wallets(snapshot: Snapshot, units: list[tuple[str, str]]) -> list[tuple[str, int]]:
    wallets = snapshot.state.wallets
    return [(name, wallets[unit].active if unit in wallets else 0) for unit, name in units]


def _receiver(shop: OrganizationRef, text: str) -> Member | None:
    """Return the member with this number or phone, or None."""
    with organization_scope(shop.id):
        found = find_by_number(organization_id=shop.id, number=text)
        if found is None:
            try:
                found = find_by_identity(organization_id=shop.id, kind="PHONE", value=text)
            except Refusal:
                return None
    return found if found is not None and found.status in RECEIVES else None


def _activity(given: dict[str, Any], to: Member, now: object) -> dict[str, Any]:
    return {
        "kind": "transfer",
        "at": now,
        "to": str(to.id),
        "unit": given["unit"],
        "points": given["points"],
        "ref": f"portal-{given['token']}",
        "origin": ORIGIN,
        "channel": ORIGIN,
    }
