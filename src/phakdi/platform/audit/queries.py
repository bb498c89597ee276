"""Every read of the audit. All run in a scope of the organization."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from phakdi.platform.audit.core import Sealable, first_hash, next_hash
from phakdi.platform.audit.models import AuditEntry, AuditSeal

PAGE_MAX = 200
VERIFY_BATCH = 2000
FIELDS = ("id", "at", "action", "actor_kind", "actor_id", "subject_kind", "subject_id", "data")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for; what is left empty does not matter. ``since`` is included, ``until`` is not."""

    action: str = ""
    actor_kind: str = ""
    actor_id: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What following the chain showed. ``broken_at`` is the first seal that does not fit, None where all fit."""

    sealed: int
    unsealed: int
    broken_at: int | None

    @property
    def is_sound(self) -> bool:
        """Whether every sealed entry is as it was sealed."""
        return self.broken_at is None


def entries(
    *, organization_id: UUID, wanted: AuditFilter | None = None, limit: int = 50, before: UUID | None = None
) -> list[AuditEntry]:
    """Return entries, newest first; ``before`` is the last id of the page before."""
    asked = wanted or AuditFilter()
    found = AuditEntry.objects.filter(organization_id=organization_id)
    named = ("action", "actor_kind", "actor_id", "subject_kind", "subject_id")
    found = found.filter(**{name: value for name in named if (value := getattr(asked, name))})
    if asked.since is not None:
        found = found.filter(at__gte=asked.since)
    if asked.until is not None:
        found = found.filter(at__lt=asked.until)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def last_seal(*, organization_id: UUID) -> AuditSeal | None:
    """Return the end of the chain. Its hash, noted elsewhere, shows later whether the chain was rewritten."""
    return AuditSeal.objects.filter(organization_id=organization_id).order_by("-position").first()


def unsealed_entries(*, organization_id: UUID, late: timedelta, limit: int) -> list[Sealable]:
    """Return entries without a seal in order, looking back from the end of the chain by ``late``."""
    last = last_seal(organization_id=organization_id)
    found = _unsealed(organization_id)
    if last is not None:
        found = found.filter(id__gte=_earlier(last.entry_id, late))
    return [Sealable(*values) for values in found.order_by("id").values_list(*FIELDS)[:limit]]


def verify_chain(*, organization_id: UUID) -> ChainReport:
    """Follow the whole chain and say whether every entry is as it was sealed, in the order in which it was sealed."""
    hashed, position = first_hash(organization_id), 0
    for seal, entry in _chain(organization_id):
        position += 1
        if entry is None or seal.position != position or (hashed := next_hash(hashed, entry)) != bytes(seal.hash):
            return ChainReport(position - 1, _unsealed(organization_id).count(), position)
    return ChainReport(position, _unsealed(organization_id).count(), None)


def _chain(organization_id: UUID) -> Iterator[tuple[AuditSeal, Sealable | None]]:
    """Yield every seal in order with its entry, or None where the entry is gone."""
    after = 0
    while True:
        rows = AuditSeal.objects.filter(organization_id=organization_id, position__gt=after)
        seals = list(rows.order_by("position")[:VERIFY_BATCH])
        if not seals:
            return
        kept = AuditEntry.objects.filter(organization_id=organization_id, id__in=[seal.entry_id for seal in seals])
        entries_by_id = {values[0]: Sealable(*values) for values in kept.values_list(*FIELDS)}
        for seal in seals:
            yield seal, entries_by_id.get(seal.entry_id)
        after = seals[-1].position


def _unsealed(organization_id: UUID) -> QuerySet[AuditEntry]:
    seal = AuditSeal.objects.filter(organization_id=organization_id, entry_id=OuterRef("id"))
    return AuditEntry.objects.filter(~Exists(seal), organization_id=organization_id)


def _earlier(entry_id: UUID, by: timedelta) -> UUID:
    """Return the smallest identifier of the instant that lies ``by`` before the one in ``entry_id``."""
    made_at = datetime.fromtimestamp((entry_id.int >> 80) / 1000, UTC) - by
    return UUID(int=int(made_at.timestamp() * 1000) << 80)
