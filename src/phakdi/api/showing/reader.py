"""For whom sentences are written: the language asked for, with what the organization's program calls its own things."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from phakdi.kit.errors import NotFound
from phakdi.kit.text import pick
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at
from phakdi.loyalty.wording import Reader, verdict_text

READERS_MAX = 256
_readers: dict[tuple[UUID | None, str], Reader] = {}


def reader_of(organization_id: UUID, now: datetime, language: str) -> Reader:
    """Return the reader; without a program in force, one that knows no names."""
    try:
        program = version_at(organization_id=organization_id, at=now)
    except NotFound:
        return Reader(language)
    key = (program.version_id, language)
    found = _readers.get(key)
    if found is None:
        if len(_readers) >= READERS_MAX:
            _readers.clear()
        found = _readers[key] = Reader(language, program.currency, program.zone, _names(program, language))
    return found


def currency_of(organization_id: UUID, now: datetime) -> str:
    """Return the currency of the program in force, THB where there is none."""
    try:
        return version_at(organization_id=organization_id, at=now).currency
    except NotFound:
        return "THB"


def show_reasons(verdicts: Any, reader: Reader) -> list[dict[str, Any]]:
    """Return verdicts with a sentence for each."""
    return [{**verdict, "text": _said(verdict, reader)} for verdict in verdicts]


def _said(verdict: Mapping[str, Any], reader: Reader) -> str:
    applied, reason, params = verdict["applied"], verdict["reason"], verdict["params"]
    if params:
        return verdict_text(applied, reason, params, reader.language, reader)
    return _plain(applied, reason, reader.language)


@lru_cache(maxsize=1024)
def _plain(applied: bool, reason: str, language: str) -> str:  # noqa: FBT001 - a verdict is one
    return verdict_text(applied, reason, {}, language)


def _names(program: CompiledProgram, language: str) -> dict[str, str]:
    document = program.document
    named: list[tuple[str, Any]] = [(rule.key, rule.name) for rule in document.earning]
    named += [(discount.key, discount.name) for discount in document.discounts]
    named += [(spending.key, spending.name) for spending in document.spending]
    named += [(level.key, level.name) for level in (document.tiers.levels if document.tiers else ())]
    for things in (document.units, document.vouchers, document.rewards, document.activities):
        named += [(key, thing.name) for key, thing in things.items()]
    return {key: said for key, name in named if (said := pick(name, language))}
