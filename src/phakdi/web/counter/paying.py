"""Paying a bill with points, or taking a reward for them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from phakdi.flows.record_by_staff import record_by_staff, rehearse_by_staff
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import NotFound, Refusal
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.counter.forms import PayForm, new_token
from phakdi.web.counter.giving import COUNTER, Work, work_at
from phakdi.web.receipts import notes_of, verdict_lines
from phakdi.web.words import add_refusal


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.REDEMPTIONS_CONFIRM)
def pay(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show what points would pay; once confirmed, take them."""
    work = work_at(request, desk, member_id)
    if work.customer.snapshot is None:
        raise NotFound("The organization has no program yet.", code="program_not_found")
    form = PayForm(request.POST or None, program=work.customer.snapshot.program, initial={"token": new_token()})
    if request.method == "POST" and form.is_valid():
        activity = _redemption(work, form.cleaned_data)
        try:
            if request.POST.get("step") == "confirm":
                receipt = record_by_staff(place=desk.place, member_id=member_id, activity=activity, now=utc_now())
                return redirect("web:counter_result", member_id, receipt.activity_id)
            receipt = rehearse_by_staff(place=desk.place, member_id=member_id, activity=activity, now=utc_now())
        except Refusal as refusal:
            add_refusal(form, refusal, work.customer.reader)
        else:
            what = dict(form.fields["what"].choices)[form.cleaned_data["what"]]  # type: ignore[attr-defined]  # a ChoiceField
            context = {
                "work": work,
                "form": form,
                "receipt": receipt,
                "earned": work.moved_by(receipt),
                "notes": notes_of(receipt.outcome, work.customer.reader),
                "given": form.cleaned_data,
                "what": what,
                "lines": verdict_lines(receipt.verdicts, work.customer.reader),
            }
            return render(request, "counter/pay_confirm.html", context)
    return render(request, "counter/pay.html", {"work": work, "form": form}, status=422 if form.errors else 200)


def _redemption(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    reward = given["what"].removeprefix("reward:") if given["what"].startswith("reward:") else ""
    said = {
        "kind": "redeem",
        "at": utc_now(),
        "reward": reward,
        "points": "" if reward else given["points"],
        "bill": "" if reward else given["bill"],
        "ref": f"{COUNTER}-{given['token']}",
        "origin": COUNTER,
        "channel": "store",
        "store": work.store.code if work.store else "",
    }
    return {name: value for name, value in said.items() if value not in {"", None}}
