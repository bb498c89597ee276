"""Identifiers: time-ordered UUIDs (version 7, RFC 9562) with room for the rows that one cause writes."""

import secrets
import time
from uuid import UUID

ROWS_PER_CAUSE = 1 << 16


def new_id() -> UUID:
    """Return a new UUIDv7 whose last 16 bits are zero, so that `nth` can number the rows it causes.

    48 bits of milliseconds, 58 random bits: two made in the same millisecond collide once in 10^17.
    """
    milliseconds = time.time_ns() // 1_000_000
    return _uuid7(milliseconds, secrets.randbits(12), secrets.randbits(46))


def nth(cause: UUID, n: int) -> UUID:
    """Return the ``n``-th (1 to 65,535) identifier derived from ``cause``; the same call gives the same answer."""
    if not 0 < n < ROWS_PER_CAUSE:
        raise AssertionError(f"one cause may write at most {ROWS_PER_CAUSE - 1} rows, asked for number {n}")
    return UUID(int=cause.int + n)


def fixed_id(milliseconds: int, number: int) -> UUID:
    """Return a repeatable identifier for worked cases and tests: the same arguments, the same UUID."""
    return _uuid7(milliseconds, 0, number)


def _uuid7(milliseconds: int, high: int, low: int) -> UUID:
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | (low & ((1 << 46) - 1)) << 16
    return UUID(int=value)
