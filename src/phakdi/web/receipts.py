"""What was answered to a report, as lines that a person reads: each rule, whether it applied, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.wording import Reader, verdict_text
from phakdi.web.standing import unit_name


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """One rule and its verdict."""

    rule: str
    is_applied: bool
    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """So many points of one unit, more or (below zero) less."""

    name: str
    points: int
    is_money: bool


def moved_by(outcome: Mapping[str, Any], program: CompiledProgram, reader: Reader) -> list[Moved]:
    """Return what an answer earned and cost, by unit."""
    sums: dict[str, int] = dict(outcome.get("earned") or {})
    for unit, points in (outcome.get("spent") or {}).items():
        sums[unit] = sums.get(unit, 0) - points
    return [
        Moved(reader.names.get(unit) or unit_name(program.units[unit].kind), points, program.units[unit].kind == "credit")
        for unit, points in sums.items()
        if points and unit in program.units
    ]


def verdict_lines(verdicts: Iterable[Mapping[str, Any]], reader: Reader) -> list[VerdictLine]:
    """Return verdicts as lines, those that applied first."""
    found = [
        VerdictLine(
            reader.names.get(each.get("rule", ""), each.get("rule", "")),
            bool(each.get("applied")),
            verdict_text(bool(each.get("applied")), each.get("reason", ""), each.get("params") or {}, reader.language, reader),
        )
        for each in verdicts
    ]
    return sorted(found, key=lambda line: not line.is_applied)
