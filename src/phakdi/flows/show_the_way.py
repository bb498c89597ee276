"""An organization puts the guide of its first hour away, or takes it out again."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.core import Actor
from phakdi.platform.guides import operations


def put_guide_away(*, organization_id: UUID, now: datetime, actor: Actor) -> None:
    """Show the guide on the dashboard no longer. Safe to repeat."""
    with organization_scope(organization_id):
        operations.dismiss(organization_id=organization_id, now=now)
        _note(organization_id, "guide.put_away", now, actor)


def take_guide_out(*, organization_id: UUID, now: datetime, actor: Actor) -> None:
    """Show the guide again. Safe to repeat."""
    with organization_scope(organization_id):
        operations.recall(organization_id=organization_id)
        _note(organization_id, "guide.taken_out", now, actor)


def _note(organization_id: UUID, action: str, now: datetime, actor: Actor) -> None:
    subject = ("organization", str(organization_id))
    note(organization_id=organization_id, action=action, subject=subject, now=now, actor=actor)
