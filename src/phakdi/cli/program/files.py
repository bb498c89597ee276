"""Program files as commands meet them: read, looked at, with every error and doubt."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import Finding, compile_program, lint_program, load_program
from phakdi.loyalty.programs.document.program import ProgramDocument

DONE, REFUSED, UNREADABLE = 0, 1, 2


def look_at(name: str) -> dict[str, Any]:
    """Return what is wrong and what is doubtful in one file."""
    report: dict[str, Any] = {"file": name, "code": DONE, "errors": [], "findings": []}
    try:
        document = read(name)
        compile_program(document)
    except Invalid as error:
        return {**report, "code": UNREADABLE, "errors": errors_of(error)}
    report["findings"] = [_finding(finding) for finding in lint_program(document)]
    return {**report, "key": document.key, "cases": len(document.cases)}


def errors_of(error: Invalid) -> list[dict[str, Any]]:
    """Return every error that was found: path, line, column, message."""
    details = error.details
    found = details.get("errors") or [{**details, "message": error.message}]
    wanted = ("path", "line", "column", "message", "suggestion")
    return [{**{n: each[n] for n in wanted if each.get(n) not in {None, ""}}, "code": error.code} for each in found]


def _finding(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in asdict(finding).items() if value not in (None, "", {})}


def path_of(name: str) -> Path:
    """Return the path of a file that is there, or raise Invalid."""
    path = Path(name)
    if not path.is_file():
        raise Invalid(f"There is no file {name}.", code="file_not_found", file=name)
    return path


def read(name: str) -> ProgramDocument:
    """Return the program in a file; Invalid names the file as well."""
    try:
        return load_program(path_of(name).read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Invalid(f"{name} is no text in UTF-8.", code="file_not_text", file=name) from None
    except Invalid as error:
        error.details.setdefault("file", name)
        raise


def instant(text: str | None) -> datetime | None:
    """Return a time told to a command, or None where none was; Invalid without an offset."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid(f"'{text}' is no time with an offset, such as 2027-01-01T00:00+07:00.", code="instant_invalid")
    return moment
