"""What a backtest makes one think about: warnings with the figures behind them. Codes have their words in the wording room."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from phakdi.insight.backtest.core.planning import Plan, Side
from phakdi.insight.backtest.core.tallying import Sums
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.weighing import least_spend

COST_BP_MAX = 500  # of sales; more is told
EVERYBODY_PERCENT = 90
LEFT_PERCENT = 10  # of what was used: more that could not be repeated is told
TOO_FEW_PERCENT = 80
FEW_MEMBERS = 30  # below that shares say nothing


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning about a side."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def findings_of(plan: Plan, side: Side, report: Mapping[str, Any], sums: Sums, *, cost_bp_max: int = COST_BP_MAX) -> list[Warned]:
    """Return what is to be thought of a side; ``report`` is the side's part of the report."""
    program = side.program_at(plan.end)
    counted = sums.get(side.key, {})
    kinds = frozenset(sums.get("all", {}).get("kinds", {}))
    return [
        *_money(report, cost_bp_max),
        *_rules(plan, program, report, kinds),
        *_levels(program, report, counted),
        *_budgets(program, counted),
        *_points(program, report),
        *_left_out(report, sums),
    ]


def _money(report: Mapping[str, Any], cost_bp_max: int) -> Iterator[Warned]:
    cost = report["cost_bp"]
    if cost is not None and cost > cost_bp_max:
        yield Warned("cost_above", {"percent": _percent(cost), "limit": _percent(cost_bp_max), "minor": report["cost_minor"]})


def _rules(plan: Plan, program: CompiledProgram, report: Mapping[str, Any], kinds: frozenset[str]) -> Iterator[Warned]:
    times = {rule["rule"]: rule["times"] for rule in report["rules"]}
    for key, rule in program.rule_by_key.items():
        if (
            times.get(key)
            or (rule.starts is not None and rule.starts >= plan.end)
            or (rule.ends is not None and rule.ends <= plan.start)
        ):
            continue
        if "any" not in rule.kinds and not rule.kinds & kinds and not rule.kinds & _OWN:
            yield Warned("rule_kind_unseen", {"rule": key, "kind": ", ".join(sorted(rule.kinds))})
        else:
            yield Warned("rule_never_applied", {"rule": key})


_OWN = frozenset({
    "level_up", "level_down", "level_kept", "birthday", "birth_month", "join_anniversary", "day_start", "week_start", "month_start",
    "quarter_start", "half_year_start", "year_start",
})  # fmt: skip


def _levels(program: CompiledProgram, report: Mapping[str, Any], counted: Mapping[str, Any]) -> Iterator[Warned]:
    members = counted.get("members", 0)
    reached = {tier["level"]: tier["reached"] for tier in report["tiers"]}
    for level in program.levels:
        if level.reach is None and level.by_purchase is None:
            continue
        many = reached.get(level.key, 0)
        if not many:
            yield Warned("level_nobody", {"level": level.key, "members": members})
        elif members >= FEW_MEMBERS and 100 * many >= EVERYBODY_PERCENT * members:
            yield Warned("level_everybody", {"level": level.key, "percent": 100 * many // members, "members": many})


def _budgets(program: CompiledProgram, counted: Mapping[str, Any]) -> Iterator[Warned]:
    for key, there in program.budgets.items():
        left, months = there, counted.get("budgets", {}).get(key, {})
        for month in sorted(months):
            left -= months[month]
            if left < 0:
                total = sum(months.values())
                yield Warned("budget_blown", {"budget": key, "month": month, "wanted": total, "there": there})
                break


def _points(program: CompiledProgram, report: Mapping[str, Any]) -> Iterator[Warned]:
    for unit, figures in report["units"].items():
        if unit not in program.units or program.units[unit].kind == "status" or not figures["outstanding"]:
            continue
        least = least_spend(program.document, unit)
        if least is None:
            yield Warned("points_of_no_use", {"unit": unit, "points": figures["outstanding"], "members": figures["holders"]})
        elif figures["holders"] >= FEW_MEMBERS and 100 * figures["too_few"] >= TOO_FEW_PERCENT * figures["holders"]:
            percent = 100 * figures["too_few"] // figures["holders"]
            yield Warned("points_too_few", {"unit": unit, "percent": percent, "least": least, "members": figures["too_few"]})


def _left_out(report: Mapping[str, Any], sums: Sums) -> Iterator[Warned]:
    used = sums.get("all", {}).get("used", 0)
    left = sum(each["times"] for each in report["could_not"] if each["what"] != "purchase")
    if used and 100 * left > LEFT_PERCENT * used:
        yield Warned("uses_left_out", {"times": left, "of": used, "percent": 100 * left // used})
    failed = sum(each["times"] for each in report["could_not"] if each["code"] == "engine_failed")
    if failed:
        yield Warned("engine_failed", {"times": failed})


def _percent(basis_points: int) -> str:
    return f"{Decimal(basis_points) / 100:.2f}".rstrip("0").rstrip(".")
