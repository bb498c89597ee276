"""What is owed for points and what revenue waits, month by month (K19–K25), from sums by month of issue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from phakdi.insight.points.core.flow import Flow
from phakdi.insight.points.core.revenue import allocate, recognized
from phakdi.insight.points.core.vintages import Expected, Vintage, expect

NOTHING = Fraction()


@dataclass(frozen=True, slots=True)
class Issue:
    """Points of one kind given in one month, less what was taken back, and what became of them until now."""

    month: date
    spent: int
    expired: int
    remaining: int

    @property
    def issued(self) -> int:
        """Points that stayed given."""
        return self.spent + self.expired + self.remaining


@dataclass(frozen=True, slots=True)
class Price:
    """What one point of a kind costs and is worth, in minor units; ``is_owed``: all of it is owed whatever is expected (store credit)."""

    cost: Fraction
    worth: Fraction
    is_owed: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """One month as it was closed; once written it stays. Amounts are minor units at the end of the month, sums of it where said."""

    month: date
    sales_minor: int  # in the month
    flow: Flow  # in the month
    balance: int  # points that members hold, less what they owe
    expected: int  # points of those that are expected to be used
    liability_minor: int
    full_minor: int  # were every point used
    allocated_minor: int  # of the month's sales, to the month's points
    recognized_minor: int  # in the month
    deferred_minor: int
    gifts_minor: int = 0  # vouchers used in the month that nobody paid points for
    spent_minor: int = 0  # points used in the month, at cost

    @property
    def cost_minor(self) -> int:
        """Rewards at cost in the month (K25)."""
        return self.spent_minor + self.gifts_minor


@dataclass(frozen=True, slots=True)
class Account:
    """One kind of points: each month's issue with what is expected of it, and every month's closing; the last is still open."""

    unit: str
    expected: Sequence[tuple[Issue, Expected]]
    months: Sequence[Closing]


@dataclass(frozen=True, slots=True)
class Told:
    """What the warehouse says of one kind of points."""

    issues: Sequence[Issue]
    used: Mapping[tuple[date, date], int]  # (issued in, used in) -> points
    flows: Mapping[date, Flow]
    sales: Mapping[date, int]
    gifts: Mapping[date, int]


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of all months from the one of ``first`` to the one of ``last``."""
    months, month = [], first.replace(day=1)
    while month <= last:
        months.append(month)
        month = next_month(month)
    return months


def make_account(unit: str, told: Told, price: Price, *, kept: Sequence[Closing], today: date) -> Account | None:
    """Return the account of a kind of points; ``kept`` are closings of earlier runs. None where there never were any points."""
    known = [*told.flows, *(issue.month for issue in told.issues)]
    if not known:
        return None
    months = months_between(min(known), today)
    vintages = [_vintage(issue, told.used, months[:-1]) for issue in told.issues]
    expected = _owed(vintages) if price.is_owed else expect(vintages)
    pairs = list(zip(told.issues, expected, strict=True))
    return Account(unit, pairs, _close(months, pairs, told, price, {closing.month: closing for closing in kept}))


def _vintage(issue: Issue, used: Mapping[tuple[date, date], int], whole: Sequence[date]) -> Vintage:
    """Return the issue by ages of whole months; what was used in the present month is in what is left, not in an age."""
    spent, total = [], 0
    for month in whole:
        if month >= issue.month:
            total += used.get((issue.month, month), 0)
            spent.append(max(total, 0))
    lately = issue.spent - (spent[-1] if spent else 0)
    return Vintage(issue.issued, spent, issue.remaining + max(lately, 0))


def _owed(vintages: Sequence[Vintage]) -> list[Expected]:
    return [Expected(vintage, Fraction(vintage.used + vintage.left)) for vintage in vintages]


def _close(
    months: Sequence[date], pairs: Sequence[tuple[Issue, Expected]], told: Told, price: Price, kept: Mapping[date, Closing]
) -> list[Closing]:
    ultimate = {issue.month: max(expected.ultimate, Fraction(issue.spent)) for issue, expected in pairs}
    issued = {issue.month: issue.issued for issue, _ in pairs}
    spent: dict[date, int] = dict.fromkeys(ultimate, 0)
    allocated: dict[date, Fraction] = {}
    balance, found = 0, []
    total_before = NOTHING
    for month in months:
        flow = told.flows.get(month, Flow())
        balance += flow.growth
        for issue in spent:
            spent[issue] += told.used.get((issue, month), 0)
        before = kept.get(month)
        share = (
            Fraction(before.allocated_minor)
            if before
            else allocate(told.sales.get(month, 0), ultimate.get(month, NOTHING) * price.worth).points
            if issued.get(month)
            else NOTHING
        )
        allocated[month] = Fraction(_round(share))
        total = sum((recognized(allocated[each], spent.get(each, 0), ultimate.get(each, 0)) for each in allocated), NOTHING)
        still = sum((max(ultimate[each] - spent[each], NOTHING) for each in spent if each <= month), NOTHING)
        closing = before or Closing(
            month,
            told.sales.get(month, 0),
            flow,
            balance,
            _round(still),
            _round(still * price.cost),
            _round(balance * price.cost),
            _round(share),
            _round(total) - _round(total_before),
            _round(sum(allocated.values(), NOTHING)) - _round(total),
            told.gifts.get(month, 0),
            _round(flow.spent * price.cost),
        )
        found.append(closing)
        total_before = sum((Fraction(each.recognized_minor) for each in found), NOTHING)
    return _settle(found)


def _settle(found: list[Closing]) -> list[Closing]:
    """Let what waits at the end of each month be what was allocated less what was recognized, also across kept months."""
    waits, settled = 0, []
    for closing in found:
        waits += closing.allocated_minor - closing.recognized_minor
        settled.append(replace(closing, deferred_minor=waits))
    return settled


def _round(amount: Fraction) -> int:
    """Round half up."""
    return int((2 * amount + 1) // 2)
