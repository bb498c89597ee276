"""Rows of an import, read: what can be said of each without asking the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from phakdi.kit.errors import Invalid
from phakdi.people.members.core.attributes import AttributeType, read_attributes
from phakdi.people.members.core.identities import EMAIL, PHONE, IdentityKey, read_identity
from phakdi.people.members.core.numbers import is_own_number
from phakdi.people.members.core.profile import read_changes


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One member as a file tells it. ``fields`` are those of a profile, with ``attributes``; empty ones say nothing.

    ``identities`` are pairs of kind and value; the profile's ``phone`` and ``email`` are identities as well.
    """

    line: int
    fields: Mapping[str, Any]
    identities: Sequence[tuple[str, str]] = ()
    number: str = ""
    joined_at: datetime | None = None


@dataclass(slots=True)
class ReadRow:
    """A row whose fields could be read."""

    line: int
    values: dict[str, Any]
    keys: list[IdentityKey]
    number: str
    joined_at: datetime | None
    attributes: dict[str, Any] = field(default_factory=dict)


def read_row(row: ImportRow, declared: Mapping[str, AttributeType], *, today: date, now: datetime) -> ReadRow:
    """Return the row read, or raise Invalid with the field that cannot be."""
    given = {name: value for name, value in row.fields.items() if value not in (None, "") and name != "attributes"}
    values = read_changes(given, today=today)
    attributes = read_attributes(row.fields.get("attributes") or {}, declared)
    keys = [read_identity(kind, value) for kind, value in row.identities if value]
    for name, kind in (("phone", PHONE), ("email", EMAIL)):
        known = next((key.value for key in keys if key.kind == kind), "")
        if name in values:
            keys.append(IdentityKey(kind, values[name]))
        elif known:
            values[name] = known
    number = str(row.number or "").strip()
    if number and not is_own_number(number):
        raise Invalid("This is no member number.", code="member_number_invalid", field="number")
    if not keys and not number:
        raise Invalid("A member has a phone, an e-mail or another identity.", code="identity_missing", field="phone")
    if row.joined_at is not None and row.joined_at > now:
        raise Invalid("Nobody joins in the future.", code="future_date", field="joined_at")
    kept = {key: value for key, value in attributes.items() if value is not None}
    return ReadRow(row.line, values, list(dict.fromkeys(keys)), number, row.joined_at, kept)
