"""Fitting what an organization's members do, with everything that speaks against it, and scoring each of them by it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phakdi.insight.lifetime.core import dropout, judging, spending
from phakdi.insight.lifetime.core.dropout import Dropout, Kind
from phakdi.insight.lifetime.core.histories import Histories, Numbers
from phakdi.insight.lifetime.core.spending import Spending

Whole = NDArray[np.int64]

PERIODS, PERIOD_DAYS = 12, 30  # twelve months of thirty days
MONTHLY_RATE = 0.01
QUARTER_DAYS = 90  # of the trait that is called so, whatever the horizon


@dataclass(frozen=True, slots=True)
class Judged:
    """How a model fitted to what was known before a day foretold who would buy after it (K32)."""

    members: int
    horizon: int  # days
    buyers: int
    auc: float | None
    brier: float | None
    base_brier: float  # of who always says the base rate
    top_lift: float | None
    fifths: list[tuple[float, float]]  # predicted and actual share, the likeliest fifth first
    expected: float  # purchases expected after the day
    actual: int

    @property
    def is_better(self) -> bool:
        """Whether it says more than the base rate does."""
        return self.brier is not None and self.brier < self.base_brier


@dataclass(frozen=True, slots=True)
class Fitted:
    """Both models, or why there is none: ``refusal`` and ``value_refusal`` are codes, empty where there is no reason."""

    members: int
    repeaters: int
    model: Dropout | None = None
    value: Spending | None = None
    refusal: str = ""
    value_refusal: str = ""
    warnings: tuple[str, ...] = ()
    judged: Judged | None = None
    unjudged: str = ""  # why it was not judged: a code


@dataclass(frozen=True, slots=True)
class Scores:
    """What is expected of each member: chances 0 to 1, purchases in twelve months, value of one and of all (minor units)."""

    p_alive: Numbers
    p_active: Numbers  # of buying within the horizon
    p_active_90d: Numbers
    purchases: Numbers
    value: Numbers = field(default_factory=lambda: np.zeros(0))  # empty where the value model was refused
    lifetime: Numbers = field(default_factory=lambda: np.zeros(0))


def histories_of(first: Whole, last: Whole, days: Whole, as_of: int) -> Histories:
    """Return histories in days of members who bought, as of a day."""
    return Histories.of((days - 1).astype(float), (last - first).astype(float), (as_of - first).astype(float))


def repeat_mean(days: Whole, total: Whole, first_value: Whole) -> Numbers:
    """Return the mean value of a member's repeat purchase days, 0 without any."""
    repeats = days - 1
    return np.where(repeats > 0, (total - first_value) / np.maximum(repeats, 1), 0.0)


def fit_guarded(seen: Histories, mean: Numbers, *, kind: Kind = Kind.MBG) -> Fitted:
    """Return the models fitted to the histories, or why nobody is to be scored by them (K31)."""
    members, repeaters = int(seen.members), int(seen.repeaters)
    if repeaters < dropout.REPEATERS_MIN:
        return Fitted(members, repeaters, refusal="too_few_repeaters", value_refusal="too_few_repeaters")
    model = dropout.fit(seen, kind)
    refusal = model.refusal(repeaters)
    value, warnings = None, list[str]()
    if (mean > 0).any():
        value = spending.fit(seen.x, mean)
        value_refusal = refusal or value.refusal
        if value.is_dependent:
            warnings.append("value_depends_on_frequency")
    else:
        value_refusal = refusal or "value_not_identified"
    return Fitted(members, repeaters, model, value, refusal, value_refusal, tuple(warnings))


def score(fitted: Fitted, seen: Histories, mean: Numbers, *, horizon: int, margin: float) -> Scores:
    """Return what the models expect of each; ``margin`` is the share of value that is kept. Only where nothing is refused.

    The value is discounted by one percent a month over twelve months of thirty days (K31).
    """
    assert fitted.model is not None and not fitted.refusal, "refused models score nobody"  # noqa: PT018 - one thought
    model = fitted.model
    alive = model.p_alive(seen)
    active = model.p_buys_if_alive(seen, horizon)
    active *= alive
    quarter = active if horizon == QUARTER_DAYS else alive * model.p_buys_if_alive(seen, QUARTER_DAYS)
    purchases = model.expected_if_alive(seen, PERIODS * PERIOD_DAYS)
    purchases *= alive
    if fitted.value is None or fitted.value_refusal:
        return Scores(alive, active, quarter, purchases)
    worth = fitted.value.expected(seen.x, mean)
    lifetime = model.discounted_if_alive(seen, periods=PERIODS, length=PERIOD_DAYS, rate=MONTHLY_RATE)
    lifetime *= alive
    lifetime *= worth
    lifetime *= margin
    return Scores(alive, active, quarter, purchases, worth, lifetime)


def judge(seen: Histories, bought_after: Whole, *, horizon: int, kind: Kind = Kind.MBG) -> tuple[Judged | None, str]:
    """Return how a model of the histories foretells who bought in the ``horizon`` days after them; or nothing and why, a code.

    ``bought_after`` counts each member's purchase days in that time, which the model does not see.
    """
    if seen.repeaters < dropout.REPEATERS_MIN:
        return None, "too_few_repeaters"
    model = dropout.fit(seen, kind)
    if refusal := model.refusal(seen.repeaters):
        return None, refusal
    chance, truth = model.p_buys(seen, horizon), (bought_after > 0).astype(np.float64)
    base = float(truth.mean())
    return Judged(
        members=len(truth),
        horizon=horizon,
        buyers=int(truth.sum()),
        auc=judging.auc(chance, truth),
        brier=judging.brier(chance, truth),
        base_brier=base * (1 - base),
        top_lift=judging.top_lift(chance, truth),
        fifths=judging.fifths(chance, truth),
        expected=float(model.expected(seen, horizon).sum()),
        actual=int(bought_after.sum()),
    ), ""
