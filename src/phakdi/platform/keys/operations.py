"""Every write of keys and kept answers, inside the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.db import OperationalError, connection

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict, Invalid, Rejected
from phakdi.platform.keys import queries
from phakdi.platform.keys.core import NewToken, new_token, read_scopes
from phakdi.platform.keys.models import ApiKey, KeptAnswer

WAIT_MILLISECONDS = 3000  # for the same call that is being answered at this moment
KEY_MAX = 255
PURGE_BATCH = 5000

_BEGIN = """
INSERT INTO idempotency (organization_id, principal, route, key, request_hash, created_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_PURGE = """
DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency WHERE organization_id = %s AND expires_at <= %s LIMIT %s
))
"""
_FORGET = """
DELETE FROM idempotency WHERE organization_id = %s AND body IS NOT NULL
    AND EXISTS (SELECT FROM unnest(%s::bytea[]) AS text (it) WHERE position(it IN body) > 0)
"""


class KeyReused(Conflict):
    """The idempotency key came before with other content."""

    code = "idempotency_key_reused"


class KeyInFlight(Conflict):
    """The same call is being answered at this moment; ask again in a second."""

    code = "idempotency_key_in_flight"


class KeyOver(Rejected):
    """The key opens nothing any more."""

    code = "api_key_over"


@dataclass(frozen=True, slots=True)
class Call:
    """One call with an idempotency key: who made it, where (method and path template), and a digest of what it says."""

    organization_id: UUID
    principal: str
    route: str
    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: an HTTP status and the body's bytes."""

    status: int
    body: bytes


@in_transaction
def issue_key(
    *,
    organization_id: UUID,
    name: str,
    scopes: Collection[str],
    stores: Collection[str] = (),
    created_by: str = "",
    expires_at: datetime | None = None,
    now: datetime,
) -> tuple[ApiKey, NewToken]:
    """Keep a new key and return it with its token, which nobody can read again. The caller has checked ``stores``.

    Raises:
        Invalid: no name, an unknown scope, or a time that is over already.
    """
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Invalid("Give the key a name.", code="name_unreadable", field="name")
    if expires_at is not None and expires_at <= now:
        raise Invalid("The key would be expired already.", code="expiry_past", field="expires_at")
    token = new_token()
    key = ApiKey.objects.create(
        organization_id=organization_id,
        name=cleaned,
        prefix=token.prefix,
        hash=token.hash,
        scopes=read_scopes(scopes),
        stores=sorted(set(stores)),
        created_by=created_by,
        created_at=now,
        expires_at=expires_at,
    )
    return key, token


@in_transaction
def rotate_key(
    *, organization_id: UUID, key_id: UUID, ends_at: datetime, created_by: str, now: datetime
) -> tuple[ApiKey, NewToken]:
    """Return a new key with the rights and the span of life of an old one, which ends at ``ends_at`` at the latest.

    Raises:
        UnknownKey: the organization has no such key.
        KeyOver: it was revoked or has expired.
    """
    old = ApiKey.objects.select_for_update().filter(organization_id=organization_id, id=key_id).first()
    if old is None:
        raise queries.UnknownKey("There is no such key.", key_id=str(key_id))
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= now):
        raise KeyOver("This key opens nothing any more: issue a new one.", key_id=str(key_id))
    new, token = issue_key(
        organization_id=organization_id,
        name=old.name,
        scopes=old.scopes,
        stores=old.stores,
        created_by=created_by,
        expires_at=now + (old.expires_at - old.created_at) if old.expires_at else None,
        now=now,
    )
    old.expires_at = min(old.expires_at, ends_at) if old.expires_at else ends_at
    old.save(update_fields=["expires_at"])
    return new, token


@in_transaction
def revoke_key(*, organization_id: UUID, key_id: UUID, now: datetime) -> ApiKey:
    """Take a key back; every process refuses it within five seconds. Safe to repeat. Raises UnknownKey."""
    key = queries.get_key(organization_id=organization_id, key_id=key_id)
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
    return key


def note_use(*, key_id: UUID, now: datetime, not_since: datetime) -> None:
    """Note that a key was used at ``now`` unless that was noted after ``not_since``; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_key_used(%s, %s, %s)", [key_id, now, not_since])


@in_transaction
def begin_call(*, call: Call, now: datetime, kept: timedelta) -> Answer | None:
    """Claim an idempotency key within the effect's transaction, or return what was answered under it before.

    Waits up to three seconds for the same call that is being answered. Rolled back, the key is free again.

    Raises:
        Invalid: the key cannot be read.
        KeyReused: it came before with other content.
        KeyInFlight: the same call is still being answered.
    """
    read_idempotency_key(call.key)
    expires_at = now + kept
    values: list[Any] = [call.organization_id, call.principal, call.route, call.key, call.request_hash, now, expires_at]
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(WAIT_MILLISECONDS)])
        try:
            cursor.execute(_BEGIN, values)
        except OperationalError as error:
            if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise KeyInFlight("The same call is being answered.", retry_after_seconds=1) from error
            raise
        is_new = cursor.rowcount == 1
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    return None if is_new else _kept(call)


@in_transaction
def finish_call(*, call: Call, answer: Answer) -> None:
    """Keep what is answered under an idempotency key that this transaction began."""
    found = KeptAnswer.objects.filter(
        organization_id=call.organization_id, principal=call.principal, route=call.route, key=call.key, status=None
    )
    written = found.update(status=answer.status, body=answer.body)
    assert written == 1, "a call is begun before it is finished, and finished once"


@in_transaction
def purge_answers(*, organization_id: UUID, now: datetime, most: int = PURGE_BATCH) -> int:
    """Forget up to ``most`` answers whose time is over and return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_PURGE, [organization_id, now, most])
        return cursor.rowcount


@in_transaction
def forget_answers(*, organization_id: UUID, texts: Collection[str]) -> int:
    """Delete kept answers in which one of these texts stands, and return how many: the same call is then a new one."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [organization_id, [text.encode() for text in texts if text]])
        return cursor.rowcount


def read_idempotency_key(key: str) -> str:
    """Return an idempotency key: 1 to 255 printable ASCII characters; or raise Invalid."""
    if not 0 < len(key) <= KEY_MAX or not (key.isascii() and key.isprintable()):
        message = f"An idempotency key has 1 to {KEY_MAX} printable ASCII characters."
        raise Invalid(message, code="idempotency_key_unreadable", field="Idempotency-Key")
    return key


def _kept(call: Call) -> Answer:
    found = queries.find_answer(organization_id=call.organization_id, principal=call.principal, route=call.route, key=call.key)
    if found is None or found.status is None or found.body is None:  # purged at this moment, or begun in this transaction
        raise KeyInFlight("The same call is being answered.", retry_after_seconds=1)
    if found.request_hash != call.request_hash:
        raise KeyReused("This key came before with other content.", key=call.key)
    return Answer(found.status, bytes(found.body))
