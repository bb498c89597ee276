"""What was answered to a report, as lines that a person reads: each rule, whether it applied, and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from phakdi.kit.money import format_money
from phakdi.kit.text import pick
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
    for unit, points in (outcome.get("redeemed") or {}).items():
        sums[unit] = sums.get(unit, 0) - points
    return [
        Moved(reader.names.get(unit) or unit_name(program.units[unit].kind), points, program.units[unit].kind == "credit")
        for unit, points in sums.items()
        if points and unit in program.units
    ]


def notes_of(outcome: Mapping[str, Any], reader: Reader) -> list[str]:
    """Return what else an answer tells the till: vouchers and things given, what points pay, what is left to pay."""
    vouchers = Counter(outcome.get("vouchers") or ())
    notes = [_("Voucher: %(name)s") % {"name": reader.called(key)} + _times(count) for key, count in vouchers.items()]
    things = Counter(pick(each["item"], reader.language) for name in ("items", "gifts") for each in outcome.get(name) or ())
    notes += [_("To hand over: %(name)s") % {"name": name} + _times(count) for name, count in things.items() if name]
    for key, said in (
        ("discount", _("Points pay: %(amount)s")),
        ("pay", _("Left to pay: %(amount)s")),
        ("fee", _("Fee: %(amount)s")),
    ):
        if outcome.get(key):
            notes.append(said % {"amount": format_money(int(outcome[key]), reader.currency, reader.language)})
    return notes


def _times(count: int) -> str:
    return f" ×{count}" if count > 1 else ""


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
