"""What a backtest is about: over which time, and which programs stand side by side. Plain values, for other processes."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from phakdi.loyalty.programs import compile_program, load_program, periods
from phakdi.loyalty.programs.compiled import CompiledProgram

NOW = "now"  # the program in force, as it was at each time
DRAFTS = ("a", "b")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the programs that are compared: its versions with the instant from which each counts, the oldest first.

    ``costs`` is what one point costs, in minor units, as numerator and denominator, by unit; units without a price are left
    out. ``expected`` is the share of points outstanding that will still be used, in the same form. ``least`` is how many points
    the cheapest use of a unit takes.
    """

    key: str
    name: str
    versions: Sequence[tuple[datetime, str]]  # documents as JSON
    costs: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    expected: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    least: Mapping[str, int] = field(default_factory=dict)

    def program_at(self, at: datetime) -> CompiledProgram:
        """Return the version in force at ``at``; the first one before it began."""
        number = bisect_right(self.versions, at, key=_begins)
        return compiled(self.versions[max(number - 1, 0)][1])

    def changes_between(self, after: datetime, until: datetime) -> list[datetime]:
        """Return when another version came into force after ``after`` and not after ``until``."""
        return [begins for begins, _ in self.versions[1:] if after < begins <= until]


@dataclass(frozen=True, slots=True)
class Plan:
    """A backtest from ``start`` to before ``end``, on whose months figures are summed; what was before leads up to it."""

    organization_id: UUID
    start: datetime
    end: datetime
    zone: str
    sides: Sequence[Side]

    @property
    def months(self) -> list[tuple[datetime, str]]:
        """The instants at which the months begin, with their names; the first one begins with the time looked at."""
        zone = periods.parse_zone(self.zone)
        day: date = periods.day_of(self.start, zone)
        found = [(self.start, f"{day:%Y-%m}")]
        while True:
            day = periods.next_start(day, "month")
            begins = periods.start_of(day, zone)
            if begins >= self.end:
                return found
            found.append((begins, f"{day:%Y-%m}"))

    @property
    def drafts(self) -> list[Side]:
        """The sides that are not in force."""
        return [side for side in self.sides if side.key != NOW]

    @property
    def present(self) -> Side | None:
        """The side that is in force; None where the organization has no program yet."""
        return next((side for side in self.sides if side.key == NOW), None)

    def dump(self) -> bytes:
        """Return the plan as bytes."""
        return orjson.dumps(self)


def read_plan(content: bytes) -> Plan:
    """Return the plan in ``content``, as `Plan.dump` wrote it."""
    doc = orjson.loads(content)
    sides = [
        Side(
            side["key"],
            side["name"],
            [(datetime.fromisoformat(begins), text) for begins, text in side["versions"]],
            _ratios(side["costs"]),
            _ratios(side["expected"]),
            side["least"],
        )
        for side in doc["sides"]
    ]
    return Plan(
        UUID(doc["organization_id"]), datetime.fromisoformat(doc["start"]), datetime.fromisoformat(doc["end"]), doc["zone"], sides
    )


def _ratios(found: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    return {unit: (numerator, denominator) for unit, (numerator, denominator) in found.items()}


def _begins(version: tuple[datetime, str]) -> datetime:
    return version[0]


@lru_cache(maxsize=64)
def compiled(document: str) -> CompiledProgram:
    """Return a program ready to run; worked out once in each process."""
    return compile_program(load_program(orjson.loads(document)))
