"""An order's document: all that a return will need, in JSON shapes, kept under the order's reference.

``lines``: ``[name, gross, paid]`` each, in minor units · ``earned``: what each rule gave, with the lines it counted ·
``limits`` and ``meters``: what was booked of them · ``paid``: points spent on it, ``vouchers``: used on it ·
``given``: vouchers it opened · ``back``: what came back so far, by line.
"""

from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import retelling
from phakdi.loyalty.engine.core.bills import Bill
from phakdi.loyalty.engine.core.state import Entry
from phakdi.loyalty.engine.core.work import Work

Doc = dict[str, Any]


def open_document(work: Work) -> None:
    """Begin the document of the activity that is being booked; handlers and rules add to it."""
    activity = work.activity
    doc: Doc = {"id": str(activity.id), "kind": activity.kind, "at": work.at.isoformat(), "origin": activity.origin}
    if activity.ref and (paid := work.state.orders.get(activity.ref)) and not paid.get("kind"):
        doc["paid"], doc["vouchers"] = list(paid.get("paid", ())), list(paid.get("vouchers", ()))  # paid before it was reported
    if work.program.refunds.recover == "recompute":
        doc["told"] = retelling.told(activity)
    work.order_doc = doc


def close_document(work: Work, bill: Bill) -> None:
    """Keep the document under the activity's reference, if it has one; an order of the same name from elsewhere stays inside."""
    doc, activity = work.order_doc, work.activity
    work.order_doc = None
    if doc is None or not activity.ref or activity.ref in work.orders:
        return
    if not bill.gross and not {"earned", "given", "paid", "vouchers"} & doc.keys():
        return
    doc["amount"] = bill.gross
    doc["lines"] = [[name, line.amount, paid] for name, line, paid in zip(bill.names, bill.lines, bill.paid_by_line, strict=True)]
    if any(line.product for line in bill.lines):
        doc["products"] = [line.product for line in bill.lines]
    before = work.state.orders.get(activity.ref)
    if before is not None and before.get("kind"):
        others = {**before.get("others", {}), str(before.get("origin", "")): {k: v for k, v in before.items() if k != "others"}}
        doc["others"] = others
    work.put_order(activity.ref, doc)


def find(work: Work, ref: str) -> Doc | None:
    """Return the document of an order, of the activity's own origin where several share the name; to be changed."""
    doc = work.order(ref)
    if doc is None or not doc.get("kind"):
        return None
    origin = work.activity.origin
    if origin and origin != doc.get("origin") and origin in doc.get("others", {}):
        found: Doc = doc["others"][origin]
        return found
    return doc


def note_paid(work: Work, entry: Entry, *, value: int, ref: str = "") -> None:
    """Remember points that paid for an order (``value`` in minor units), so that a return gives them back (R42).

    Without ``ref`` it is the order that is being booked; with it one that is known, or will be reported later.
    """
    row = {
        "entry": str(entry.id), "unit": entry.unit, "points": entry.points, "value": value, "back": 0,
        "uses": [[str(lot_id), points] for lot_id, points in entry.uses], "target": entry.target,
    }  # fmt: skip
    _note(work, "paid", row, ref)


def note_voucher(work: Work, voucher_id: UUID, *, value: int | None = None, ref: str = "") -> None:
    """Remember a voucher used on an order, so that a return reopens it (R43); ``value`` where only part of it was used."""
    _note(work, "vouchers", {"id": str(voucher_id), "value": value}, ref)


def _note(work: Work, what: str, row: Doc, ref: str) -> None:
    if not ref or (work.order_doc is not None and ref == work.activity.ref):
        if work.order_doc is not None:
            work.order_doc.setdefault(what, []).append(row)
        return
    doc = work.order(ref)
    if doc is None:
        doc = {"kind": ""}
        work.put_order(ref, doc)
    doc.setdefault(what, []).append(row)
