"""Identifiers: time-ordered UUIDs (version 7, RFC 9562) with room for the rows that one cause writes."""

import secrets
import threading
import time
from uuid import UUID, SafeUUID

ROWS_PER_CAUSE = 1 << 16
TICK_BITS = 12

_last = 0  # milliseconds and count of the newest identifier
_lock = threading.Lock()


def new_id() -> UUID:
    """Return a new UUIDv7, later than every one that this process made before; its last 16 bits are zero for `nth` to number.

    48 bits of milliseconds, 12 that begin anywhere and count within a millisecond, 46 random bits.
    """
    global _last  # noqa: PLW0603 - the process's own clock
    tick = time.time_ns() // 1_000_000 << TICK_BITS | secrets.randbits(TICK_BITS - 1)
    with _lock:
        _last = tick = max(tick, _last + 1)
    return _uuid7(tick >> TICK_BITS, tick & ((1 << TICK_BITS) - 1), secrets.randbits(46))


def nth(cause: UUID, n: int) -> UUID:
    """Return the ``n``-th (1 to 65,535) identifier derived from ``cause``; the same call gives the same answer."""
    if not 0 < n < ROWS_PER_CAUSE:
        raise AssertionError(f"one cause may write at most {ROWS_PER_CAUSE - 1} rows, asked for number {n}")
    return _uuid(cause.int + n)


def fixed_id(milliseconds: int, number: int) -> UUID:
    """Return a repeatable identifier for worked cases and tests: the same arguments, the same UUID."""
    return _uuid7(milliseconds, 0, number)


def _uuid7(milliseconds: int, high: int, low: int) -> UUID:
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | (low & ((1 << 46) - 1)) << 16
    return _uuid(value)


_new, _set = object.__new__, object.__setattr__


def _uuid(value: int) -> UUID:
    """Return ``UUID(int=value)`` without looking at what else could be meant: a third of the time."""
    made = _new(UUID)
    _set(made, "int", value)
    _set(made, "is_safe", SafeUUID.unknown)
    return made
