"""Bring a file of purchases in: members found or made, returns matched to orders, everything through the engine, by slices.

Each slice holds all that some members did and is one transaction with its marker, so that an import that was killed goes
on where it stood. Receipts make it safe to bring the same orders again: they are found and left.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from phakdi.flows.forgotten import CODE as PERSON_FORGOTTEN
from phakdi.flows.forgotten import forgotten_rows
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.loyalty.engine import history, recording, undoing
from phakdi.loyalty.engine import operations as engine
from phakdi.loyalty.engine.batches import BATCH_MAX, record_many
from phakdi.loyalty.engine.recording import Receipt
from phakdi.loyalty.programs.activity import Line
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members import operations as members
from phakdi.people.members import queries as member_queries
from phakdi.people.members.core import IdentityKey
from phakdi.people.members.core.status import Status
from phakdi.people.members.models import Member
from phakdi.people.members.operations import ImportRow
from phakdi.platform.audit.core import Actor
from phakdi.platform.imports import operations, queries
from phakdi.platform.imports.core import Bought, ImportKind, Purchase, Reject, Return, cut, match_returns, total
from phakdi.platform.imports.core.orders import Grouped, OrderLine
from phakdi.platform.imports.core.running import DRY
from phakdi.platform.imports.processes import SliceDone, run_slices
from phakdi.platform.outbox.operations import publish

PURCHASE, REFUND = "purchase", "refund"
SLICE_SIZE = 1000
SLICES_UNNOTICED = 5  # more change so much that the planner has to know
LOOKED_UP_AT_ONCE = 10_000
FINISHED_TOPIC = "import.finished"
NUMBER = "NUMBER"
QUANTITY_SCALE = 1000
NO_FIELDS: Mapping[str, Any] = {}


class Unknown(StrEnum):
    """What becomes of purchases by people who are no members."""

    SHADOW = "shadow"  # points are kept for them until they enroll (R16)
    CREATE = "create"  # they become members
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class PurchaseFile:
    """A file as read: what it tells, how members are known in it, and what makes it the same file."""

    name: str
    digest: str
    told: Grouped
    mapping: Mapping[str, Any]
    identity: str
    origin: str
    exponent: int
    size: int  # rows
    skipped: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manner:
    """How an import goes: with whom it does not know, whether it only counts, with how many processes."""

    unknown: Unknown = Unknown.SHADOW
    dry_run: bool = False
    processes: int = 1
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What came of an import: counts by name, and every row that was left out."""

    import_id: UUID | None
    counts: Mapping[str, int]
    rejects: Sequence[Reject]
    was_resumed: bool = False


Progress = Callable[[int, int], None]  # activities done, and of how many


def import_purchases(
    *, organization_id: UUID, file: PurchaseFile, manner: Manner, now: datetime, progress: Progress | None = None
) -> ImportResult:
    """Bring the purchases of a file in and return what came of them; a dry run counts the same and keeps nothing.

    Interrupted, the same call goes on. Called again for the same file it finds every order recorded and changes nothing.

    Raises:
        ImportRuns: somebody imports this file right now.
        NoProgram: the organization has no program yet.
    """
    work = _Work(organization_id, file, manner, now)
    work.prepare()
    with organization_scope(organization_id):
        unfinished = queries.find_unfinished(organization_id=organization_id, kind=ImportKind.PURCHASES, digest=file.digest)
    if manner.dry_run:
        return work.run({}, progress, was_resumed=False)
    work.begin()
    with organization_scope(organization_id):
        done = queries.slices_of(organization_id=organization_id, import_id=work.import_id)
    return work.run(done, progress, was_resumed=unfinished is not None)


class _Work:
    """One import under way. What it holds is read by all processes and changed by none."""

    def __init__(self, organization_id: UUID, file: PurchaseFile, manner: Manner, now: datetime) -> None:
        self.organization_id = organization_id
        self.file = file
        self.manner = manner
        self.now = now
        self.import_id = DRY
        self.forgotten: set[str] = set()  # names of people who had their data erased
        self.slices: list[list[_Member]] = []
        self.rejects: list[Reject] = []
        self.planned = 0

    # --- before ---

    def prepare(self) -> None:
        """Match returns to orders and cut everything into slices; deterministic, so that a second call cuts the same."""
        version_at(organization_id=self.organization_id, at=self.now)  # without a program nothing can be decided
        earlier = self._earlier()
        groups = []
        for name, orders in self.file.told.members.items():
            done, rejects = match_returns(orders, earlier=earlier.get(name, ()), purchase=PURCHASE, refund=REFUND)
            self.rejects += rejects
            if done:
                groups.append(_Member(name, sorted(done, key=_position)))
        self.slices = cut(groups, size=SLICE_SIZE)
        self.planned = sum(len(group) for group in groups)

    def begin(self) -> None:
        with organization_scope(self.organization_id):
            begun = operations.begin(
                organization_id=self.organization_id,
                kind=ImportKind.PURCHASES,
                file_name=self.file.name,
                digest=self.file.digest,
                mapping=self.file.mapping,
                slices=len(self.slices),
                now=self.now,
                created_by_id=id_of(self.manner.actor),
            )
        self.import_id = begun.id

    def _earlier(self) -> dict[str, list[Bought]]:
        """Return what members with returns bought before this file, by how the file knows them."""
        returning = [name for name, orders in self.file.told.members.items() if any(isinstance(o, Return) for o in orders)]
        told = [order.number for orders in self.file.told.members.values() for order in orders]
        with organization_scope(self.organization_id):
            known = self._known(returning)
            if not known:
                return {}
            lines = history.bought_lines(
                organization_id=self.organization_id,
                member_ids=list(known.values()),
                without_imports=queries.undone_imports(organization_id=self.organization_id),
                told=told,
            )
        names = {member_id: name for name, member_id in known.items()}
        earlier: dict[str, list[Bought]] = {}
        for line in lines:
            bought = Bought(line.ref, line.at, line.line_id, line.product, line.quantity, line.amount, line.returned)
            earlier.setdefault(names[line.member_id], []).append(bought)
        return earlier

    # --- the slices ---

    def run(self, done: Mapping[int, Mapping[str, int]], progress: Progress | None, *, was_resumed: bool) -> ImportResult:
        counts = [dict(self.file.skipped), *map(dict, done.values())]
        rejects = list(self.rejects)
        finished = sum(len(mine) for number in done for mine in self.slices[number])

        def on_done(slice_done: SliceDone) -> None:
            nonlocal finished
            counts.append(slice_done.counts)
            rejects.extend(slice_done.rejects)
            finished += sum(len(mine) for mine in self.slices[slice_done.number])
            if progress:
                progress(finished, self.planned)

        if progress:
            progress(finished, self.planned)
        missing = [number for number in range(len(self.slices)) if number not in done]
        if self.manner.dry_run:
            run_slices(numbers=missing, work=self.write_slice, processes=self.manner.processes, on_done=on_done)
            return self._result(counts, rejects, was_resumed=False)
        run_slices(
            numbers=missing,
            work=self.write_slice,
            processes=self.manner.processes,
            on_done=on_done,
            holding=lambda: operations.only_one(self.import_id),
        )
        if len(missing) > SLICES_UNNOTICED:
            engine.refresh_statistics()
        return self._finish(done, counts, rejects, was_resumed=was_resumed)

    def write_slice(self, number: int) -> SliceDone:
        """Write all that the members of one slice did, with the slice's marker, in one transaction."""
        done = SliceDone(number)
        counts: Counter[str] = Counter()
        with organization_scope(self.organization_id):
            known = self._members_of(self.slices[number], counts)
            items: list[tuple[UUID, Purchase]] = []
            for mine in self.slices[number]:
                member_id = known.get(mine.name)
                if member_id is None:
                    why = PERSON_FORGOTTEN if mine.name in self.forgotten else "member_unknown"
                    done.rejects += [Reject(row, why, "member") for order in mine.orders for row in order.rows]
                else:
                    items += [(member_id, order) for order in mine.orders]
            self._record(items, counts, done.rejects)
            counts["rejected"] = len({reject.line for reject in done.rejects})
            done.counts = dict(counts)
            if self.manner.dry_run:
                transaction.set_rollback(True)
            else:
                operations.mark_slice(
                    organization_id=self.organization_id,
                    import_id=self.import_id,
                    number=number,
                    counts=done.counts,
                    rejects=done.rejects,
                    now=self.now,
                )
        return done

    def _record(self, items: Sequence[tuple[UUID, Purchase]], counts: Counter[str], rejects: list[Reject]) -> None:
        context = recording.Context(
            self.organization_id,
            self.now,
            accepts_late=True,
            import_id=None if self.manner.dry_run else self.import_id,
            is_history=True,
        )
        reports = []
        for member_id, order in items:
            try:
                reports.append((member_id, order, recording.read(self._raw(order), context)))
            except Refusal as refusal:
                rejects += _rejects_of(order, refusal)
        refs: dict[UUID, set[str]] = {}
        if not self.manner.dry_run:
            for member_id, _, report in reports:
                refs.setdefault(member_id, set()).update(report.refs)
            undoing.remember(organization_id=self.organization_id, import_id=self.import_id, refs=refs, now=self.now)
        for at in range(0, len(reports), BATCH_MAX):
            some = reports[at : at + BATCH_MAX]
            answers = record_many(items=[(member_id, report) for member_id, _, report in some], context=context)
            for (member_id, order, _), answer in zip(some, answers, strict=True):
                _count(order, answer, counts, rejects)
                if isinstance(answer, Receipt) and not answer.is_replay:
                    refs.pop(member_id, None)
        if refs:  # nothing happened to them
            undoing.forget(organization_id=self.organization_id, import_id=self.import_id, member_ids=refs)

    def _raw(self, order: Purchase) -> dict[str, Any]:
        raw: dict[str, Any] = {"kind": order.kind, "ref": order.number, "origin": self.file.origin, "at": order.at}
        for name in ("store", "channel", "tender", "of"):
            if value := getattr(order, name):
                raw[name] = value
        if order.lines:
            raw["lines"] = [_line(line) if line.fields is None else self._raw_line(line) for line in order.lines]
        elif order.amount or order.kind == PURCHASE:
            raw["amount"] = self._money(order.amount)
        if order.fields:
            raw["fields"] = order.fields
        return raw

    def _raw_line(self, line: OrderLine) -> dict[str, Any]:
        """Return a line whose fields the program has to read."""
        quantity = Decimal(line.quantity) / QUANTITY_SCALE
        known = {"id": line.id, "product": line.product, "amount": self._money(line.amount), "quantity": quantity}
        return {**known, **({"category": line.category} if line.category else {}), **(line.fields or {})}

    def _money(self, minor: int) -> Decimal:
        return Decimal(minor).scaleb(-self.file.exponent)

    # --- members ---

    def _members_of(self, groups: Iterable["_Member"], counts: Counter[str]) -> dict[str, UUID]:
        """Return who the members are, by how the file knows them; who is not known is made, if that is wanted."""
        since = {group.name: group.orders[0].at for group in groups}
        known = self._known(list(since))
        missing = [name for name in since if name not in known]
        if not missing or self.manner.unknown is Unknown.REJECT:
            return known
        rows = [self._row(position, name, since[name]) for position, name in enumerate(missing)]
        forgotten = forgotten_rows(organization_id=self.organization_id, rows=rows)  # what they bought is nobody's
        self.forgotten |= {missing[position] for position in forgotten}
        missing = [name for name in missing if name not in self.forgotten]
        rows = [row for row in rows if row.line not in forgotten]
        status = Status.ACTIVE if self.manner.unknown is Unknown.CREATE else Status.SHADOW
        answers = members.upsert_many(
            organization_id=self.organization_id,
            rows=rows,
            import_id=self.import_id,
            now=self.now,
            today=timezone.localdate(self.now),
            status=status,
        )
        for name, answer in zip(missing, answers, strict=True):
            if answer.member_id is not None:
                known[name] = answer.member_id
                counts["members_created" if status is Status.ACTIVE else "shadows_created"] += 1
        return known

    def _row(self, position: int, name: str, since: datetime) -> ImportRow:
        if self.file.identity == NUMBER:
            return ImportRow(position, {}, number=name, joined_at=since)
        return ImportRow(position, {}, [(self.file.identity, name)], joined_at=since)

    def _known(self, names: Sequence[str]) -> dict[str, UUID]:
        """Return which members are known by these names; in a scope."""
        known: dict[str, UUID] = {}
        for at in range(0, len(names), LOOKED_UP_AT_ONCE):
            some = names[at : at + LOOKED_UP_AT_ONCE]
            if self.file.identity == NUMBER:
                found = Member.objects.filter(organization_id=self.organization_id, number__in=some)
                known.update(found.values_list("number", "id"))
                continue
            keys = [IdentityKey(self.file.identity, name) for name in some]
            matched = member_queries.match_identities(organization_id=self.organization_id, keys=keys)
            known.update({key.value: member_id for key, member_id in matched.items()})
        return known

    # --- afterwards ---

    def _finish(
        self, done: Collection[int], counts: Sequence[Mapping[str, int]], rejects: list[Reject], *, was_resumed: bool
    ) -> ImportResult:
        result = self._result(counts, rejects, was_resumed=was_resumed)
        with organization_scope(self.organization_id):
            if done:  # what earlier runs rejected
                kept = queries.rejects_of(organization_id=self.organization_id, import_id=self.import_id)
                told = {(reject.line, reject.code) for reject in rejects}
                rejects += [reject for reject in kept if (reject.line, reject.code) not in told]
                result = self._result(counts, rejects, was_resumed=was_resumed)
            operations.finish(
                organization_id=self.organization_id,
                import_id=self.import_id,
                counts=result.counts,
                rejects=result.rejects,
                now=self.now,
            )
            subject = ("import", str(self.import_id))
            note(
                organization_id=self.organization_id,
                action="import.finished",
                subject=subject,
                now=self.now,
                actor=self.manner.actor,
            )
            data = {"import_id": str(self.import_id), "kind": ImportKind.PURCHASES.value}
            publish(organization_id=self.organization_id, topic=FINISHED_TOPIC, at=self.now, data=data)
        return result

    def _result(self, counts: Sequence[Mapping[str, int]], rejects: Sequence[Reject], *, was_resumed: bool) -> ImportResult:
        summed = total(counts)
        summed["rows"] = self.file.size
        everything = sorted([*rejects, *self.file.told.rejects], key=lambda reject: reject.line)
        summed["rejected"] = len({reject.line for reject in everything})
        import_id = None if self.manner.dry_run else self.import_id
        return ImportResult(import_id, summed, everything, was_resumed)


@dataclass(frozen=True, slots=True)
class _Member:
    """All that one member did, by time."""

    name: str
    orders: list[Purchase]

    def __len__(self) -> int:
        return len(self.orders)


def _line(line: OrderLine) -> Line:
    return Line(line.id, line.amount, line.product, line.category, line.quantity, NO_FIELDS)


def _position(order: Purchase) -> tuple[datetime, int]:
    return order.position


def id_of(actor: Actor | None) -> UUID | None:
    """Return the id of the person who acts, or None where it is no person."""
    try:
        return UUID(actor.id) if actor else None
    except ValueError:
        return None


def _count(order: Purchase, answer: Receipt | Refusal, counts: Counter[str], rejects: list[Reject]) -> None:
    if isinstance(answer, Refusal):
        rejects += _rejects_of(order, answer)
    elif answer.is_replay:
        counts["unchanged"] += 1
    else:
        counts["refunds" if order.kind == REFUND else "purchases" if order.kind == PURCHASE else "activities"] += 1
        for unit, points in (answer.outcome.get("earned") or {}).items():
            counts[f"earned.{unit}"] += points


def _rejects_of(order: Purchase, refusal: Refusal) -> list[Reject]:
    details = {name: value for name, value in refusal.details.items() if isinstance(value, str | int)}
    details.pop("member_id", None)
    column = str(details.pop("field", ""))
    return [Reject(row, refusal.code, column, {"number": order.number, **details}) for row in order.rows]
