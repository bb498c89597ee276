"""Giving points for a bill, seeing why, and taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.record_by_staff import Receipt, record_by_staff, rehearse_by_staff
from phakdi.flows.undo_activity import UNDONE_BY, can_undo, undo_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.money import to_minor
from phakdi.loyalty.ledger.queries import entries_of_activity, get_activity
from phakdi.platform.staff.core import Permission
from phakdi.platform.tills.core import purchase_of
from phakdi.web import standing
from phakdi.web.access import Desk, staff_page
from phakdi.web.counter.categories import categories_in
from phakdi.web.counter.desk import COUNTER, TILL, Work, work_at
from phakdi.web.counter.forms import UNDO_REASONS, BillForm, UndoForm
from phakdi.web.receipts import moved_by, notes_of, verdict_lines
from phakdi.web.words import add_refusal


@require_POST
@staff_page(Permission.ACTIVITIES_WRITE)
def give(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show what a bill would earn, on the same page where a script asks; once confirmed, record it."""
    work, step = work_at(request, desk, member_id, utc_now()), request.POST.get("step", "")
    snapshot = work.customer.snapshot
    form = BillForm(request.POST, categories=categories_in(snapshot.program) if snapshot else ())
    if form.is_valid():
        try:
            to_minor(form.cleaned_data["amount"], desk.currency)
            activity = _purchase(work, form.cleaned_data)
            if step == "confirm":
                receipt = record_by_staff(place=desk.place, member_id=member_id, activity=activity, now=utc_now())
                if receipt.is_replay:
                    messages.info(request, _("This bill was recorded before. Nothing was given twice."), "warn")
                return redirect("web:counter_result", member_id, receipt.activity_id)
            receipt = rehearse_by_staff(place=desk.place, member_id=member_id, activity=activity, now=utc_now())
        except Refusal as refusal:
            add_refusal(form, refusal, work.customer.reader)
        else:
            template = "counter/preview.html" if step == "preview" else "counter/confirm.html"
            return render(request, template, _shown(work, form, receipt))
    if step == "preview":
        return render(
            request, "counter/preview_wrong.html", {"errors": [each for found in form.errors.values() for each in found]}
        )
    return render(request, "counter/give.html", {"work": work, "form": form}, status=422)


@require_safe
@staff_page(Permission.ACTIVITIES_READ)
def result(request: HttpRequest, desk: Desk, member_id: UUID, activity_id: UUID) -> HttpResponse:
    """Show what was recorded, what it came to, and why: large enough to be turned around."""
    now = utc_now()
    work = work_at(request, desk, member_id, now)
    with organization_scope(desk.organization_id):
        activity = get_activity(organization_id=desk.organization_id, member_id=member_id, activity_id=activity_id)
        entries = entries_of_activity(organization_id=desk.organization_id, member_id=member_id, activity_id=activity_id)
    snapshot, reader = work.customer.snapshot, work.customer.reader
    assert snapshot is not None, "who has an activity has a program"
    moved = standing.movements(entries, snapshot.program, reader)
    found = standing.balances(snapshot, reader, now)
    totals = {each.name: (sum(line.delta for line in moved if line.unit == reader.called(each.unit)), each) for each in found}
    context = {
        "work": work,
        "activity": activity,
        "kind": reader.called(activity.kind),
        "movements": moved,
        "totals": [(total, each) for total, each in totals.values() if total or each is found[0]],
        "main": found[0],
        "notes": notes_of(activity.outcome, reader),
        "lines": verdict_lines(activity.verdicts, reader),
        "can_undo": can_undo(desk.place, activity, now=now),
    }
    return render(request, "counter/result.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.ACTIVITIES_WRITE)
def undo(request: HttpRequest, desk: Desk, member_id: UUID, activity_id: UUID) -> HttpResponse:
    """Ask why, then take back what was recorded."""
    work = work_at(request, desk, member_id, utc_now())
    with organization_scope(desk.organization_id):
        activity = get_activity(organization_id=desk.organization_id, member_id=member_id, activity_id=activity_id)
    form = UndoForm(request.POST or None, initial={"reason": UNDO_REASONS[0][0]})
    if request.method == "POST" and form.is_valid():
        given, now = form.cleaned_data, utc_now()
        reason = given["note"].strip() or given["reason"]
        try:
            receipt = undo_activity(place=desk.place, member_id=member_id, activity_id=activity_id, reason=reason, now=now)
        except Refusal as refusal:
            add_refusal(form, refusal, work.customer.reader)
        else:
            messages.success(request, _("Taken back."), "good")
            return redirect("web:counter_result", member_id, receipt.activity_id)
    context = {
        "work": work,
        "activity": activity,
        "kind": work.customer.reader.called(activity.kind),
        "form": form,
        "is_allowed": activity.kind in UNDONE_BY and can_undo(desk.place, activity, now=utc_now()),
    }
    return render(request, "counter/undo.html", context, status=422 if form.errors else 200)


def _shown(work: Work, form: BillForm, receipt: Receipt) -> dict[str, Any]:
    snapshot, reader = work.customer.snapshot, work.customer.reader
    return {
        "work": work,
        "form": form,
        "receipt": receipt,
        "earned": moved_by(receipt.outcome, snapshot.program, reader) if snapshot else [],
        "notes": notes_of(receipt.outcome, reader),
        "given": form.cleaned_data,
        "amount_minor": to_minor(form.cleaned_data["amount"], work.desk.currency),
        "lines": verdict_lines(receipt.verdicts, reader),
    }


def _purchase(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    said = {
        "kind": "purchase",
        "at": utc_now(),
        "ref": given["receipt"] or f"{COUNTER}-{given['token']}",
        "origin": TILL if given["receipt"] else COUNTER,
        "channel": "store",
        "tender": given["tender"],
        "store": work.store_code,
        **purchase_of(given["amount"], given["parts"]),
    }
    return {name: value for name, value in said.items() if value != ""}
