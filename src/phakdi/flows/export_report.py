"""Note who took which figures about members out as a file."""

from collections.abc import Sequence
from datetime import datetime

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Permission, Place


def note_export(*, place: Place, report: str, tables: Sequence[str], now: datetime) -> None:
    """Write in the audit that somebody takes tables of a report out.

    Raises:
        NotAllowed: this person takes nothing out.
    """
    place.require(Permission.EXPORTS_RUN)
    with organization_scope(place.organization_id):
        note(
            organization_id=place.organization_id,
            action="report.exported",
            subject=("report", report),
            now=now,
            actor=Actor("staff", str(place.staff_id)),
            data={"tables": list(tables)},
        )
