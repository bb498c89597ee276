"""Sums of what a program did: plain mappings of numbers, so that parts from many processes add up to the same whole.

Points are counted as in the ledger's flows (K19); what moves between a member's own accounts changes nothing.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from phakdi.insight.points.core.flow import ADJUST, ENDED, GIVEN, OWN, TAKEN_BACK, USED
from phakdi.loyalty.engine.core.state import MemberState, Step

Sums = dict[str, Any]  # names -> whole numbers, or the same again


def add(into: Sums, more: Mapping[str, Any]) -> None:
    """Add the numbers of ``more`` to those of ``into``, by name."""
    for name, value in more.items():
        if isinstance(value, dict):
            add(into.setdefault(name, {}), value)
        else:
            into[name] = into.get(name, 0) + value


@lru_cache(maxsize=1024)
def flow_of(kind: str, source: str, target: str) -> tuple[str, int] | None:
    """Return which flow an entry belongs to and by which sign it counts; None where it stays with the member."""
    if (source in OWN) == (target in OWN):
        return None
    outside, sign = (source, 1) if target in OWN else (target, -1)
    if kind == ADJUST:
        return "adjusted", sign
    for name, accounts, direction in (
        ("issued", GIVEN, 1),
        ("spent", USED, -1),
        ("expired", ENDED, -1),
        ("reversed", TAKEN_BACK, -1),
    ):
        if outside in accounts:
            return name, sign * direction
    return "moved", sign


class Tally:
    """What one program did to one member from the beginning of the time looked at."""

    __slots__ = ("_begins", "_names", "budgets", "could_not", "levels", "months", "rules", "vouchers", "vouchers_minor")

    def __init__(self, months: Sequence[tuple[datetime, str]]) -> None:
        self._begins, self._names = [begins for begins, _ in months], [name for _, name in months]
        self.months: dict[str, dict[str, dict[str, int]]] = {}  # month -> unit -> flow -> points
        self.rules: dict[str, dict[str, int]] = {}  # rule -> times, points
        self.levels: set[str] = set()
        self.vouchers: dict[str, dict[str, int]] = {}
        self.vouchers_minor = 0
        self.budgets: Sums = {}  # budget -> month -> what was taken of it
        self.could_not: dict[str, dict[str, int]] = {}

    def take(self, step: Step) -> None:
        """Count a step."""
        for entry in step.entries:
            flow = flow_of(entry.kind, entry.source, entry.target)
            if flow is not None:
                name, sign = flow
                month = self._names[max(bisect_right(self._begins, entry.effective_at) - 1, 0)]
                units = self.months.get(month)
                if units is None:
                    units = self.months[month] = {}
                flows = units.get(entry.unit)
                if flows is None:
                    flows = units[entry.unit] = {}
                flows[name] = flows.get(name, 0) + sign * entry.points
        for verdict in step.verdicts:
            if verdict.applied:
                self._rule(verdict.rule, verdict.params.get("points", 0))
        for voucher in step.new_vouchers:
            found = self.vouchers.setdefault(voucher.definition, {"given": 0, "free": 0, "free_minor": 0})
            found["given"] += 1
            if not voucher.rule.startswith("reward:"):  # nobody paid points for it
                found["free"] += 1
                found["free_minor"] += voucher.value_minor or 0
                self.vouchers_minor += voucher.value_minor or 0
        self.levels.add(step.state.standing.level)
        if step.budget_takes:
            month = self._names[max(bisect_right(self._begins, step.state.clock) - 1, 0)] if step.state.clock else self._names[0]
            for budget, taken in step.budget_takes.items():
                add(self.budgets, {budget: {month: taken}})

    def _rule(self, rule: str, points: int) -> None:
        found = self.rules.get(rule)
        if found is None:
            found = self.rules[rule] = {"times": 0, "points": 0}
        found["times"] += 1
        found["points"] += points

    def refuse(self, what: str, code: str, *, points: int = 0, minor: int = 0) -> None:
        """Count something of the past that could not be repeated."""
        found = self.could_not.setdefault(f"{what} {code}", {"times": 0, "points": 0, "minor": 0})
        found["times"] += 1
        found["points"] += points
        found["minor"] += minor

    def flows(self) -> dict[str, dict[str, int]]:
        """Return the points of all months together, by unit."""
        found: Sums = {}
        for units in self.months.values():
            add(found, units)
        return found

    def sums(self, before: MemberState, state: MemberState, least: Mapping[str, int]) -> Sums:
        """Return all of it, with what the member held ``before`` and holds at the end, for adding up.

        ``least`` is how many points the cheapest use of each unit takes.
        """
        return {
            "members": 1,
            "months": self.months,
            "rules": self.rules,
            "levels_at_start": {before.standing.level: 1},
            "levels_at_end": {state.standing.level: 1},
            "levels_reached": dict.fromkeys(self.levels, 1),
            "held_at_start": {unit: _held(wallet) for unit, wallet in before.wallets.items()},
            "held_at_end": {unit: _held(wallet) for unit, wallet in state.wallets.items()},
            "holders": {unit: 1 for unit, wallet in state.wallets.items() if wallet.active + wallet.pending + wallet.held},
            "too_few": {unit: 1 for unit, wallet in state.wallets.items() if 0 < wallet.active < least.get(unit, 1)},
            "vouchers": self.vouchers,
            "budgets": self.budgets,
            "could_not": self.could_not,
        }


def _held(wallet: Any) -> dict[str, int]:
    return {"outstanding": wallet.active + wallet.pending + wallet.held, "debt": wallet.debt}
