"""From sums to what is shown: points, money and levels of each side, month by month, and how the drafts stand against now.

Money is in minor units. What points cost: a point's cost times how many; a liability is what is outstanding times the share that
will still be used times that cost (K22); the cost of a time is what was used in it plus by how much the liability grew, and the
share of sales is that of the purchases' amounts less returns (K25).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from phakdi.insight.backtest.core.planning import NOW, Plan, Side
from phakdi.insight.backtest.core.tallying import Sums

WHOLE = (1, 1)
FLOWS = ("issued", "spent", "expired", "reversed", "adjusted", "moved")
BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Priced:
    """What one point of a kind costs and how much of what is outstanding will be used."""

    cost: Fraction | None
    expected: Fraction

    def spent(self, points: int) -> Fraction:
        """Return what points cost that are used."""
        return points * (self.cost or Fraction())

    def owed(self, points: int) -> Fraction:
        """Return what is owed for points that are outstanding."""
        return points * self.expected * (self.cost or Fraction())


def report_of(plan: Plan, sums: Sums) -> dict[str, Any]:
    """Return the whole report in JSON shapes; ``sums`` are those of all parts together."""
    base = sums.get("all", {})
    months = [name for _, name in plan.months]
    sales = {name: base.get("months", {}).get(name, {}) for name in months}
    return {
        "members": base.get("members", 0),
        "purchases": sum(month.get("purchases", 0) for month in sales.values()),
        "sales_minor": sum(month.get("sales_minor", 0) for month in sales.values()),
        "months": [
            {"month": name, "purchases": sales[name].get("purchases", 0), "sales_minor": sales[name].get("sales_minor", 0)}
            for name in months
        ],
        "sides": [_side(side, sums.get(side.key, {}), months, sales) for side in plan.sides],
    }


def _side(side: Side, sums: Mapping[str, Any], months: list[str], sales: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    units = _units_of(side, sums)
    prices = {unit: _priced(side, unit) for unit in units}
    by_unit = {unit: _unit(unit, prices[unit], sums) for unit in units}
    cost = sum((each["cost"] for each in by_unit.values()), Fraction())
    sold = sum(month.get("sales_minor", 0) for month in sales.values())
    return {
        "key": side.key,
        "name": side.name,
        "units": {unit: {name: _whole(value) for name, value in figures.items()} for unit, figures in by_unit.items()},
        "redeemed_minor": _whole(sum((each["redeemed_minor"] for each in by_unit.values()), Fraction())),
        "liability_minor": _whole(sum((each["liability_minor"] for each in by_unit.values()), Fraction())),
        "cost_minor": _whole(cost),
        "cost_bp": _whole(cost * BASIS_POINTS / sold) if sold > 0 else None,
        "gifts_minor": sum(each["free_minor"] for each in sums.get("vouchers", {}).values()),
        "vouchers": [{"voucher": key, **figures} for key, figures in sorted(sums.get("vouchers", {}).items())],
        "tiers": _tiers(side, sums),
        "rules": _rules(side, sums),
        "months": _months(prices, sums, months, sales),
        "could_not": _could_not(sums),
        "compared": None if side.key == NOW else dict.fromkeys(("more", "less", "same"), 0) | dict(sums.get("compared", {})),
        "without_price": sorted(unit for unit in units if prices[unit].cost is None),
    }


def _units_of(side: Side, sums: Mapping[str, Any]) -> list[str]:
    """Return the program's units in its order, then others that members still hold."""
    program = side.program_at(side.versions[-1][0])
    found = dict.fromkeys(program.units)
    for units in sums.get("months", {}).values():
        found |= dict.fromkeys(sorted(units))
    found |= dict.fromkeys(sorted(sums.get("held_at_end", {})))
    return list(found)


def _priced(side: Side, unit: str) -> Priced:
    cost = side.costs.get(unit)
    return Priced(Fraction(*cost) if cost else None, Fraction(*side.expected.get(unit, WHOLE)))


def _unit(unit: str, price: Priced, sums: Mapping[str, Any]) -> dict[str, Any]:
    flows = dict.fromkeys(FLOWS, 0)
    for units in sums.get("months", {}).values():
        for name, points in units.get(unit, {}).items():
            flows[name] += points
    start, end = (sums.get(name, {}).get(unit, {}) for name in ("held_at_start", "held_at_end"))
    owed_at_start, owed = price.owed(start.get("outstanding", 0)), price.owed(end.get("outstanding", 0))
    return {
        **flows,
        "outstanding_at_start": start.get("outstanding", 0),
        "outstanding": end.get("outstanding", 0),
        "debt": end.get("debt", 0),
        "holders": sums.get("holders", {}).get(unit, 0),
        "too_few": sums.get("too_few", {}).get(unit, 0),
        "redeemed_minor": price.spent(flows["spent"]),
        "liability_minor": owed,
        "cost": price.spent(flows["spent"]) + owed - owed_at_start,
    }


def _tiers(side: Side, sums: Mapping[str, Any]) -> list[dict[str, Any]]:
    program = side.program_at(side.versions[-1][0])
    names = [level.key for level in program.levels]
    tables = {name: sums.get(name, {}) for name in ("levels_at_start", "levels_at_end", "levels_reached")}
    others = sorted({level for table in tables.values() for level in table} - {*names, ""})
    shown = [*([""] if any("" in tables[name] for name in tables) and program.levels else []), *names, *others]
    return [
        {
            "level": level,
            "at_start": tables["levels_at_start"].get(level, 0),
            "at_end": tables["levels_at_end"].get(level, 0),
            "reached": tables["levels_reached"].get(level, 0),
        }
        for level in shown
    ]


def _rules(side: Side, sums: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return how often each rule applied: those of the program in its order, then what else gave."""
    counted = sums.get("rules", {})
    program = side.program_at(side.versions[-1][0])
    keys = [*program.rule_by_key, *sorted(key for key in counted if key and key not in program.rule_by_key)]
    return [{"rule": key, "times": 0, "points": 0} | dict(counted.get(key, {})) for key in keys]


def _months(
    prices: Mapping[str, Priced], sums: Mapping[str, Any], months: list[str], sales: Mapping[str, Mapping[str, int]]
) -> list[dict[str, Any]]:
    held = {
        unit: sums.get("held_at_start", {}).get(unit, {}).get("outstanding", 0)
        - sums.get("held_at_start", {}).get(unit, {}).get("debt", 0)
        for unit in prices
    }
    found = []
    for name in months:
        row: dict[str, Any] = {"month": name, "units": {}}
        cost = redeemed = owed = Fraction()
        for unit, price in prices.items():
            flows = dict.fromkeys(FLOWS, 0) | dict(sums.get("months", {}).get(name, {}).get(unit, {}))
            before = held[unit]
            held[unit] += (
                flows["issued"] - flows["spent"] - flows["expired"] - flows["reversed"] + flows["adjusted"] + flows["moved"]
            )
            row["units"][unit] = {**flows, "balance": held[unit]}
            redeemed += price.spent(flows["spent"])
            owed += price.owed(held[unit])
            cost += price.spent(flows["spent"]) + price.owed(held[unit]) - price.owed(before)
        sold = sales[name].get("sales_minor", 0)
        row |= {
            "redeemed_minor": _whole(redeemed),
            "liability_minor": _whole(owed),
            "cost_minor": _whole(cost),
            "cost_bp": _whole(cost * BASIS_POINTS / sold) if sold > 0 else None,
        }
        found.append(row)
    return found


def _could_not(sums: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = []
    for name, figures in sums.get("could_not", {}).items():
        what, _, code = name.partition(" ")
        found.append({"what": what, "code": code, **figures})
    return sorted(found, key=lambda each: (-each["times"], each["what"], each["code"]))


def _whole(value: Any) -> int:
    """Return a figure rounded to whole minor units, half up."""
    return value if isinstance(value, int) else int((2 * value.numerator + value.denominator) // (2 * value.denominator))
