"""The passing of time: whatever has come true is booked, in the order in which it came true (R35).

Time does not wait for jobs: every step begins and ends with this. One instant at a time, so that many small steps and one
big one write the same rows. At one instant: holds end, points that waited come or are cancelled, enough of a unit turns
into a voucher, memberships and levels end, points and vouchers expire, and the calendar's own activities let rules give.
"""

from datetime import datetime

from phakdi.loyalty.engine.core import automatic, calendar, earning, extending, levels, limits, memberships, moves, rights
from phakdi.loyalty.engine.core.lots import NEVER, first_end
from phakdi.loyalty.engine.core.state import Activity, Lot
from phakdi.loyalty.engine.core.work import STOPPED, Work

INSTANTS_MAX = 20_000  # of one step: the rest comes with the next
ROWS_MAX = 50_000
ROUNDS_MAX = 20  # of things that make one another happen


def pass_time(work: Work, until: datetime) -> datetime | None:
    """Book everything that comes true up to and including ``until``; return when something is to be booked next."""
    state = work.state
    if state.clock is None:
        state.clock = until
    for _ in range(INSTANTS_MAX):
        at = due_at(work)
        if at is None or at > until:
            state.clock = max(state.clock, until)
            return at
        _book_instant(work, at)
        state.clock = max(state.clock, at)
        if work.rows_given >= ROWS_MAX:
            break
    return due_at(work)


def due_at(work: Work) -> datetime | None:
    """Return the next instant at which something has to be booked for this member, or None."""
    found = [_end_of_lots(work), *_ends_of_rights(work), *_of_calendar(work)]
    if work.program.tiers is not None:
        standing = work.state.standing
        found += [standing.next_at, standing.until, standing.grace_until, calendar.next_review(work), calendar.next_rise(work)]
    return min([instant for instant in found if instant is not None and instant is not NEVER], default=None)


def _end_of_lots(work: Work) -> datetime:
    """Return when the first lot ends, becomes spendable or is cancelled.

    Lots as they were loaded are looked at once; those of this step, which are few, every time.
    """
    if work.touched_lots:
        return first_end(work.state.lots.values())
    if work.lot_ends is None:
        work.lot_ends = work.state.lots.first_end(work.new_lots)
    return min(work.lot_ends, first_end(work.new_lots.values())) if work.new_lots else work.lot_ends


def _ends_of_rights(work: Work) -> list[datetime | None]:
    """Return when vouchers, holds and the membership end."""
    state = work.state
    found = [voucher.expires_at for voucher in state.vouchers.values() if voucher.state in rights.OPEN]
    if holds := state.marks.get("holds"):
        found += [datetime.fromisoformat(hold["until"]) for hold in holds.values() if hold["until"]]
    if not state.membership.ended:
        found.append(state.membership.until)
    return found


def _of_calendar(work: Work) -> list[datetime | None]:
    """Return when the calendar lets rules give, and the midnight at which enough of a unit is turned."""
    clock = work.state.clock
    if clock is None:
        return []
    found: list[datetime | None] = []
    if work.program.clock_kinds and work.state.profile.status not in STOPPED:
        found += [instant for _, instant in calendar.next_of_kinds(work, clock)]
    found.append(automatic.next_end(work, clock))
    return found


# --- one instant ---------------------------------------------------------------------------------------------------------------


def _book_instant(work: Work, at: datetime) -> None:
    state = work.state
    clock = state.clock or at
    work.look_at(Activity(work.cause, "", at), at)
    _end_holds(work, at)
    _end_waiting(work, at)
    automatic.run(work, at_midnight=True)
    if state.membership.until is not None and not state.membership.ended and state.membership.until <= at:
        memberships.end(work)
    _move_levels(work, at, clock)
    _expire(work, at)
    if work.program.tiers is not None and work.program.tiers.review == "at_once":
        levels.review_now(work)
    if work.program.clock_kinds and state.profile.status not in STOPPED:
        for kind, instant in calendar.next_of_kinds(work, clock):
            if instant == at:
                earning.happened(work, Activity(work.cause, kind, at), at)
    drain(work)


def _end_holds(work: Work, at: datetime) -> None:
    for ref, hold in list(work.state.marks.get("holds", {}).items()):
        if hold["until"] and datetime.fromisoformat(hold["until"]) <= at:
            for key, bucket, quantity in hold.get("limits", ()):  # stock, quota and budget go with it (R65)
                limits.step_back(work, key, bucket, quantity)
            moves.release(work, ref, reason="hold_ended")


def _end_waiting(work: Work, at: datetime) -> None:
    """Activate what waited for now (R18) and cancel what never came true (R21)."""
    waiting = [lot for lot in work.state.lots.values() if lot.is_pending and lot.remaining > 0]
    for lot in sorted(waiting, key=_by_age):
        if lot.available_at is not None and lot.available_at <= at:
            moves.activate(work, work.lot(lot.id))
        elif lot.cancel_at is not None and lot.cancel_at <= at:
            moves.cancel_pending(work, lot.id, reason="never_confirmed")


def _by_age(lot: Lot) -> tuple[datetime, int]:
    return lot.earned_at, lot.id.int


def _move_levels(work: Work, at: datetime, clock: datetime) -> None:
    if work.program.tiers is None:
        return
    standing = work.state.standing
    review = calendar.next_review(work, clock)
    rise = calendar.next_rise(work, clock)
    if standing.next_at is not None and standing.next_at <= at:
        levels.set_level(work, standing.next_level, reason="reached")
    elif any(end is not None and end <= at for end in (standing.until, standing.grace_until)):
        levels.term_ended(work)
    elif review is not None and review <= at and not standing.assigned and work.program.tiers.review == "dates":
        levels.review(work)
    if rise is not None and rise <= at:
        levels.rise(work)


def _expire(work: Work, at: datetime) -> None:
    """Expire by shape (R31): something remains, and its end has come."""
    ended = [lot for lot in work.state.lots.values() if lot.remaining > 0 and lot.expires_at is not None and lot.expires_at <= at]
    for lot in sorted(ended, key=_by_age):
        moves.expire(work, lot.id)
    for voucher in list(work.state.vouchers.values()):
        if voucher.state in rights.OPEN and voucher.expires_at is not None and voucher.expires_at <= at:
            rights.expire(work, voucher.id)


def drain(work: Work) -> None:
    """Let everything that the step itself made happen (a level reached) have its effects, and stop where rules never end."""
    for _ in range(ROUNDS_MAX):
        if not work.happenings:
            return
        happenings, work.happenings = work.happenings, []
        for activity in happenings:
            lose(work, activity.kind)
            extending.after_level(work, activity.kind, activity.at)
            earning.happened(work, activity, activity.at)
    work.happenings = []
    work.verdict("", False, "endless", rounds=ROUNDS_MAX)


def lose(work: Work, kind: str) -> None:
    """Expire all points of the units that are lost on activities of this kind."""
    for unit in work.prepared.lost_on.get(kind, ()):
        moves.expire_all(work, unit, reason=f"lost_on_{kind}")
