"""From the warehouse to the account of each kind of points."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from phakdi.insight.points import expressions
from phakdi.insight.points.core.account import Closing, Issue, Price, Told, make_account
from phakdi.insight.points.core.flow import Flow
from phakdi.insight.points.documents import Ending, KeptPoints, lines_of
from phakdi.insight.warehouse.reading import Warehouse

FLOW = ("issued", "spent", "expired", "reversed", "adjusted", "moved")


def account_for(
    warehouse: Warehouse, prices: Mapping[str, Price], *, main: str, kept: Mapping[str, Sequence[Closing]], today: date
) -> list[KeptPoints]:
    """Return the account of each kind of points that has a price, ``main`` with what gifts cost; ``kept`` are months closed before."""
    gifts = warehouse.rows(expressions.gifts_by_month(warehouse))
    told = _told(warehouse)
    endings = _endings(warehouse)
    wallets = {
        row["unit"]: row["active"] + row["pending"] + row["held"] - row["debt"]
        for row in warehouse.rows(expressions.held_by_unit(warehouse))
    }
    found = []
    for unit, price in prices.items():
        if unit not in told:
            continue
        given = gifts if unit == main else []  # vouchers cost the program, not one kind of points
        said = replace(told[unit], gifts={row["month"]: row["value_minor"] for row in given})
        account = make_account(unit, said, price, kept=kept.get(unit, ()), today=today)
        if account is not None:
            ends, held = endings[unit], wallets.get(unit, 0)
            without = sum(row["without_value"] for row in given)
            found.append(
                KeptPoints(unit, warehouse.as_of, price.cost, lines_of(account), list(account.months), ends, held, without)
            )
    return found


def _told(warehouse: Warehouse) -> dict[str, Told]:
    sales = {row["month"]: row["sales_minor"] for row in warehouse.rows(expressions.sales_by_month(warehouse))}
    issues: defaultdict[str, list[Issue]] = defaultdict(list)
    used: defaultdict[str, dict[tuple[date, date], int]] = defaultdict(dict)
    flows: defaultdict[str, dict[date, Flow]] = defaultdict(dict)
    for row in _in_order(warehouse.rows(expressions.given_by_month(warehouse)), "month"):
        issues[row["unit"]].append(Issue(row["month"], row["spent"], row["expired"], row["remaining"]))
    for row in warehouse.rows(expressions.used_by_month(warehouse)):
        used[row["unit"]][row["month"], row["used_in"]] = row["points"]
    for row in warehouse.rows(expressions.flow_by_month(warehouse)):
        flows[row["unit"]][row["month"]] = Flow(*(row[name] for name in FLOW))
    return {unit: Told(issues[unit], used[unit], flows[unit], sales, {}) for unit in {*issues, *flows}}


def _endings(warehouse: Warehouse) -> defaultdict[str, list[Ending]]:
    found: defaultdict[str, list[Ending]] = defaultdict(list)
    for row in warehouse.rows(expressions.ending_by_month(warehouse)):
        found[row["unit"]].append(Ending(row["ends_in"], row["points"], row["members"]))
    for endings in found.values():
        endings.sort(key=lambda ending: ending.month or date.max)
    return found


def _in_order(rows: list[dict[str, Any]], column: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row[column])
