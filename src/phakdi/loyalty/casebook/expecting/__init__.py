"""What a case may expect, and how each of it is read from the members' states and the reports of the steps.

Money is in currency units, points are whole. Only what is named is compared; ``refused`` always is: a step that is not
listed has to succeed.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from phakdi.loyalty.casebook.expecting import points, rights, standing
from phakdi.loyalty.casebook.expecting.view import View, listed, number_in
from phakdi.loyalty.casebook.reading import EXPECTATIONS
from phakdi.loyalty.casebook.results import Difference, StepReport
from phakdi.loyalty.casebook.world import World
from phakdi.loyalty.programs.document.program import Case

PRICED = frozenset({"purchase", "redeem", "use_voucher"})


def compare(case: Case, world: World, reports: Sequence[StepReport]) -> tuple[Difference, ...]:
    """Return what differs from what the case expects."""
    first = "" if "" in world.members else next(iter(world.members), "")
    state = world.members.get(first)
    if state is None:  # a case in which only time passes
        world.id_of("")
        state = world.members[""]
    view = View(world, state, reports)
    expected = {"refused": [], **case.expect}
    return tuple(found for name, value in expected.items() if (found := _difference(name, value, view)) is not None)


def _difference(name: str, expected: Any, view: View) -> Difference | None:
    found = READERS[name](view, expected)
    if name == "not_tier":
        return Difference(name, expected, found) if found in listed(expected) else None
    return None if _same(expected, found) else Difference(name, expected, _plain(found))


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return expected.keys() == found.keys() and all(_same(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(_same(one, other) for one, other in zip(expected, found, strict=True))
    one, other = number_in(expected), number_in(found)
    return one == other if one is not None and other is not None else expected == found


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _refused(view: View, _expected: Any) -> Any:
    return [report.number for report in view.reports if report.is_refused]


READERS: Mapping[str, Callable[[View, Any], Any]] = {
    "points": points.points,
    "tier": standing.tier,
    "not_tier": standing.tier,
    "refused": _refused,
    "discount": standing.money_of("discount", PRICED),
    "pay": standing.money_of("pay", PRICED),
    "fee": standing.money_of("fee", None, Decimal(0)),
    "stamps": points.stamps,
    "vouchers": rights.vouchers,
    "vouchers_total": rights.vouchers_total,
    "balances": points.balances,
    "bonus": points.bonus,
    "rewards_open": rights.rewards_open,
    "balance": points.balance,
    "progress": standing.progress,
    "converted": standing.converted,
    "tier_points": standing.tier_points,
    "pending": points.pending,
    "stars": points.stars,
    "lots": points.lots,
    "gifts": rights.gifts,
    "shipping": standing.money_of("shipping", PRICED, Decimal(0)),
    "wallets": points.wallets,
}
assert READERS.keys() == EXPECTATIONS
