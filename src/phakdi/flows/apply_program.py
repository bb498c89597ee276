"""Put a program file in force."""

from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.flows.organization_trail import note as audit
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine import operations as engine
from phakdi.loyalty.programs import compile_program, drafting, load_program
from phakdi.loyalty.programs import operations as programs
from phakdi.loyalty.programs.models import ProgramVersion
from phakdi.platform.audit.core import Actor

__all__ = ["ProgramVersion", "apply_program", "publish_draft"]


def apply_program(
    *,
    organization_id: UUID,
    text: str,
    now: datetime,
    effective_from: datetime | None = None,
    created_by_id: UUID | None = None,
    note: str = "",
    actor: Actor | None = None,
) -> ProgramVersion:
    """Keep ``text`` as the next version of the organization's program and make its shared budgets as large as it says.

    Every process acts by it within two seconds of the instant at which it takes effect. Without an ``actor`` it is the
    staff member ``created_by_id``, else the operator.

    Raises:
        Invalid: the text cannot be read, does not compile, or would take effect in the past.
    """
    with organization_scope(organization_id):
        return _apply(
            organization_id=organization_id,
            text=text,
            now=now,
            actor=actor or (Actor("staff", str(created_by_id)) if created_by_id else None),
            effective_from=effective_from,
            created_by_id=created_by_id,
            note=note,
        )


def publish_draft(
    *,
    organization_id: UUID,
    revision: int,
    now: datetime,
    created_by_id: UUID,
    effective_from: datetime | None = None,
    note: str = "",
    approved_by: str = "",
) -> ProgramVersion:
    """Put the draft in force as `apply_program` does, and forget it; ``revision`` is the one that was looked at.

    Raises:
        DraftMoved: the draft was changed since.
        DraftOutdated: another version was put in force since the draft was begun.
        Invalid: as `apply_program`.
    """
    with organization_scope(organization_id):
        draft = drafting.take_draft(organization_id=organization_id, revision=revision)
        version = _apply(
            organization_id=organization_id,
            text=draft.text,
            now=now,
            actor=Actor("staff", str(created_by_id)),
            effective_from=effective_from,
            created_by_id=created_by_id,
            note=note,
            approved_by=approved_by,
        )
        drafting.drop_draft(organization_id=organization_id)
    return version


def _apply(*, organization_id: UUID, now: datetime, actor: Actor | None, **given: Any) -> ProgramVersion:
    version = programs.apply_version(organization_id=organization_id, now=now, **given)
    budgets = compile_program(load_program(version.document)).budgets
    engine.set_budgets(organization_id=organization_id, budgets=budgets)
    audit(
        organization_id=organization_id,
        action="program.applied",
        subject=("program_version", str(version.id)),
        now=now,
        actor=actor,
        data={"number": version.number, "effective_from": version.effective_from.isoformat()},
    )
    return version
