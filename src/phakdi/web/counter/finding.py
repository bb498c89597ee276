"""Finding the member at the counter, or enrolling them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.enroll_member import AlreadyMember, Enrollment, enroll_by_staff
from phakdi.flows.identify_by_code import CardPurpose, identify_by_code
from phakdi.flows.undo_activity import can_undo
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.thai import typed_in_latin
from phakdi.loyalty.ledger.queries import activities_by_time
from phakdi.people.cards.core import CardUnreadable
from phakdi.people.members.models import Member
from phakdi.people.members.queries import search
from phakdi.people.members.queries.exactly import find_exactly
from phakdi.platform.staff.core import Permission
from phakdi.web import standing
from phakdi.web.access import Desk, staff_page
from phakdi.web.counter.categories import categories_in
from phakdi.web.counter.desk import CODE_SENT, PROVED, STORE, current_store, customer_of, own_stores
from phakdi.web.counter.forms import BillForm, EnrollForm, new_token
from phakdi.web.qr import qr_code
from phakdi.web.words import add_refusal, refusal_sentence

FOUND_MAX = 20
LATEST = 5


@require_safe
@staff_page(Permission.MEMBERS_FIND)
def find(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Find a member by card, phone, number or name; what names exactly one, as a scanner does, leads there at once."""
    request.session.pop(PROVED, None)  # the next member has to show that they are here
    request.session.pop(CODE_SENT, None)
    stores, wanted = own_stores(desk), request.GET.get("q", "").strip()
    context: dict[str, Any] = {"wanted": wanted, "stores": stores, "store": current_store(request, stores)}
    if wanted:
        try:
            member_id = _exactly(desk, wanted, utc_now())
        except Refusal as refusal:  # a card that is too old, of another shop, or locked
            return render(request, "counter/find.html", context | {"refused": refusal_sentence(refusal)})
        if member_id:
            return redirect("web:counter_member", member_id)
        context["found"] = _like(desk, wanted)
    return render(request, "counter/find.html", context)


@require_POST
@staff_page(Permission.MEMBERS_FIND)
def choose_store(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Remember in this session in which store somebody works."""
    code = request.POST.get("store", "")
    if any(store.code == code for store in own_stores(desk)):
        request.session[STORE] = code
    return redirect("web:counter")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.MEMBERS_ENROLL)
def enroll(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make somebody a member by their phone; who is one already is shown."""
    form = EnrollForm(request.POST or None, initial={"phone": request.GET.get("phone", "")})
    if request.method == "POST" and form.is_valid():
        store = current_store(request, own_stores(desk))
        profile = {**form.cleaned_data, "home_store": store.code if store else ""}
        enrollment = Enrollment(profile=profile, source="counter")
        actor = desk.actor(store=store.code if store else "")
        try:
            enrolled = enroll_by_staff(organization_id=desk.organization_id, enrollment=enrollment, actor=actor, now=utc_now())
        except AlreadyMember as known:
            messages.info(request, _("This person is a member already."), "warn")
            return redirect("web:counter_member", known.details["member_id"])
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Enrolled. Give the first points now."), "good")
            return redirect("web:counter_member", enrolled.member.id)
    context = {"form": form, "join_code": qr_code(_join_address(request, desk))}
    return render(request, "counter/enroll.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(Permission.MEMBERS_ENROLL)
def poster(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the code by which people join on their own phones: to be turned around, or printed."""
    address = _join_address(request, desk)
    return render(request, "counter/poster.html", {"join_code": qr_code(address), "address": address})


@require_safe
@staff_page(Permission.MEMBERS_FIND)
def member(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show who it is, what they have, and what can be done for them."""
    now, stores = utc_now(), own_stores(desk)
    customer = customer_of(desk, member_id, stores, now)
    context = {"customer": customer, "member": customer.member, "stores": stores, "store": current_store(request, stores)}
    if customer.snapshot:
        with organization_scope(desk.organization_id):
            latest = activities_by_time(organization_id=desk.organization_id, member_id=customer.member.id, limit=LATEST)
        program = customer.snapshot.program
        found = standing.balances(customer.snapshot, customer.reader, now)
        cards = [each for each in found if each.card_size]
        context |= {
            "main": found[0],
            "cards": cards,
            "others": [each for each in found[1:] if not each.is_empty and each not in cards],
            "vouchers": standing.own_vouchers(customer.snapshot, customer.reader, now),
            "level": customer.reader.called(customer.snapshot.state.standing.level),
            "latest": [(each, customer.reader.called(each.kind), can_undo(desk.place, each, now=now)) for each in latest],
            "form": BillForm(initial={"token": new_token()}, categories=categories_in(program)),
            "can_pay": bool(program.spending or program.rewards),
        }
    return render(request, "counter/member.html", context)


def _exactly(desk: Desk, wanted: str, now: datetime) -> UUID | None:
    """Return whose card, number, phone or e-mail this is; raises what is wrong with a card that is shown."""
    for text in dict.fromkeys((wanted, typed_in_latin(wanted))):
        try:
            return identify_by_code(organization_id=desk.organization_id, text=text, purpose=CardPurpose.EARN, now=now)
        except CardUnreadable:
            continue
    with organization_scope(desk.organization_id):
        found = find_exactly(organization_id=desk.organization_id, text=wanted)
    return found.id if found else None


def _like(desk: Desk, wanted: str) -> list[Member]:
    with organization_scope(desk.organization_id):
        return list(search(organization_id=desk.organization_id, text=wanted, limit=FOUND_MAX).members)


def _join_address(request: HttpRequest, desk: Desk) -> str:
    """Return where people join, as their phones reach it."""
    path = reverse("web:portal", kwargs={"slug": desk.organization.slug})
    is_local = settings.PUBLIC_URL.startswith("http://localhost")
    return request.build_absolute_uri(path) if is_local else settings.PUBLIC_URL.rstrip("/") + path
