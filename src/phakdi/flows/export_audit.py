"""Take the audit out as a table, and follow its chain; both are noted in it."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import orjson

from phakdi.flows.export_member import cell
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.audit.operations import seal_entries
from phakdi.platform.audit.queries import PAGE_MAX, AuditFilter, ChainReport, entries, last_seal, verify_chain

__all__ = ["ChainReport", "check_audit", "export_audit"]
COLUMNS = ("at", "action", "actor_kind", "actor_id", "subject_kind", "subject_id", "data", "id")
MARK = b"\xef\xbb\xbf"  # by which spreadsheets know UTF-8


def export_audit(*, organization_id: UUID, wanted: AuditFilter, now: datetime, actor: Actor) -> Iterator[bytes]:
    """Note that the audit is taken out, then yield it as CSV, newest first; no cell is taken for a formula."""
    with organization_scope(organization_id):
        subject = ("organization", str(organization_id))
        note(organization_id=organization_id, action="audit.exported", subject=subject, now=now, actor=actor)
    return _rows(organization_id, wanted)


def check_audit(*, organization_id: UUID, now: datetime, actor: Actor) -> tuple[ChainReport, str]:
    """Follow the whole chain and return what that showed, and its last seal in hexadecimal digits, to be noted elsewhere.

    What has no seal yet gets one first, unless a worker is at it.
    """
    with organization_scope(organization_id):
        seal_entries(organization_id=organization_id)
        report = verify_chain(organization_id=organization_id)
        last = last_seal(organization_id=organization_id)
        note(
            organization_id=organization_id,
            action="audit.checked",
            subject=("organization", str(organization_id)),
            now=now,
            actor=actor,
            data={"sealed": report.sealed, "is_sound": report.is_sound},
        )
    return report, bytes(last.hash).hex() if last else ""


def _rows(organization_id: UUID, wanted: AuditFilter) -> Iterator[bytes]:
    yield MARK + _line(COLUMNS)
    before = None
    while True:
        with organization_scope(organization_id):
            page = entries(organization_id=organization_id, wanted=wanted, limit=PAGE_MAX, before=before)
        for row in page:
            values = [getattr(row, name) for name in COLUMNS]
            values[0], values[6] = row.at.isoformat(), orjson.dumps(row.data).decode()
            yield _line([cell(value) for value in values])
        if len(page) < PAGE_MAX:
            return
        before = page[-1].id


def _line(values: "list[str] | tuple[str, ...]") -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(values)
    return written.getvalue().encode()
