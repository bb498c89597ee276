"""``phakdi program``: look at program files, run their cases, compare them, put them in force and write them out."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from phakdi.cli import setup
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Invalid, NotFound
from phakdi.loyalty import casebook
from phakdi.loyalty.programs import Finding, compile_program, diff_programs, lint_program, load_program
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.wording import refusal_text

DONE, REFUSED, UNREADABLE = 0, 1, 2

_BOLD, _RED, _GREEN, _YELLOW, _DIM = "1", "31", "32", "33", "2"


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``program`` and what may follow it."""
    program = commands.add_parser("program", help="look at, prove, compare and apply program files")
    parts = program.add_subparsers(dest="part", metavar="WHAT", required=True)
    validate = _part(parts, "validate", _validate, "read a file and say what is wrong or doubtful in it")
    validate.add_argument("files", nargs="+", metavar="FILE")
    check = _part(parts, "check", _check, "run the worked cases of a file")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--cases", metavar="FILE", help="run the cases in this file instead of those in the program")
    check.add_argument("--only", metavar="TEXT", default="", help="run only the cases whose name has this text")
    check.add_argument("--trace", action="store_true", help="show what every step did and why")
    diff = _part(parts, "diff", _diff, "show what two files say differently")
    diff.add_argument("before", metavar="BEFORE")
    diff.add_argument("after", metavar="AFTER")
    apply = _part(parts, "apply", _apply, "put a file in force for an organization")
    apply.add_argument("file", metavar="FILE")
    apply.add_argument("--organization", required=True, metavar="SLUG")
    apply.add_argument(
        "--from", dest="effective_from", metavar="TIME", help="when it takes effect, such as 2027-01-01T00:00+07:00"
    )
    apply.add_argument("--note", default="", help="why, for the list of versions")
    apply.add_argument("--unproven", action="store_true", help="apply it though its own cases fail")
    export = _part(parts, "export", _export, "write out the program that is in force")
    export.add_argument("--organization", required=True, metavar="SLUG")
    export.add_argument("--at", metavar="TIME", help="the version in force then; now where left out")


def _part(parts: Any, name: str, run: Callable[[argparse.Namespace], int], help_text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = parts.add_parser(name, help=help_text)
    parser.add_argument("--json", action="store_true", help="answer as JSON")
    parser.set_defaults(run=run)
    return parser


# --- validate ---------------------------------------------------------------------------------------------------------


def _validate(given: argparse.Namespace) -> int:
    reports = [_looked_at(name) for name in given.files]
    if given.json:
        _print_json(reports)
    else:
        for report in reports:
            _show_look(report)
    return max((report["code"] for report in reports), default=DONE)


def _looked_at(name: str) -> dict[str, Any]:
    """Return what is wrong and what is doubtful in one file."""
    report: dict[str, Any] = {"file": name, "code": DONE, "errors": [], "findings": []}
    try:
        document = _read(name)
        compile_program(document)
    except Invalid as error:
        return {**report, "code": UNREADABLE, "errors": _errors(error)}
    report["findings"] = [_finding(finding) for finding in lint_program(document)]
    return {**report, "key": document.key, "cases": len(document.cases)}


def _errors(error: Invalid) -> list[dict[str, Any]]:
    """Return every error that was found: path, line, column, message."""
    details = error.details
    found = details.get("errors") or [{**details, "message": error.message}]
    wanted = ("path", "line", "column", "message", "suggestion")
    return [{**{n: each[n] for n in wanted if each.get(n) not in {None, ""}}, "code": error.code} for each in found]


def _finding(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in asdict(finding).items() if value not in (None, "", {})}


def _show_look(report: Mapping[str, Any]) -> None:
    name = report["file"]
    for error in report["errors"]:
        print(f"{_where(name, error)}: {_paint('error', _RED)}: {_said(error)}")
    for finding in report["findings"]:
        print(f"{_where(name, finding)}: {_paint('warning', _YELLOW)}: {_said(finding)}")
    if report["code"] == DONE:
        doubts = len(report["findings"])
        noted = f", {doubts} warning{'s' if doubts != 1 else ''}" if doubts else ""
        print(f"{_paint('✓', _GREEN)} {name}: program '{report['key']}', {report['cases']} cases{noted}")


def _where(name: str, place: Mapping[str, Any]) -> str:
    return ":".join(str(part) for part in (name, place.get("line"), place.get("column")) if part is not None)


def _said(told: Mapping[str, Any]) -> str:
    message, path = str(told.get("message", "")), told.get("path", "")
    message = message.removeprefix(f"Line {told.get('line')}: ").removeprefix(f"{path}: ")
    return f"{path}: {message}" if path else message


# --- check ------------------------------------------------------------------------------------------------------------


def _check(given: argparse.Namespace) -> int:
    code, told = DONE, []
    for name in given.files:
        try:
            result = casebook.run_file(_path(name), cases=_path(given.cases) if given.cases else None)
        except Invalid as error:
            code = UNREADABLE
            told.append({"file": name, "errors": _errors(error)})
            if not given.json:
                _show_look({"file": name, "code": UNREADABLE, "errors": _errors(error), "findings": []})
            continue
        cases = [case for case in result.cases if given.only in case.name]
        code = max(code, DONE if all(case.passed for case in cases) else REFUSED)
        told.append({"file": name, "key": result.key, "cases": [_case(case) for case in cases]})
        if not given.json:
            _show_cases(name, given.cases or name, cases, trace=given.trace)
    if given.json:
        _print_json(told)
    return code


def _case(case: casebook.CaseResult) -> dict[str, Any]:
    return {
        "name": case.name,
        "passed": case.passed,
        "error": case.error or None,
        "line": case.line,
        "differences": [asdict(difference) for difference in case.differences],
        "steps": [
            {
                "number": step.number,
                "at": step.at,
                "do": step.verb,
                "member": step.member or None,
                "refused": step.code if step.is_refused else None,
                "earned": step.earned,
                "outcome": step.outcome,
                "verdicts": [asdict(verdict) for verdict in step.verdicts],
            }
            for step in case.steps
        ],
    }


def _show_cases(name: str, place: str, cases: list[casebook.CaseResult], *, trace: bool) -> None:
    passed = sum(case.passed for case in cases)
    for case in cases:
        if case.passed and not trace:
            continue
        mark = _paint("✓", _GREEN) if case.passed else _paint("✗", _RED)
        print(f"{_where(place, {'line': case.line, 'column': case.column})}: {mark} {_paint(case.name, _BOLD)}")
        if case.error:
            print(f"    {_paint(case.error, _RED)}")
        for difference in case.differences:
            print(f"    {difference.what}: expected {_text(difference.expected)}, found {_paint(_text(difference.found), _RED)}")
        for step in case.steps:
            _show_step(step)
        if case.why and not case.passed:
            print(_paint(f"    why: {case.why}", _DIM))
    color = _GREEN if passed == len(cases) else _RED
    print(f"{_paint('✓' if passed == len(cases) else '✗', color)} {name}: {passed} of {len(cases)} cases hold")


def _show_step(step: casebook.StepReport) -> None:
    who = f" {step.member}" if step.member else ""
    head = f"    {step.number}. {step.at:%Y-%m-%d %H:%M} {step.verb}{who}"
    if step.is_refused:
        print(
            f"{head}: {_paint('refused', _YELLOW)}: {step.message or refusal_text(step.code, step.details, 'en')} ({step.code})"
        )
        return
    moved = ", ".join(f"{entry.kind.lower()} {entry.points} {entry.unit}" for entry in step.entries)
    print(f"{head}: {moved or 'no points'}")
    for verdict in step.verdicts:
        if not verdict.applied:
            print(_paint(f"         {verdict.rule}: {verdict.reason}", _DIM))


# --- diff -------------------------------------------------------------------------------------------------------------


def _diff(given: argparse.Namespace) -> int:
    try:
        before, after = _read(given.before), _read(given.after)
    except Invalid as error:
        _show_look(
            {"file": error.details.get("file", given.before), "code": UNREADABLE, "errors": _errors(error), "findings": []}
        )
        return UNREADABLE
    changes = diff_programs(before, after)
    if given.json:
        _print_json([asdict(change) for change in changes])
        return REFUSED if changes else DONE
    colors = {"added": _GREEN, "removed": _RED, "changed": _YELLOW}
    for change in changes:
        print(_paint(str(change), colors.get(change.kind, _DIM)))
    if not changes:
        print("The two programs say the same.")
    return REFUSED if changes else DONE


# --- apply and export: these need the database --------------------------------------------------------------------------


def _apply(given: argparse.Namespace) -> int:
    report = _looked_at(given.file)
    if report["code"] != DONE:
        _show_look(report)
        return UNREADABLE
    result = casebook.run_file(_path(given.file))
    if not result.passed and not given.unproven:
        _show_cases(given.file, given.file, list(result.cases), trace=False)
        print("Nothing was applied: the program's own cases do not hold.", file=sys.stderr)
        return REFUSED
    effective_from = _instant(given.effective_from)
    with setup.at_work():
        from phakdi.flows.apply_program import apply_program  # noqa: PLC0415 - Django is set up by now

        version = apply_program(
            organization_id=_organization_id(given.organization),
            text=_path(given.file).read_text(encoding="utf-8"),
            now=utc_now(),
            effective_from=effective_from,
            note=given.note,
        )
        told = {"program": report["key"], "version": version.number, "effective_from": version.effective_from}
    if given.json:
        _print_json(told)
    else:
        print(
            f"{_paint('✓', _GREEN)} version {told['version']} of '{told['program']}' takes effect at {told['effective_from']:%Y-%m-%d %H:%M %Z}"
        )
    return DONE


def _export(given: argparse.Namespace) -> int:
    at = _instant(given.at) or utc_now()
    with setup.at_work():
        from phakdi.kit.db.scope import organization_scope  # noqa: PLC0415 - Django is set up by now
        from phakdi.loyalty.programs import queries  # noqa: PLC0415 - as above

        organization_id = _organization_id(given.organization)
        version_id = queries.version_at(organization_id=organization_id, at=at).version_id
        assert version_id
        with organization_scope(organization_id):
            version = queries.get_version(organization_id=organization_id, version_id=version_id)
        text, number = version.text, version.number
    if given.json:
        _print_json({"version": number, "text": text})
    else:
        print(text, end="" if text.endswith("\n") else "\n")
    return DONE


def _organization_id(slug: str) -> UUID:
    from phakdi.platform.organizations.queries import find_organization  # noqa: PLC0415 - Django is set up by now

    found = find_organization(slug=slug)
    if found is None:
        raise NotFound(f"There is no organization '{slug}'.", code="organization_not_found", slug=slug)
    return found.id


# --- small things -----------------------------------------------------------------------------------------------------


def _path(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise Invalid(f"There is no file {name}.", code="file_not_found", file=name)
    return path


def _read(name: str) -> ProgramDocument:
    try:
        return load_program(_path(name).read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Invalid(f"{name} is no text in UTF-8.", code="file_not_text", file=name) from None
    except Invalid as error:
        error.details.setdefault("file", name)
        raise


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(f"'{text}' is no time with an offset, such as 2027-01-01T00:00+07:00.", code="instant_invalid")
    return moment


def _paint(text: str, color: str) -> str:
    plain = "NO_COLOR" in os.environ or not sys.stdout.isatty()
    return text if plain else f"\033[{color}m{text}\033[0m"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _print_json(value: Mapping[str, Any] | Iterable[Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
