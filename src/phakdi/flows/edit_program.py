"""Change the draft of a program; nothing counts until it is put in force."""

from datetime import datetime
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs import drafting
from phakdi.loyalty.programs.drafting import DraftMoved, DraftOutdated
from phakdi.loyalty.programs.queries import newest_version

__all__ = ["DraftMoved", "DraftOutdated", "discard_draft", "keep_draft", "rebase_draft"]


def keep_draft(
    *,
    organization_id: UUID,
    text: str,
    revision: int,
    now: datetime,
    staff_id: UUID | None,
    based_on_id: UUID | None = None,
) -> int:
    """Keep ``text`` as the draft and return its new revision.

    ``revision`` is the one that was looked at; 0 where there was none and ``based_on_id`` is the version looked at.

    Raises:
        DraftMoved: somebody else was quicker.
    """
    with organization_scope(organization_id):
        return drafting.keep_draft(
            organization_id=organization_id,
            text=text,
            revision=revision,
            now=now,
            changed_by_id=staff_id,
            based_on_id=based_on_id,
        )


def rebase_draft(*, organization_id: UUID, revision: int) -> None:
    """Let the draft count as made from the version written last: who does so has seen what that changed. Raises DraftMoved."""
    with organization_scope(organization_id):
        newest = newest_version(organization_id=organization_id)
        drafting.rebase_draft(organization_id=organization_id, based_on_id=newest.id if newest else None, revision=revision)


def discard_draft(*, organization_id: UUID) -> None:
    """Forget the draft. Safe to repeat."""
    with organization_scope(organization_id):
        drafting.drop_draft(organization_id=organization_id)
