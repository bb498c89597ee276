"""Who did what to whom: names of people, keys and things behind the entries of the audit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from phakdi.loyalty.wording import Reader
from phakdi.people.members.queries import members_by_id
from phakdi.platform.audit.models import AuditEntry
from phakdi.platform.keys.queries import keys_of
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import HeldBecause, Role
from phakdi.platform.staff.queries import staff_of
from phakdi.platform.webhooks.queries import endpoints_of
from phakdi.web.access import Desk
from phakdi.web.actions import action_name, detail_name, subject_name
from phakdi.web.audit_sentences import sentence
from phakdi.web.requests import read_id
from phakdi.web.roles import role_name, scope_name
from phakdi.web.webhook_words import kind_name
from phakdi.web.words import language

WHY: Mapping[str, str | Promise] = {
    HeldBecause.LARGE.value: gettext_lazy("above the limit"),
    HeldBecause.MANY.value: gettext_lazy("very many in one day"),
}
HIDDEN = frozenset({"request", "requested_by", "position"})  # ids: of use to programs only


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
    sentence: str = ""


def actor_names(desk: Desk, rows: Iterable[AuditEntry | Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of those who did something, by their id; in a scope, one read for staff and one for keys."""
    kinds = {row.actor_kind if isinstance(row, AuditEntry) else str(row.get("kind", "")) for row in rows}
    names: dict[str, str] = {}
    if "staff" in kinds:
        names |= {str(each.id): each.user.name for each in staff_of(organization_id=desk.organization_id)}
    if kinds - {"staff", "member", "operator", ""}:
        names |= {str(key.id): key.name for key in keys_of(organization_id=desk.organization_id)}
    return names


def subject_names(desk: Desk, rows: Sequence[AuditEntry]) -> dict[str, str]:
    """Return the names of members, staff, keys, webhooks and stores that something was done to; in a scope, a read for each."""
    organization_id, kinds = desk.organization_id, {row.subject_kind for row in rows}
    names: dict[str, str] = {}
    if "member" in kinds:
        ids = {read_id(row.subject_id) for row in rows if row.subject_kind == "member"} - {None}
        found = members_by_id(organization_id=organization_id, member_ids=[each for each in ids if each])
        names |= {str(id_): member.full_name or member.number for id_, member in found.items()}
    if "staff" in kinds:
        names |= {str(each.id): each.user.name for each in staff_of(organization_id=organization_id)}
    if "api_key" in kinds:
        names |= {str(key.id): key.name for key in keys_of(organization_id=organization_id)}
    if "webhook" in kinds:
        names |= {str(each.id): each.name for each in endpoints_of(organization_id=organization_id)}
    if "store" in kinds:
        names |= {store.code: store.name_in(language()) for store in stores_of(organization_id=organization_id)}
    return names


def named_entries(
    desk: Desk, rows: Iterable[AuditEntry], names: Mapping[str, str], about: Mapping[str, str] | None = None
) -> list[NamedEntry]:
    """Return entries with the names of who did it and to whom, and what was told, in plain words."""
    plain = Reader(language(), desk.currency, desk.zone)
    kinds = {
        "member": _("the member"),
        "operator": _("the installation"),
        "job": _("the system"),
        "api_key": _("a program"),
        "staff": _("somebody"),
    }
    found = []
    for row in rows:
        by = names.get(row.actor_id) or kinds.get(row.actor_kind) or row.actor_kind
        subject = (about or {}).get(row.subject_id) or str(row.data.get("name", "")) or subject_name(row.subject_kind)
        told = ", ".join(
            f"{detail_name(name)}: {_told(name, value, plain)}"
            for name, value in sorted(row.data.items())
            if _is_said(value) and name not in HIDDEN
        )
        found.append(
            NamedEntry(
                row.id,
                row.at,
                action_name(row.action),
                by,
                row.subject_kind,
                subject_name(row.subject_kind),
                row.subject_id,
                told,
                sentence(row.action, by=by, about=subject),
            )
        )
    return found


def _is_said(value: Any) -> bool:
    return value is not None and value not in ("", [])


def _told(name: str, value: Any, plain: Reader) -> str:
    if name == "scopes" and isinstance(value, list):
        return ", ".join(scope_name(each) for each in value)
    if name == "role" and value in set(Role):
        return role_name(value)
    if name == "why" and value in WHY:
        return str(WHY[value])
    if name == "topics" and isinstance(value, list):
        return ", ".join(kind_name(each) for each in value)
    return plain.say(("{value}", "{value}"), {"value": value}) or ""
