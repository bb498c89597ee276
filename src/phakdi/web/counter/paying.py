"""Paying a bill with points, taking a reward for them, or using a voucher: the member has to be here."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from phakdi.flows.record_by_staff import Receipt, record_by_staff, rehearse_by_staff
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import NotFound, Refusal
from phakdi.platform.staff.core import Permission
from phakdi.web import standing
from phakdi.web.access import Desk, staff_page
from phakdi.web.counter.desk import COUNTER, Work, work_at
from phakdi.web.counter.forms import PayForm, new_token
from phakdi.web.counter.proving import ProofForm, can_vouch, prove, proved_until, send_code, sent_code
from phakdi.web.receipts import moved_by, notes_of, verdict_lines
from phakdi.web.words import add_refusal

REWARD, VOUCHER = "reward:", "voucher:"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.REDEMPTIONS_CONFIRM)
def pay(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show what points or a voucher would pay; once the member showed that they are here, take them."""
    now = utc_now()
    work = work_at(request, desk, member_id, now)
    snapshot = work.customer.snapshot
    if snapshot is None:
        raise NotFound("The organization has no program yet.", code="program_not_found")
    vouchers = [each for each in standing.own_vouchers(snapshot, work.customer.reader, now) if each.is_open]
    form = PayForm(
        request.POST or None,
        program=snapshot.program,
        vouchers=[(str(each.id), each.name) for each in vouchers],
        initial={"token": new_token(), "what": request.GET.get("what", "")},
    )
    if request.method == "POST" and form.is_valid():
        proof = ProofForm(request.POST)
        activity, step = _redemption(work, form.cleaned_data), request.POST.get("step", "")
        try:
            receipt = rehearse_by_staff(place=desk.place, member_id=member_id, activity=activity, now=now)
            if step == "send":
                send_code(request, work, proof, now)
            elif step == "confirm" and proof.is_valid() and (receipt.is_replay or prove(request, work, proof, now)):
                receipt = record_by_staff(place=desk.place, member_id=member_id, activity=activity, now=now)
                return redirect("web:counter_result", member_id, receipt.activity_id)
        except Refusal as refusal:
            add_refusal(form, refusal, work.customer.reader)
        else:
            return _ask(request, work, form, proof if step else ProofForm(), receipt)
    found = standing.balances(snapshot, work.customer.reader, now)
    context = {"work": work, "form": form, "main": found[0], "rewards": _shown_rewards(form, work, found)}
    return render(request, "counter/pay.html", context, status=422 if form.errors else 200)


def _ask(request: HttpRequest, work: Work, form: PayForm, proof: ProofForm, receipt: Receipt) -> HttpResponse:
    snapshot, reader = work.customer.snapshot, work.customer.reader
    assert snapshot is not None, "checked by the view"
    context = {
        "work": work,
        "form": form,
        "proof": proof,
        "proved_until": proved_until(request, work.member.id, utc_now()),
        "sent": sent_code(request, work.member.id),
        "can_vouch": can_vouch(work),
        "has_contact": bool(work.member.phone or work.member.email),
        "receipt": receipt,
        "earned": moved_by(receipt.outcome, snapshot.program, reader),
        "notes": notes_of(receipt.outcome, reader),
        "given": form.cleaned_data,
        "what": dict(form.fields["what"].choices)[form.cleaned_data["what"]],  # type: ignore[attr-defined]  # a ChoiceField
        "lines": verdict_lines(receipt.verdicts, reader),
    }
    return render(request, "counter/pay_confirm.html", context, status=422 if proof.is_bound and proof.errors else 200)


def _shown_rewards(form: PayForm, work: Work, balances: list[standing.Balance]) -> list[dict[str, Any]]:
    """Return each choice with what it costs, and whether the member has so much."""
    snapshot = work.customer.snapshot
    assert snapshot is not None, "checked by the view"
    have = {each.unit: each for each in balances}
    shown = []
    for radio in form["what"]:
        name = str(radio.data["value"])
        reward = snapshot.program.document.rewards.get(name.removeprefix(REWARD)) if name.startswith(REWARD) else None
        cost = reward.cost[0] if reward and reward.cost else None
        points = int(cost.points) if cost and isinstance(cost.points, Decimal) else None
        wallet = have.get((cost.unit if cost else None) or snapshot.program.main_unit)
        shown.append(
            {
                "radio": radio,
                "kind": name.partition(":")[0],
                "points": points,
                "unit": wallet.name if wallet else "",
                "is_affordable": points is None or (wallet is not None and wallet.active >= points),
            }
        )
    return shown


def _redemption(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    what = given["what"]
    said: dict[str, Any] = {
        "kind": "use_voucher" if what.startswith(VOUCHER) else "redeem",
        "at": utc_now(),
        "ref": f"{COUNTER}-{given['token']}",
        "origin": COUNTER,
        "channel": "store",
        "store": work.store_code,
    }
    if what.startswith(VOUCHER):
        said |= {"voucher": what.removeprefix(VOUCHER), "bill": given["bill"]}
    elif what.startswith(REWARD):
        said |= {"reward": what.removeprefix(REWARD)}
    else:
        said |= {"points": given["points"], "bill": given["bill"]}
    return {name: value for name, value in said.items() if value not in {"", None}}
