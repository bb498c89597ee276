"""The plain fields of a form: each shows a value of the file as texts and reads texts as a value.

A field knows three things: `show` a value, `read` what was sent, and `canon`, the form in which two ways to write the same
value are equal. A value that does not come back the same is not shown: the form leaves it as it stands in the text.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from phakdi.kit.errors import Refusal
from phakdi.kit.text import LANGUAGES
from phakdi.kit.thai import arabic_digits, format_date, parse_date
from phakdi.loyalty.programs import periods
from phakdi.web.console.editing import posted
from phakdi.web.words import language

if TYPE_CHECKING:
    from phakdi.web.console.editing.room import Room

ABSENT: Any = None
"""A key that the file does not have; the file has no other use for nothing."""

Label = str | Promise
Option = tuple[str, str]
Options = Callable[["Room"], Iterable[Option]]


@dataclass(slots=True)
class Reading:
    """What reading a form came across: what is wrong, by the field's name."""

    room: "Room"
    errors: dict[str, str] = field(default_factory=dict)

    def wrong(self, name: str, message: str) -> None:
        """Note what is wrong with a field; the first thing said stands."""
        self.errors.setdefault(name, message)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A field of a form, for the value under ``key``. ``more`` puts it behind "more"."""

    key: str
    label: Label = ""
    help: Label = ""
    more: bool = False
    template: str = ""
    slot: str = ""  # its name in the form, where several fields stand for one key in different forms of a thing

    @property
    def field(self) -> str:
        """Its name in the form."""
        return self.slot or self.key

    def show(self, value: Any, room: "Room") -> Any:
        """Return the value as what a form would send."""
        raise NotImplementedError

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """Return the value that was sent, or ABSENT; what the form does not show is taken over from ``before``."""
        raise NotImplementedError

    def canon(self, value: Any) -> Any:
        """Return the value in the one form in which equal values are equal."""
        return value

    def untold(self, value: Any, room: "Room") -> list[str]:
        """Return the names of what is inside the value that the form does not show."""
        del value, room
        return []

    def fits(self, value: Any, room: "Room") -> bool:
        """Whether the form can show the value: what it would send back unchanged means the same."""
        reading = Reading(room)
        try:
            again = self.read(self.key, self.show(value, room), value, reading)
            return not reading.errors and self.canon(again) == self.canon(value)
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, ArithmeticError):
            return False  # a value of another shape than the form's


@dataclass(frozen=True, kw_only=True)
class Words(Part):
    """A text without languages; ``is_long`` has several lines."""

    template: str = "words"
    is_long: bool = False
    options: Options | None = None  # to choose from while typing

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        return [] if value is ABSENT else [value + ""]

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del name, before, reading
        return (data[-1].strip() if isinstance(data, list) and data else "") or ABSENT


@dataclass(frozen=True, kw_only=True)
class BothLanguages(Part):
    """A text in Thai and in English; the same in both is one text for everybody. Other languages stay."""

    template: str = "both"

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        written = self.canon(value) or {}
        return {each: [written.get(each, "")] for each in LANGUAGES}

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del name, reading
        others = {key: text for key, text in before.items() if key not in LANGUAGES} if isinstance(before, Mapping) else {}
        said = {each: text for each in LANGUAGES if (text := posted.text(data, each))}
        if not others and len(said) == len(LANGUAGES) and len(set(said.values())) == 1:
            return next(iter(said.values()))
        return {**said, **others} or ABSENT

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return dict.fromkeys(LANGUAGES, value) if isinstance(value, str) else value


@dataclass(frozen=True, kw_only=True)
class Number(Part):
    """A number that is not negative; ``unit`` stands behind it."""

    template: str = "number"
    unit: str = ""  # money, percent or empty
    is_whole: bool = False
    default: Any = None  # what counts where nothing is said

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        return [] if value is ABSENT else [write_number(value)]

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del before
        return read_number(name, data[-1] if isinstance(data, list) and data else "", reading, is_whole=self.is_whole)

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return self.default if value is ABSENT else value


@dataclass(frozen=True, kw_only=True)
class Choice(Part):
    """One of some words. ``default`` is what counts where nothing is said; it is not written."""

    options: Options
    template: str = "choice"
    default: Any = None
    only_of_several: bool = False  # not asked where there is nothing to choose

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        return [str(self.default or "") if value is ABSENT else value + ""]

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del name, before, reading
        chosen = data[-1].strip() if isinstance(data, list) and data else ""
        return ABSENT if chosen in {"", self.default} else chosen

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return self.default if value is ABSENT else value


@dataclass(frozen=True, kw_only=True)
class YesNo(Part):
    """A switch; ``default`` is what counts where nothing is said."""

    template: str = "yesno"
    default: bool = False

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        is_on = self.default if value is ABSENT else value
        assert isinstance(is_on, bool), "a switch shows yes and no only"
        return ["", "yes"] if is_on else [""]

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del name, reading, before
        is_on = "yes" in data if isinstance(data, list) else self.default
        return ABSENT if is_on is self.default else is_on

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return self.default if value is ABSENT else value

    def fits(self, value: Any, room: "Room") -> bool:
        """See `Part`."""
        return (value is ABSENT or isinstance(value, bool)) and super().fits(value, room)


@dataclass(frozen=True, kw_only=True)
class Several(Part):
    """Some of a list of words, as boxes to tick; written bare where it is one."""

    options: Options
    template: str = "several"
    default: tuple[str, ...] = ()
    bare: bool = True

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        return list(self.canon(value))

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del before, name
        chosen = [item for item in data if item] if isinstance(data, list) else []
        order = [key for key, _label in self.options(reading.room)]
        chosen.sort(key=lambda item: order.index(item) if item in order else len(order))
        if not chosen or chosen == list(self.default):
            return ABSENT
        return chosen[0] if self.bare and len(chosen) == 1 else chosen

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        found = self.default if value is ABSENT else [value] if isinstance(value, str) else value
        return sorted(found)

    def fits(self, value: Any, room: "Room") -> bool:
        """See `Part`."""
        if not (value is ABSENT or isinstance(value, str | list)):
            return False
        return all(isinstance(item, str) for item in value or []) and super().fits(value, room)


@dataclass(frozen=True, kw_only=True)
class Length(Part):
    """A length of time: how many of what."""

    template: str = "length"

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        if value is ABSENT:
            return {"count": [], "unit": ["day"]}
        count, unit = value.split()
        return {"count": [count], "unit": [unit.removesuffix("s")]}

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del before
        count = read_number(name, posted.text(data, "count"), reading, is_whole=True)
        unit = posted.text(data, "unit")
        if count is ABSENT or unit not in {"hour", "day", "week", "month", "year"}:
            return ABSENT
        return f"{count} {unit}{'s' if count != 1 else ''}"

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return value and periods.parse_duration(value)


@dataclass(frozen=True, kw_only=True)
class Day(Part):
    """A day of the calendar, written as the reader writes it: 31/12/2569 or 31/12/2026."""

    template: str = "day"

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        return [] if value is ABSENT else [format_date(date.fromisoformat(str(value)), language(), "short")]

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del before
        written = data[-1].strip() if isinstance(data, list) and data else ""
        if not written:
            return ABSENT
        try:
            return parse_date(written, field=name).isoformat()
        except Refusal:
            reading.wrong(name, _("Write a day such as 31/12/2026."))
            return ABSENT


def write_number(value: Any) -> str:
    """Return a number as people write it in a field: without marks and without needless zeros."""
    text = format(Decimal(value), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_number(name: str, text: str, reading: Reading, *, is_whole: bool = False) -> Any:
    """Return the number in a text that somebody typed, ABSENT for an empty one; what is none is noted."""
    plain = arabic_digits(text).replace(",", "").replace(" ", "")
    if not plain:
        return ABSENT
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or abs(number.adjusted()) > 15:  # noqa: PLR2004 - as large as anything sensible
        reading.wrong(name, _("Write a number such as 25 or 2.5."))
        return ABSENT
    if number == number.to_integral_value():
        return int(number)
    if is_whole:
        reading.wrong(name, _("Write a whole number."))
        return ABSENT
    return number
