"""Receipts that members send in: kept until somebody approves them, when they earn, or rejects them."""

from dataclasses import asdict, replace
from datetime import date
from typing import Any

from phakdi.loyalty.engine.core import limits
from phakdi.loyalty.engine.core.handlers import asking, documents
from phakdi.loyalty.engine.core.state import Line
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document.units import Receipts

RECEIPT = "receipt"
WAITING, APPROVED, REJECTED = "WAITING", "APPROVED", "REJECTED"


def submit(work: Work) -> None:
    """Keep a receipt until it is looked at.

    Raises:
        Rejected: ``receipts_not_accepted``, ``receipt_known``, ``receipt_too_old``, ``receipt_condition``, ``limit_reached``.
    """
    asking.demand_active(work)
    work.earns = False
    program, activity = work.program, work.activity
    if program.receipts is None:
        raise reject("receipts_not_accepted", "The program takes no receipts.")
    if activity.ref and (work.order(activity.ref) or {}).get("kind") == RECEIPT:
        raise reject("receipt_known", "This receipt was sent in before.", ref=activity.ref)
    _check_age(work, program.receipts)
    if program.receipts_test is not None and not program.receipts_test(work):
        raise reject("receipt_condition", "This receipt does not take part.")
    amount = activity.amount or 0
    for what, wanted in (("uses", 1), ("amount", amount)):
        limits.demand(work, program.receipts_limits, what, wanted)
    kept = limits.count(work, program.receipts_limits, uses=1, amount=amount)
    doc: documents.Doc = {"kind": RECEIPT, "state": WAITING, "at": work.at.isoformat(), "limits": kept, "meters": []}
    doc["said"] = {
        "amount": activity.amount, "channel": activity.channel, "store": activity.store, "tender": activity.tender,
        "lines": [_plain(asdict(line)) for line in activity.lines], "fields": _plain(dict(activity.fields)),
    }  # fmt: skip
    work.outcome["receipt"] = documents.keep(work, doc)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        found[name] = value.isoformat() if isinstance(value, date) else _plain(dict(value)) if isinstance(value, dict) else value
    return found


def _check_age(work: Work, receipts: Receipts) -> None:
    fields = work.activity.fields
    bought = fields.get("receipt_date") or fields.get("activity_date")
    if receipts.within is None or bought is None:
        return
    if work.today > periods.add(bought, periods.parse_duration(receipts.within)) or bought > work.today:
        raise reject("receipt_too_old", "This receipt is too old.", date=bought.isoformat(), within=receipts.within)


def approve(work: Work) -> None:
    """Let a receipt earn as the activity that it tells of, with the ``amount`` that was approved where one is said.

    Raises:
        Rejected: ``receipt_unknown``, ``receipt_decided``.
    """
    activity = work.activity
    doc = _waiting(work)
    doc["state"] = APPROVED
    receipts = work.program.receipts
    said = doc["said"]
    types, line_types = work.program.field_types, work.program.line_field_types
    lines = tuple(Line(**{**line, "fields": _typed(line["fields"], line_types)}) for line in said["lines"])
    amount = said["amount"] if activity.amount is None else activity.amount
    if activity.amount is not None and activity.amount != said["amount"]:
        lines = activity.lines
    earning = replace(
        activity, kind=receipts.earns_as if receipts else "purchase", amount=amount, lines=lines, channel=said["channel"],
        store=said["store"], tender=said["tender"], fields={**_typed(said["fields"], types), **activity.fields},
    )  # fmt: skip
    work.look_at(earning, work.at)


def _typed(fields: dict[str, Any], types: Any) -> dict[str, Any]:
    return {n: date.fromisoformat(v) if types.get(n) == "date" and isinstance(v, str) else v for n, v in fields.items()}


def reject_it(work: Work) -> None:
    """Decide that a receipt earns nothing; its limits are free again.

    Raises:
        Rejected: ``receipt_unknown``, ``receipt_decided``.
    """
    work.earns = False
    doc = _waiting(work)
    doc["state"], doc["reason"] = REJECTED, str(work.activity.fields.get("reason") or "")
    documents.step_back(work, doc)


def _waiting(work: Work) -> documents.Doc:
    of = work.activity.of
    doc = documents.find(work, of, RECEIPT)
    if doc["state"] != WAITING:
        raise reject("receipt_decided", "This receipt was decided before.", ref=of, state=doc["state"])
    return doc
