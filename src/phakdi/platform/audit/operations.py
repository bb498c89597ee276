"""Every write of the audit, inside the caller's transaction."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.platform.audit import queries
from phakdi.platform.audit.core import digest_of, first_hash, next_hash
from phakdi.platform.audit.models import AuditEntry, AuditSeal

SEAL_BATCH = 1000
LATE = timedelta(hours=1)  # no transaction that writes entries lasts longer


@in_transaction
def write_entry(
    *,
    organization_id: UUID,
    action: str,
    actor_kind: str,
    actor_id: str,
    subject_kind: str,
    subject_id: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> UUID:
    """Note who did what, if and when the caller's transaction commits, and return the entry's id.

    ``action`` reads like ``member.frozen``; ``data`` says which fields and figures, never personal values.
    """
    entry = AuditEntry(
        organization_id=organization_id,
        at=at,
        action=action,
        actor_kind=actor_kind,
        actor_id=actor_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        data=dict(data or {}),
    )
    entry.save(force_insert=True)
    return entry.id


@in_transaction
def forget_details(*, organization_id: UUID, subject_ids: Collection[str]) -> int:
    """Destroy the details of entries about (or by) somebody who is forgotten; who did what and when stays. Return how many.

    The seals still fit: they cover the digest that takes the place of the details.
    """
    about = AuditEntry.objects.filter(organization_id=organization_id, subject_id__in=subject_ids).exclude(data={})
    told = {id_: digest_of(data) for id_, data in about.values_list("id", "data")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_forget_details(%s, %s, %s)", [organization_id, list(told), list(told.values())])
    return len(told)


@in_transaction
def seal_entries(*, organization_id: UUID, most: int = SEAL_BATCH) -> int:
    """Chain up to ``most`` entries that have no seal yet and return how many; one at a time for an organization.

    Entries are sealed in the order in which they are found; one whose transaction commits late is sealed after the others.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('audit_seal'), hashtext(%s))", [str(organization_id)])
        if not cursor.fetchone()[0]:
            return 0
    last = queries.last_seal(organization_id=organization_id)
    position, hashed = (last.position, bytes(last.hash)) if last else (0, first_hash(organization_id))
    seals = []
    for entry in queries.unsealed_entries(organization_id=organization_id, late=LATE, limit=most):
        position, hashed = position + 1, next_hash(hashed, entry)
        seals.append(AuditSeal(organization_id=organization_id, position=position, entry_id=entry.id, hash=hashed))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)
