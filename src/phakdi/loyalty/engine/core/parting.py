"""Two members who were made one are taken apart: each has again what they had, and what came since goes where it came from.

What one of them spent since of the other's points is settled between the two: from what the spender has left, else as points
that the spender owes (R41). Everything that cannot be as before is listed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import copies, moves
from phakdi.loyalty.engine.core.merging import (
    OPEN_VOUCHER,
    Before,
    Merged,
    begin,
    finish,
    move_debt,
    move_holds,
    move_lots,
    move_vouchers,
    put_lot,
)
from phakdi.loyalty.engine.core.state import Lot, MemberState, Step
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import CompiledProgram

UNMERGE = "unmerge"
_GONE = object()
_MINE = frozenset({"ACTIVE", "PENDING", "HELD", "DEBT"})


@dataclass(slots=True, frozen=True)
class Movement:
    """An entry of the survivor since the merge: which activity caused it, between which accounts, and which lots it names."""

    activity_id: UUID | None
    unit: str
    source: str
    target: str
    uses: tuple[tuple[UUID, int], ...]


@dataclass(slots=True, frozen=True)
class Since:
    """What happened since: movements, which activities are the merged member's, the orders of those, and closed lots that are named."""

    movements: Sequence[Movement] = ()
    theirs: frozenset[UUID] = frozenset()
    orders: frozenset[str] = frozenset()
    lots: Sequence[Lot] = ()


@dataclass(slots=True, frozen=True)
class Difference:
    """Something that cannot be as it was: a code with its figures."""

    code: str
    details: Mapping[str, Any]


@dataclass(slots=True)
class _Parting:
    """The two works, and what is known of the time together."""

    into: Work
    gone: Work
    kept: Merged
    since: Since
    lots: set[UUID] = field(default_factory=set)  # the merged member's
    differences: list[Difference] = field(default_factory=list)


def part(
    survivor: MemberState, merged: MemberState, *, kept: Merged, since: Since, causes: tuple[UUID, UUID], program: CompiledProgram,
    now: datetime,
) -> tuple[Step, Step, list[Difference]]:  # fmt: skip
    """Return the steps of the survivor and of the member who stands alone again, and what cannot be as before.

    ``survivor`` is loaded with all orders that go, vouchers named by either side and the lots of ``since`` included.
    """
    into = begin(survivor, merged.member_id, UNMERGE, causes[0], program, now)
    gone = begin(merged, survivor.member_id, UNMERGE, causes[1], program, now)
    work = _Parting(into, gone, kept, since)
    for lot in since.lots:
        into.state.lots.setdefault(lot.id, copies.lot(lot))
    work.lots = {lot.id for lot in kept.merged.lots} | {
        lot.id for lot in into.state.lots.values() if lot.activity_id in since.theirs
    }
    owed = _owed(work)
    _return_lots(work)
    _return_holds(work)
    _return_orders(work)
    for unit, lots in _repaid(work).items():
        _settle(work, unit, lots)
    work.differences.clear()  # what one paid of the other's debt then is as before
    for unit, lots in owed.items():
        _settle(work, unit, lots)
    for unit, points in kept.merged.debts.items():
        wallet = into.state.wallets.get(unit)
        if back := min(points, wallet.debt if wallet else 0):
            move_debt(into, gone, unit, back, UNMERGE)
    _return_vouchers(work)
    _return_documents(work)
    return finish(into, now), finish(gone, now), work.differences


# --- points -------------------------------------------------------------------------------------------------------------------


def _owed(work: _Parting) -> dict[str, dict[UUID, int]]:
    """Return for each unit what was taken of whose lots by the other one: lot -> points, never below zero."""
    taken: dict[str, dict[UUID, int]] = {}

    def note(unit: str, lot_id: UUID, points: int, *, is_theirs: bool) -> None:
        if (lot_id in work.lots) != is_theirs:
            found = taken.setdefault(unit, {})
            found[lot_id] = found.get(lot_id, 0) + points

    for movement in work.since.movements:
        if movement.activity_id is None or "ACTIVE" not in {movement.source, movement.target} or movement.source == "PENDING":
            continue
        sign = 1 if movement.source == "ACTIVE" else -1
        for lot_id, points in movement.uses:
            note(movement.unit, lot_id, sign * points, is_theirs=movement.activity_id in work.since.theirs)
    return {unit: {lot_id: points for lot_id, points in lots.items() if points > 0} for unit, lots in taken.items()}


def _repaid(work: _Parting) -> dict[str, dict[UUID, int]]:
    """Return what paid the other one's debt when they became one."""
    paid: dict[str, dict[UUID, int]] = {}
    for lot_id, unit, points in work.kept.repaid:
        if (lot_id in work.lots) != (unit in work.kept.merged.debts):
            paid.setdefault(unit, {})[lot_id] = points
    return paid


def _return_lots(work: _Parting) -> None:
    back = [lot for lot in work.into.state.lots.values() if lot.id in work.lots]
    for lot in work.kept.merged.lots:
        if lot.id not in work.into.state.lots:  # used up since: a return may give to it again
            put_lot(work.gone, lot, 0)
    move_lots(work.into, work.gone, back, UNMERGE)


def _settle(work: _Parting, unit: str, lots: Mapping[UUID, int]) -> None:
    """Let each give back what they spent of the other's, as far as it does not cancel out."""
    at = work.into.at
    of_theirs = {lot_id: points for lot_id, points in lots.items() if lot_id in work.lots}
    of_mine = {lot_id: points for lot_id, points in lots.items() if lot_id not in work.lots}
    for debtor, creditor, wanted in ((work.into, work.gone, of_theirs), (work.gone, work.into, of_mine)):
        alive = {lot_id: points for lot_id, points in wanted.items() if not _is_over(creditor.state.lots.get(lot_id), at)}
        opposite = of_mine if wanted is of_theirs else of_theirs
        cancelled = min(sum(alive.values()), sum(opposite.values()))
        points = sum(alive.values()) - cancelled
        if points > 0:
            _give_back(work, debtor, creditor, unit, points, alive)


def _is_over(lot: Lot | None, at: datetime) -> bool:
    return lot is None or (lot.expires_at is not None and lot.expires_at <= at)


def _give_back(work: _Parting, debtor: Work, creditor: Work, unit: str, points: int, lots: Mapping[UUID, int]) -> None:
    uses: list[tuple[UUID, int]] = []
    left = points
    for lot_id, taken in lots.items():
        if share := min(left, taken):
            creditor.lot(lot_id).remaining += share
            uses.append((lot_id, share))
            left -= share
    spent = moves.take_from(debtor, moves.spendable(debtor, unit), points) if unit in debtor.program.units else ()
    paid = sum(share for _, share in spent)
    params = {"member": str(creditor.state.member_id)}
    if paid:
        debtor.entry("TRANSFER", unit, paid, "ACTIVE", "TRANSFER", uses=spent, reason="unmerge_settled", params=params, ref="")
    if points > paid:
        debtor.entry("TRANSFER", unit, points - paid, "DEBT", "TRANSFER", reason="unmerge_settled", params=params, ref="")
    params = {"member": str(debtor.state.member_id)}
    creditor.entry(
        "TRANSFER", unit, points, "TRANSFER", "ACTIVE", uses=tuple(uses), reason="unmerge_settled", params=params, ref=""
    )
    who = "survivor" if debtor is work.into else "merged"
    details = {"unit": unit, "points": points, "owed": points - paid, "by": who}
    work.differences.append(Difference("points_spent_since", details))


# --- holds, orders, vouchers ----------------------------------------------------------------------------------------------------


def _return_holds(work: _Parting) -> None:
    holds: dict[str, Any] = work.into.state.marks.get("holds", {})
    before = work.kept.merged.marks.get("holds", {})
    going = [ref for ref in holds if ref in before or ref in work.since.orders]
    move_holds(work.into, work.gone, going, UNMERGE)
    for side, other in ((work.into, work.gone), (work.gone, work.into)):
        for hold in side.state.marks.get("holds", {}).values():
            _keep_lots(side, other, [UUID(lot_id) for lot_id, _ in hold["uses"]], hold)


def _keep_lots(side: Work, other: Work, lot_ids: Collection[UUID], hold: dict[str, Any]) -> None:
    """Let what is held come back to a lot of this side, empty here where the lot itself went to the other."""
    known = {kept[0] for kept in hold.get("lots", ())}
    for lot_id in lot_ids:
        lot = side.state.lots.get(lot_id) or other.state.lots.get(lot_id)
        if lot is None:
            continue
        if lot_id not in side.state.lots:
            put_lot(side, lot, 0)
        if str(lot_id) not in known:
            hold.setdefault("lots", []).append(moves.kept_lot(lot))


def _return_orders(work: _Parting) -> None:
    """Give the orders back; the caller takes them out of the survivor's table."""
    into, gone = work.into, work.gone
    names = {**dict.fromkeys(work.since.orders, ""), **work.kept.orders}
    for ref, inside in names.items():
        doc = into.order(ref)
        if doc is None:
            continue
        if inside:
            doc = doc.get("others", {}).pop(inside, None)
            if doc is None:
                continue
        else:
            into.orders.pop(ref, None)
        gone.put_order(ref, doc)
        for lot_id in _lots_named(doc, into.state.lots):
            if lot_id not in gone.state.lots:  # the other's, used on this order: what comes back is kept here
                put_lot(gone, into.state.lots[lot_id], 0)


def _lots_named(value: Any, known: Mapping[UUID, Lot]) -> set[UUID]:
    if isinstance(value, dict):
        return {found for each in value.values() for found in _lots_named(each, known)}
    if isinstance(value, list):
        return {found for each in value for found in _lots_named(each, known)}
    if isinstance(value, str) and len(value) == len(str(UUID(int=0))):
        try:
            found = UUID(value)
        except ValueError:
            return set()
        return {found} if found in known else set()
    return set()


def _return_vouchers(work: _Parting) -> None:
    into = work.into
    going = [
        voucher.id
        for voucher in into.state.vouchers.values()
        if voucher.id in work.kept.merged.vouchers or voucher.activity_id in work.since.theirs
    ]
    for voucher_id in going:
        now, before = into.state.vouchers[voucher_id], work.kept.merged.vouchers.get(voucher_id, "")
        if before in OPEN_VOUCHER and now.state == "USED":
            work.differences.append(Difference("voucher_used_since", {"voucher": now.definition, "id": str(voucher_id)}))
    move_vouchers(into, work.gone, going)


# --- documents ----------------------------------------------------------------------------------------------------------------


def _return_documents(work: _Parting) -> None:
    into, gone, kept = work.into.state, work.gone.state, work.kept
    holds = into.marks.pop("holds", None), gone.marks.pop("holds", None)
    counted = _counted(work)
    now_marks = into.marks
    _restore(gone, kept.merged, counted, sign=1)
    new_once = {name: at for name, at in now_marks.get("once", {}).items() if name not in kept.marks.get("once", {})}
    if new_once:
        gone.marks["once"] = {**new_once, **gone.marks.get("once", {})}
    if into.standing == kept.standing:
        into.standing = copies.standing(kept.survivor.standing)
    elif kept.standing != kept.survivor.standing:
        work.differences.append(Difference("level_since", {"level": into.standing.level}))
    if into.membership == kept.membership:
        into.membership = copies.membership(kept.survivor.membership)
    into.meters = _meters_apart(into.meters, kept, counted)
    marks = apart(now_marks, kept.marks, kept.survivor.marks)
    into.marks = {} if marks is _GONE else marks
    for state, held in zip((into, gone), holds, strict=True):
        state.marks.pop("holds", None)
        if held:
            state.marks["holds"] = held


def _restore(gone: MemberState, before: Before, counted: Mapping[tuple[str, str], int], *, sign: int) -> None:
    gone.standing, gone.membership = copies.standing(before.standing), copies.membership(before.membership)
    gone.meters, gone.marks = copies.document(before.meters), copies.document(before.marks)
    gone.clock = before.clock
    for (key, bucket), quantity in counted.items():
        buckets = gone.meters.setdefault(key, {})
        buckets[bucket] = buckets.get(bucket, 0) + sign * quantity


def _counted(work: _Parting) -> dict[tuple[str, str], int]:
    """Return what the merged member's orders since counted in meters and limits."""
    counted: dict[tuple[str, str], int] = {}
    for ref in work.since.orders:
        doc = work.gone.state.orders.get(ref) or {}
        rows = [
            *doc.get("meters", ()),
            *doc.get("limits", ()),
            *(row for given in doc.get("earned", ()) for row in given["meters"]),
        ]
        for key, bucket, quantity, *undone in rows:
            if bucket:  # shared budgets have none
                counted[key, bucket] = counted.get((key, bucket), 0) + quantity - sum(undone)
    return counted


def _meters_apart(
    now: Mapping[str, Mapping[str, int]], kept: Merged, counted: Mapping[tuple[str, str], int]
) -> dict[str, dict[str, int]]:
    left: dict[str, dict[str, int]] = {}
    for key, buckets in now.items():
        joined, before = kept.meters.get(key, {}), kept.survivor.meters.get(key, {})
        mine = {}
        for bucket, quantity in buckets.items():
            added = joined.get(bucket, 0) - before.get(bucket, 0) + counted.get((key, bucket), 0)
            mine[bucket] = max(quantity - added, 0)
        if rest := {bucket: quantity for bucket, quantity in mine.items() if quantity or bucket in before}:
            left[key] = rest
        elif key in kept.survivor.meters:
            left[key] = {}
    return left


def apart(now: Any, joined: Any, before: Any) -> Any:
    """Return what is kept now without what joining brought: unchanged since, it is what it was before."""
    if now == joined:
        return before
    if isinstance(now, dict):
        joined = joined if isinstance(joined, dict) else {}
        before = before if isinstance(before, dict) else {}
        parts = {key: apart(value, joined.get(key, _GONE), before.get(key, _GONE)) for key, value in now.items()}
        return {key: value for key, value in parts.items() if value is not _GONE}
    if isinstance(now, list) and isinstance(joined, list):
        mine = before if isinstance(before, list) else []
        return [item for item in now if item not in joined or item in mine]
    return now
