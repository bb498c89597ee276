"""Who calls the API: tokens are looked up once in some seconds and remembered by their process."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from phakdi.platform.keys import operations, queries
from phakdi.platform.keys.core import KeyExpired, KeyRevoked, Principal, is_same_hash, prefix_of, token_hash
from phakdi.platform.keys.queries import FoundKey

REMEMBERED_SECONDS = 4.0  # a key that was taken back is refused everywhere within five seconds
KEYS_MAX = 10_000
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class _Remembered:
    key: FoundKey
    read_at: float
    use_noted_at: datetime | None = None


_remembered: OrderedDict[str, _Remembered] = OrderedDict()
_lock = threading.Lock()


def authenticate(token: str, *, now: datetime) -> Principal | None:
    """Return whose key the token is, or None where nobody knows it.

    Opens no scope. Most calls cost a hash and no query; once a minute the key's use is noted.

    Raises:
        KeyExpired, KeyRevoked: the token is right, but does not open anything any more.
    """
    prefix = prefix_of(token)
    entry = _find(prefix) if prefix else None
    if entry is None or not is_same_hash(token_hash(token), entry.key.hash):
        return None
    key = entry.key
    if key.revoked_at is not None:
        raise KeyRevoked("This key was taken back.")
    if key.expires_at is not None and key.expires_at <= now:
        raise KeyExpired("This key's time is over.", expired_at=key.expires_at.isoformat())
    if entry.use_noted_at is None or now - entry.use_noted_at >= USE_NOTED_EVERY:
        entry.use_noted_at = now
        operations.note_use(key_id=key.principal.key_id, now=now, not_since=now - USE_NOTED_EVERY)
    return key.principal


def forget_keys() -> None:
    """Make this process look every key up again."""
    with _lock:
        _remembered.clear()


def _find(prefix: str) -> _Remembered | None:
    entry = _remembered.get(prefix)
    clock = time.monotonic()
    if entry is not None and clock - entry.read_at < REMEMBERED_SECONDS:
        return entry
    found = queries.find_by_prefix(prefix=prefix)
    if found is None:
        return None
    fresh = _Remembered(found, clock, entry.use_noted_at if entry else None)
    with _lock:
        _remembered[prefix] = fresh
        while len(_remembered) > KEYS_MAX:
            _remembered.popitem(last=False)
    return fresh
