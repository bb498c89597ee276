"""When points, vouchers and levels end: the policies of a program worked out for one beginning (R23-R29).

What is valid through a local day ends at 00:00 of the next one.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from phakdi.loyalty.engine.core.prepared import ENDS_MAX
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document.values import Expiry

DAY = timedelta(days=1)
FAR = date(9000, 1, 1)
BY_CALENDAR = frozenset({None, "day", "week", "month", "quarter", "half_year", "year"})
parse_duration = lru_cache(maxsize=4096)(periods.parse_duration)


def end_of(
    work: Work, policies: Sequence[Expiry], *, starts_at: datetime, earned_at: datetime | None = None, unit: str = "",
    is_bonus: bool = False, extended_at: datetime | None = None, extended_by: frozenset[str] = frozenset(),
) -> datetime | None:  # fmt: skip
    """Return when something that begins at ``starts_at`` ends; None for never. Of several policies the earliest end counts.

    ``earned_at`` and ``unit`` serve points; ``extended_at`` counts anew the policies that one of ``extended_by`` pushes (R28).
    """
    found: datetime | None = None
    for policy in policies:
        begins = extended_at if extended_at is not None and not extended_by.isdisjoint(policy.extended_by) else starts_at
        end = _end_of(work, policy, begins, earned_at or starts_at, unit, is_bonus)
        if end is not None and (found is None or end < found):
            found = end
    return found


NOT_SIMPLE = datetime(1, 1, 1)  # noqa: DTZ001 - a mark, never an end


def simple_end(work: Work, policy: Expiry, starts_at: datetime) -> datetime | None:
    """Return the end of what begins now where it follows from the day alone and was worked out before; else `NOT_SIMPLE`."""
    if starts_at is not work.at or policy.counted_from != "available" or policy.by_level or policy.for_bonus is not None:
        return NOT_SIMPLE
    return work.prepared.ends.get((id(policy), work.today), NOT_SIMPLE)


def _end_of(work: Work, policy: Expiry, starts_at: datetime, earned_at: datetime, unit: str, is_bonus: bool) -> datetime | None:  # noqa: FBT001 - a private leaf
    chosen = _chosen(work, policy, is_bonus)
    if chosen is None:
        return None
    basis_at = _basis(work, chosen, starts_at, earned_at, unit)
    after = parse_duration(chosen.after) if chosen.after else None
    if after and after.is_exact and not (chosen.round_up or chosen.on):
        day = periods.add(periods.day_of(basis_at, work.zone), after)
        moved = day - periods.day_of(basis_at, work.zone)
        return basis_at + moved + timedelta(hours=after.hours)
    if chosen.at and len(chosen.at) > len("2026-01-01"):
        moment = datetime.fromisoformat(chosen.at)
        return moment if moment.tzinfo else moment.replace(tzinfo=work.zone)
    if chosen.within in {"level", "membership"}:
        return work.state.standing.until if chosen.within == "level" else work.state.membership.until
    day = periods.day_of(basis_at, work.zone)
    if chosen.within not in BY_CALENDAR:
        return _after(work, _last_day(work, chosen, day, after))
    ends, place = work.prepared.ends, (id(chosen), day)
    if place not in ends:
        if len(ends) >= ENDS_MAX:
            ends.clear()
        ends[place] = _after(work, _last_day(work, chosen, day, after))
    return ends[place]


def _after(work: Work, last: date | None) -> datetime | None:
    return None if last is None or last >= FAR else work.start_of(last + DAY)


def _chosen(work: Work, policy: Expiry, is_bonus: bool) -> Expiry | None:  # noqa: FBT001 - a private leaf
    """Return the policy that counts for this member: by level, for bonus points, or as it stands; None for never."""
    if is_bonus and policy.for_bonus is not None:
        return None if policy.for_bonus == "never" else policy.for_bonus
    if policy.by_level and (found := policy.by_level.get(work.state.standing.level)) is not None:
        return None if found == "never" else found
    says_more = policy.after or policy.on or policy.at or policy.cycle or policy.within
    return policy if says_more else None


def _basis(work: Work, policy: Expiry, starts_at: datetime, earned_at: datetime, unit: str) -> datetime:
    state = work.state
    counted = policy.counted_from
    if counted == "available":
        return starts_at
    if counted == "earned":
        return earned_at
    if counted == "first_earned":
        first = state.marks.get("first_earned", {}).get(unit)
        return datetime.fromisoformat(first) if first else earned_at
    joined = state.membership.since or state.profile.joined_at
    found = {"joined": state.profile.joined_at or joined, "level": state.standing.since, "membership": joined}[counted]
    return found or starts_at


def _last_day(work: Work, policy: Expiry, day: date, after: periods.Duration | None) -> date | None:
    if policy.at:
        return date.fromisoformat(policy.at)
    if policy.cycle:
        return _end_of_cycle(work, day)
    if policy.within:
        return _end_within(work, policy.within, day)
    last = day
    if after:
        last = periods.add(day, after)
        if policy.last_day == "before" or after.is_exact:
            last -= DAY if policy.last_day == "before" else timedelta(0)
    if policy.on:
        last = _next_of(last, policy)
    return periods.round_up(last, policy.round_up) if policy.round_up else last


def _next_of(day: date, policy: Expiry) -> date:
    """Return the next of the yearly dates; what is earned late in the year is carried over to the one after."""
    dates = [periods.parse_month_day(text) for text in policy.on or ()]
    last = min(periods.next_yearly(day, each) for each in dates)
    if policy.carry_over_from:
        from_day = periods.parse_month_day(policy.carry_over_from)
        carried = periods.yearly(last.year, from_day)
        if carried > last:
            carried = periods.yearly(last.year - 1, from_day)
        if day >= carried:
            last = min(periods.next_yearly(last + DAY, each) for each in dates)
    return last


def _end_of_cycle(work: Work, day: date) -> date | None:
    first, months = work.program.cycle_start, work.program.cycle_months
    if first is None or months <= 0:
        return None
    return periods.add_months(periods.cycle_start(day, first, months), months) - DAY


def _end_within(work: Work, within: str, day: date) -> date | None:
    if within == "membership_year":
        joined = work.state.profile.joined_at
        return periods.add_months(periods.cycle_start(day, periods.day_of(joined, work.zone), 12), 12) - DAY if joined else None
    if within in {"birthday", "birth_month"}:
        born = work.state.profile.birthday
        if born is None:
            return None
        if within == "birthday":
            return periods.next_yearly(day, (born.month, born.day))
        last = periods.round_up(periods.yearly(day.year, (born.month, 1)), "month")
        return last if last >= day else periods.round_up(periods.yearly(day.year + 1, (born.month, 1)), "month")
    return periods.round_up(day, within)


def starts_on(work: Work, how: str) -> datetime:
    """Return when a voucher of today begins: ``at_once``, ``next_day``, ``next_month``, ``birthday`` or ``birth_month``."""
    if how == "at_once":
        return work.at
    today, born = work.today, work.state.profile.birthday
    if how in {"next_day", "next_month"}:
        return work.start_of(periods.next_start(today, how.removeprefix("next_")))
    if born is None:
        return work.at
    day = periods.next_yearly(today, (born.month, born.day if how == "birthday" else 1))
    if how == "birth_month" and today.month == born.month:
        return work.at
    return max(work.start_of(day), work.at)
