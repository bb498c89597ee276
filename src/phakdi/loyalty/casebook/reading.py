"""Reading worked cases: every verb, argument and expectation is known, every time is in order, or an error says where."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from phakdi.kit.conditions.fields import closest
from phakdi.kit.errors import Invalid
from phakdi.loyalty.casebook import verbs
from phakdi.loyalty.programs import yaml
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.document.program import Case, CaseStep

EXPECTATIONS = frozenset({
    "points", "tier", "not_tier", "refused", "discount", "pay", "fee", "stamps", "vouchers", "vouchers_total", "balances",
    "bonus", "rewards_open", "balance", "progress", "converted", "tier_points", "pending", "stars", "lots", "gifts",
    "shipping", "wallets",
})  # fmt: skip
STEPS_MAX = 500


class BadCase(Invalid):
    """A case cannot be run as it is written; ``details``: case, step (from 1), path, and line and column where known."""

    code = "case_invalid"


@dataclass(slots=True, frozen=True)
class PlannedStep:
    """A step that is ready to run. ``arguments`` still carry the names of the case."""

    number: int
    at: datetime
    verb: str
    member: str
    arguments: Mapping[str, Any]
    line: int | None


@dataclass(slots=True, frozen=True)
class Source:
    """Where a case stands: the path of its place in a file, and what knows line and column of every path."""

    path: str = ""
    find: Callable[[str], Mapping[str, int]] = lambda _path: {}

    def place(self, inner: str = "") -> Mapping[str, int]:
        """Return ``line`` and ``column`` of what stands at ``inner`` below the case; nothing where no text was read."""
        return self.find((self.path + inner).lstrip("."))


# --- a file of cases --------------------------------------------------------------------------------------------------


def read_cases(text: str, *, program_key: str) -> list[tuple[Case, Source]]:
    """Return the cases in a YAML text: a list of them, a mapping with ``cases``, or a list of programs with ``cases``.

    Of several programs the one whose ``id`` or ``key`` is ``program_key`` is meant.

    Raises:
        BadCase: the text holds no cases for that program, or one that is not built as a case.
        Invalid: the text is no YAML.
    """
    raw, places = yaml.parse(text)
    items, path = _cases_in(raw, program_key)

    def find(place: str) -> Mapping[str, int]:
        position = places.find(place)
        return {"line": position[0], "column": position[1]} if position else {}

    found = []
    for number, item in enumerate(items):
        source = Source(f"{path}[{number}]", find)
        try:
            found.append((Case.model_validate(item), source))
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem["loc"])
            name = item.get("name", "") if isinstance(item, Mapping) else ""
            raise _bad(f"{where.lstrip('.') or 'the case'}: {problem['msg']}", str(name), source, where) from None
    return found


def _cases_in(raw: Any, program_key: str) -> tuple[Sequence[Any], str]:
    if isinstance(raw, Mapping) and isinstance(raw.get("cases"), list):
        return raw["cases"], "cases"
    if isinstance(raw, list) and raw and all(isinstance(item, Mapping) and "steps" in item for item in raw):
        return raw, ""
    if isinstance(raw, list):
        for number, item in enumerate(raw):
            if isinstance(item, Mapping) and program_key in {item.get("id"), item.get("key")}:
                cases, inner = _cases_in(item, program_key)
                return cases, f"[{number}].{inner}"
    raise BadCase(f"There are no cases for the program '{program_key}' in this file.", program=program_key)


# --- one case ---------------------------------------------------------------------------------------------------------


def plan(case: Case, program: CompiledProgram, source: Source) -> list[PlannedStep]:
    """Return the steps of ``case``, each checked.

    Raises:
        BadCase: naming the case and the step.
    """
    if not case.steps or len(case.steps) > STEPS_MAX:
        raise _bad(f"a case has between 1 and {STEPS_MAX} steps", case.name, source, ".steps")
    for name in case.expect:
        if name not in EXPECTATIONS:
            raise _bad(_unknown("expectation", name, EXPECTATIONS), case.name, source, f".expect.{name}")
    steps: list[PlannedStep] = []
    for number, step in enumerate(case.steps, start=1):
        planned = _step(number, step, case, program, source)
        if steps and planned.at < steps[-1].at:
            raise _bad(
                "it happens before the step above it; steps stand in order of time",
                case.name,
                source,
                f".steps[{number - 1}].at",
                number,
            )
        steps.append(planned)
    _check_refused(case, source)
    return steps


def _check_refused(case: Case, source: Source) -> None:
    refused = case.expect.get("refused", [])
    right = isinstance(refused, list) and all(isinstance(n, int) and 1 <= n <= len(case.steps) for n in refused)
    if not right:
        raise _bad(f"'refused' lists numbers of steps, from 1 to {len(case.steps)}", case.name, source, ".expect.refused")


def _step(number: int, step: CaseStep, case: Case, program: CompiledProgram, source: Source) -> PlannedStep:
    path = f".steps[{number - 1}]"
    arguments = _flat(step.model_extra or {})
    try:
        at = datetime.fromisoformat(step.at)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        message = f"'{step.at}' is no time with an offset, such as 2026-03-02T10:00:00+07:00"
        raise _bad(message, case.name, source, f"{path}.at", number)
    known = {*verbs.VERBS, *program.reported_kinds}
    if step.do not in known:
        raise _bad(_unknown("verb", step.do, known), case.name, source, f"{path}.do", number)
    allowed = {*verbs.COMMON, *verbs.VERBS.get(step.do, ()), *program.field_types, *program.document.attributes}
    if step.do not in verbs.VERBS:  # a kind that the program declares
        allowed |= {"amount", "lines", "pay"}
    for name in arguments:
        if name not in allowed:
            raise _bad(_unknown(f"argument of '{step.do}'", name, allowed), case.name, source, f"{path}.{name}", number)
    _check_lines(number, arguments.get("lines"), case, program, source)
    member = arguments.pop("member", "")
    if not isinstance(member, str):
        raise _bad("a member is called by a text", case.name, source, f"{path}.member", number)
    return PlannedStep(number, at, step.do, member, arguments, source.place(path).get("line"))


def _flat(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments by name; those of a group (``old: {silver: 3}``) as ``old_silver``."""
    found: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, Mapping) and name not in verbs.MAPPINGS:
            found.update({f"{name}_{inner}": each for inner, each in value.items()})
        else:
            found[name] = value
    return found


def _check_lines(number: int, lines: Any, case: Case, program: CompiledProgram, source: Source) -> None:
    if lines is None:
        return
    path = f".steps[{number - 1}].lines"
    if not isinstance(lines, list) or not all(isinstance(line, Mapping) for line in lines):
        raise _bad("'lines' is a list of lines", case.name, source, path, number)
    allowed = {*verbs.LINE_COMMON, *program.line_field_types}
    for index, line in enumerate(lines):
        for name in line:
            if name not in allowed:
                raise _bad(_unknown("field of a line", name, allowed), case.name, source, f"{path}[{index}].{name}", number)


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    hint = closest(str(name), sorted(known))
    return f"there is no {what} '{name}'" + (f"; did you mean '{hint}'?" if hint else "")


def _bad(message: str, case: str, source: Source, inner: str, step: int | None = None) -> BadCase:
    where = f"Case '{case}'" + (f", step {step}" if step else "")
    place: dict[str, Any] = {"step": step, **source.place(inner)} if step else dict(source.place(inner))
    return BadCase(f"{where}: {message.removesuffix('.')}.", case=case, path=f"{source.path}{inner}".lstrip("."), **place)
