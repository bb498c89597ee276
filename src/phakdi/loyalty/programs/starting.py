"""Templates to start a program from: whole program files with their worked cases, and the few numbers an owner chooses.

The numbers are found by convention, so that a template needs nothing beside its file: the rule ``base`` says for how much a
point is given, the way of spending ``pay`` how many of them pay one unit of money, the rule ``welcome`` the gift for
joining; levels and the stamp card speak for themselves. What comes out is a program file like any other.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from phakdi.kit.errors import NotFound
from phakdi.loyalty.programs import yaml
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.loading import load_program
from phakdi.loyalty.programs.rewriting import rewrite

FOLDER = Path(__file__).parent / "templates"
KEYS = ("cafe", "restaurant", "salon", "retail", "clinic", "fuel", "hotel")
BASE, WELCOME, PAY, MAIN = "base", "welcome", "pay", "points"
_WORTH_STEP = Decimal("0.0001")
NUMBER_MAX = 1_000_000


class UnknownTemplate(NotFound):
    """There is no such template."""

    code = "template_not_found"


@dataclass(frozen=True, slots=True)
class Habit:
    """What a usual customer of this kind of shop does: so often a month, for so much, with what else is told of it."""

    kind: str
    times_a_month: int
    amount: int  # in whole units of money
    told: Mapping[str, Any]


HABITS: Mapping[str, Habit] = {
    "cafe": Habit("purchase", 8, 85, {}),
    "restaurant": Habit("purchase", 2, 650, {}),
    "salon": Habit("purchase", 1, 800, {}),
    "retail": Habit("purchase", 3, 450, {}),
    "clinic": Habit("purchase", 1, 1200, {}),
    "fuel": Habit("purchase", 4, 1200, {"litres": Decimal("32.5")}),
    "hotel": Habit("stay", 1, 2400, {"nights": 1}),
}


@dataclass(frozen=True, slots=True)
class Template:
    """A program file to start from."""

    key: str
    text: str
    document: ProgramDocument

    @property
    def habit(self) -> Habit:
        """What a usual customer does."""
        return HABITS[self.key]


@dataclass(frozen=True, slots=True)
class Choice:
    """A number that the owner chooses: what it is (``per``, ``each``, ``pay``, ``level``, ``card``, ``welcome``) and of what."""

    name: str
    value: int
    of: str = ""  # the level's key
    meter: str = ""  # by what the level is reached


def templates() -> tuple[Template, ...]:
    """Return every template, the most wanted first."""
    return tuple(_read(key) for key in KEYS)


def get_template(key: str) -> Template:
    """Return one template, or raise UnknownTemplate."""
    if key not in KEYS:
        raise UnknownTemplate("There is no such template.", template=key)
    return _read(key)


def choices_of(document: ProgramDocument) -> list[Choice]:
    """Return the numbers that may be chosen in a program built as the templates are, in the order of a form."""
    found: list[Choice] = []
    base = next((rule for rule in document.earning if rule.key == BASE), None)
    if base is not None:
        give = base.give[0]
        found.append(Choice("each", _whole(give.points)) if give.of else Choice("per", _whole(give.per)))
    pay = next((way for way in document.spending if way.key == PAY), None)
    if pay is not None:
        found.append(Choice("pay", _whole(pay.points)))
    welcome = next((rule for rule in document.earning if rule.key == WELCOME), None)
    if welcome is not None:
        found.append(Choice("welcome", _whole(welcome.give[0].points)))
    found += [Choice("card", unit.card.size) for unit in document.units.values() if unit.card]
    for level in document.tiers.levels if document.tiers else ():
        if level.reach is not None:
            reach: Any = level.reach
            found.append(Choice(f"level_{level.key}", _whole(reach.at_least), level.key, reach.meter or ""))
    return found


def fill(
    template: Template,
    *,
    key: str,
    name: Mapping[str, str],
    points: Mapping[str, str],
    numbers: Mapping[str, int],
    currency: str,
    time_zone: str,
) -> str:
    """Return the template's file with the owner's names and numbers (by the names of `choices_of`) in it.

    Comments and layout stay, worked cases too: whoever asks decides which of them still hold.
    """
    values, _ = yaml.parse(template.text)
    wanted: dict[str, Any] = copy.deepcopy(dict(values))
    wanted["key"], wanted["name"] = key, dict(name)
    wanted = _with_place(wanted, currency=currency, time_zone=time_zone)
    wanted["units"][MAIN]["name"] = dict(points)
    for part, write in _WRITERS.items():
        if part in numbers:
            write(wanted, numbers[part])
    _write_levels(wanted, numbers)
    return rewrite(_under_new_head(template), wanted)


def without_cases(text: str, names: Sequence[str]) -> str:
    """Return a program file without the worked cases of these names."""
    values, _ = yaml.parse(text)
    wanted = {**values, "cases": [case for case in values.get("cases") or [] if case["name"] not in names]}
    return rewrite(text, wanted)


# --- writing -------------------------------------------------------------------------------------------------------------


def _write_per(wanted: dict[str, Any], number: int) -> None:
    _give(wanted, BASE)["per"] = number


def _write_each(wanted: dict[str, Any], number: int) -> None:
    _give(wanted, BASE)["points"] = number


def _write_welcome(wanted: dict[str, Any], number: int) -> None:
    rule = _rule(wanted, WELCOME)
    if number:
        _give(wanted, WELCOME)["points"] = number
        return
    others = rule["give"][1:] if isinstance(rule["give"], list) else []
    if others:
        rule["give"] = others
    else:
        wanted["earning"].remove(rule)


def _write_pay(wanted: dict[str, Any], number: int) -> None:
    """Let so many points pay one: what one is worth, the steps and the least that is taken follow."""
    way = next(way for way in wanted["spending"] if way["key"] == PAY)
    least = int(way.get("minimum", {}).get("points", number))
    way["points"], way["step"] = number, number
    if "minimum" in way:
        way["minimum"] = {**way["minimum"], "points": -(-least // number) * number}
    wanted["units"][MAIN]["worth"] = (Decimal(1) / number).quantize(_WORTH_STEP, ROUND_HALF_UP).normalize()


def _write_card(wanted: dict[str, Any], number: int) -> None:
    card = next(unit["card"] for unit in wanted["units"].values() if "card" in unit)
    card["size"] = card["milestones"][-1]["at"] = number


def _write_levels(wanted: dict[str, Any], numbers: Mapping[str, int]) -> None:
    for level in (wanted.get("tiers") or {}).get("levels") or ():
        number = numbers.get(f"level_{level['key']}")
        if number is not None:
            for part in ("reach", "keep"):
                level[part]["at_least"] = number


_WRITERS = {"per": _write_per, "each": _write_each, "welcome": _write_welcome, "pay": _write_pay, "card": _write_card}


def _rule(wanted: Mapping[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(rule for rule in wanted["earning"] if rule["key"] == key)
    return found


def _give(wanted: Mapping[str, Any], key: str) -> dict[str, Any]:
    give = _rule(wanted, key)["give"]
    found: dict[str, Any] = give[0] if isinstance(give, list) else give
    return found


def _with_place(wanted: dict[str, Any], *, currency: str, time_zone: str) -> dict[str, Any]:
    """Say the money and the time zone where they are not those that a file means by itself."""
    usual = ProgramDocument.model_fields
    more = {"currency": currency, "time_zone": time_zone}
    said = {name: value for name, value in more.items() if value != usual[name].default}
    if not said:
        return wanted
    found: dict[str, Any] = {}
    for name, value in wanted.items():
        found[name] = value
        if name == "description":
            found |= said
    return found


def _under_new_head(template: Template) -> str:
    """Return the file with its own numbers no longer told in its first comment."""
    _, mark, rest = template.text.partition("phakdi: 1\n")
    return f"# Started from the template '{template.key}'.\n\n{mark}{rest}"


@cache
def _read(key: str) -> Template:
    text = (FOLDER / f"{key}.yaml").read_text(encoding="utf-8")
    return Template(key, text, load_program(text))


def _whole(number: Any) -> int:
    return int(number or 0)
