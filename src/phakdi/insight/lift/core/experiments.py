"""What is to be tried on whom, by what it is judged, and what came out."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from phakdi.insight.lift.core.measuring import Group, Lift, lift, program_return, with_before
from phakdi.insight.lift.core.splitting import is_split_sound
from phakdi.kit.errors import Invalid

HELD_BP_MIN, HELD_BP_MAX = 100, 5_000
DAYS_MAX = 366
NAME_MAX = 80


class Outcome(StrEnum):
    """The one figure by which it is judged, chosen before anything is sent."""

    BOUGHT = "bought"  # share of members who bought
    SPEND = "spend"  # what was spent per head


@dataclass(frozen=True, slots=True)
class Audience:
    """Who takes part: active members of whom all that is said here is true. Days count back from the start."""

    level: str = ""
    segment: str = ""
    store: str = ""
    bought_within_days: int | None = None
    quiet_for_days: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An experiment as it is asked for. ``cost_minor`` is all that the campaign costs; ``segment`` is put on the treated."""

    name: str
    audience: Audience
    held_bp: int
    outcome: Outcome
    first: date
    last: date
    cost_minor: int = 0
    segment: str = ""

    def check(self) -> None:
        """Refuse what cannot be measured.

        Raises:
            Invalid: with the field that is wrong.
        """
        if not self.name.strip() or len(self.name) > NAME_MAX:
            raise Invalid("Give it a name.", code="experiment_name", field="name")
        if not HELD_BP_MIN <= self.held_bp <= HELD_BP_MAX:
            raise Invalid("Leave out between 1 % and 50 %.", code="experiment_share", field="held")
        if not 0 <= (self.last - self.first).days < DAYS_MAX:
            raise Invalid("The last day comes after the first, within a year.", code="experiment_days", field="last")
        if self.cost_minor < 0:
            raise Invalid("A cost is not below zero.", code="experiment_cost", field="cost")

    @property
    def days(self) -> int:
        """How many days it is measured over."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Sums:
    """One group's figure while it ran, and of as many days before: sums over all members assigned."""

    n: int = 0
    after: float = 0
    after_squares: float = 0
    before: float = 0
    before_squares: float = 0
    products: float = 0

    @property
    def group(self) -> Group:
        """The group's figure while it ran."""
        return Group.of_sums(self.n, self.after, self.after_squares)


@dataclass(frozen=True, slots=True)
class Result:
    """What came out. Where the split is not as planned, nothing else is to be believed."""

    treated: Sums
    held: Sums
    is_sound: bool
    is_over: bool
    plain: Lift
    freed: Lift  # of what members were like before (CUPED)
    left_out: int  # who became one with a member of the other group

    def worth(self, *, margin: Fraction, cost_minor: int) -> float | None:
        """Return added margin per unit of cost, less one; for an outcome in money."""
        return program_return(self.plain.total, float(margin), float(cost_minor))


def judge(treated: Sums, held: Sums, *, held_bp: int, is_over: bool, left_out: int = 0) -> Result:
    """Return the difference between the groups, plain and freed of what they were like before."""
    return Result(
        treated,
        held,
        is_split_sound(treated.n, held.n, held_bp=held_bp),
        is_over,
        lift(treated.group, held.group),
        _freed(treated, held),
        left_out,
    )


def _freed(treated: Sums, held: Sums) -> Lift:
    n = treated.n + held.n
    if n < 4:  # noqa: PLR2004 - two of each
        return lift(treated.group, held.group)
    mean = (treated.before + held.before) / n
    variance = _co(treated, "before_squares", "before", "before") + _co(held, "before_squares", "before", "before")
    together = _co(treated, "products", "after", "before") + _co(held, "products", "after", "before")
    slope = together / variance if variance > 0 else 0.0
    groups = [
        with_before(
            each.group,
            before_mean=each.before / each.n if each.n else mean,
            everybody_mean=mean,
            slope=slope,
            before_variance=_co(each, "before_squares", "before", "before") / max(each.n - 1, 1),
            covariance=_co(each, "products", "after", "before") / max(each.n - 1, 1),
        )
        for each in (treated, held)
    ]
    return lift(groups[0], groups[1])


def _co(sums: Sums, products: str, one: str, other: str) -> float:
    """Return the sum of products of deviations."""
    return float(getattr(sums, products) - getattr(sums, one) * getattr(sums, other) / sums.n) if sums.n else 0.0


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment that was begun."""

    id: UUID
    plan: Plan
    treated: int
    held: int
    stopped_on: date | None = None
    result: Result | None = None

    def is_over(self, today: date) -> bool:
        """Whether all its days have passed."""
        return (self.stopped_on or self.plan.last) < today
