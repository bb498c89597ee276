"""Bring a file of members in: created or updated by slices, each one transaction with its marker."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from phakdi.flows.forgotten import CODE as PERSON_FORGOTTEN
from phakdi.flows.forgotten import forgotten_rows
from phakdi.flows.import_purchases import FINISHED_TOPIC, ImportResult, Manner, Progress, id_of
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.people.consents import operations as consents
from phakdi.people.consents import queries as consent_queries
from phakdi.people.consents.core import ConsentKey, read_key
from phakdi.people.members import operations as members
from phakdi.people.members.operations import ImportRow, RowAnswer
from phakdi.people.members.operations.bulk import CREATED, REFUSED, UNCHANGED, UPDATED
from phakdi.platform.imports import operations, queries
from phakdi.platform.imports.core import ImportKind, Reject, total
from phakdi.platform.imports.core.running import DRY
from phakdi.platform.outbox.operations import publish

__all__ = ["ImportResult", "Manner", "MemberFile", "MemberLine", "import_members"]

SLICE_SIZE = 2000
SOURCE = "import"
COUNTED = {CREATED: "members_created", UPDATED: "members_updated", UNCHANGED: "unchanged"}


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A row as read, and the consents that it tells: (``MARKETING.SMS``, yes or no)."""

    row: ImportRow
    consents: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class MemberFile:
    """A file of members: its rows are read anew at each call of ``lines``, and are ``size`` with those that cannot be read.

    ``rejects`` is filled while the rows are read.
    """

    name: str
    digest: str
    lines: Callable[[], Iterator[MemberLine]]
    rejects: Sequence[Reject]
    size: int
    mapping: Mapping[str, Any]


def import_members(
    *, organization_id: UUID, file: MemberFile, manner: Manner, now: datetime, progress: Progress | None = None
) -> ImportResult:
    """Bring the members of a file in and return what came of it; a dry run counts the same and keeps nothing.

    Interrupted, the same call goes on. Called again for the same file it changes nothing.

    Raises:
        ImportRuns: somebody imports this file right now.
        ImportRaced: somebody enrolled one of them meanwhile; call again.
    """
    work = _Work(organization_id, file, manner, now)
    if manner.dry_run:
        return work.run({}, progress)
    with organization_scope(organization_id):
        begun = operations.begin(
            organization_id=organization_id,
            kind=ImportKind.MEMBERS,
            file_name=file.name,
            digest=file.digest,
            mapping=file.mapping,
            slices=-(-file.size // SLICE_SIZE),
            now=now,
            created_by_id=id_of(manner.actor),
        )
        done = queries.slices_of(organization_id=organization_id, import_id=begun.id)
    work.import_id = begun.id
    with operations.only_one(begun.id):
        return work.finish(work.run(done, progress), done)


class _Work:
    """One import under way."""

    def __init__(self, organization_id: UUID, file: MemberFile, manner: Manner, now: datetime) -> None:
        self.organization_id = organization_id
        self.file = file
        self.manner = manner
        self.now = now
        self.import_id = DRY
        self.keys: dict[str, ConsentKey] = {}

    def run(self, done: Mapping[int, Mapping[str, int]], progress: Progress | None) -> ImportResult:
        counts: list[Mapping[str, int]] = list(done.values())
        rejects: list[Reject] = []
        lines, number, seen = self.file.lines(), 0, 0
        while some := list(islice(lines, SLICE_SIZE)):
            if number not in done:
                slice_counts, refused = self._write(number, some)
                counts.append(slice_counts)
                rejects += refused
            number, seen = number + 1, seen + len(some)
            if progress:
                progress(seen, self.file.size - len(self.file.rejects))
        return self._result(counts, rejects, was_resumed=bool(done))

    def finish(self, result: ImportResult, done: Mapping[int, Mapping[str, int]]) -> ImportResult:
        with organization_scope(self.organization_id):
            if done:
                kept = queries.rejects_of(organization_id=self.organization_id, import_id=self.import_id)
                result = self._result([result.counts], kept, was_resumed=True)
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
                action=FINISHED_TOPIC,
                subject=subject,
                now=self.now,
                actor=self.manner.actor,
            )
            data = {"import_id": str(self.import_id), "kind": ImportKind.MEMBERS.value}
            publish(organization_id=self.organization_id, topic=FINISHED_TOPIC, at=self.now, data=data)
        return result

    def _write(self, number: int, lines: Sequence[MemberLine]) -> tuple[dict[str, int], list[Reject]]:
        with organization_scope(self.organization_id):
            lines, forgotten = self._without_forgotten(lines)
            answers = members.upsert_many(
                organization_id=self.organization_id,
                rows=[line.row for line in lines],
                import_id=self.import_id,
                now=self.now,
                today=timezone.localdate(self.now),
                source=SOURCE,
            )
            counts = Counter(COUNTED[answer.outcome] for answer in answers if answer.outcome != REFUSED)
            rejects = [Reject(answer.line, answer.code, answer.field) for answer in answers if answer.outcome == REFUSED]
            rejects = sorted([*rejects, *forgotten], key=lambda reject: reject.line)
            if given := self._consents(lines, answers):
                counts["consents"] = given
            if self.manner.dry_run:
                transaction.set_rollback(True)
            else:
                operations.mark_slice(
                    organization_id=self.organization_id,
                    import_id=self.import_id,
                    number=number,
                    counts=counts,
                    rejects=rejects,
                    now=self.now,
                )
        return dict(counts), rejects

    def _without_forgotten(self, lines: Sequence[MemberLine]) -> tuple[list[MemberLine], list[Reject]]:
        """Return the lines without those that would bring somebody back who had their data erased, and these as rejects."""
        found = forgotten_rows(organization_id=self.organization_id, rows=[line.row for line in lines])
        kept = [line for line in lines if line.row.line not in found]
        return kept, [Reject(line, PERSON_FORGOTTEN, column) for line, column in found.items()]

    def _consents(self, lines: Sequence[MemberLine], answers: Sequence[RowAnswer]) -> int:
        """Note the consents that differ from what the members said before, and return how many."""
        wanted: dict[str, dict[UUID, bool]] = {}
        for line, answer in zip(lines, answers, strict=True):
            if answer.member_id is not None and answer.outcome != REFUSED:
                for name, is_granted in line.consents:
                    wanted.setdefault(name, {})[answer.member_id] = is_granted
        given: list[tuple[UUID, consents.GivenConsent]] = []
        for name, said in wanted.items():
            key = self._key(name)
            agreeing = consent_queries.consenting(
                organization_id=self.organization_id, member_ids=list(said), purpose=key.purpose, channel=key.channel
            )
            changed = [(member_id, yes) for member_id, yes in said.items() if yes != (member_id in agreeing)]
            given += [(member_id, consents.GivenConsent(key, is_granted=yes)) for member_id, yes in changed]
        how = consents.Circumstances(at=self.now, source=SOURCE)
        return consents.record_many(organization_id=self.organization_id, given=given, circumstances=how) if given else 0

    def _key(self, name: str) -> ConsentKey:
        if name not in self.keys:
            purpose, _, channel = name.partition(".")
            self.keys[name] = read_key(purpose, channel)
        return self.keys[name]

    def _result(self, counts: Sequence[Mapping[str, int]], rejects: Sequence[Reject], *, was_resumed: bool) -> ImportResult:
        summed = total(counts)
        everything = sorted([*rejects, *self.file.rejects], key=lambda reject: reject.line)
        summed["rows"] = self.file.size
        summed["rejected"] = len({reject.line for reject in everything})
        return ImportResult(None if self.manner.dry_run else self.import_id, summed, everything, was_resumed)
