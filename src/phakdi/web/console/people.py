"""Who did what: names of staff, keys and the installation behind the entries of the audit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from phakdi.loyalty.wording import Reader
from phakdi.platform.audit.models import AuditEntry
from phakdi.platform.keys.queries import keys_of
from phakdi.platform.staff.queries import staff_of
from phakdi.web.access import Desk
from phakdi.web.actions import action_name, detail_name, subject_name
from phakdi.web.words import language


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """An entry of the audit as people read it."""

    id: UUID
    at: datetime
    action: str
    by: str
    subject_kind: str
    subject: str
    subject_id: str
    data: str


def actor_names(desk: Desk, rows: Iterable[AuditEntry | Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of those who did something, by their id; in a scope, one read for staff and one for keys."""
    kinds = {row.actor_kind if isinstance(row, AuditEntry) else str(row.get("kind", "")) for row in rows}
    names: dict[str, str] = {}
    if "staff" in kinds:
        names |= {str(each.id): each.user.name for each in staff_of(organization_id=desk.organization_id)}
    if kinds - {"staff", "member", "operator", ""}:
        names |= {str(key.id): key.name for key in keys_of(organization_id=desk.organization_id)}
    return names


def named_entries(desk: Desk, rows: Iterable[AuditEntry], names: Mapping[str, str]) -> list[NamedEntry]:
    """Return entries with the names of who did it, and what was told, in plain words."""
    plain = Reader(language(), desk.currency, desk.zone)
    kinds = {"member": _("the member"), "operator": _("the installation")}
    return [
        NamedEntry(
            row.id,
            row.at,
            action_name(row.action),
            names.get(row.actor_id) or kinds.get(row.actor_kind) or row.actor_kind,
            row.subject_kind,
            subject_name(row.subject_kind),
            row.subject_id,
            ", ".join(
                f"{detail_name(name)}: {_told(value, plain)}" for name, value in sorted(row.data.items()) if _is_said(value)
            ),
        )
        for row in rows
    ]


def _is_said(value: Any) -> bool:
    return value is not None and value not in ("", [])


def _told(value: Any, plain: Reader) -> str:
    return plain.say(("{value}", "{value}"), {"value": value}) or ""
