"""Which categories of things a program asks for, so that the counter can offer them as buttons."""

from collections.abc import Iterator, Mapping
from typing import Any

from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at
from phakdi.web.access import Desk

CATEGORIES_MAX = 12
CATEGORY = "category"


def categories_in(program: CompiledProgram) -> list[str]:
    """Return the categories that the program's conditions name, in the order in which they are written."""
    document = program.document
    rules: list[Any] = [*document.earning, *document.discounts, *document.spending, *document.vouchers.values()]
    asked = [rule.lines for rule in rules]
    return list(dict.fromkeys(name for condition in asked for name in _named(condition)))[:CATEGORIES_MAX]


def categories_of(desk: Desk) -> list[str]:
    """Return the categories of the program in force, or none where there is no program."""
    try:
        with organization_scope(desk.organization_id):
            program = version_at(organization_id=desk.organization_id, at=utc_now())
    except NotFound:
        return []
    return categories_in(program)


def _named(condition: Any) -> Iterator[str]:
    if isinstance(condition, Mapping):
        for key, value in condition.items():
            yield from _texts(value) if key == CATEGORY else _named(value)
    elif isinstance(condition, list | tuple):
        for each in condition:
            yield from _named(each)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
