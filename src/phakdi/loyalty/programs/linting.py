"""Warnings about a program that is valid but hardly meant so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from phakdi.kit import conditions
from phakdi.kit.money import exponent
from phakdi.loyalty.programs.compiler import compile_program
from phakdi.loyalty.programs.document import rules
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.document.spending import Criterion
from phakdi.loyalty.programs.fields import Fields
from phakdi.loyalty.programs.weighing import weigh


@dataclass(slots=True, frozen=True)
class Finding:
    """A warning: a stable ``code``, where it stands, a sentence and the figures behind it."""

    code: str
    path: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    line: int | None = None
    column: int | None = None


def lint_program(document: ProgramDocument, *, today: date | None = None) -> list[Finding]:
    """Return what in the program can hardly be meant, in the order of the file; ``today`` finds what has ended.

    Raises:
        BadProgram: the program does not even compile.
    """
    compile_program(document)
    found = [finding for check in _CHECKS for finding in check(document)]
    found += _dates(document, today)
    found += [Finding(each.code, each.path, each.message, each.params) for each in weigh(document, today)]
    if today:
        found += _passed(document, today)
    placed = [_placed(finding, document) for finding in found]
    return sorted(placed, key=lambda finding: (finding.line or 0, finding.path, finding.code))


def _placed(finding: Finding, document: ProgramDocument) -> Finding:
    place = document.place(finding.path)
    return Finding(finding.code, finding.path, finding.message, finding.params, place.get("line"), place.get("column"))


# --- conditions that never hold ---------------------------------------------------------------------------------------


def _never(document: ProgramDocument) -> Iterator[Finding]:
    fields = Fields(document, exponent(document.currency))
    for path, raw, of_line in _conditions(document, ""):
        catalogue = fields.line_catalogue if of_line else fields.catalogue
        why = conditions.contradiction(conditions.parse(raw, catalogue, path=path), catalogue)
        if why:
            yield Finding("never_matches", path, f"This can never hold: {why}.", {"why": why})


def _passed(document: ProgramDocument, today: date) -> Iterator[Finding]:
    """Yield conditions that asked for days that are over."""
    fields = Fields(document, exponent(document.currency))
    for path, raw, of_line in _conditions(document, ""):
        node = conditions.parse(raw, fields.line_catalogue if of_line else fields.catalogue, path=path)
        asked = node.children if isinstance(node, conditions.All) else (node,)
        lasts = [last for each in asked if isinstance(each, conditions.Leaf) and (last := _last_day(each)) is not None]
        if lasts and min(lasts) < today:
            over = min(lasts).isoformat()
            yield Finding("days_over", path, f"It asks for days that are over since {over}.", {"last": over})


def _last_day(leaf: conditions.Leaf) -> date | None:
    """Return the last day for which a question about the date can be answered yes, or None where there is none."""
    if leaf.field != "date":
        return None
    if leaf.op in {"is", "at_most", "less_than"}:
        return leaf.value if isinstance(leaf.value, date) else None
    return max(leaf.value) if leaf.op in {"in", "between"} else None


_OF_LINES = "lines"
_CONDITIONS = frozenset({"when", "lines", "requires", "waived_when", "joins_when"})


def _conditions(value: Any, path: str) -> Iterator[tuple[str, Any, bool]]:
    """Yield every condition of the document with its path, and whether it looks at lines."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            inner, where = getattr(value, name), f"{path}.{name}".lstrip(".")
            if inner is None or name == "cases":
                continue
            if name in _CONDITIONS and isinstance(inner, Mapping | list):
                yield where, inner, name == _OF_LINES
            else:
                yield from _conditions(inner, where)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _conditions(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _conditions(inner, f"{path}[{number}]")


# --- dates ------------------------------------------------------------------------------------------------------------


def _dates(document: ProgramDocument, today: date | None) -> Iterator[Finding]:
    for path, item in _periods(document):
        starts, ends = item.starts, item.ends
        if starts and ends and ends[: len(starts)] < starts[: len(ends)]:
            yield Finding(
                "dates_inverted", path, f"It ends ({ends}) before it begins ({starts}).", {"starts": starts, "ends": ends}
            )
        elif today and ends and date.fromisoformat(ends[:10]) < today:
            yield Finding("has_ended", path, f"It ended on {ends}.", {"ends": ends})


def _periods(document: ProgramDocument) -> Iterator[tuple[str, Any]]:
    for name in ("earning", "discounts", "spending"):
        for number, item in enumerate(getattr(document, name)):
            yield f"{name}[{number}]", item
    for name in ("rewards", "conversions"):
        for key, item in getattr(document, name).items():
            yield f"{name}.{key}", item
    if document.referral:
        yield "referral", document.referral


# --- levels -----------------------------------------------------------------------------------------------------------


def _unreachable(document: ProgramDocument) -> Iterator[Finding]:
    """Levels by balance that an automatic redemption empties the balance below (R36)."""
    levels = document.tiers.levels if document.tiers else []
    for number, level in enumerate(levels):
        for criterion in _criteria(level.reach):
            unit = (criterion.meter or "").removeprefix("balance.")
            bound = criterion.at_least if criterion.at_least is not None else criterion.more_than
            taken = _taken_at(document, unit) if criterion.meter != unit and unit in document.units else None
            if taken is not None and isinstance(bound, Decimal) and taken <= bound:
                message = f"At {taken} {unit} they are taken by themselves, so a balance of {bound} is never reached."
                yield Finding(
                    "level_unreachable", f"tiers.levels[{number}].reach", message, {"every": taken, "needs": str(bound)}
                )


def _taken_at(document: ProgramDocument, unit: str) -> int | None:
    """Return at which balance points are taken by themselves before a level can look at it, or None."""
    found = document.units[unit]
    sizes = [found.card.size] if found.card and found.card.renews else []
    if found.auto and (found.auto.when == "at_once" or (document.tiers and document.tiers.upgrade != "at_once")):
        sizes.append(max(found.auto.every, found.auto.minimum or 0))
    return min(sizes, default=None)


def _criteria(criterion: Criterion | None, *, deciding: bool = False) -> Iterator[Criterion]:
    """Yield the criteria over meters; ``deciding``: those that are enough by themselves, not one of several that must hold."""
    if criterion is None:
        return
    if criterion.meter:
        yield criterion
    together = criterion.all or ()
    for inner in (*(criterion.any or ()), *(() if deciding and len(together) > 1 else together)):
        yield from _criteria(inner, deciding=deciding)


def _overlap(document: ProgramDocument) -> Iterator[Finding]:
    """Levels whose bounds, hidden in groups of criteria, do not rise."""
    last: dict[tuple[str, str], tuple[Decimal, str]] = {}
    for number, level in enumerate(document.tiers.levels if document.tiers else []):
        for criterion in _criteria(level.reach, deciding=True):
            bound = criterion.at_least if criterion.at_least is not None else criterion.more_than
            if not isinstance(bound, Decimal):
                continue
            place = (criterion.meter or "", criterion.window)
            before = last.get(place)
            if before and bound <= before[0] and before[1] != level.key:
                message = f"'{level.key}' asks for {bound}, no more than the level below it ('{before[1]}': {before[0]})."
                yield Finding(
                    "levels_overlap", f"tiers.levels[{number}].reach", message, {"bound": str(bound), "below": before[1]}
                )
            last[place] = (bound, level.key)


# --- what does nothing ------------------------------------------------------------------------------------------------


def _unused(document: ProgramDocument) -> Iterator[Finding]:
    used = set(_texts(document.model_dump(mode="python", exclude={"limits", "meters", "cases"})))
    for parts in (document.limits, document.meters):
        for part in parts.values():
            used.update(_texts(part))
    for key in document.limits:
        if key not in used:
            yield Finding("limit_unused", f"limits.{key}", f"No rule names the limit '{key}'.", {"key": key})
    for key in document.meters:
        if key not in used and not any(f"{key}." in name for name in used):
            yield Finding("meter_unused", f"meters.{key}", f"Nothing reads the meter '{key}'.", {"key": key})
    given = {give.voucher for rule in document.earning for give in rule.give}
    given |= {reward.voucher for reward in document.rewards.values()}
    given |= {unit.auto.voucher for unit in document.units.values() if unit.auto}
    given |= {milestone.voucher for unit in document.units.values() if unit.card for milestone in unit.card.milestones}
    for key, voucher in document.vouchers.items():
        if key not in given and not voucher.offered:
            message = f"No rule gives the voucher '{key}'; only staff can. Let a rule give it, or set 'offered: true'."
            yield Finding("voucher_never_given", f"vouchers.{key}", message, {"key": key})


def _cards(document: ProgramDocument) -> Iterator[Finding]:
    """Full cards that are taken away for nothing."""
    taken_by_hand = {reward.milestone for reward in document.rewards.values()}
    for key, unit in document.units.items():
        card = unit.card
        if card and card.renews and card.size not in {*(milestone.at for milestone in card.milestones), *taken_by_hand}:
            message = (
                f"A full card of {card.size} is taken away and its last place gives nothing. Let a milestone at {card.size} give a "
                "voucher, or leave 'card' out where a reward costs stamps."
            )
            yield Finding("card_gives_nothing", f"units.{key}.card", message, {"size": card.size})


def _texts(value: Any) -> Iterator[str]:
    """Yield every text and key inside ``value``."""
    if isinstance(value, BaseModel):
        yield from _texts(value.model_dump(mode="python"))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _gives_nothing(document: ProgramDocument) -> Iterator[Finding]:
    for number, rule in enumerate(document.earning):
        if all(_is_nothing(give) for give in rule.give):
            yield Finding("gives_nothing", f"earning[{number}]", f"The rule '{rule.key}' gives nothing.", {"rule": rule.key})
        multiplies = [give for give in rule.give if give.multiply is not None]
        others = [
            other for other in document.earning if other.multiplied and set(other.on) & {*rule.on, "any"} and _gives_points(other)
        ]
        if multiplies and not others:
            message = f"The rule '{rule.key}' multiplies, but no rule gives points at the same time."
            yield Finding("multiplies_nothing", f"earning[{number}]", message, {"rule": rule.key})


def _gives_points(rule: rules.EarningRule) -> bool:
    return any(give.points is not None or give.percent is not None for give in rule.give)


def _is_nothing(give: rules.Give) -> bool:
    return give.points == 0 or give.percent == 0 or give.multiply == 1 or give.set == {} or give.at_most == 0


def _shadowed(document: ProgramDocument) -> Iterator[Finding]:
    """Rules of a group that another one, which always applies, comes before."""
    if document.stacking.groups != "first":
        return
    open_to_all: dict[tuple[str, str], str] = {}
    for number, rule in enumerate(document.earning):
        if rule.group is None:
            continue
        before = {open_to_all.get((rule.group, kind)) for kind in rule.on}
        if len(before) == 1 and (first := before.pop()) is not None:
            message = f"The rule '{rule.key}' never gives: '{first}' of the same group comes first and always applies."
            yield Finding("shadowed", f"earning[{number}]", message, {"rule": rule.key, "by": first})
        if rule.when is None and rule.lines is None and rule.starts is None and rule.ends is None and rule.once is None:
            for kind in rule.on:
                open_to_all.setdefault((rule.group, kind), rule.key)


_CHECKS = (_never, _unreachable, _overlap, _unused, _gives_nothing, _shadowed, _cards)
