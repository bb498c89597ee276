"""Make a member's copy of their data: one file with everything in JSON and in tables (PDPA s. 31)."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson

from phakdi.flows.member_record import PARTS, Row, record_of
from phakdi.flows.member_trail import Cause, audit
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.sheets import safe_cell
from phakdi.kit.text import pick
from phakdi.loyalty.engine.recording import Actor
from phakdi.platform.organizations.queries import get_organization

FORMAT = 1
README = "README.txt"


@dataclass(frozen=True, slots=True)
class ExportedMember:
    """A zip file: its name, and what is in it."""

    name: str
    content: bytes


def export_member(*, organization_id: UUID, member_id: UUID, now: datetime, actor: Actor | None = None) -> ExportedMember:
    """Return a zip with ``data.json``, a CSV for each kind of data and a README in Thai and English; the audit says who asked.

    Raises:
        UnknownMember: no such member.
    """
    cause = Cause(organization_id, now, actor)
    with organization_scope(organization_id):
        organization = get_organization(organization_id=organization_id)
        member, record = record_of(organization_id=organization_id, member_id=member_id)
        audit(cause, "member.exported", member_id, {"rows": sum(len(rows) for rows in record.values())})
    head = {
        "format": FORMAT,
        "organization": organization.name,
        "member_id": str(member.id),
        "made_at": now.isoformat(),
        "currency": organization.currency,
        "time_zone": organization.time_zone,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(README, _readme(organization.name))
        archive.writestr("data.json", orjson.dumps({**head, **record}, default=str, option=orjson.OPT_INDENT_2))
        for key, rows in record.items():
            archive.writestr(f"{key}.csv", table(rows))
    return ExportedMember(f"{organization.slug}-{member.number}-{now:%Y%m%d}.zip", packed.getvalue())


def table(rows: Sequence[Row]) -> bytes:
    """Return rows as CSV that every spreadsheet reads as text: UTF-8 with its mark, no cell that is taken for a formula."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(names)
    writer.writerows([[cell(row.get(name)) for name in names] for row in rows])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def cell(value: Any) -> str:
    """Return a value as it stands in a table; text that begins like a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | dict):
        return orjson.dumps(value, default=str).decode()
    return safe_cell(str(value))


def _readme(name: str) -> str:
    parts = "\n".join(f"- {part.key}.csv: {pick(part.title, 'th')} / {pick(part.title, 'en')}" for part in PARTS)
    return (
        f"ข้อมูลทั้งหมดที่ {name} มีเกี่ยวกับคุณ / Everything that {name} holds about you\n\n{parts}\n\n"
        "data.json มีข้อมูลเดียวกันในไฟล์เดียว เวลาเป็น UTC จำนวนเงินเป็นหน่วยย่อย (สตางค์)\n"
        "data.json has the same in one file. Times are UTC, amounts are in minor units (satang).\n"
    )
