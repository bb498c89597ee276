"""Bills that waited for the network and could not be booked by themselves: somebody looks at each."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.reconcile_bill import give_for_bill, give_up_bill
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member, search
from phakdi.people.members.queries.exactly import find_exactly
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.platform.tills import queries
from phakdi.platform.tills.core import BillState, KeptBill
from phakdi.platform.tills.models import TillBill
from phakdi.web.access import Desk, staff_page
from phakdi.web.words import refusal_sentence

FOUND_MAX = 8


class SettleForm(forms.Form):
    """For whom a bill was, or why nothing is given for it."""

    who = forms.CharField(
        label=gettext_lazy("Whose bill is it?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-scan": "card"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why nothing is given"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@require_safe
@staff_page(Permission.ACTIVITIES_WRITE)
def waiting(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the bills that wait on this device, and those that arrived and want to be looked at."""
    with organization_scope(desk.organization_id):
        found = queries.bills_to_look_at(organization_id=desk.organization_id, stores=desk.place.stores)
        names = {each.id: each.user.name for each in staff_of(organization_id=desk.organization_id)}
    return render(request, "counter/waiting.html", {"bills": [_shown(bill, names) for bill in found]})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.ACTIVITIES_WRITE)
def settle(request: HttpRequest, desk: Desk, bill_id: UUID) -> HttpResponse:
    """Find whose bill it was and give the points, or give it up and say why."""
    with organization_scope(desk.organization_id):
        bill = queries.get_bill(organization_id=desk.organization_id, bill_id=bill_id)
        said, names = queries.said_by(bill), {each.id: each.user.name for each in staff_of(organization_id=desk.organization_id)}
    if bill.state != BillState.CONFLICT or said is None:
        messages.info(request, _("This bill was settled already."), "warn")
        return redirect("web:counter_waiting")
    desk.place.require(Permission.ACTIVITIES_WRITE, store=bill.store)
    form = SettleForm(request.POST or None, initial={"who": said.who})
    context: dict[str, Any] = {"bill": _shown(bill, names), "form": form, "member": _member_of(desk, said)}
    if request.method == "POST" and form.is_valid():
        answer = _settled(request, desk, bill, form, context)
        if answer is not None:
            return answer
    return render(request, "counter/settle.html", context, status=422 if form.errors else 200)


def _settled(request: HttpRequest, desk: Desk, bill: TillBill, form: SettleForm, context: dict[str, Any]) -> HttpResponse | None:
    """Do what was asked for and lead on, or put what is wrong, or whom it may be, on the page."""
    given, now = form.cleaned_data, utc_now()
    member_id = request.POST.get("member") or ""
    try:
        if request.POST.get("step") == "give_up":
            give_up_bill(place=desk.place, bill_id=bill.id, reason=given["reason"], now=now)
            messages.success(request, _("Nothing is given for this bill. The reason is kept."), "good")
            return redirect("web:counter_waiting")
        if member_id:
            settled = give_for_bill(place=desk.place, bill_id=bill.id, member_id=UUID(member_id), now=now)
            messages.success(request, _("The points are given."), "good")
            return redirect("web:counter_result", settled.member_id, settled.activity_id)
    except Refusal as refusal:
        form.add_error("reason" if refusal.details.get("field") == "reason" else None, refusal_sentence(refusal))
        return None
    with organization_scope(desk.organization_id):
        exact = find_exactly(organization_id=desk.organization_id, text=given["who"]) if given["who"] else None
        others = [] if exact else search(organization_id=desk.organization_id, text=given["who"], limit=FOUND_MAX).members
    context["found"] = [exact] if exact else list(others)
    return None


def _member_of(desk: Desk, said: KeptBill) -> Member | None:
    if said.member_id is None:
        return None
    with organization_scope(desk.organization_id):
        try:
            return get_member(organization_id=desk.organization_id, member_id=said.member_id)
        except Refusal:
            return None


def _shown(bill: TillBill, names: dict[UUID, str]) -> dict[str, Any]:
    said = queries.said_by(bill)
    why = refusal_sentence(Refusal(bill.reason, code=bill.reason, **bill.details))
    return {"row": bill, "said": said, "why": why, "cashier": names.get(bill.staff_id, "")}
