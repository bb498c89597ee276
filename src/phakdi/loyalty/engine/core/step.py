"""The transition function: what a member's report, or the passing of time, changes and writes.

``advance`` covers earning, spending, returns, levels and time; it alone picks lots, counts limits and moves levels. Stores
only write its rows. It never changes the state it is given.
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from phakdi.loyalty.engine.core import (
    automatic,
    calendar,
    clockwork,
    earning,
    events,
    extending,
    levels,
    limits,
    meters,
    orders,
    recovery,
    returns,
)
from phakdi.loyalty.engine.core.handlers import HANDLERS, Handler
from phakdi.loyalty.engine.core.state import Activity, MemberState, Step
from phakdi.loyalty.engine.core.work import STOPPED, Work, reject
from phakdi.loyalty.programs.compiled import CompiledProgram, RunningKind

OWN: Mapping[str, Handler] = {"refund": returns.refund, "take_back": recovery.take_back, "expire_to": events.only_time}
_TOPICS = {
    "EARN": "points.earned", "ACTIVATE": "points.activated", "SPEND": "points.spent", "RESTORE": "points.restored",
    "EXPIRE": "points.expired", "ADJUST": "points.adjusted", "REVERSE": "points.taken_back", "TRANSFER": "points.transferred",
    "CANCEL": "points.cancelled", "OPEN": "points.opened", "HOLD": "points.held", "RELEASE": "points.released",
}  # fmt: skip


def advance(state: MemberState, activity: Activity, *, program: CompiledProgram, now: datetime) -> Step:
    """Return what ``activity`` brings about: the next state, the rows to write, and why each rule did or did not apply.

    Rules, expiry and windows go by when it happened; what has come true since, up to ``now``, is booked as well (R15).

    Raises:
        Rejected: a rule of the program says no; nothing has changed.
    """
    work = Work(state, program, now, activity)
    is_first = state.clock is None
    clockwork.pass_time(work, min(activity.at, now))
    work.look_at(activity, activity.at)
    work.level_before = work.state.standing.level
    levels.begin(work)
    _book(work)
    if is_first:
        for kind in calendar.kinds_of_today(work):
            earning.happened(work, Activity(work.cause, kind, work.at), work.at)
    return _close(work, clockwork.pass_time(work, now))


def advance_time(state: MemberState, *, program: CompiledProgram, now: datetime) -> Step:
    """Return what the passing of time up to ``now`` brings about."""
    work = Work(state, program, now)
    return _close(work, clockwork.pass_time(work, now))


# --- one activity -----------------------------------------------------------------------------------------------------------


def _book(work: Work) -> None:
    activity = work.activity
    kind = activity.kind
    running = work.program.kinds.get(kind)
    if running is not None:
        _accept(work, running)
    own = OWN.get(kind)
    if own is None:
        orders.open_document(work)
    handler = own or HANDLERS.get(kind)
    if handler is not None:
        handler(work)
    is_stopped = work.state.profile.status in STOPPED
    if work.earns:
        earning.run(work)
    if not is_stopped and kind != "expire_to":
        counted = meters.count_activity(work)
        if counted and work.order_doc is not None:
            work.order_doc["meters"] = counted
    if work.order_doc is not None:
        orders.close_document(work, work.bill())
    events.release_waiting(work)
    if not is_stopped:
        levels.after_activity(work)
    clockwork.drain(work)
    clockwork.lose(work, kind)
    extending.after_activity(work, kind, is_own=kind in OWN)
    automatic.run(work)
    _remember(work, activity)


def _accept(work: Work, kind: RunningKind) -> None:
    """Refuse what the program does not accept of this kind, and count it where it does.

    Raises:
        Rejected: ``kind_refused``, ``requirement_not_met``, ``order_unknown``, ``limit_reached``.
    """
    activity = work.activity
    if kind.refused:
        raise reject("kind_refused", "The program does not accept this.", kind=kind.key)
    if kind.about_order and orders.find(work, activity.of) is None:
        raise reject("order_unknown", "There is no such order.", ref=activity.of)
    if kind.requires is not None and not kind.requires(work):
        raise reject("requirement_not_met", "The program's requirements are not met.", kind=kind.key)
    if kind.limits:
        used = {
            "uses": 1,
            "amount": activity.amount or 0,
            "value": activity.amount or 0,
            "points": int(activity.fields.get("points") or 0),
            "quantity": sum(line.quantity for line in work.bill().lines) if activity.lines else 0,
        }
        for of, wanted in used.items():
            limits.demand(work, kind.limits, of, wanted)
        limits.count(work, kind.limits, **used)
    if kind.fee is not None:
        work.outcome["fee"] = work.quantity(kind.fee)


def _remember(work: Work, activity: Activity) -> None:
    before = work.state.marks.get("last", {}).get(activity.kind, "")
    text = activity.at.astimezone(UTC).isoformat()  # texts of UTC sort as the instants do
    if before < text:
        work.mark("last", {})[activity.kind] = text


# --- what is told -----------------------------------------------------------------------------------------------------------


def _close(work: Work, due_at: datetime | None) -> Step:
    """Sum up: facts of what moved, the balances and level that the till is told."""
    state = work.state
    sums: dict[tuple[str, str], int] = {}
    for entry in work.entries:
        if (topic := _TOPICS.get(entry.kind)) is not None:
            key = topic, entry.unit
            sums[key] = sums.get(key, 0) + entry.points
    ref = (work.reported.of or work.reported.ref) if work.reported else ""
    for (topic, unit), points in sums.items():
        work.fact(topic, unit=unit, points=points, balance=work.balance(unit), ref=ref)
    if work.reported is not None:
        work.outcome["balances"] = {unit: wallet.active for unit, wallet in state.wallets.items()}
        if work.program.tiers is not None:
            work.outcome["level"] = state.standing.level
    return work.step(due_at)
