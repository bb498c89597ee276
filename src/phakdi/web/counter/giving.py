"""Giving points for a bill, seeing why, and taking it back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.record_by_staff import Receipt, record_by_staff, rehearse_by_staff
from phakdi.flows.undo_activity import UNDONE_BY, undo_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.money import to_minor
from phakdi.loyalty.ledger.queries import entries_of_activity, get_activity
from phakdi.people.members.models import Member
from phakdi.platform.organizations.models import Store
from phakdi.platform.staff.core import Permission
from phakdi.web import standing
from phakdi.web.access import Desk, staff_page
from phakdi.web.counter.desk import Customer, current_store, customer_of, own_stores
from phakdi.web.counter.forms import BillForm
from phakdi.web.receipts import Moved, moved_by, notes_of, verdict_lines
from phakdi.web.words import add_refusal, refusal_sentence

TILL, COUNTER = "pos", "counter"  # receipts have the till's numbers; bills without one have ours


@dataclass(frozen=True, slots=True)
class Work:
    """Somebody at a desk in a store, with a member before them."""

    desk: Desk
    store: Store | None
    customer: Customer

    def moved_by(self, receipt: Receipt) -> list[Moved]:
        """Return what an answer earned and cost."""
        snapshot = self.customer.snapshot
        return moved_by(receipt.outcome, snapshot.program, self.customer.reader) if snapshot else []

    @property
    def member(self) -> Member:
        """The member."""
        return self.customer.member


def work_at(request: HttpRequest, desk: Desk, member_id: UUID) -> Work:
    """Return who serves whom and where; raises UnknownMember."""
    stores = own_stores(desk)
    return Work(desk, current_store(request, stores), customer_of(desk, member_id, stores, utc_now()))


@require_POST
@staff_page(Permission.ACTIVITIES_WRITE)
def give(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show what a bill would earn; once confirmed, record it."""
    work = work_at(request, desk, member_id)
    form = BillForm(request.POST)
    if form.is_valid():
        activity = _purchase(work, form.cleaned_data)
        try:
            to_minor(form.cleaned_data["amount"], desk.currency)
            if request.POST.get("step") == "confirm":
                receipt = record_by_staff(place=desk.place, member_id=member_id, activity=activity, now=utc_now())
                if receipt.is_replay:
                    messages.info(request, _("This bill was recorded before. Nothing was given twice."), "warn")
                return redirect("web:counter_result", member_id, receipt.activity_id)
            receipt = rehearse_by_staff(place=desk.place, member_id=member_id, activity=activity, now=utc_now())
        except Refusal as refusal:
            add_refusal(form, refusal, work.customer.reader)
        else:
            context = {
                "work": work,
                "form": form,
                "receipt": receipt,
                "earned": work.moved_by(receipt),
                "notes": notes_of(receipt.outcome, work.customer.reader),
                "given": form.cleaned_data,
                "amount_minor": to_minor(form.cleaned_data["amount"], desk.currency),
                "lines": verdict_lines(receipt.verdicts, work.customer.reader),
            }
            return render(request, "counter/confirm.html", context)
    return render(request, "counter/give.html", {"work": work, "form": form}, status=422)


@require_safe
@staff_page(Permission.ACTIVITIES_READ)
def result(request: HttpRequest, desk: Desk, member_id: UUID, activity_id: UUID) -> HttpResponse:
    """Show what was recorded, what it came to, and why."""
    work = work_at(request, desk, member_id)
    with organization_scope(desk.organization_id):
        activity = get_activity(organization_id=desk.organization_id, member_id=member_id, activity_id=activity_id)
        entries = entries_of_activity(organization_id=desk.organization_id, member_id=member_id, activity_id=activity_id)
    snapshot, reader = work.customer.snapshot, work.customer.reader
    assert snapshot is not None, "who has an activity has a program"
    moved = standing.movements(entries, snapshot.program, reader)
    context = {
        "work": work,
        "activity": activity,
        "kind": reader.called(activity.kind),
        "movements": moved,
        "total": sum(each.delta for each in moved if each.unit == reader.called(snapshot.program.main_unit)),
        "main": standing.balances(snapshot, reader, utc_now())[0],
        "notes": notes_of(activity.outcome, reader),
        "lines": verdict_lines(activity.verdicts, reader),
        "can_undo": desk.place.can(Permission.ACTIVITIES_WRITE) and activity.kind in UNDONE_BY and bool(activity.ref),
    }
    return render(request, "counter/result.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.ACTIVITIES_WRITE)
def undo(request: HttpRequest, desk: Desk, member_id: UUID, activity_id: UUID) -> HttpResponse:
    """Ask once more, then take back what was recorded."""
    work = work_at(request, desk, member_id)
    with organization_scope(desk.organization_id):
        activity = get_activity(organization_id=desk.organization_id, member_id=member_id, activity_id=activity_id)
    if request.method == "POST":
        try:
            receipt = undo_activity(place=desk.place, member_id=member_id, activity_id=activity_id, now=utc_now())
        except Refusal as refusal:
            messages.error(request, refusal_sentence(refusal, work.customer.reader), "bad")
        else:
            messages.success(request, _("Taken back."), "good")
            return redirect("web:counter_result", member_id, receipt.activity_id)
    kind = work.customer.reader.called(activity.kind)
    return render(request, "counter/undo.html", {"work": work, "activity": activity, "kind": kind})


def _purchase(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    said = {
        "kind": "purchase",
        "at": utc_now(),
        "amount": given["amount"],
        "ref": given["receipt"] or f"{COUNTER}-{given['token']}",
        "origin": TILL if given["receipt"] else COUNTER,
        "channel": "store",
        "tender": given["tender"],
        "store": work.store.code if work.store else "",
    }
    return {name: value for name, value in said.items() if value != ""}
