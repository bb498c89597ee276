"""API keys: what they look like, what they may do, and how often they may ask."""

import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from phakdi.kit.errors import Forbidden, Invalid

SCHEME = "phk"
PREFIX_LENGTH = 10
SECRET_BYTES = 24
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_TOKEN = re.compile(r"phk_([a-z2-9]{10})_([0-9a-f]{48})")


class Scope(StrEnum):
    """What a key may do."""

    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    ACTIVITIES_READ = "activities:read"
    ACTIVITIES_WRITE = "activities:write"
    ACTIVITIES_REVIEW = "activities:review"
    POINTS_ADJUST = "points:adjust"  # what staff decide for a member: points, levels and vouchers by hand
    BASKETS_PRICE = "baskets:price"
    LEDGER_READ = "ledger:read"
    PROGRAMS_READ = "programs:read"
    PROGRAMS_WRITE = "programs:write"
    STORES_READ = "stores:read"
    STORES_WRITE = "stores:write"
    MESSAGES_READ = "messages:read"
    AUDIT_READ = "audit:read"
    WEBHOOKS_WRITE = "webhooks:write"
    SURVEYS_READ = "surveys:read"
    SURVEYS_WRITE = "surveys:write"  # report answers
    FIGURES_READ = "figures:read"
    TOTALS_WRITE = "totals:write"  # what stores sold in all


class ScopeMissing(Forbidden):
    """The key does not include this; ``details['scope']`` says what."""

    code = "scope_missing"


class StoreOutOfReach(Forbidden):
    """The key is bound to other stores."""

    code = "store_out_of_reach"


class KeyRefused(Forbidden):
    """The key is known but does not open anything (any more)."""

    code = "api_key_refused"


class KeyExpired(KeyRefused):
    """The key's time is over."""

    code = "api_key_expired"


class KeyRevoked(KeyRefused):
    """The key was taken back."""

    code = "api_key_revoked"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is handed out once: only its hash is kept."""

    token: str
    prefix: str
    hash: str

    def __repr__(self) -> str:
        return f"NewToken({self.prefix})"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a key of an organization. Without ``stores`` it may name any."""

    organization_id: UUID
    key_id: UUID
    name: str
    scopes: frozenset[str]
    stores: tuple[str, ...] = ()

    def has(self, scope: Scope) -> bool:
        """Tell whether the key includes ``scope``."""
        return scope.value in self.scopes

    def require(self, scope: Scope) -> None:
        """Raise ScopeMissing unless the key includes ``scope``."""
        if not self.has(scope):
            raise ScopeMissing("This key does not include this.", scope=scope.value)

    def require_store(self, store: str) -> None:
        """Raise StoreOutOfReach if the key is bound to other stores than ``store``."""
        if self.stores and store not in self.stores:
            raise StoreOutOfReach("This key works for other stores.", store=store)


def new_token() -> NewToken:
    """Return a new token: a prefix by which it is found and shown, and a secret of 192 bits."""
    prefix = "".join(secrets.choice(_LETTERS) for _ in range(PREFIX_LENGTH))
    token = f"{SCHEME}_{prefix}_{secrets.token_hex(SECRET_BYTES)}"
    return NewToken(token, prefix, token_hash(token))


def prefix_of(token: str) -> str:
    """Return the part by which a token is found, or an empty string for what is no token."""
    found = _TOKEN.fullmatch(token)
    return found[1] if found else ""


def token_hash(token: str) -> str:
    """Return what is kept of a token. Its secret is random and long, so that a fast hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_same_hash(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)


def read_scopes(scopes: Collection[str]) -> list[str]:
    """Return the scopes in order without repetition; raises Invalid for an unknown one or for none."""
    if not scopes:
        raise Invalid("Say what the key may do.", code="scopes_missing", field="scopes", known=[scope.value for scope in Scope])
    for scope in scopes:
        if scope not in {known.value for known in Scope}:
            known = [known.value for known in Scope]
            raise Invalid("This scope is not known.", code="scope_unknown", field="scopes", scope=scope, known=known)
    return sorted(set(scopes))


# --- how often ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether one more call is heard, how many are left in the bucket, and in how many seconds it is full again."""

    is_allowed: bool
    limit: int
    remaining: int
    reset_seconds: float
    retry_seconds: float = 0.0


class RateLimiter:
    """A bucket of tokens per key, kept in this process: ``burst`` calls at once, refilled by ``per_second``.

    Costs a microsecond and nothing outside the process, so an installation of n web processes allows n times as much.
    """

    def __init__(self, *, per_second: float, burst: int, keys_max: int = 10_000) -> None:
        self._per_second, self._burst, self._keys_max = per_second, burst, keys_max
        self._buckets: dict[object, tuple[float, float]] = {}  # key -> (tokens, when they were counted)
        self._lock = threading.Lock()

    def take(self, key: object, *, at: float) -> Allowance:
        """Take one call from the bucket of ``key``; ``at`` is a monotonic clock in seconds."""
        with self._lock:
            tokens, counted_at = self._buckets.get(key, (float(self._burst), at))
            tokens = min(self._burst, tokens + (at - counted_at) * self._per_second)
            is_allowed = tokens >= 1
            tokens -= is_allowed
            if len(self._buckets) >= self._keys_max and key not in self._buckets:
                self._buckets.clear()  # full of keys that are gone: begin anew
            self._buckets[key] = (tokens, at)
        reset = (self._burst - tokens) / self._per_second
        retry = 0.0 if is_allowed else (1 - tokens) / self._per_second
        return Allowance(is_allowed, self._burst, int(tokens), reset, retry)
