"""What is said of products and categories (K35)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from phakdi.kit.proportions import wilson

YEAR = timedelta(weeks=52)  # the same weeks a year before start on the same day of the week
TOGETHER_MIN = 20  # bills that a pair must share before it is shown
SECOND_DAYS = 90  # within so many days a second visit counts as brought about by the first


@dataclass(frozen=True, slots=True)
class Span:
    """Program days from ``first`` up to ``end``, not included."""

    first: date
    end: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.first).days

    @property
    def before(self) -> "Span":
        """The span of the same length just before."""
        return Span(self.first - (self.end - self.first), self.first)

    @property
    def year_before(self) -> "Span":
        """The same weeks a year before."""
        return Span(self.first - YEAR, self.end - YEAR)


@dataclass(frozen=True, slots=True)
class Rates:
    """Margin of each category, else of everything; what one point of each unit costs, in minor units."""

    margin: Fraction | None = None
    by_category: Mapping[str, Fraction] | None = None
    point_costs: Mapping[str, Fraction] | None = None

    def of(self, category: str) -> Fraction | None:
        """Return the margin rate of a category; None where nobody told one."""
        return (self.by_category or {}).get(category, self.margin)


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """One product or category in a span. Amounts are minor units after returns; ``quantity_milli`` are thousandths."""

    item: str
    category: str
    sales_minor: int
    quantity_milli: int
    returned_minor: int
    bills: int
    members: int
    repeaters: int
    margin_minor: int | None
    points_minor: int | None

    @property
    def repeat_share(self) -> Fraction | None:
        """Members who bought it on at least two days, of those who bought it."""
        return Fraction(self.repeaters, self.members) if self.members else None

    @property
    def return_share(self) -> Fraction | None:
        """What came back, of what was sold."""
        sold = self.sales_minor + self.returned_minor
        return Fraction(self.returned_minor, sold) if sold else None

    @property
    def after_points_minor(self) -> int | None:
        """Margin less what the points cost that its bills earned."""
        return None if self.margin_minor is None or self.points_minor is None else self.margin_minor - self.points_minor


@dataclass(frozen=True, slots=True)
class Moved:
    """What was sold of an item now, and in the span compared with."""

    item: str
    sales_minor: int
    before_minor: int
    quantity_milli: int

    @property
    def change_minor(self) -> int:
        """How much more was sold."""
        return self.sales_minor - self.before_minor

    @property
    def change(self) -> Fraction | None:
        """The change as a share of what was sold then; None where nothing was."""
        return Fraction(self.change_minor, self.before_minor) if self.before_minor > 0 else None


@dataclass(frozen=True, slots=True)
class Together:
    """Two products on ``both`` bills of ``bills``."""

    one: str
    other: str
    bills: int
    with_one: int
    with_other: int
    both: int

    @property
    def lift(self) -> Fraction:
        """How many times as often as if one had nothing to do with the other."""
        return Fraction(self.bills * self.both, self.with_one * self.with_other)

    @property
    def share(self) -> Fraction:
        """Bills with the other, of bills with the one."""
        return Fraction(self.both, self.with_one)


@dataclass(frozen=True, slots=True)
class SecondVisit:
    """Members whose first day of buying had the item, and how many bought on another day soon after."""

    item: str
    members: int
    back: int

    @property
    def share(self) -> Fraction | None:
        """Share that came back."""
        return Fraction(self.back, self.members) if self.members else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The interval in which the share lies."""
        return wilson(self.back, self.members)

    def against(self, everybody: "SecondVisit") -> Fraction | None:
        """Return by how much more (1 = 100 points) its members come back than all do."""
        return None if self.share is None or everybody.share is None else self.share - everybody.share

    def is_clear(self, everybody: "SecondVisit") -> bool:
        """Whether the difference from all members is more than chance would make."""
        return (
            self.interval is not None
            and everybody.share is not None
            and not self.interval[0] <= everybody.share <= self.interval[1]
        )


@dataclass(frozen=True, slots=True)
class NotSelling:
    """Something that sold before, and has not since ``last_day``."""

    item: str
    last_day: date
    sales_minor: int
    members: int


@dataclass(frozen=True, slots=True)
class RewardPull:
    """How a reward or voucher is taken, and what follows within ``days`` of it; ``open`` were taken too lately to say."""

    reward: str
    times: int
    members: int
    points: int
    used: int | None
    expired: int | None
    judged: int
    back: int
    before_minor: int
    after_minor: int

    @property
    def back_share(self) -> Fraction | None:
        """Members who bought again soon after, of those whose time is over."""
        return Fraction(self.back, self.judged) if self.judged else None
