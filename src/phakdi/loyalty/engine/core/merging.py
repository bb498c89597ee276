"""Two members who are one person become one: value moves by paired entries, counters add up, once-only marks stay once.

A lot keeps its identifier, its end and its order under the surviving member, so that what refers to it goes on working.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core import copies, levels, moves
from phakdi.loyalty.engine.core.state import Activity, Lot, Membership, MemberState, Standing, Step
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs.compiled import CompiledProgram

MERGE = "merge"
ORIGIN = "phakdi.merge"
OPEN_VOUCHER = frozenset({"ISSUED", "HELD"})
DAYS = "active_days"


class KeepLevel(StrEnum):
    """Which level the surviving member has afterwards."""

    HIGHER = "HIGHER"
    OWN = "OWN"


@dataclass(slots=True)
class Before:
    """What one of the two was before they became one, as far as they can be taken apart again."""

    standing: Standing
    membership: Membership
    meters: dict[str, dict[str, int]]
    marks: dict[str, Any]
    clock: datetime | None
    lots: list[Lot] = field(default_factory=list)
    vouchers: dict[UUID, str] = field(default_factory=dict)  # with their states
    debts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Merged:
    """What is kept of a merge: both members before, the survivor's document after, and where the other's orders are now."""

    survivor: Before
    merged: Before
    meters: dict[str, dict[str, int]]
    marks: dict[str, Any]
    standing: Standing
    membership: Membership
    orders: dict[str, str] = field(default_factory=dict)  # ref -> "" or the origin under which it lies in the survivor's
    repaid: list[tuple[UUID, str, int]] = field(default_factory=list)  # lot, unit, points


def merge(
    survivor: MemberState,
    merged: MemberState,
    *,
    causes: tuple[UUID, UUID],
    program: CompiledProgram,
    now: datetime,
    keep: KeepLevel,
) -> tuple[Step, Step, Merged]:
    """Return the steps of the survivor and of the merged member, and what taking them apart again needs.

    ``merged`` is loaded with all its orders, ``survivor`` with those of the same names. Nothing is earned or lost by it.

    Raises:
        Rejected: ``hold_known``: both hold something under the same name.
    """
    into = begin(survivor, merged.member_id, MERGE, causes[0], program, now)
    gone = begin(merged, survivor.member_id, MERGE, causes[1], program, now)
    was = _before(into.state), _before(gone.state)
    move_lots(gone, into, list(gone.state.lots.values()), MERGE)
    move_holds(gone, into, list(gone.state.marks.get("holds", {})), MERGE)
    for unit, wallet in list(gone.state.wallets.items()):
        if wallet.debt:
            move_debt(gone, into, unit, wallet.debt, MERGE)
    orders = _take_orders(gone, into)
    move_vouchers(gone, into, list(gone.state.vouchers))
    repaid = _repay(into)
    _join_documents(into, was[1], program, keep)
    state = into.state
    kept = Merged(
        *was, _plain(state.meters), _plain(state.marks), copies.standing(state.standing), copies.membership(state.membership),
        orders, repaid,
    )  # fmt: skip
    _empty(gone)
    return finish(into, now), finish(gone, None), kept


# --- shared with taking apart -------------------------------------------------------------------------------------------------


def begin(state: MemberState, other: UUID, kind: str, cause: UUID, program: CompiledProgram, now: datetime) -> Work:
    """Return the work of one of the two, under an activity that names the other."""
    return Work(state, program, now, Activity(cause, kind, now, of=str(other), origin=ORIGIN))


def finish(work: Work, due_at: datetime | None) -> Step:
    """Return the step; time looks at the member again at ``due_at``."""
    work.outcome["balances"] = {unit: wallet.active for unit, wallet in work.state.wallets.items()}
    if work.program.tiers is not None:
        work.outcome["level"] = work.state.standing.level
    return work.step(due_at)


def move_lots(giver: Work, taker: Work, lots: Iterable[Lot], reason: str) -> None:
    """Move lots with what is left of each, used up or not, by one pair of entries for each unit, account and pot."""
    groups: dict[tuple[str, bool, str], list[tuple[UUID, int]]] = {}
    for lot in list(lots):
        left = lot.remaining
        put_lot(taker, lot, left)
        if left:
            groups.setdefault((lot.unit, lot.is_pending, lot.pot), []).append((lot.id, left))
            giver.lot(lot.id).remaining = 0
    for (unit, is_pending, pot), uses in groups.items():
        account, points = "PENDING" if is_pending else "ACTIVE", sum(left for _, left in uses)
        pair(giver, taker, unit, points, account, reason, uses=tuple(uses), pot=pot)


def put_lot(taker: Work, lot: Lot, left: int) -> Lot:
    """Let the taker have the lot, with ``left`` more points in it; writes no entry."""
    found = taker.state.lots.get(lot.id)
    mine = copies.lot(lot)
    mine.remaining = (found.remaining if found else 0) + left
    taker.touched_lots.pop(lot.id, None)
    taker.new_lots[lot.id] = taker.state.lots[lot.id] = mine
    return mine


def pair(
    giver: Work, taker: Work, unit: str, points: int, account: str, reason: str, *, uses: tuple[tuple[UUID, int], ...] = (),
    pot: str = "", ref: str = "",
) -> UUID:  # fmt: skip
    """Move points of an account from one to the other and return the taker's entry."""
    for_giver, for_taker = {"member": str(taker.state.member_id)}, {"member": str(giver.state.member_id)}
    giver.entry("TRANSFER", unit, points, account, "TRANSFER", uses=uses, reason=reason, params=for_giver, pot=pot, ref=ref)
    entry = taker.entry(
        "TRANSFER", unit, points, "TRANSFER", account, uses=uses, reason=reason, params=for_taker, pot=pot, ref=ref
    )
    return entry.id


def move_holds(giver: Work, taker: Work, refs: Iterable[str], reason: str) -> None:
    """Move what is held for redemptions; released or confirmed later, it is the taker's.

    Raises:
        Rejected: ``hold_known``: the taker holds something under the same name.
    """
    for ref in list(refs):
        if ref in taker.state.marks.get("holds", {}):
            raise reject("hold_known", "Something is held under this name.", ref=ref)
        hold = giver.mark("holds", {}).pop(ref)
        if hold["points"]:
            hold["entry"] = str(pair(giver, taker, hold["unit"], hold["points"], "HELD", reason, ref=ref))
        taker.mark("holds", {})[ref] = hold


def move_debt(giver: Work, taker: Work, unit: str, points: int, reason: str) -> None:
    """Move points that are owed."""
    giver.entry(
        "TRANSFER", unit, points, "TRANSFER", "DEBT", reason=reason, params={"member": str(taker.state.member_id)}, ref=""
    )
    taker.entry(
        "TRANSFER", unit, points, "DEBT", "TRANSFER", reason=reason, params={"member": str(giver.state.member_id)}, ref=""
    )


def move_vouchers(giver: Work, taker: Work, voucher_ids: Iterable[UUID]) -> None:
    """Move vouchers in the state in which they are; the giver's are cancelled."""
    for voucher_id in voucher_ids:
        mine = copies.voucher(giver.state.vouchers[voucher_id])
        taker.touched_vouchers.pop(voucher_id, None)
        taker.new_vouchers[voucher_id] = taker.state.vouchers[voucher_id] = mine
        left = giver.voucher(voucher_id)
        left.state, left.uses_left = "CANCELLED", 0


# --- joining ------------------------------------------------------------------------------------------------------------------


def _before(state: MemberState) -> Before:
    return Before(
        copies.standing(state.standing),
        copies.membership(state.membership),
        _plain(state.meters),
        _plain(state.marks),
        state.clock,
        [copies.lot(lot) for lot in state.lots.values()],
        {voucher.id: voucher.state for voucher in state.vouchers.values()},
        {unit: wallet.debt for unit, wallet in state.wallets.items() if wallet.debt},
    )


def _plain(value: Any) -> Any:
    return copies.document(value)


def _take_orders(gone: Work, into: Work) -> dict[str, str]:
    """Put the orders under the survivor, where one of the same name from elsewhere is known inside its document."""
    taken: dict[str, str] = {}
    for ref, doc in gone.state.orders.items():
        mine, taken[ref] = copies.document(doc), ""
        before = into.order(ref)
        if before is None:
            into.put_order(ref, mine)
            continue
        inside, origin = before.setdefault("others", {}), str(doc.get("origin") or gone.state.member_id)
        name = origin if origin not in inside and origin != before.get("origin") else f"{origin} {gone.state.member_id}"
        inside[name], taken[ref] = mine, name
    return taken


def _repay(into: Work) -> list[tuple[UUID, str, int]]:
    """Pay what one of the two owes with what the other has (R41)."""
    paid: list[tuple[UUID, str, int]] = []
    for unit, wallet in list(into.state.wallets.items()):
        if not wallet.debt or not wallet.active:
            continue
        lots = moves.spendable(into, unit)
        paid += [(lot.id, unit, points) for lot in lots if (points := moves.repay(into, into.lot(lot.id)))]
    return paid


def _join_documents(into: Work, other: Before, program: CompiledProgram, keep: KeepLevel) -> None:
    state = into.state
    if keep is KeepLevel.HIGHER and levels.number_of(program, other.standing.level) > levels.number_of(
        program, state.standing.level
    ):
        state.standing = copies.standing(other.standing)
        _keep_mark(state.marks, other.marks, "level_term")
    if _is_over(state.membership) and not _is_over(other.membership):
        state.membership = copies.membership(other.membership)
    for key, buckets in other.meters.items():
        mine = into.meter_buckets(key)
        for bucket, quantity in buckets.items():
            is_day = key == DAYS and bucket.startswith("D")
            mine[bucket] = max(mine.get(bucket, 0), quantity) if is_day else mine.get(bucket, 0) + quantity
    holds = state.marks.get("holds")
    theirs = {name: value for name, value in other.marks.items() if name != "holds"}
    state.marks = {name: join_marks(name, _plain(state.marks.get(name)), value) for name, value in theirs.items()} | {
        name: value for name, value in state.marks.items() if name not in theirs
    }
    if holds is not None:
        state.marks["holds"] = holds
    if "left" not in other.marks or not _is_over(state.membership):
        state.marks.pop("left", None)
    state.clock = state.clock or other.clock


def _keep_mark(mine: dict[str, Any], theirs: dict[str, Any], name: str) -> None:
    mine.pop(name, None)
    if name in theirs:
        mine[name] = theirs[name]


def _is_over(membership: Membership) -> bool:
    return membership.since is None or membership.ended


def join_marks(name: str, mine: Any, theirs: Any) -> Any:
    """Return what both kept under one name: the earlier of what happens once, the later of the last, sums of remainders."""
    if mine is None:
        return _plain(theirs)
    if isinstance(mine, dict) and isinstance(theirs, dict):
        choose = _CHOICES.get(name)
        joined = dict(mine)
        for key, value in theirs.items():
            joined[key] = choose(joined[key], value) if choose and key in joined else join_marks("", joined.get(key), value)
        return joined
    if isinstance(mine, list) and isinstance(theirs, list):
        return [*mine, *(item for item in _plain(theirs) if item not in mine)]
    if name == "joined":
        return min(mine, theirs)
    return mine


_CHOICES: dict[str, Any] = {
    "once": min,
    "first_earned": min,
    "last": max,
    "auto": max,
    "carry": lambda mine, theirs: int(mine) + int(theirs),
}


def _empty(gone: Work) -> None:
    state = gone.state
    state.standing, state.membership, state.meters, state.marks = Standing(), Membership(), {}, {}
    gone.orders.clear()
