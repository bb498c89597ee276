"""What became of the members who first bought in the same month (K17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from phakdi.insight.kpis.core.shares import pooled, share


@dataclass(frozen=True, slots=True)
class Cohort:
    """Members whose first purchase ever was in month ``month`` (months since year 0): by age in months, who bought and for how much."""

    month: int
    size: int
    active: Mapping[int, int] = field(default_factory=dict)
    later: Mapping[int, int] = field(default_factory=dict)  # who bought at that age or later
    spend_minor: Mapping[int, int] = field(default_factory=dict)

    def retention(self, age: int, *, whole_until: int) -> Fraction | None:
        """Return who bought at that age / size; None where the month is not over. ``whole_until`` is the last month that is."""
        return share(self.active.get(age, 0), self.size) if self.month + age <= whole_until else None

    def retention_or_later(self, age: int, *, whole_until: int) -> Fraction | None:
        """Return who bought at that age or later / size; None where the month is not over."""
        return share(self.later.get(age, 0), self.size) if self.month + age <= whole_until else None

    def spend_so_far(self, age: int, *, whole_until: int) -> Fraction | None:
        """Return what was spent up to that age per original member, in minor units; None where the month is not over."""
        if self.month + age > whole_until:
            return None
        return share(sum(minor for at, minor in self.spend_minor.items() if at <= age), self.size)


def mean_retention(cohorts: Sequence[Cohort], age: int, *, whole_until: int) -> Fraction | None:
    """Return the retention of all cohorts that have reached an age, together: weighted by their size."""
    return pooled((each.active.get(age, 0), each.size) for each in cohorts if each.month + age <= whole_until)
