"""Who does something, and how audit entries are chained: each seal covers one entry and the seal before it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

_LABEL = b"phakdi audit\x1f"
FORGOTTEN = "forgotten"  # the only detail of an entry whose details were destroyed: their digest


@dataclass(slots=True, frozen=True)
class Actor:
    """Who does something when it is not the member: a staff member, an API key, a job, the installation's operator."""

    kind: str
    id: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Sealable:
    """What a seal covers of an entry: all of it, the details by their digest."""

    id: UUID
    at: datetime
    action: str
    actor_kind: str
    actor_id: str
    subject_kind: str
    subject_id: str
    data: Mapping[str, Any]


def first_hash(organization_id: UUID) -> bytes:
    """Return what the first seal of an organization's chain stands on."""
    return hashlib.sha256(_LABEL + organization_id.bytes).digest()


def next_hash(before: bytes, entry: Sealable) -> bytes:
    """Return the seal of ``entry`` in a chain whose last seal is ``before``."""
    told = [
        str(entry.id),
        entry.at.astimezone(UTC).isoformat(),
        entry.action,
        entry.actor_kind,
        entry.actor_id,
        entry.subject_kind,
        entry.subject_id,
        digest_of(entry.data),
    ]
    return hashlib.sha256(before + orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def digest_of(data: Mapping[str, Any]) -> str:
    """Return what a seal covers of an entry's details; of destroyed ones, the digest that took their place."""
    if data.keys() == {FORGOTTEN}:
        return str(data[FORGOTTEN])
    return hashlib.sha256(orjson.dumps(dict(data), option=orjson.OPT_SORT_KEYS)).hexdigest()
