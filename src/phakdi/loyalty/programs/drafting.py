"""Writes of the draft: the program as somebody is changing it, one for an organization."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict
from phakdi.loyalty.programs.models import Program, ProgramDraft
from phakdi.loyalty.programs.queries import newest_version


class DraftMoved(Conflict):
    """Somebody else changed the draft meanwhile."""

    code = "draft_moved"


class DraftOutdated(Conflict):
    """A version was put in force since the draft was begun."""

    code = "draft_outdated"


@in_transaction
def keep_draft(
    *,
    organization_id: UUID,
    text: str,
    revision: int,
    now: datetime,
    changed_by_id: UUID | None,
    based_on_id: UUID | None = None,
) -> int:
    """Keep ``text`` as the draft and return its new revision; ``revision`` is the one it was made from, 0 for a first one.

    ``based_on_id`` is written with a first one only.

    Raises:
        DraftMoved: the draft has another revision by now.
    """
    if revision == 0:
        made, is_new = ProgramDraft.objects.get_or_create(
            organization_id=organization_id,
            defaults={
                "text": text,
                "based_on_id": based_on_id,
                "created_at": now,
                "changed_at": now,
                "changed_by_id": changed_by_id,
            },
        )
        if is_new:
            return made.revision
    found = ProgramDraft.objects.filter(organization_id=organization_id, revision=revision)
    if not found.update(text=text, revision=F("revision") + 1, changed_at=now, changed_by_id=changed_by_id):
        raise DraftMoved("Somebody else changed the draft meanwhile.", revision=revision)
    return revision + 1


@in_transaction
def rebase_draft(*, organization_id: UUID, based_on_id: UUID | None, revision: int) -> None:
    """Let the draft count as made from another version. Raises DraftMoved."""
    found = ProgramDraft.objects.filter(organization_id=organization_id, revision=revision)
    if not found.update(based_on_id=based_on_id):
        raise DraftMoved("Somebody else changed the draft meanwhile.", revision=revision)


@in_transaction
def drop_draft(*, organization_id: UUID) -> None:
    """Forget the draft. Safe to repeat."""
    ProgramDraft.objects.filter(organization_id=organization_id).delete()


@in_transaction
def take_draft(*, organization_id: UUID, revision: int) -> ProgramDraft:
    """Return the draft, its row locked, for putting it in force.

    Raises:
        DraftMoved: it has another revision by now, or is gone.
        DraftOutdated: another version was put in force since it was begun; ``newest`` is its id.
    """
    found = ProgramDraft.objects.select_for_update().filter(organization_id=organization_id, revision=revision).first()
    if found is None:
        raise DraftMoved("Somebody else changed the draft meanwhile.", revision=revision)
    list(Program.objects.select_for_update().filter(organization_id=organization_id).order_by("id"))  # as `apply_version` does
    newest = newest_version(organization_id=organization_id)
    if newest and newest.id != found.based_on_id:
        raise DraftOutdated("Another version was put in force since this draft was begun.", newest=str(newest.id))
    return found
