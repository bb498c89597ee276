"""What the program commands print: plain where nobody looks, colored on a terminal."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from phakdi.cli.program.files import DONE
from phakdi.loyalty import casebook
from phakdi.loyalty.wording import refusal_text, verdict_text

BOLD, RED, GREEN, YELLOW, DIM = "1", "31", "32", "33", "2"


def show_look(report: Mapping[str, Any]) -> None:
    """Print what was found in a file."""
    name = report["file"]
    for error in report["errors"]:
        print(f"{where(name, error)}: {paint('error', RED)}: {_said(error)}")
    for finding in report["findings"]:
        print(f"{where(name, finding)}: {paint('warning', YELLOW)}: {_said(finding)}")
    if report["code"] == DONE:
        doubts = len(report["findings"])
        noted = f", {doubts} warning{'s' if doubts != 1 else ''}" if doubts else ""
        print(f"{paint('✓', GREEN)} {name}: program '{report['key']}', {report['cases']} cases{noted}")


def where(name: str, place: Mapping[str, Any]) -> str:
    """Return file, line and column as editors understand them."""
    return ":".join(str(part) for part in (name, place.get("line"), place.get("column")) if part is not None)


def _said(told: Mapping[str, Any]) -> str:
    message, path = str(told.get("message", "")), told.get("path", "")
    message = message.removeprefix(f"Line {told.get('line')}: ").removeprefix(f"{path}: ")
    return f"{path}: {message}" if path else message


def show_cases(name: str, place: str, cases: list[casebook.CaseResult], *, trace: bool) -> None:
    """Print the cases that do not hold, or with ``trace`` all of them, step by step."""
    passed = sum(case.passed for case in cases)
    for case in cases:
        if case.passed and not trace:
            continue
        mark = paint("✓", GREEN) if case.passed else paint("✗", RED)
        print(f"{where(place, {'line': case.line, 'column': case.column})}: {mark} {paint(case.name, BOLD)}")
        if case.error:
            print(f"    {paint(case.error, RED)}")
        for difference in case.differences:
            print(
                f"    {difference.what}: expected {as_text(difference.expected)}, found {paint(as_text(difference.found), RED)}"
            )
        for step in case.steps:
            _show_step(step)
        if case.why and not case.passed:
            print(paint(f"    why: {case.why}", DIM))
    color = GREEN if passed == len(cases) else RED
    print(f"{paint('✓' if passed == len(cases) else '✗', color)} {name}: {passed} of {len(cases)} cases hold")


def _show_step(step: casebook.StepReport) -> None:
    who = f" {step.member}" if step.member else ""
    head = f"    {step.number}. {step.at:%Y-%m-%d %H:%M} {step.verb}{who}"
    if step.is_refused:
        print(f"{head}: {paint('refused', YELLOW)}: {step.message or refusal_text(step.code, step.details, 'en')} ({step.code})")
        return
    moved = ", ".join(f"{entry.kind.lower()} {entry.points} {entry.unit}" for entry in step.entries)
    print(f"{head}: {moved or 'no points'}")
    for verdict in step.verdicts:
        if not verdict.applied:
            why = verdict_text(verdict.applied, verdict.reason, verdict.params, "en")
            print(paint(f"         {verdict.rule}: {why}", DIM))


def paint(text: str, color: str) -> str:
    """Return the text in a color of a terminal; plain where NO_COLOR is set or nobody looks."""
    plain = "NO_COLOR" in os.environ or not sys.stdout.isatty()
    return text if plain else f"\033[{color}m{text}\033[0m"


def as_text(value: Any) -> str:
    """Return a value on one line."""
    return json.dumps(value, ensure_ascii=False, default=str)


def print_json(value: Mapping[str, Any] | Iterable[Any]) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
