"""Keep the log of breaches of personal data, with its clock of 72 hours (PDPA s. 37)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.people.requests import operations
from phakdi.people.requests.core import TEXT_MAX, read_words
from phakdi.people.requests.models import Breach
from phakdi.platform.audit.core import Actor

FIELDS = frozenset({
    "title", "description", "happened_at", "known_at", "members_count", "risk", "measures", "authority_told_at", "members_told_at",
    "closed_at",
})  # fmt: skip
RISKS = ("", "LOW", "SOME", "HIGH")


def log_breach(*, organization_id: UUID, values: Mapping[str, Any], now: datetime, actor: Actor) -> Breach:
    """Keep a breach in the log; from ``known_at`` on the authority has to be told within 72 hours unless nobody is at risk.

    Raises:
        Invalid: a field cannot be read, or the breach is to have become known later than now.
    """
    read = _read({"known_at": now, **values}, now)
    with organization_scope(organization_id):
        row = operations.log_breach(organization_id=organization_id, values=read, now=now)
        note(organization_id=organization_id, action="breach.logged", subject=("breach", str(row.id)), now=now, actor=actor)
    return row


def change_breach(*, organization_id: UUID, breach_id: UUID, values: Mapping[str, Any], now: datetime, actor: Actor) -> Breach:
    """Write what became known or was done since. Raises NotFound, Invalid."""
    read = _read(values, now)
    with organization_scope(organization_id):
        row = operations.change_breach(organization_id=organization_id, breach_id=breach_id, values=read)
        data = {"fields": sorted(read)}
        note(
            organization_id=organization_id,
            action="breach.changed",
            subject=("breach", str(row.id)),
            now=now,
            actor=actor,
            data=data,
        )
    return row


def _read(values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    read = {name: value for name, value in values.items() if name in FIELDS}
    for name in ("title", "description", "measures"):
        if name in read:
            read[name] = read_words(read[name], field=name)
    if "title" in read and not read["title"]:
        raise Invalid("Say what happened.", code="text_missing", field="title", most=TEXT_MAX)
    if read.get("risk", "") not in RISKS:
        raise Invalid("This is not one of the choices.", code="choice_invalid", field="risk")
    for name, value in read.items():
        if isinstance(value, datetime) and value > now:
            raise Invalid("This lies in the future.", code="future_date", field=name)
    return read
