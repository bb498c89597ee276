"""Running worked cases: one by one, or all of a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phakdi.kit.errors import Invalid
from phakdi.loyalty.casebook import expecting
from phakdi.loyalty.casebook.reading import BadCase, PlannedStep, Source, plan, read_cases
from phakdi.loyalty.casebook.results import CaseResult, FileResult, StepReport
from phakdi.loyalty.casebook.world import World
from phakdi.loyalty.programs import compile_program, load_program
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.document.program import Case, ProgramDocument


def run_file(source: str | Path, *, cases: str | Path | None = None) -> FileResult:
    """Run the cases of a program file (a path, or its text), or those in another file, and return what came of them.

    Raises:
        Invalid: a file is no text, the program cannot be read or compiled, or the other file holds no cases for it.
    """
    document = load_program(_text(source))
    program = compile_program(document)
    found = _own_cases(document) if cases is None else read_cases(_text(cases), program_key=document.key)
    return FileResult(document.key, tuple(run_case(program, case, source=where) for case, where in found))


def run_case(program: CompiledProgram, case: Case, *, source: Source | None = None) -> CaseResult:
    """Run one case in memory and return whether it holds; a case that cannot be run says why in ``error``."""
    source = source or Source()
    reports: list[StepReport] = []
    told: dict[str, Any] = {"why": case.why or "", **source.place()}
    try:
        steps = plan(case, program, source)
        world = World(program)
        reports += (_perform(world, step, case, source) for step in steps)
        differences = expecting.compare(case, world, reports)
    except Invalid as error:
        place: dict[str, Any] = {name: error.details[name] for name in ("line", "column") if name in error.details}
        told.update(place)
        return CaseResult(case.name, steps=tuple(reports), error=error.message, **told)
    return CaseResult(case.name, differences, tuple(reports), **told)


def _perform(world: World, step: PlannedStep, case: Case, source: Source) -> StepReport:
    try:
        return world.perform(step)
    except Invalid as error:
        if isinstance(error, BadCase):
            raise
        place: dict[str, Any] = dict(source.place(f".steps[{step.number - 1}]"))
        message = f"Case '{case.name}', step {step.number}: {error.message}"
        raise BadCase(message, case=case.name, step=step.number, reason=error.code, **place) from error


def _own_cases(document: ProgramDocument) -> Sequence[tuple[Case, Source]]:
    return [(case, Source(f"cases[{number}]", document.place)) for number, case in enumerate(document.cases)]


def _text(source: str | Path) -> str:
    """Return the text of a file; a text with several lines is taken as it is."""
    if isinstance(source, str) and "\n" in source:
        return source
    try:
        return Path(source).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise Invalid(f"{source} is no text in UTF-8.", code="file_not_text", file=str(source)) from None
