"""What every privileged action leaves behind: a line in the audit."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.platform.audit.core import Actor
from phakdi.platform.audit.operations import write_entry

OPERATOR = Actor("operator")  # whoever runs the installation, by the command line


def note(
    *,
    organization_id: UUID,
    action: str,
    subject: tuple[str, str],
    now: datetime,
    actor: Actor | None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Note who did what to which thing (kind, id); without an actor it was the operator. Within the action's transaction."""
    who = actor or OPERATOR
    write_entry(
        organization_id=organization_id,
        action=action,
        actor_kind=who.kind,
        actor_id=who.id,
        subject_kind=subject[0],
        subject_id=subject[1],
        data=dict(data or {}),
        at=now,
    )
