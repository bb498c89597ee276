"""Members by the hundred thousand: read in Python, matched and written by sets."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Invalid, Unavailable
from phakdi.kit.ids import new_id
from phakdi.people.members import queries
from phakdi.people.members.core.identities import IdentityKey
from phakdi.people.members.core.numbers import new_number
from phakdi.people.members.core.status import CAN_ENROLL, Status
from phakdi.people.members.models import Identity, Member
from phakdi.people.members.operations import bulk_sql
from phakdi.people.members.operations.bulk_sql import PROFILE_COLUMNS, Staged
from phakdi.people.members.operations.rows import ImportRow, ReadRow, read_row

ROWS_MAX = 50_000
LOOKED_UP_AT_ONCE = 10_000
CREATED, UPDATED, UNCHANGED, REFUSED = "CREATED", "UPDATED", "UNCHANGED", "REFUSED"


class ImportRaced(Unavailable):
    """Somebody else enrolled one of these members meanwhile: the same call again will find them."""

    code = "import_raced"


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What became of a row: CREATED, UPDATED, UNCHANGED, or REFUSED with a code and the field."""

    line: int
    outcome: str
    member_id: UUID | None = None
    code: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many members an undone import took away, put back, and left because something happened to them since."""

    deleted: int
    restored: int
    kept: int


@dataclass(slots=True)
class _Plan:
    """What a batch will write."""

    staged: dict[UUID, Staged] = field(default_factory=dict)
    bindings: dict[IdentityKey, UUID] = field(default_factory=dict)
    numbers: dict[str, UUID] = field(default_factory=dict)
    answers: list[RowAnswer] = field(default_factory=list)


@in_transaction
def upsert_many(
    *,
    organization_id: UUID,
    rows: Sequence[ImportRow],
    import_id: UUID,
    now: datetime,
    today: date,
    source: str = "import",
    status: Status = Status.ACTIVE,
) -> list[RowAnswer]:
    """Create or update up to 50,000 members and return what became of each row, in the order of the rows.

    A row is the member who has its number or one of its identities, also when a row before it created them. What a row
    does not tell stays; shadows and members who had left become active. Given the same rows again, nothing changes.
    With ``status`` SHADOW whoever is new is known only (R16), and nobody is woken.

    Raises:
        ImportRaced: somebody else enrolled one of them meanwhile; nothing was written if the caller rolls back.
    """
    assert len(rows) <= ROWS_MAX, f"import at most {ROWS_MAX} rows at once"
    declared = queries.attribute_types(organization_id=organization_id)
    read: list[ReadRow | RowAnswer] = [_read(row, declared, today, now) for row in rows]
    sound = [row for row in read if isinstance(row, ReadRow)]
    owners = _owners(organization_id, sound)
    numbered = _numbered(organization_id, sound)
    plan = _Plan()
    known = _known_members(organization_id, {*owners.values(), *numbered.values()})
    for row in read:
        answer = row if isinstance(row, RowAnswer) else _place(row, plan, owners, numbered, known, now, status)
        plan.answers.append(answer)
    _write(organization_id, plan, import_id, now, source)
    return plan.answers


@in_transaction
def undo_import(*, organization_id: UUID, import_id: UUID, keep: Collection[UUID] = ()) -> Undone:
    """Take away the members that an import created and put back those that it changed.

    ``keep`` are members with activities of their own since: they stay. So does what somebody edited after the import.
    """
    with connection.cursor() as db:
        db.execute(bulk_sql.UNBIND, [organization_id, import_id, list(keep)])
        db.execute(bulk_sql.RESTORE, [organization_id, import_id, list(keep)])
        restored = db.rowcount
        db.execute(bulk_sql.FORGET_BEFORE, [organization_id, import_id])
        changed = db.rowcount
        db.execute(bulk_sql.DELETE_CREATED, [organization_id, import_id, list(keep)])
        deleted = db.rowcount
    created_left = Member.objects.filter(organization_id=organization_id, import_id=import_id).count()
    return Undone(deleted, restored, changed - restored + created_left)


def _read(row: ImportRow, declared: Mapping[str, Any], today: date, now: datetime) -> ReadRow | RowAnswer:
    try:
        return read_row(row, declared, today=today, now=now)
    except Invalid as error:
        return RowAnswer(row.line, REFUSED, code=error.code, field=str(error.details.get("field", "")))


def _owners(organization_id: UUID, rows: Iterable[ReadRow]) -> dict[IdentityKey, UUID]:
    owners: dict[IdentityKey, UUID] = {}
    keys = iter({key for row in rows for key in row.keys})
    while some := list(islice(keys, LOOKED_UP_AT_ONCE)):
        found = Identity.objects.filter(organization_id=organization_id, value__in=[key.value for key in some])
        owners |= {IdentityKey(kind, value): owner for kind, value, owner in found.values_list("kind", "value", "member_id")}
    return owners


def _numbered(organization_id: UUID, rows: Iterable[ReadRow]) -> dict[str, UUID]:
    numbered: dict[str, UUID] = {}
    numbers = iter({row.number for row in rows if row.number})
    while some := list(islice(numbers, LOOKED_UP_AT_ONCE)):
        found = Member.objects.filter(organization_id=organization_id, number__in=some)
        for number, member_id, into in found.values_list("number", "id", "merged_into"):
            led_to = queries.find_surviving(organization_id=organization_id, member_id=into).id if into else member_id
            numbered[number] = led_to
    return numbered


def _known_members(organization_id: UUID, ids: set[UUID]) -> dict[UUID, Staged]:
    """Lock the members in the order of their ids and return what is known of each."""
    known: dict[UUID, Staged] = {}
    wanted = iter(sorted(ids))
    while some := list(islice(wanted, LOOKED_UP_AT_ONCE)):
        found = Member.objects.select_for_update().filter(organization_id=organization_id, id__in=some).order_by("id")
        for member in found.only("id", "number", "status", "joined_at", "attributes", *PROFILE_COLUMNS):
            values = {name: getattr(member, name) for name in PROFILE_COLUMNS}
            known[member.id] = Staged(
                member.id, member.number, member.status, member.joined_at, values, dict(member.attributes), is_new=False
            )
    return known


def _place(
    row: ReadRow,
    plan: _Plan,
    owners: Mapping[IdentityKey, UUID],
    numbered: Mapping[str, UUID],
    known: Mapping[UUID, Staged],
    now: datetime,
    status: Status,
) -> RowAnswer:
    """Decide whose row this is, and note what it changes."""
    found = {owners.get(key) or plan.bindings.get(key) for key in row.keys}
    found.add((numbered.get(row.number) or plan.numbers.get(row.number)) if row.number else None)
    found.discard(None)
    if len(found) > 1:
        return RowAnswer(row.line, REFUSED, code="identities_disagree", field="phone")
    member_id = found.pop() if found else None
    if member_id is None:
        joined_at = (row.joined_at or now) if status is Status.ACTIVE else None
        staged = Staged(new_id(), row.number, status.value, joined_at, {}, {}, is_new=True)
        outcome = CREATED
    else:
        staged = plan.staged.get(member_id) or known[member_id]
        outcome = UPDATED
    if staged.status == Status.MERGED:
        return RowAnswer(row.line, REFUSED, staged.id, code="member_merged", field="number")
    if row.number and staged.number not in {"", row.number} and numbered.get(row.number) != member_id:
        return RowAnswer(row.line, REFUSED, staged.id, code="member_number_differs", field="number")
    added = [key for key in row.keys if key not in owners and key not in plan.bindings]
    revives = status is Status.ACTIVE and staged.status in CAN_ENROLL
    changed = staged.take(row.values, row.attributes, row.joined_at or now, revives=revives)
    if outcome == UPDATED and not changed and not added:
        return RowAnswer(row.line, UNCHANGED, staged.id)
    staged.number = staged.number or row.number
    plan.staged[staged.id] = staged
    plan.bindings.update(dict.fromkeys(added, staged.id))
    if row.number:
        plan.numbers[row.number] = staged.id
    return RowAnswer(row.line, outcome, staged.id)


def _write(organization_id: UUID, plan: _Plan, import_id: UUID, now: datetime, source: str) -> None:
    if not plan.staged:
        return
    _give_numbers(organization_id, [staged for staged in plan.staged.values() if not staged.number])
    with connection.cursor() as db:
        bulk_sql.stage(db, organization_id, plan.staged.values(), plan.bindings)
        db.execute(bulk_sql.BIND, [organization_id, now, import_id])
        if db.rowcount != len(plan.bindings):
            raise ImportRaced("Somebody else enrolled one of these members meanwhile.")
        db.execute(bulk_sql.REMEMBER, [organization_id, import_id, now])
        db.execute(bulk_sql.UPDATE, [now, organization_id])
        db.execute(bulk_sql.INSERT, [organization_id, source, now, now, import_id])
        if db.rowcount != sum(staged.is_new for staged in plan.staged.values()):
            raise ImportRaced("Somebody else took one of these member numbers meanwhile.")


def _give_numbers(organization_id: UUID, unnumbered: Sequence[Staged]) -> None:
    numbers: set[str] = set()
    while len(numbers) < len(unnumbered):
        fresh = {new_number() for _ in range(len(unnumbered) - len(numbers))}
        taken = Member.objects.filter(organization_id=organization_id, number__in=list(fresh))
        numbers |= fresh - set(taken.values_list("number", flat=True))
    for staged, number in zip(unnumbered, numbers, strict=True):
        staged.number = number
