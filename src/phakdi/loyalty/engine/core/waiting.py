"""When points that wait become spendable (R17-R21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningPending

DAY = timedelta(days=1)


@dataclass(slots=True, frozen=True)
class Wait:
    """Until when a lot waits: an instant, or one of the activity kinds in ``waits_for`` (parted by spaces)."""

    available_at: datetime | None
    waits_for: str = ""
    cancel_at: datetime | None = None


def wait_of(work: Work, rules: Sequence[RunningPending]) -> Wait | None:
    """Return how long points earned now wait under the first rule whose condition holds; None for not at all."""
    for rule in rules:
        if rule.when is None or rule.when(work):
            if rule.until:
                cancel_at = moved(work, work.at, rule.cancel_after, "none") if rule.cancel_after else None
                return Wait(None, " ".join(sorted(rule.until)), cancel_at)
            available_at = after_event(work, rule, work.at)
            return Wait(available_at) if available_at > work.at else None
    return None


def after_event(work: Work, rule: RunningPending, at: datetime) -> datetime:
    """Return when points become spendable whose waiting begins at ``at``."""
    if rule.on is not None:
        return work.start_of(periods.next_yearly(periods.day_of(at, work.zone), rule.on))
    return moved(work, at, rule.after, rule.round) if rule.after else at


def moved(work: Work, at: datetime, length: periods.Duration, rounding: str) -> datetime:
    """Return ``at`` moved by ``length``, rounded down to the day's start or up to the end of a period."""
    local = at.astimezone(work.zone)
    day = periods.add(local.date(), length)
    exact = datetime.combine(day, local.timetz()) + timedelta(hours=length.hours)
    if rounding == "none" or (rounding == "day_start" and length.is_exact):
        return exact
    day = exact.astimezone(work.zone).date()
    if rounding == "day_start":
        return work.start_of(day)
    return work.start_of(periods.round_up(day, rounding.removesuffix("_end")) + DAY)
