"""``phakdi program validate | check | diff``: what needs no database."""

import argparse
from dataclasses import asdict
from typing import Any

from phakdi.cli.program.files import DONE, REFUSED, UNREADABLE, errors_of, look_at, path_of, read
from phakdi.cli.program.showing import DIM, GREEN, RED, YELLOW, paint, print_json, show_cases, show_look
from phakdi.kit.errors import Invalid
from phakdi.loyalty import casebook
from phakdi.loyalty.programs import diff_programs


def validate(given: argparse.Namespace) -> int:
    """Read files and say what is wrong or doubtful in them."""
    reports = [look_at(name) for name in given.files]
    if given.json:
        print_json(reports)
    else:
        for report in reports:
            show_look(report)
    return max((report["code"] for report in reports), default=DONE)


def check(given: argparse.Namespace) -> int:
    """Run the worked cases of files, or those in another file."""
    code, told = DONE, []
    for name in given.files:
        try:
            result = casebook.run_file(path_of(name), cases=path_of(given.cases) if given.cases else None)
        except Invalid as error:
            code = UNREADABLE
            told.append({"file": name, "errors": errors_of(error)})
            if not given.json:
                show_look({"file": name, "code": UNREADABLE, "errors": errors_of(error), "findings": []})
            continue
        cases = [case for case in result.cases if given.only in case.name]
        code = max(code, DONE if all(case.passed for case in cases) else REFUSED)
        told.append({"file": name, "key": result.key, "cases": [_case(case) for case in cases]})
        if not given.json:
            show_cases(name, given.cases or name, cases, trace=given.trace)
    if given.json:
        print_json(told)
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


def diff(given: argparse.Namespace) -> int:
    """Show what two files say differently; 1 where they do."""
    try:
        before, after = read(given.before), read(given.after)
    except Invalid as error:
        show_look(
            {"file": error.details.get("file", given.before), "code": UNREADABLE, "errors": errors_of(error), "findings": []}
        )
        return UNREADABLE
    changes = diff_programs(before, after)
    if given.json:
        print_json([asdict(change) for change in changes])
        return REFUSED if changes else DONE
    colors = {"added": GREEN, "removed": RED, "changed": YELLOW}
    for change in changes:
        print(paint(str(change), colors.get(change.kind, DIM)))
    if not changes:
        print("The two programs say the same.")
    return REFUSED if changes else DONE
