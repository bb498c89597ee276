"""What the figures of members and purchases are made of (K1–K7, K12–K15, K18). Amounts are minor units, counts are members."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from phakdi.insight.kpis.core.shares import share


@dataclass(frozen=True, slots=True)
class Base:
    """Members at the start of a window, and who came and went in it (K1)."""

    start: int
    new: int
    left: int

    @property
    def end(self) -> int:
        """Members at the end."""
        return self.start + self.new - self.left


def stickiness(daily_active: Sequence[int], active: int) -> Fraction | None:
    """Return mean daily active / active of the whole window (K2); days without anybody count as 0."""
    return share(sum(daily_active), active * len(daily_active))


@dataclass(frozen=True, slots=True)
class Orders:
    """What was bought, how often and by how many (K3)."""

    sales_minor: int
    orders: int
    members: int

    @property
    def order_value(self) -> Fraction | None:
        """Sales / orders."""
        return share(self.sales_minor, self.orders)

    @property
    def frequency(self) -> Fraction | None:
        """Orders / members who bought."""
        return share(self.orders, self.members)

    @property
    def spend(self) -> Fraction | None:
        """Sales / members who bought: order value × frequency."""
        return share(self.sales_minor, self.members)


@dataclass(frozen=True, slots=True)
class Kept:
    """Two windows that follow each other (K4): active in the first, in both, in the second, and for the first time ever in it."""

    start: int
    kept: int
    end: int
    new: int

    @property
    def rate(self) -> Fraction | None:
        """Active in both / active in the first: never above 1."""
        return share(self.kept, self.start)

    @property
    def with_returned(self) -> Fraction | None:
        """(E − N) / S: counts who came back after a pause as kept, so it may be above 1."""
        return share(self.end - self.new, self.start)

    @property
    def came_back(self) -> int:
        """Who was active before the first window, not in it, and is again."""
        return self.end - self.kept - self.new


def lapse_limit(*, fixed: int | None, median_gap: Fraction | None, orders: int, common: int) -> Fraction:
    """Return after how many days without a purchase a member has lapsed (K7): the setting, 3 × the median gap, or what is common."""
    if fixed is not None:
        return Fraction(fixed)
    if median_gap is not None and orders >= 3:  # noqa: PLR2004 - two gaps make a rhythm
        return 3 * median_gap
    return Fraction(common)


def common_limit(gaps: Iterable[tuple[int, int]]) -> int:
    """Return the 90th percentile of all gaps (days, times), within 30 to 365 days; 365 where nobody came twice (K7)."""
    ordered = sorted(gaps)
    wanted, seen = 9 * sum(times for _, times in ordered), 0
    for gap, times in ordered:
        seen += times
        if 10 * seen >= wanted > 0:
            return min(max(gap, 30), 365)
    return 365


def survival_median(durations: Iterable[tuple[int, int, int]]) -> int | None:
    """Return the Kaplan–Meier median (1958) of (days, came, still waiting): the first day by which half have come; None if never."""
    rows = sorted(durations)
    waiting, alive = sum(came + censored for _, came, censored in rows), Fraction(1)
    for days, came, censored in rows:
        if came and waiting:
            alive *= Fraction(waiting - came, waiting)
            if alive <= Fraction(1, 2):
                return days
        waiting -= came + censored
    return None


@dataclass(frozen=True, slots=True)
class Moves:
    """Where members of each level were at the end (K18). Levels in order, the lowest first; who is new was nowhere at the start."""

    levels: Sequence[str]
    cells: Mapping[tuple[str, str], int]  # (from, to); NOWHERE for new and left

    @property
    def start(self) -> int:
        """Members at the start."""
        return sum(n for (before, _), n in self.cells.items() if before != NOWHERE)

    def share_of(self, step: str) -> Fraction | None:
        """Return the share of members at the start who went ``up``, ``down``, ``stay`` or ``left``."""
        return share(sum(n for pair, n in self.cells.items() if self.step_of(pair) == step), self.start)

    @property
    def net(self) -> Fraction | None:
        """Share that went up less share that went down."""
        up, down = self.share_of("up"), self.share_of("down")
        return None if up is None or down is None else up - down

    def kept(self, level: str) -> Fraction | None:
        """Return the share of a level's members who are on it at the end too."""
        return share(self.cells.get((level, level), 0), sum(n for (before, _), n in self.cells.items() if before == level))

    def step_of(self, pair: tuple[str, str]) -> str:
        """Return up, down, stay, left or new of a pair of levels."""
        before, after = pair
        if before == NOWHERE:
            return "new"
        if after == NOWHERE:
            return "left"
        places = {level: place for place, level in enumerate(self.levels)}
        moved = places.get(after, -1) - places.get(before, -1)
        return "up" if moved > 0 else "down" if moved < 0 else "stay"


NOWHERE = "\x00"  # not a member on that day; the empty text is a member without a level
