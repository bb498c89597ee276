"""How a sentence with blanks is filled in: figures with thousands marks, money, days and instants as the reader writes them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from phakdi.kit.money import format_money
from phakdi.kit.text import pick
from phakdi.kit.thai import format_date, format_datetime

Phrase = tuple[str, str]
"""A sentence in Thai and in English. A blank is ``{name}``; ``{name:money}`` is filled in as an amount in minor units,
``{name:name}`` with what the program calls that key, ``{name:date}`` with a day, ``{name:tongue}`` with a language."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom sentences are written. ``names`` says what the program calls its rules, levels, units and vouchers."""

    language: str = "th"
    currency: str = "THB"
    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Bangkok"))
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_thai(self) -> bool:
        """Whether sentences are Thai; else they are English."""
        return self.language.lower().startswith("th")

    def say(self, phrase: Phrase, params: Mapping[str, Any]) -> str | None:
        """Return the sentence with its blanks filled in, or None where a figure is missing that it needs."""
        try:
            return _Filler(self).vformat(phrase[0] if self.is_thai else phrase[1], (), params)
        except (KeyError, ValueError, TypeError):
            return None

    def called(self, key: object) -> str:
        """Return what the program calls the key, else the key itself."""
        return self.names.get(str(key), str(key))


class _Filler(Formatter):
    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "money":
            return format_money(int(value), self.reader.currency, self.reader.language)
        if format_spec == "name":
            return ", ".join(map(self.reader.called, value)) if _is_list(value) else self.reader.called(value)
        if format_spec == "tongue":
            return _TONGUES[str(value), self.reader.is_thai]
        if format_spec == "date":
            return _day(value, self.reader)
        return _shown(value, self.reader)


_TONGUES = {("th", True): "ไทย", ("th", False): "Thai", ("en", True): "อังกฤษ", ("en", False): "English"}


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _shown(value: Any, reader: Reader) -> str:
    if isinstance(value, bool):
        return {(True, True): "ใช่", (True, False): "ไม่", (False, True): "yes", (False, False): "no"}[reader.is_thai, value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return pick(value, reader.language)
    if _is_list(value):
        return ", ".join(_shown(item, reader) for item in value)
    if isinstance(value, datetime | date) or (isinstance(value, str) and _DAY.match(value)):
        return _moment(value, reader)
    return "" if value is None else str(value)


def _moment(value: datetime | date | str, reader: Reader) -> str:
    if isinstance(value, str):
        if not _INSTANT.match(value):
            return format_date(date.fromisoformat(value), reader.language) if _DAY.fullmatch(value) else value
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return format_date(value, reader.language)
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return format_datetime(aware, reader.language, zone=reader.zone)


def _day(value: datetime | date | str, reader: Reader) -> str:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, datetime):
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(reader.zone).date()
    return format_date(moment, reader.language)
