"""Take an import back: members are as they were, points, lots and levels too."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from phakdi.flows.import_purchases import ImportResult, Progress
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.loyalty.engine import history, recording, undoing
from phakdi.people.members import operations as members
from phakdi.platform.audit.core import Actor
from phakdi.platform.imports import operations, queries
from phakdi.platform.imports.core import ImportKind
from phakdi.platform.imports.models import Import
from phakdi.platform.outbox.operations import publish

__all__ = ["ImportResult", "undo_import"]

SLICE_SIZE = 500
UNDONE_TOPIC = "import.undone"
PURCHASE, REFUND = "purchase", "refund"


def undo_import(
    *, organization_id: UUID, import_id: UUID, now: datetime, actor: Actor | None = None, progress: Progress | None = None
) -> ImportResult:
    """Take an import back and return what came of it, by name: ``restored``, ``returned``, ``kept``, ``deleted``.

    Members whom nothing happened to since are exactly as they were before, and the receipt numbers are free again. Of
    those who did something else since, the imported orders are returned as wholes; a member like that stays a member.
    Interrupted, the same call goes on.

    Raises:
        UnknownImport: there is none.
        NotUndoable: it was taken back before.
    """
    with organization_scope(organization_id):
        undone = operations.begin_undo(organization_id=organization_id, import_id=import_id)
    with operations.only_one(import_id):
        counts = _points(undone, now, actor, progress) if undone.kind == ImportKind.PURCHASES else _members(undone)
        with organization_scope(organization_id):
            operations.finish_undo(organization_id=organization_id, import_id=import_id, counts=counts, now=now)
            subject = ("import", str(import_id))
            note(organization_id=organization_id, action=UNDONE_TOPIC, subject=subject, now=now, actor=actor, data=dict(counts))
            publish(organization_id=organization_id, topic=UNDONE_TOPIC, at=now, data={"import_id": str(import_id)})
    return ImportResult(import_id, counts, [])


def _members(undone: Import) -> Counter[str]:
    with organization_scope(undone.organization_id):
        busy = history.members_with_activities(organization_id=undone.organization_id, import_id=undone.id)
        done = members.undo_import(organization_id=undone.organization_id, import_id=undone.id, keep=busy)
    return Counter(deleted=done.deleted, restored=done.restored, kept=done.kept)


def _points(undone: Import, now: datetime, actor: Actor | None, progress: Progress | None) -> Counter[str]:
    organization_id, import_id = undone.organization_id, undone.id
    counts: Counter[str] = Counter()
    after: UUID | None = None
    busy: list[UUID] = []
    with organization_scope(organization_id):
        others = queries.undone_imports(organization_id=organization_id)
        members_total = undoing.count_touched(organization_id=organization_id, import_id=import_id)
    seen = 0
    while True:
        with organization_scope(organization_id):
            some = undoing.touched_members(organization_id=organization_id, import_id=import_id, after=after, limit=SLICE_SIZE)
            if not some:
                break
            done = undoing.restore(
                organization_id=organization_id, import_id=import_id, member_ids=some, undone=others, now=now, actor=actor
            )
        counts["restored"] += len(done.restored)
        busy += done.busy
        after, seen = some[-1], seen + len(some)
        if progress:
            progress(seen, members_total)
    for member_id in busy:
        counts["returned"] += _return_orders(undone, member_id, now, actor)
        counts["kept"] += 1
    return counts


def _return_orders(undone: Import, member_id: UUID, now: datetime, actor: Actor | None) -> int:
    """Return what is left of the member's imported orders, through the engine, and tell how many there were."""
    organization_id, returned = undone.organization_id, 0
    context = recording.Context(
        organization_id,
        now,
        accepts_late=True,
        actor=recording.actor_values(recording.Actor(actor.kind, actor.id) if actor else None),
    )
    with organization_scope(organization_id):
        orders = history.imported_orders(organization_id=organization_id, member_id=member_id, import_id=undone.id)
    for ref, origin in orders:
        raw = {"kind": REFUND, "of": ref, "ref": f"undo/{undone.id}/{ref}", "origin": origin, "at": now}
        try:
            recording.record(member_id=member_id, report=recording.read(raw, context), context=context)
        except Refusal:  # all of it came back before
            continue
        returned += 1
    with organization_scope(organization_id):
        undoing.forget(organization_id=organization_id, import_id=undone.id, member_ids=[member_id])
    return returned
