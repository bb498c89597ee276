"""Fields for what is more than a word: numbers that depend on something, ends, waiting times, what a level asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from phakdi.web.console.editing import posted
from phakdi.web.console.editing.groups import Rows
from phakdi.web.console.editing.parts import ABSENT, Part, Reading, read_number, write_number

if TYPE_CHECKING:
    from phakdi.web.console.editing.room import Room

BY_LEVEL = frozenset({"level", "member.level"})
LINES_MAX = 100


@dataclass(frozen=True, kw_only=True)
class Quantity(Part):
    """A number, or one that depends on the member's level or on another figure."""

    template: str = "quantity"
    unit: str = ""
    varies: bool = False  # whether it is usual that it depends on something: only then is that offered

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        levels = [key for key, _label in room.levels()]
        empty = {str(n): {"key": [key], "value": []} for n, key in enumerate(levels)}
        shown: dict[str, Any] = {"mode": ["one"], "number": [], "levels": empty, "else": [], "by": [], "table": []}
        if value is ABSENT:
            return shown
        if not isinstance(value, Mapping):
            return {**shown, "number": [write_number(value)]}
        rest = [] if value.get("else") is None else [write_number(value["else"])]
        if "bands" in value:
            return {**shown, "mode": ["bands"], "by": [value["by"]], "table": [write_table(value["bands"])], "else": rest}
        values = value["values"]
        if value["by"] in BY_LEVEL and levels and set(values) <= set(levels):
            by_level = {
                str(n): {"key": [key], "value": [write_number(values[key])] if key in values else []}
                for n, key in enumerate(levels)
            }
            return {**shown, "mode": ["level"], "levels": by_level, "else": rest}
        return {**shown, "mode": ["values"], "by": [value["by"]], "table": [write_table(values)], "else": rest}

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        mode = posted.text(data, "mode") or "one"
        if mode == "one":
            return read_number(f"{name}.number", posted.text(data, "number"), reading)
        rest = read_number(f"{name}.else", posted.text(data, "else"), reading)
        by = posted.text(data, "by")
        table: dict[Any, Any]
        if mode == "level":
            by = before["by"] if isinstance(before, Mapping) and before.get("by") in BY_LEVEL else "member.level"
            told = [
                (posted.text(row, "key"), read_number(name, posted.text(row, "value"), reading))
                for _n, row in posted.rows(posted.branch(data, "levels"))
            ]
            table = {key: value for key, value in told if value is not ABSENT}
        else:
            table = read_table(f"{name}.table", posted.text(data, "table"), reading, are_numbers=mode == "bands")
        if not table:
            return ABSENT
        if not by:
            reading.wrong(f"{name}.by", _("Say on what it depends."))
        found = {"by": by, "bands" if mode == "bands" else "values": table}
        return found if rest is ABSENT else {**found, "else": rest}

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        if not isinstance(value, Mapping):
            return value
        tables = {
            name: {str(key): Decimal(each) for key, each in value[name].items()}
            for name in ("values", "bands")
            if value.get(name) is not None
        }
        return {**value, **tables}


def write_table(table: Mapping[Any, Any]) -> str:
    """Return a table as lines of ``key = number``."""
    return "\n".join(f"{key} = {write_number(value)}" for key, value in table.items())


def read_table(name: str, text: str, reading: Reading, *, are_numbers: bool) -> dict[Any, Any]:
    """Return the table in lines of ``key = number``; what cannot be read is noted."""
    found: dict[Any, Any] = {}
    for line in [line for line in text.split("\n") if line.strip()][:LINES_MAX]:
        key, sign, value = line.rpartition("=")
        number = read_number(name, value, reading)
        if not sign or not key.strip() or number is ABSENT:
            reading.wrong(name, _("Write one line for each case, such as: Gold = 2"))
            continue
        written = read_number(name, key, reading) if are_numbers else key.strip()
        if written is not ABSENT:
            found[str(written)] = number
    return found


@dataclass(frozen=True, kw_only=True)
class Table(Part):
    """A table of numbers, such as what fixed numbers of points pay."""

    template: str = "table"

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        return [] if value is ABSENT else [write_table(value)]

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del before
        return read_table(name, data[-1] if isinstance(data, list) and data else "", reading, are_numbers=True) or ABSENT

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return value if value is ABSENT else {str(key): Decimal(each) for key, each in value.items()}


@dataclass(frozen=True, kw_only=True)
class Numbers(Part):
    """A list of whole numbers with commas."""

    template: str = "words"

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        return [] if value is ABSENT else [", ".join(map(str, value))]

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del before
        text = data[-1] if isinstance(data, list) and data else ""
        found = [read_number(name, each, reading, is_whole=True) for each in text.split(",") if each.strip()]
        return [each for each in found if each is not ABSENT] or ABSENT


@dataclass(frozen=True, kw_only=True)
class YearlyDays(Part):
    """One or more days of every year, such as 12-31."""

    template: str = "yearly"

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        del room
        days = [] if value is ABSENT else [value] if isinstance(value, str) else value
        shown = [each.split("-") for each in days] + [["", ""]]
        return {str(n): {"month": [month.lstrip("0")], "day": [day.lstrip("0")]} for n, (month, day) in enumerate(shown)}

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        del before
        found = []
        for _n, row in posted.rows(data if isinstance(data, Mapping) else {}):
            month, day = posted.text(row, "month"), posted.text(row, "day")
            if not month and not day:
                continue
            if not month.isdigit() or not day.isdigit() or not 1 <= int(day) <= 31:  # noqa: PLR2004 - days of a month
                reading.wrong(name, _("Choose a month and write a day."))
                continue
            found.append(f"{int(month):02}-{int(day):02}")
        return ABSENT if not found else found[0] if len(found) == 1 else found

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return [value] if isinstance(value, str) else value


@dataclass(frozen=True, kw_only=True)
class Asked(Part):
    """What a level asks for: one figure, or several of which any or all must be reached."""

    row: Part
    template: str = "asked"
    add = gettext_lazy("Another figure")

    def rows(self) -> Rows:
        """Return the figures as rows."""
        return Rows(key="rows", row=self.row, add=self.add, at_least_one=True)

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        if value is ABSENT:
            return {"mode": ["none"], "rows": self.rows().show(ABSENT, room)}
        mode, items = self._split(value)
        return {"mode": [mode], "rows": self.rows().show(items, room)}

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        mode = posted.text(data, "mode")
        if mode not in {"any", "all"}:
            return ABSENT
        old = ABSENT if before is ABSENT else self._split(before)[1]
        items = self.rows().read(f"{name}.rows", posted.branch(data, "rows"), old, reading)
        if items is ABSENT:
            reading.wrong(name, _("Say what must be reached, or that nothing is asked."))
            return ABSENT
        return items[0] if len(items) == 1 else {mode: items}

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        if value is ABSENT:
            return None
        mode, items = self._split(value)
        return ("one" if len(items) == 1 else mode, [self.row.canon(item) for item in items])

    def untold(self, value: Any, room: "Room") -> list[str]:
        """See `Part`."""
        return [] if value is ABSENT else self.rows().untold(self._split(value)[1], room)

    def _split(self, value: Mapping[str, Any]) -> tuple[str, list[Any]]:
        for mode in ("any", "all"):
            if mode in value:
                items = value[mode]
                if any("meter" not in item for item in items):
                    raise ValueError("groups within groups are for the text")
                return mode, list(items)
        if "meter" not in value:
            raise ValueError("conditions are for the text")
        return "all", [value]
