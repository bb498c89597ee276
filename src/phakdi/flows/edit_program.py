"""Change the draft of a program; nothing counts until it is put in force."""

from datetime import datetime
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs import drafting
from phakdi.loyalty.programs.drafting import DraftMoved, DraftOutdated
from phakdi.loyalty.programs.models import ProgramDraft

__all__ = ["DraftMoved", "DraftOutdated", "begin_draft", "discard_draft", "keep_draft", "rebase_draft"]


def begin_draft(*, organization_id: UUID, first: str, now: datetime, staff_id: UUID | None) -> ProgramDraft:
    """Return the organization's draft; begin one from the version written last, or from ``first`` where there is none."""
    with organization_scope(organization_id):
        if draft := drafting.find_draft(organization_id=organization_id):
            return draft
        newest = drafting.newest_version(organization_id=organization_id)
        drafting.keep_draft(
            organization_id=organization_id,
            text=newest.text if newest else first,
            revision=0,
            now=now,
            changed_by_id=staff_id,
            based_on_id=newest.id if newest else None,
        )
        found = drafting.find_draft(organization_id=organization_id)
    assert found is not None, "it was kept in this transaction"
    return found


def keep_draft(*, organization_id: UUID, text: str, revision: int, now: datetime, staff_id: UUID | None) -> int:
    """Keep ``text`` as the draft and return its new revision. Raises DraftMoved where somebody else was quicker."""
    with organization_scope(organization_id):
        return drafting.keep_draft(organization_id=organization_id, text=text, revision=revision, now=now, changed_by_id=staff_id)


def rebase_draft(*, organization_id: UUID, revision: int) -> None:
    """Let the draft count as made from the version written last: who does so has seen what that changed. Raises DraftMoved."""
    with organization_scope(organization_id):
        newest = drafting.newest_version(organization_id=organization_id)
        drafting.rebase_draft(organization_id=organization_id, based_on_id=newest.id if newest else None, revision=revision)


def discard_draft(*, organization_id: UUID) -> None:
    """Forget the draft. Safe to repeat."""
    with organization_scope(organization_id):
        drafting.drop_draft(organization_id=organization_id)
