"""What redemptions, conversions and receipts keep of themselves, so that they can be confirmed or undone.

They share their references with orders: one of the same name lives inside the other's document.
"""

from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import limits, meters, moves
from phakdi.loyalty.engine.core.state import Entry
from phakdi.loyalty.engine.core.work import Work, reject

Doc = dict[str, Any]
INSIDE = "besides"


def keep(work: Work, doc: Doc) -> str:
    """Keep a document under the activity's reference (its id where it has none) and return that."""
    ref = work.activity.ref or str(work.activity.id)
    before = work.order(ref)
    if before is None:
        work.put_order(ref, doc)
    else:
        before.setdefault(INSIDE, {})[doc["kind"]] = doc
    return ref


def find(work: Work, ref: str, kind: str) -> Doc:
    """Return the document of a kind called ``ref``, to be changed. Rejected (``…_unknown``): there is none."""
    doc = work.order(ref)
    for found in _within(doc):
        if found.get("kind") == kind:
            return found
    raise reject(f"{kind}_unknown", "There is nothing of this name.", ref=ref)


def _within(doc: Doc | None) -> list[Doc]:
    if not doc:
        return []
    inner = [*doc.get(INSIDE, {}).values(), *doc.get("others", {}).values()]
    return [doc, *(found for each in inner for found in _within(each))]


def of_entry(entry: Entry) -> Doc:
    """Return what is kept of an entry that took points."""
    uses = [[str(lot_id), points] for lot_id, points in entry.uses]
    return {"entry": str(entry.id), "unit": entry.unit, "points": entry.points, "uses": uses, "target": entry.target}


def give_back(work: Work, taken: Doc, *, reason: str, ref: str) -> int:
    """Give points back to the very lots they came from."""
    uses = [(UUID(lot_id), points) for lot_id, points in taken["uses"]]
    return moves.restore(work, taken["unit"], uses, source=taken["target"], reverses=UUID(taken["entry"]), reason=reason, ref=ref)


def step_back(work: Work, doc: Doc) -> None:
    """Undo what a document booked of limits, stock and meters."""
    for key, bucket, quantity in doc.get("limits", ()):
        limits.step_back(work, key, bucket, quantity)
    for key, bucket, quantity in doc.get("meters", ()):
        meters.step_back(work, key, bucket, quantity)
    doc["limits"], doc["meters"] = [], []
