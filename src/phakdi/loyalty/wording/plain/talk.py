"""Who speaks and to whom: figures, money, lengths and names as they stand in sentences about a program."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from phakdi.kit.conditions import Node
from phakdi.kit.money import exponent, format_money
from phakdi.kit.text import Text, pick
from phakdi.kit.thai import format_date
from phakdi.kit.thai.dates import month_names
from phakdi.loyalty.programs.document.values import Limit, Lookup
from phakdi.loyalty.wording.phrases import Phrase, Reader
from phakdi.loyalty.wording.plain import words

_LENGTH = re.compile(r"(\d+)\s*(hour|day|week|month|year)s?")
_ROLLING = re.compile(r"rolling_(\d+)_(day|week|month|year)s?")


@dataclass(frozen=True, slots=True)
class Talk:
    """A reader, and what the program says that sentences need: its units, and which of them is meant by itself."""

    reader: Reader
    units: Mapping[str, str] = field(default_factory=dict)  # the kinds: points, status, stamps, credit
    first_unit: str = "points"
    limits: Mapping[str, Limit] = field(default_factory=dict)
    read_condition: Callable[[Any, bool], Node | None] = lambda _raw, _of_line: None  # None: it cannot be read

    def say(self, phrase: Phrase, **blanks: Any) -> str:
        """Return the Thai or the English half, its blanks filled in."""
        return phrase[0 if self.reader.is_thai else 1].format(**blanks)

    def both(self, thai: str, english: str, **blanks: Any) -> str:
        """As `say`, of two texts."""
        return self.say((thai, english), **blanks)

    def named(self, key: object, own: Text | None = None) -> str:
        """Return what the program calls something."""
        return pick(own, self.reader.language) or self.reader.called(key)

    def unit(self, key: str | None, count: Any = None) -> str:
        """Return the name of a kind of points, as it stands behind a number."""
        name = self.reader.called(key or self.first_unit)
        if name == "points" and self.reader.is_thai:
            name = "แต้ม"
        return name.removesuffix("s") if count == 1 and not self.reader.is_thai and name.endswith("s") else name

    def some(self, number: Any, unit: str | None) -> str:
        """Return so many of a kind of points; money of credit as money."""
        if self.units.get(unit or self.first_unit) == "credit" and isinstance(number, Decimal | int):
            return self.money(number)
        return f"{self.number(number)} {self.unit(unit, number)}"

    def money(self, amount: Any) -> str:
        """Return an amount of the program's money; one that depends on something with each of its cases."""
        if isinstance(amount, Lookup):
            return self.lookup(amount, self.money)
        return format_money(
            int(Decimal(amount) * 10 ** exponent(self.reader.currency)), self.reader.currency, self.reader.language
        )

    def number(self, value: Any) -> str:
        """Return a plain number; one that depends on something with each of its cases."""
        if isinstance(value, Lookup):
            return self.lookup(value, self.number)
        text = f"{Decimal(value):,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def lookup(self, table: Lookup, form: Any) -> str:
        """Return the cases of a number that depends on something: ``1 (Gold 2)``."""
        if table.values is not None:
            cases = [f"{self.reader.called(key)} {form(value)}" for key, value in table.values.items()]
        else:
            bands = (table.bands or {}).items()
            is_money = table.by in words.MONEY or table.by.startswith(("spend.", "gross.", "total.spend"))
            low = self.money if is_money else self.number
            cases = [
                self.both("ตั้งแต่ {low} ได้ {value}", "from {low} {value}", low=low(key), value=form(value)) for key, value in bands
            ]
        if table.otherwise is not None and (not cases or table.values is not None):
            cases.append(self.both("อื่น ๆ {value}", "else {value}", value=form(table.otherwise)))
        return f"({', '.join(cases)})"

    def length(self, text: str) -> str:
        """Return a length such as ``90 days`` for the reader."""
        parts = [
            f"{int(number):,} {self.say(words.SPANS[unit])}" + ("s" if int(number) > 1 and not self.reader.is_thai else "")
            for number, unit in _LENGTH.findall(text)
        ]
        return " ".join(parts) or text

    def day(self, text: str) -> str:
        """Return a date of the file for the reader; the time of day is left as it is written."""
        shown = format_date(date.fromisoformat(text[:10]), self.reader.language)
        return f"{shown} {text[11:16]}" if len(text) > 10 else shown  # noqa: PLR2004 - a date and more

    def month_day(self, text: str) -> str:
        """Return a yearly date such as ``12-31`` for the reader."""
        month, day = map(int, text.split("-"))
        return f"{day} {month_names(self.reader.language)[month - 1]}"

    def per(self, window: str) -> str:
        """Return over which time a limit holds."""
        if window in words.PER:
            return self.say(words.PER[window])
        return self.both("ต่อ {length}", "per {length}", length=self._rolling(window))

    def within(self, window: str) -> str:
        """Return over which time something is counted."""
        if window in words.WITHIN:
            return self.say(words.WITHIN[window])
        return self.both("ใน {length}ล่าสุด", "of the last {length}", length=self._rolling(window))

    def either(self, items: Iterable[str]) -> str:
        """Return ``a, b or c``."""
        return self._joined(list(items), self.both("หรือ", "or"))

    def every(self, items: Iterable[str]) -> str:
        """Return ``a, b and c``."""
        return self._joined(list(items), self.both("และ", "and"))

    def _joined(self, items: list[str], word: str) -> str:
        if len(items) < 2:  # noqa: PLR2004 - nothing to join
            return "".join(items)
        return f"{', '.join(items[:-1])} {word} {items[-1]}"

    def _rolling(self, window: str) -> str:
        rolling = _ROLLING.fullmatch(window)
        return self.length(f"{rolling[1]} {rolling[2]}") if rolling else self.length(window)


_KEYED = ("units", "vouchers", "rewards", "activities", "meters", "limits", "attributes")
_LISTED = ("earning", "discounts", "spending")


def names_in(raw: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return what a program, as read from a file that may still be wrong, calls its parts by key."""
    found: dict[str, str] = {}
    tiers = raw.get("tiers")
    lists = [raw.get(name) for name in _LISTED] + [tiers.get("levels") if isinstance(tiers, Mapping) else None]
    for items in lists:
        for item in items if isinstance(items, list) else ():
            if isinstance(item, Mapping):
                _note(found, item.get("key"), item.get("name"), language)
    for name in _KEYED:
        items = raw.get(name)
        for key, item in items.items() if isinstance(items, Mapping) else ():
            if isinstance(item, Mapping):
                _note(found, key, item.get("name") or item.get("label"), language)
    return found


def _note(found: dict[str, str], key: Any, name: Any, language: str) -> None:
    if not isinstance(key, str) or not isinstance(name, str | Mapping):
        return
    said = pick(name, language)
    if said and isinstance(said, str):  # a file that is wrong may hold anything
        found.setdefault(key, said)
