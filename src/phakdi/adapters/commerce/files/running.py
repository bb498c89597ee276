"""From a file on disk to an import: opened, understood, shown, run, and what was left out written beside it."""

import gc
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from phakdi.adapters.commerce.files.guessing import guess_mapping
from phakdi.adapters.commerce.files.mapping import Kind, Mapping, check_columns, load_mapping
from phakdi.adapters.commerce.files.members import MemberReader
from phakdi.adapters.commerce.files.purchases import PurchaseReader
from phakdi.adapters.commerce.files.tables import Table, digest, open_table
from phakdi.adapters.commerce.files.wording import reason_of
from phakdi.flows.import_members import MemberFile, import_members
from phakdi.flows.import_purchases import ImportResult, Manner, Progress, PurchaseFile, import_purchases
from phakdi.kit.errors import NotFound
from phakdi.kit.money import exponent, to_major
from phakdi.kit.sheets import SheetWriter
from phakdi.platform.imports.core import Reject, group_lines

__all__ = ["ImportResult", "Kind", "Manner", "OpenFile", "open_file", "preview", "run", "write_rejects"]

PREVIEW_ROWS = 8


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file with its mapping: given, or guessed."""

    table: Table
    mapping: Mapping
    was_guessed: bool

    @property
    def kind(self) -> Kind:
        """What its rows are."""
        return self.mapping.kind


def open_file(path: Path, *, kind: Kind, mapping: Path | None = None) -> OpenFile:
    """Return the file with its mapping; without one, what its columns probably mean.

    Raises:
        Invalid: the file or the mapping cannot be read, or they do not fit together; the message says what to do.
        NotFound: there is no such mapping file.
    """
    if mapping is None:
        table = open_table(path)
        return OpenFile(table, guess_mapping(table, kind), was_guessed=True)
    try:
        text = mapping.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"The mapping file cannot be read: {error.strerror}.", code="file_not_found", file=str(mapping)) from error
    read = load_mapping(text, kind=kind)
    table = open_table(path, given=read.format)
    check_columns(read, table.columns)
    return OpenFile(table, read, was_guessed=False)


def preview(file: OpenFile, *, currency: str, now: datetime) -> tuple[list[dict[str, str]], list[Reject]]:
    """Return the first rows as they are understood, by our words, and those of them that would be left out."""
    sample = Table(file.table.path, file.table.format, file.table.columns)
    if file.kind == "members":
        members = MemberReader(sample, file.mapping)
        shown = [
            _shown({**line.row.fields, "number": line.row.number, "joined_at": line.row.joined_at})
            for line in islice(members.rows(), PREVIEW_ROWS)
        ]
        return shown, members.rejects
    places = exponent(currency)
    purchases = PurchaseReader(sample, file.mapping, places, now)
    shown = [
        _shown(
            {
                "number": line.number, "member": line.member, "at": line.at, "kind": "return" if line.is_return else line.kind,
                "product": line.product, "category": line.category, "quantity": f"{line.quantity / 1000:g}",
                "amount": to_major(line.amount, currency), "store": line.store, "channel": line.channel, **(line.fields or {}),
            }
        )
        for line in islice(purchases.lines(), PREVIEW_ROWS)
    ]  # fmt: skip
    return shown, purchases.rejects


def run(
    file: OpenFile, *, organization_id: UUID, currency: str, manner: Manner, now: datetime, progress: Progress | None = None
) -> ImportResult:
    """Import the file, or only count what it would bring; see the flows for what is safe to repeat."""
    name, marked = file.table.path.name, _digest(file, manner)
    plain = {**file.mapping.model_dump(mode="json", exclude_defaults=True), "unknown": manner.unknown.value}
    if file.kind == "members":
        reader = MemberReader(file.table, file.mapping)
        size = sum(1 for _ in file.table.rows())
        members = MemberFile(name, marked, reader.rows, reader.rejects, size, plain)
        return import_members(organization_id=organization_id, file=members, manner=manner, now=now, progress=progress)
    places = exponent(currency)
    lines = PurchaseReader(file.table, file.mapping, places, now)
    with _uncollected():
        told = group_lines(lines.lines(), has_products=file.mapping.has_products)
    told.rejects += lines.rejects
    purchases = PurchaseFile(
        name, marked, told, plain, file.mapping.identity, file.mapping.origin, places, lines.size, dict(lines.counts)
    )
    return import_purchases(organization_id=organization_id, file=purchases, manner=manner, now=now, progress=progress)


def write_rejects(file: OpenFile, rejects: Sequence[Reject], *, target: Path) -> None:
    """Write the rows that were left out as CSV: line, code, column, why in Thai and English, then the row as it was."""
    why: dict[int, Reject] = {reject.line: reject for reject in reversed(rejects)}
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        writer = SheetWriter(out)
        writer.row(["line", "code", "column", "เหตุผล", "reason", *file.table.columns])
        writer.rows(_told(why, file.table.rows()))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Read without looking for garbage among rows that are all kept: a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _told(why: dict[int, Reject], rows: Iterable[tuple[int, list[str]]]) -> Iterable[list[Any]]:
    for line, cells in rows:
        if reject := why.get(line):
            said = [reason_of(reject.code, reject.details, language) for language in ("th", "en")]
            yield [line, reject.code, reject.column, *said, *cells]


def _digest(file: OpenFile, manner: Manner) -> str:
    """Return what makes it the same import: the same file, read in the same way."""
    how = json.dumps([file.mapping.model_dump(mode="json"), manner.unknown.value], sort_keys=True)
    return hashlib.sha256(f"{digest(file.table.path)}\n{how}".encode()).hexdigest()


def _shown(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value not in (None, "")}
