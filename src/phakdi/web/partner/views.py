"""What a partner does: read the code that a member shows, and take one of their vouchers. Who it is stays unseen."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from phakdi.flows.identify_by_code import CardPurpose, identify_by_code
from phakdi.flows.record_by_staff import record_by_staff
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Invalid, NotFound, Refusal
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.platform.staff.core import Permission
from phakdi.web import standing
from phakdi.web.access import Desk, staff_page
from phakdi.web.naming import reader_for
from phakdi.web.requests import read_id
from phakdi.web.words import add_refusal, refusal_sentence

SHOWN = "partner_shown"  # in the session: whose code was read last, and when
MINUTES = 5


class ShownForm(forms.Form):
    """The code of a member's card."""

    code = forms.CharField(
        label=gettext_lazy("Code on the member's card"),
        help_text=gettext_lazy("Scan the square code that changes every half minute."),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "autocapitalize": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.REDEMPTIONS_CONFIRM)
def check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Read a card's code and show the vouchers that can be taken now."""
    now, form = utc_now(), ShownForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member_id = identify_by_code(
                organization_id=desk.organization_id, text=form.cleaned_data["code"], purpose=CardPurpose.SPEND, now=now
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            request.session[SHOWN] = {"member": str(member_id), "at": now.timestamp(), "token": str(new_id())}
            return redirect("web:check_voucher")
    shown = _shown(request)
    context = {"form": form, "shown": shown, "vouchers": _vouchers(desk, UUID(shown["member"])) if shown else []}
    return render(request, "partner/check.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Permission.REDEMPTIONS_CONFIRM)
def take(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take one voucher of the member whose card was read; once, however often the button is pressed."""
    shown, voucher_id = _shown(request), read_id(request.POST.get("voucher"))
    if shown is None:
        messages.error(request, _("That was too long ago: read the card's code again."), "bad")
        return redirect("web:check_voucher")
    if request.POST.get("next"):
        del request.session[SHOWN]
        return redirect("web:check_voucher")
    found = next((each for each in _vouchers(desk, UUID(shown["member"])) if each.id == voucher_id), None)
    if found is None:
        messages.error(request, _("This voucher cannot be taken (any more)."), "bad")
        return redirect("web:check_voucher")
    ref = f"partner-{shown['token']}-{found.id}"
    activity = {"kind": "use_voucher", "voucher": str(found.id), "ref": ref, "origin": "partner", "at": utc_now()}
    try:
        record_by_staff(place=desk.place, member_id=UUID(shown["member"]), activity=activity, now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    else:
        messages.success(request, _("Taken: %(name)s. Give it to them now.") % {"name": found.name}, "good")
    return redirect("web:check_voucher")


def _shown(request: HttpRequest) -> dict[str, Any] | None:
    shown = request.session.get(SHOWN)
    return shown if isinstance(shown, dict) and utc_now().timestamp() - shown["at"] < MINUTES * 60 else None


def _vouchers(desk: Desk, member_id: UUID) -> list[standing.OwnVoucher]:
    now = utc_now()
    try:
        snapshot = snapshot_of(organization_id=desk.organization_id, member_id=member_id, now=now)
    except (NotFound, Invalid):
        return []
    found = standing.own_vouchers(snapshot, reader_for(desk.organization, snapshot.program), now)
    return [each for each in found if each.is_open]
