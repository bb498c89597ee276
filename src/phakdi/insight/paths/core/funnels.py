"""Funnels: how many members take each of some steps in order (K26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

STEPS_MIN, STEPS_MAX = 2, 8
WINDOW_DAYS = 365
WINDOW_MAX = 3_660
JOINED, PURCHASE, REDEEM, SIGN_IN = "joined", "purchase", "redeem", "sign_in"
FIRST_PURCHASE = "first_purchase"
LEVEL, ACTIVITY, MESSAGE = "level:", "activity:", "message:"
PLAIN = (JOINED, FIRST_PURCHASE, PURCHASE, REDEEM, SIGN_IN)
USUAL = (JOINED, PURCHASE, PURCHASE, REDEEM, PURCHASE)


@dataclass(frozen=True, slots=True)
class Funnel:
    """Steps in order, and within how many days of the first the others count."""

    steps: tuple[str, ...] = USUAL
    window_days: int = WINDOW_DAYS

    def __post_init__(self) -> None:
        assert STEPS_MIN <= len(self.steps) <= STEPS_MAX
        assert 1 <= self.window_days <= WINDOW_MAX
        assert all(is_step(step) for step in self.steps)


def is_step(text: str) -> bool:
    """Whether a text names a step: one of `PLAIN`, or a level, an activity or a message with its name."""
    return text in PLAIN or any(text.startswith(kind) and len(text) > len(kind) for kind in (LEVEL, ACTIVITY, MESSAGE))


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step: the members who took it, those who did not (lost, or with time left), and how long it took from the first step.

    ``median_days`` is over the members who took the step; None where nobody did.
    """

    step: str
    members: int
    lost: int
    open: int
    median_days: Fraction | None
    of_before: Fraction | None
    of_first: Fraction | None


def figures_of(funnel: Funnel, ended: Mapping[tuple[int, bool], int], days: Sequence[Mapping[int, int]]) -> list[StepFigures]:
    """Return the figures of each step.

    ``ended`` counts members by the last step they took (1 is the first) and whether their window is still open; ``days`` has, for
    each step, how many members took it how many days after the first.
    """
    number = len(funnel.steps)
    reached = [sum(count for (last, _), count in ended.items() if last >= step) for step in range(1, number + 1)]
    found = []
    for index, (step, count) in enumerate(zip(funnel.steps, reached, strict=True)):
        before = reached[index - 1] if index else count
        found.append(
            StepFigures(
                step,
                count,
                lost=ended.get((index, False), 0) if index else 0,
                open=ended.get((index, True), 0) if index else 0,
                median_days=median(days[index]),
                of_before=Fraction(count, before) if before else None,
                of_first=Fraction(count, reached[0]) if reached[0] else None,
            )
        )
    return found


def median(counts: Mapping[int, int]) -> Fraction | None:
    """Return the median of values that occur so often; the mean of the middle two where their number is even."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, found, seen = [(total - 1) // 2, total // 2], [], 0
    for value, count in sorted(counts.items()):
        found += [value for place in wanted if seen <= place < seen + count]
        seen += count
    return Fraction(sum(found), len(found))
