"""Rows of a file of members, read as its mapping says."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from phakdi.adapters.commerce.files.mapping import Mapping
from phakdi.adapters.commerce.files.tables import Table
from phakdi.adapters.commerce.files.values import instant_reader, read_local
from phakdi.flows.import_members import MemberLine
from phakdi.kit.errors import Invalid
from phakdi.people.members.operations import ImportRow
from phakdi.platform.imports.core import Reject

UNREADABLE = "\ufffd"
GENDERS = {
    "f": "FEMALE", "female": "FEMALE", "หญิง": "FEMALE", "ญ": "FEMALE", "m": "MALE", "male": "MALE", "ชาย": "MALE", "ช": "MALE",
    "other": "OTHER", "อื่นๆ": "OTHER", "อื่น ๆ": "OTHER", "x": "OTHER",
}  # fmt: skip
YES = frozenset({"1", "y", "yes", "true", "x", "ใช่", "ยินยอม", "รับ"})
NO = frozenset({"0", "n", "no", "false", "-", "ไม่", "ไม่ใช่", "ไม่ยินยอม", "ไม่รับ"})
PLAIN = ("title", "given_name", "family_name", "nickname", "email", "phone", "home_store")


@dataclass(slots=True)
class MemberReader:
    """Reads the rows of a table one by one; what cannot be read is in ``rejects``."""

    table: Table
    mapping: Mapping
    rejects: list[Reject] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def rows(self) -> Iterator[MemberLine]:
        """Yield the rows that could be read, in the order of the file."""
        columns = {target: list(self.table.columns).index(column) for target, column in self.mapping.columns.items()}
        joined = instant_reader(order=self.mapping.dates, zone=self.mapping.zone)
        for line, cells in self.table.rows():
            try:
                yield self._read(line, cells, columns, joined)
            except Invalid as error:
                self.rejects.append(Reject(line, error.code, str(error.details.get("field", ""))))

    def _read(self, line: int, cells: Sequence[str], columns: dict[str, int], joined: Any) -> MemberLine:
        if any(cell.strip() for cell in cells[len(self.table.columns) :]):
            raise Invalid("The row has more columns than the first.", code="row_too_long")
        if UNREADABLE in "".join(cells):
            raise Invalid("The row has signs that cannot be read.", code="text_unreadable")
        told = {target: cells[at].strip() if at < len(cells) else "" for target, at in columns.items()}
        told = {target: self._ours(target, text) for target, text in told.items()}
        told |= {target: text for target, text in self.mapping.constants.items() if text}
        since = joined(told["joined_at"], "joined_at") if told.get("joined_at") else None
        row = ImportRow(line, _fields(told, self.mapping), _identities(told), told.get("number", ""), since)
        return MemberLine(row, _consents(told))

    def _ours(self, target: str, text: str) -> str:
        words = self.mapping.values.get(target)
        return words.get(text, text) if words else text


def _fields(told: dict[str, str], mapping: Mapping) -> dict[str, Any]:
    fields: dict[str, Any] = {name: told[name] for name in PLAIN if told.get(name)}
    if name := told.get("full_name"):
        fields["given_name"], _, fields["family_name"] = name.partition(" ")
    if told.get("gender"):
        fields["gender"] = GENDERS.get(told["gender"].lower(), told["gender"])
    if told.get("language"):
        fields["language"] = "th" if told["language"].lower() in {"th", "tha", "thai", "ไทย"} else told["language"].lower()[:2]
    if told.get("birthday"):
        fields["birthday"] = read_local(told["birthday"], mapping.dates, field="birthday").date()
    attributes = {name.removeprefix("attribute."): text for name, text in told.items() if name.startswith("attribute.") and text}
    return fields | ({"attributes": attributes} if attributes else {})


def _identities(told: dict[str, str]) -> list[tuple[str, str]]:
    found = [(kind, told[name]) for name, kind in (("card", "CARD"), ("line", "LINE")) if told.get(name)]
    externals = [(name, text) for name, text in told.items() if name.startswith("external.") and text]
    return found + [(f"EXTERNAL:{name.removeprefix('external.')}", text) for name, text in externals]


def _consents(told: dict[str, str]) -> tuple[tuple[str, bool], ...]:
    given = []
    for name, text in told.items():
        if name.startswith("consent.") and text:
            if text.lower() not in YES | NO:
                raise Invalid("This is neither yes nor no.", code="consent_unreadable", field=name)
            given.append((name.removeprefix("consent."), text.lower() in YES))
    return tuple(given)
