"""What running a case answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from phakdi.loyalty.engine.core.state import Entry, Verdict


@dataclass(slots=True, frozen=True)
class Difference:
    """Something that was expected and is otherwise. ``what`` is the name of the expectation."""

    what: str
    expected: Any
    found: Any


@dataclass(slots=True, frozen=True)
class StepReport:
    """What one step did: refused with a code, or done with these movements of points and verdicts of rules."""

    number: int  # from 1
    at: datetime
    verb: str
    member: str
    line: int | None = None  # in the file
    is_refused: bool = False
    code: str = ""
    message: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()  # of this member and of those whom the step reached
    verdicts: tuple[Verdict, ...] = ()
    outcome: Mapping[str, Any] = field(default_factory=dict)

    @property
    def earned(self) -> dict[str, int]:
        """Points given by the step, pending ones included, by unit."""
        found: dict[str, int] = {}
        for entry in self.entries:
            if entry.kind == "EARN":
                found[entry.unit] = found.get(entry.unit, 0) + entry.points
        return found


@dataclass(slots=True, frozen=True)
class CaseResult:
    """Whether a case holds, and if not what differed. ``error`` is a sentence where the case could not be run."""

    name: str
    differences: tuple[Difference, ...] = ()
    steps: tuple[StepReport, ...] = ()
    error: str = ""
    line: int | None = None
    column: int | None = None
    why: str = ""

    @property
    def passed(self) -> bool:
        """Whether everything that the case names holds."""
        return not self.error and not self.differences


@dataclass(slots=True, frozen=True)
class FileResult:
    """The cases of one program."""

    key: str
    cases: tuple[CaseResult, ...]

    @property
    def passed(self) -> bool:
        """Whether every case holds."""
        return all(case.passed for case in self.cases)
