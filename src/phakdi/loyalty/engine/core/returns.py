"""Returns: exact to the last point, by line or by amount, partial in any order (R37-R50).

Everything is worked out from what the order's document remembers, never from the rules of today. Each step takes what the
cumulative return calls for, less what earlier ones took: the steps of a full return add up to the whole.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import amounts, levels, limits, meters, moves, orders, recovery, retelling, rights
from phakdi.loyalty.engine.core.bills import shares
from phakdi.loyalty.engine.core.orders import Doc
from phakdi.loyalty.engine.core.state import Caused, Voucher
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document.rules import VoucherDefinition

Part = tuple[int, int]  # numerator, denominator: which part of something came back


def refund(work: Work) -> None:
    """Take back what the returned goods had earned, and give back what paid for them.

    Raises:
        Rejected: ``order_unknown``, ``refund_too_late``, ``order_returned`` (nothing is left of it), ``line_unknown``.
    """
    work.earns = False
    doc = orders.find(work, work.activity.of)
    if doc is None or "lines" not in doc:
        raise reject("order_unknown", "There is no such order.", ref=work.activity.of)
    _within_time(work, doc)
    before = sum(doc.get("back", {}).values())
    _add_returned(work, doc)
    part = _part_of_bill(doc)
    work.outcome["returned"] = sum(doc["back"].values()) - before
    if work.program.refunds.restore_points:
        _restore_points(work, doc, part)
    _take_back(work, doc)
    _take_back_elsewhere(work, doc)
    if work.program.refunds.meters == "step_back":
        _step_back(work, doc, part)
    if part[0] == part[1]:
        _undo_whole(work, doc)
    if work.program.refunds.level == "recheck" and work.program.tiers is not None:
        levels.recheck(work)


def _within_time(work: Work, doc: Doc) -> None:
    within = work.program.refunds.within
    if within is None:
        return
    length = periods.parse_duration(within)
    last = periods.add(periods.day_of(datetime.fromisoformat(doc["at"]), work.zone), length)
    if work.today > last:
        raise reject("refund_too_late", "The time for returns is over.", until=last.isoformat())


# --- what came back --------------------------------------------------------------------------------------------------------


def _bases(doc: Doc) -> dict[str, int]:
    """Return what each line counts for: what was paid, or its price where it was free; 1 where it had none."""
    return {name: paid or gross or 1 for name, gross, paid in doc["lines"]}


def _part_of_bill(doc: Doc) -> Part:
    bases = _bases(doc)
    return sum(doc["back"].values()), sum(bases.values())


def _add_returned(work: Work, doc: Doc) -> None:
    """Add to the document what this return brings back, line by line."""
    bases = _bases(doc)
    back = doc.setdefault("back", {})
    left = {name: base - back.get(name, 0) for name, base in bases.items()}
    if not any(left.values()):
        raise reject("order_returned", "All of this order came back before.", ref=work.activity.of)
    wanted = _wanted(work, doc, left)
    if not any(wanted.values()):
        raise reject("nothing_returned", "Nothing of this is left to return.", ref=work.activity.of)
    for name, amount in wanted.items():
        if amount:
            back[name] = back.get(name, 0) + amount


def _wanted(work: Work, doc: Doc, left: dict[str, int]) -> dict[str, int]:
    activity = work.activity
    if activity.lines:
        found: dict[str, int] = {}
        for line in activity.lines:
            name = _line(doc, line.id or line.product, left)
            found[name] = found.get(name, 0) + _of_line(doc, name, line.amount or None, left[name])
        return {name: min(amount, left[name]) for name, amount in found.items()}
    if line_name := activity.fields.get("line"):
        name = _line(doc, str(line_name), left)
        return {name: _of_line(doc, name, activity.amount, left[name])}
    total = sum(left.values())
    amount = total if activity.amount is None else activity.amount
    if amount >= total or (amount >= doc["amount"] and not doc["back"]):
        return left
    return dict(zip(left, shares(amount, list(left.values())), strict=True))


def _line(doc: Doc, wanted: str, left: dict[str, int]) -> str:
    """Return the line of that name, else the first of that product of which anything is left."""
    names: list[str] = [name for name, _, _ in doc["lines"]]
    if wanted in names:
        return wanted
    same = [name for name, product in zip(names, doc.get("products", ()), strict=False) if product == wanted]
    if same:
        return next((name for name in same if left[name]), same[0])
    raise reject("line_unknown", "The order has no such line.", line=wanted, lines=names)


def _of_line(doc: Doc, name: str, amount: int | None, left: int) -> int:
    """Return what comes back of a line: all, or so much money; its full price stands for the whole line."""
    gross = next(gross for line, gross, _ in doc["lines"] if line == name)
    if amount is None or (amount >= gross and name not in doc["back"]):
        return left
    return min(amount, left)


# --- what the goods had earned -----------------------------------------------------------------------------------------------


def _take_back(work: Work, doc: Doc) -> None:
    for row in doc.get("earned", ()):
        part = _part_of_row(doc, row)
        due = _due(work, doc, row, part) - row["back"]
        if due <= 0:
            continue
        recovery.recover(work, row, due)
        row["back"] += due
        if work.program.refunds.meters == "step_back":
            for counted in row["meters"]:
                _undo(work, counted, row["back"], row["points"], meters.step_back)


def _take_back_elsewhere(work: Work, doc: Doc) -> None:
    """Let others give back what they got for this order."""
    for row in doc.get("caused", ()):
        due = _due(work, doc, row, _part_of_row(doc, row)) - row["back"]
        if due > 0:
            row["back"] += due
            fields = {"points": due, "unit": row["unit"], "rule": row["rule"], "reason": "friend_returned"}
            work.caused.append(Caused(UUID(row["member"]), "take_back", work.at, fields, work.activity.of))


def _part_of_row(doc: Doc, row: Doc) -> Part:
    """Return which part of what earned came back, weighed by its lines."""
    bases, back = _bases(doc), doc["back"]
    weights = row["weights"]
    below = 1
    returned = [(weight * back.get(name, 0), bases[name]) for name, weight in weights.items()]
    total: Part = (0, below)
    for each in returned:
        if each[0]:
            total = amounts.add(total, each)
    whole = sum(weights.values())
    return total[0], total[1] * whole


def _due(work: Work, doc: Doc, row: Doc, part: Part) -> int:
    """Return how many points of a row have to be gone by now, by the program's policy (R38)."""
    points: int = row["points"]
    policy = work.program.refunds.recover
    if policy == "recompute" and not retelling.still_applies(work, doc, row["rule"]):
        return points
    if policy == "none" or not part[0]:
        return 0
    if policy == "all" or part[0] == part[1]:
        return points
    if policy == "recompute" and "formula" in row:
        quantity = row["quantity"] * (part[1] - part[0]) // part[1]
        exact = amounts.times(amounts.raw(row["formula"], quantity), (row["factor"][0], row["factor"][1]))
        return points - min(amounts.rounded(*exact, amounts.last_rounding(row["formula"])), points)
    return amounts.rounded(points * part[0], part[1], "half_up")


# --- what had paid for them -----------------------------------------------------------------------------------------------------


def _restore_points(work: Work, doc: Doc, part: Part) -> None:
    """Give back the points that paid, to the very lots they came from, the last taken first (R42)."""
    for row in doc.get("paid", ()):
        due = amounts.rounded(row["points"] * part[0], part[1], "half_up") - row["back"]
        if due <= 0:
            continue
        uses = _next_uses(row["uses"], row["back"], due)
        moves.restore(
            work, row["unit"], uses, source=row.get("target", "REDEEMED"), reverses=UUID(row["entry"]), reason="order_returned",
            params={"points": row["points"], "part": list(part)},
        )  # fmt: skip
        row["back"] += due
        restored = work.outcome.setdefault("restored", {})
        restored[row["unit"]] = restored.get(row["unit"], 0) + due


def _next_uses(uses: Iterable[list[Any]], done: int, due: int) -> list[tuple[UUID, int]]:
    """Return the lots that get the next ``due`` points, after ``done`` were given back."""
    found = []
    for lot_id, points in reversed(list(uses)):
        skipped = min(done, points)
        done -= skipped
        taken = min(points - skipped, due)
        if taken:
            found.append((UUID(lot_id), taken))
            due -= taken
    return found


# --- what was counted ----------------------------------------------------------------------------------------------------------


def _step_back(work: Work, doc: Doc, part: Part) -> None:
    for counted in doc.get("meters", ()):
        _undo(work, counted, part[0], part[1], meters.step_back)
    for counted in doc.get("limits", ()):
        _undo(work, counted, part[0], part[1], limits.step_back)


def _undo(work: Work, counted: list[Any], part: int, whole: int, step_back: Any) -> None:
    """Undo the part of what was counted that is due by now; the document remembers how much is undone."""
    if len(counted) == 3:  # noqa: PLR2004 - meter, bucket, quantity, and from now on what is undone
        counted.append(0)
    due = counted[2] * part // whole - counted[3]
    if due > 0:
        step_back(work, counted[0], counted[1], due)
        counted[3] += due


def _undo_whole(work: Work, doc: Doc) -> None:
    """Undo what only a full return undoes: vouchers used come back (R43), vouchers given are cancelled if unused."""
    doc["state"] = "RETURNED"
    for row in doc.get("vouchers", ()):
        voucher = work.state.vouchers.get(UUID(row["id"]))
        if voucher is not None and work.program.refunds.restore_vouchers and not _stays_used(work, voucher):
            rights.reopen(work, voucher.id, value=row.get("value"))
    for voucher_id in doc.get("given", ()):
        voucher = work.state.vouchers.get(UUID(voucher_id))
        if voucher is not None and voucher.state == "ISSUED":
            rights.cancel(work, voucher.id, reason="order_returned")


def _stays_used(work: Work, voucher: Voucher) -> bool:
    running = work.program.vouchers.get(voucher.definition)
    definition = running.definition if running else None
    return isinstance(definition, VoucherDefinition) and definition.on_refund == "keep_used"
