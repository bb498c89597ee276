"""Reading a program file into a document, with errors that say where and what would be right."""

import types
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from phakdi.kit.conditions.fields import closest
from phakdi.loyalty.programs import yaml
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.errors import BadProgram

_PLAIN = ("literal", "constrained", "function", "decimal", "str", "int", "bool", "Number")
ERRORS_MAX = 50

Trail = tuple[str | int, ...]


def load_program(source: str | Mapping[str, Any]) -> ProgramDocument:
    """Return the program in a YAML text, or in the mapping read from one.

    Raises:
        BadProgram: ``details``: path, line, column, ``errors`` with all that were found in the order of the file.
    """
    raw, places = yaml.parse(source) if isinstance(source, str) else (source, yaml.Places({}))
    if not isinstance(raw, Mapping):
        message = "A program file is a mapping that begins with 'phakdi: 1' and 'key: …'."
        raise BadProgram(message, path="", line=1, column=1)
    try:
        document = ProgramDocument.model_validate(raw)
    except ValidationError as error:
        raise _refusal(error, raw, places) from None
    document.keep_places(places)
    return document


def _refusal(error: ValidationError, raw: Mapping[str, Any], places: yaml.Places) -> BadProgram:
    found: dict[str, dict[str, Any]] = {}
    for problem in _probable(error.errors(include_url=False, include_context=False), raw):
        trail = _trail(problem["loc"], raw)
        path = _render(trail)
        told = {"path": path, "message": _sentence(problem, trail, raw), **_place(places, path)}
        if problem["type"] == "extra_forbidden":
            told["suggestion"] = _nearest(trail)
        found.setdefault(path, told)
    errors = sorted(found.values(), key=lambda told: (told.get("line", 0), told.get("column", 0)))[:ERRORS_MAX]
    first = errors[0]
    where = f"Line {first['line']}: " if "line" in first else ""
    message = f"{where}{first['path'] or 'the file'}: {first['message']}."
    return BadProgram(message, errors=errors, **{name: value for name, value in first.items() if name != "message"})


def _place(places: yaml.Places, path: str) -> dict[str, int]:
    position = places.find(path)
    return {"line": position[0], "column": position[1]} if position else {}


def _render(trail: Trail) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in trail).lstrip(".")


# --- which of the reader's complaints is meant ------------------------------------------------------------------------


def _trail(location: Trail, raw: Any) -> Trail:
    """Return the keys and indexes of ``location`` that are in the file: without names of alternatives and validators."""
    found: list[str | int] = []
    last = len(location) - 1
    for number, part in enumerate(location):
        if _holds(raw, part):
            raw = raw[part]
        elif number < last or isinstance(part, int) or not isinstance(raw, Mapping) or _is_alternative(part):
            continue
        found.append(part)
    return tuple(found)


def _is_alternative(part: str | int) -> bool:
    """Whether a part of a location names an alternative that was tried, not a key."""
    return isinstance(part, str) and ("[" in part or part[:1].isupper() or part.startswith(_PLAIN) or part == "is-instance")


def _probable(problems: list[Any], raw: Mapping[str, Any]) -> Iterable[Any]:
    """Yield the problems; of several alternatives for one value those of the one that has the value's shape."""
    at: dict[Trail, list[tuple[str, Any]]] = {}
    for problem in problems:
        branch, stem = _branch(problem["loc"], raw)
        at.setdefault(stem, []).append((branch, problem))
    for stem, tried in at.items():
        branches = {branch for branch, _ in tried}
        if len(branches) < 2:  # noqa: PLR2004 - no alternatives
            yield from (problem for _, problem in tried)
            continue
        shape = _shape(_value_at(stem, raw))
        fitting = [problem for branch, problem in tried if _fits(branch, shape)] or [problem for _, problem in tried]
        deepest = max(len(problem["loc"]) for problem in fitting)
        yield from (problem for problem in fitting if len(problem["loc"]) == deepest or problem["type"] == "extra_forbidden")


def _branch(location: Trail, raw: Any) -> tuple[str, Trail]:
    """Return the first alternative named in ``location``, and where the value stands that it was tried on."""
    for number, part in enumerate(location):
        if _holds(raw, part):
            raw = raw[part]
        elif _is_alternative(part):
            return str(part), location[:number]
    return "", location


def _value_at(trail: Trail, raw: Any) -> Any:
    for part in trail:
        if _holds(raw, part):
            raw = raw[part]
    return raw


def _holds(raw: Any, part: str | int) -> bool:
    """Whether ``raw`` has a value under that key or at that place."""
    if isinstance(raw, list):
        return isinstance(part, int) and part < len(raw)
    return isinstance(raw, Mapping) and part in raw


def _shape(value: Any) -> str:
    return "mapping" if isinstance(value, Mapping) else "list" if isinstance(value, list) else "plain"


def _fits(branch: str, shape: str) -> bool:
    if branch.startswith("function") and ", " in branch:  # a check around what is meant
        branch = branch.rsplit(", ", 1)[1].rstrip("]")
    if branch.startswith("list"):
        return shape == "list"
    if branch[:1].isupper() or branch.startswith("Mapping"):
        return shape == "mapping"
    return shape == "plain"


# --- what to say ------------------------------------------------------------------------------------------------------


def _sentence(problem: Any, trail: Trail, raw: Any) -> str:
    kind, message = problem["type"], str(problem["msg"])
    if kind == "extra_forbidden":
        hint = _nearest(trail)
        known = f"did you mean '{hint}'" if hint else f"there is: {', '.join(_keys_at(trail[:-1]))}"
        return f"there is no key '{trail[-1]}' here; {known}"
    if kind.startswith(("decimal", "int_", "finite")) or "Decimal" in message:
        whole = (
            "a whole number" if kind.startswith("int_") and isinstance(problem["input"], int | float | Decimal) else "a number"
        )
        given = problem["input"] if isinstance(problem["input"], Decimal) else repr(problem["input"])
        return f"write {whole} here, not {given}"
    said = {
        "missing": f"'{next(reversed(problem['loc']), 'a value')}' is missing",
        "string_type": "write a text here; put a number that is a name in quotes",
        "string_pattern_mismatch": f"'{problem['input']}' has not the form that is asked for, such as a date 2026-12-31",
    }
    if kind == "string_type" and _value_at(trail, raw) is None:
        return "a text is missing here; a comma inside { } ends a value, so put a text with commas in quotes"
    if kind == "string_type" and not isinstance(_value_at(trail, raw), int | float):
        return message.removesuffix(".")
    return said.get(kind) or message.removeprefix("Value error, ").removesuffix(".")


def _nearest(trail: Trail) -> str:
    return closest(str(trail[-1]), _keys_at(trail[:-1]))


def _keys_at(trail: Trail) -> list[str]:
    """Return the keys that the document knows at that place."""
    places: list[Any] = [ProgramDocument]
    for part in trail:
        places = [inner for place in places for inner in _inside(place, part)]
    models = [model for place in places for model in _alternatives(place) if _is_model(model)]
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _alternatives(annotation: Any) -> list[Any]:
    """Return what ``annotation`` may be: alternatives apart, a list as what is in it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _alternatives(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return [found for inner in get_args(annotation) for found in _alternatives(inner)]
    if origin is list:
        return [found for inner in get_args(annotation) for found in _alternatives(inner)]
    return [annotation]


def _inside(place: Any, part: str | int) -> list[Any]:
    if isinstance(part, int):
        return [place]  # lists are looked through in any case
    found: list[Any] = []
    for annotation in _alternatives(place):
        if _is_model(annotation):
            found += [field.annotation for name, field in annotation.model_fields.items() if part in {name, field.alias}]
        elif isinstance(get_origin(annotation), type) and issubclass(get_origin(annotation), Mapping):
            found.append(get_args(annotation)[1])
    return found
