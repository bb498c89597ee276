"""Every write of requests, of the forgotten and of breaches, inside the caller's transaction."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from phakdi.kit.db.scope import in_transaction
from phakdi.people.requests import queries
from phakdi.people.requests.core import (
    UNDONE,
    AlreadyAsked,
    ContactKey,
    IdentityCheck,
    RefusalReason,
    RequestFinished,
    RequestKind,
    RequestState,
    check_step,
    due_date,
    forgotten_hash,
    read_words,
)
from phakdi.people.requests.models import Breach, DataRequest, Erasure, ForgottenContact


@in_transaction
def open_request(
    *,
    organization_id: UUID,
    member_id: UUID,
    kind: RequestKind,
    details: str,
    today: date,
    now: datetime,
    opened_by: str,
    identity_check: IdentityCheck,
) -> DataRequest:
    """Keep what a member asks; ``today`` is the organization's day, from which the 30 days run.

    Raises:
        AlreadyAsked: the same question of this member waits for its answer.
        Invalid: the text is too long.
    """
    row = DataRequest(
        organization_id=organization_id,
        member_id=member_id,
        kind=kind.value,
        details=read_words(details, field="details"),
        opened_at=now,
        opened_by=opened_by,
        identity_check=identity_check.value,
        due_date=due_date(today),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        waiting = DataRequest.objects.filter(
            organization_id=organization_id, member_id=member_id, kind=kind.value, state__in=[state.value for state in UNDONE]
        ).first()
        if waiting is None:
            raise
        raise AlreadyAsked("The same was asked before.", request_id=str(waiting.id), kind=kind.value) from error
    return row


@in_transaction
def assign(*, organization_id: UUID, request_id: UUID, staff_id: UUID | None, now: datetime) -> DataRequest:
    """Make somebody of the staff answer for a request that waits; it is in progress then."""
    row = _lock(organization_id, request_id)
    if RequestState(row.state) not in UNDONE:
        raise RequestFinished("This request is finished.", state=row.state)
    row.assigned_to = staff_id
    if staff_id is not None and row.state == RequestState.OPEN:
        row.state, row.started_at = RequestState.IN_PROGRESS.value, now
    row.save(update_fields=["assigned_to", "state", "started_at"])
    return row


@in_transaction
def note_identity(*, organization_id: UUID, request_id: UUID, identity_check: IdentityCheck) -> DataRequest:
    """Note how it was made sure that the member is asking."""
    row = _lock(organization_id, request_id)
    row.identity_check = identity_check.value
    row.save(update_fields=["identity_check"])
    return row


@in_transaction
def finish(
    *,
    organization_id: UUID,
    request_id: UUID,
    state: RequestState,
    now: datetime,
    answer: str = "",
    reason: RefusalReason | None = None,
    file_id: UUID | None = None,
) -> DataRequest:
    """Answer, refuse (with a reason) or withdraw a request.

    Raises:
        UnknownRequest: there is no such request.
        RequestFinished: it was finished before.
    """
    row = _lock(organization_id, request_id)
    check_step(RequestState(row.state), state)
    row.state, row.closed_at = state.value, now
    row.answer = read_words(answer, field="answer")
    row.refusal_reason = reason.value if reason else ""
    row.file_id = file_id or row.file_id
    row.save(update_fields=["state", "closed_at", "answer", "refusal_reason", "file_id"])
    return row


@in_transaction
def note_reminder(*, organization_id: UUID, request_ids: Collection[UUID], today: date) -> None:
    """Note that somebody was reminded of these requests today."""
    found = DataRequest.objects.filter(organization_id=organization_id, id__in=request_ids)
    found.update(reminded_on=today)


@in_transaction
def forget_words(*, organization_id: UUID, member_ids: Collection[UUID]) -> list[UUID]:
    """Destroy what was written in the requests of members who are forgotten; return the files that were made for them."""
    found = DataRequest.objects.filter(organization_id=organization_id, member_id__in=member_ids)
    files = [file_id for file_id in found.values_list("file_id", flat=True) if file_id]
    found.update(details="", answer="", file_id=None)
    return files


@in_transaction
def note_erasure(
    *,
    organization_id: UUID,
    member_id: UUID,
    keys: Collection[ContactKey],
    request_id: UUID | None,
    counts: Mapping[str, Any],
    now: datetime,
) -> Erasure:
    """Note that a member was forgotten, and let their contacts not come back by an import."""
    hashes = queries.hashes_of(organization_id=organization_id, keys=keys)
    forget_contacts(organization_id=organization_id, hashes=hashes, now=now)
    row, _ = Erasure.objects.update_or_create(
        organization_id=organization_id,
        member_id=member_id,
        defaults={"erased_at": now, "request_id": request_id, "counts": dict(counts), "hashes": hashes},
    )
    return row


@in_transaction
def forget_contacts(*, organization_id: UUID, hashes: Collection[str], now: datetime) -> None:
    """Let contacts with these hashes not come back by an import."""
    rows = [ForgottenContact(organization_id=organization_id, hash=each, forgotten_at=now) for each in sorted(hashes)]
    ForgottenContact.objects.bulk_create(rows, ignore_conflicts=True)


@in_transaction
def welcome_back(*, organization_id: UUID, keys: Collection[ContactKey]) -> bool:
    """Let contacts be kept again whose owner has agreed anew; tell whether any of them was forgotten before."""
    found = queries.forgotten_among(organization_id=organization_id, keys=keys)
    if not found:
        return False
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    hashes = [forgotten_hash(secret, organization_id, key) for key in found for secret in secrets]
    ForgottenContact.objects.filter(organization_id=organization_id, hash__in=hashes).delete()
    return True


@in_transaction
def note_written(*, organization_id: UUID, member_ids: Collection[UUID]) -> None:
    """Note that the journal beside the database has these erasures."""
    Erasure.objects.filter(organization_id=organization_id, member_id__in=member_ids).update(hashes=[])


@in_transaction
def log_breach(*, organization_id: UUID, values: Mapping[str, Any], now: datetime) -> Breach:
    """Keep a breach of personal data in the log."""
    return Breach.objects.create(organization_id=organization_id, created_at=now, **values)


@in_transaction
def change_breach(*, organization_id: UUID, breach_id: UUID, values: Mapping[str, Any]) -> Breach:
    """Write what became known or was done since."""
    row = queries.get_breach(organization_id=organization_id, breach_id=breach_id)
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    return row


def _lock(organization_id: UUID, request_id: UUID) -> DataRequest:
    row = DataRequest.objects.select_for_update().filter(organization_id=organization_id, id=request_id).first()
    if row is None:
        raise queries.UnknownRequest("There is no such request.", request_id=str(request_id))
    return row
