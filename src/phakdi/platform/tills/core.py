"""What a till keeps while the network is gone: what a bill says, who vouches for it, and for how long it counts."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from phakdi.kit.errors import Invalid

SECRET_BYTES = 32
OLDEST = timedelta(hours=72)  # for so long a bill may wait for the network
CLOCKS_APART = timedelta(minutes=5)
TEXT_MAX = 4000
NUMBER_MAX = 2**53
_SIGNING, _SEALING = b"phakdi till signs\x1f", b"phakdi till seals\x1f"
_LENGTHS = {"who": 200, "amount": 20, "receipt": 80, "tender": 20, "store": 80, "token": 40, "category": 80}


class BillState(StrEnum):
    """Where a kept bill stands."""

    RECEIVED = "RECEIVED"  # on its way into the ledger
    BOOKED = "BOOKED"
    CONFLICT = "CONFLICT"  # somebody has to look at it
    GIVEN_UP = "GIVEN_UP"


class BillUnreadable(Invalid):
    """What a till sent is no bill."""

    code = "bill_unreadable"


@dataclass(frozen=True, slots=True)
class KeptBill:
    """A bill as a till kept it. ``who`` is what was typed or scanned, ``member_id`` who was on the page."""

    till_id: UUID
    number: int
    staff_id: UUID
    at: datetime
    shown_at: datetime
    amount: str
    token: str
    who: str = ""
    member_id: UUID | None = None
    receipt: str = ""
    tender: str = ""
    store: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a till signs a cashier's bills with, and what it seals all bills with."""

    signing: bytes
    sealing: bytes

    def __repr__(self) -> str:
        return "Keys()"


def new_secret() -> bytes:
    """Return the secret of a new till; it never leaves the server."""
    return secrets.token_bytes(SECRET_BYTES)


def keys_of(secret: bytes, staff_id: UUID) -> Keys:
    """Return the keys that a till gets while this person works at it."""
    return Keys(hmac.digest(secret, _SIGNING + staff_id.bytes, hashlib.sha256), hmac.digest(secret, _SEALING, hashlib.sha256))


def is_signed(text: str, signature: str, signing: bytes) -> bool:
    """Tell whether ``signature`` (64 hexadecimal digits) was made of ``text`` with the key."""
    expected = hmac.new(signing, text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode())


def digest_of(text: str) -> str:
    """Return by what two bills with one number are told apart."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_bill(text: str) -> KeptBill:
    """Return what a till wrote, or raise BillUnreadable."""
    if len(text) > TEXT_MAX:
        raise BillUnreadable("This is no bill of a till.", field="text")
    try:
        said = orjson.loads(text)
        member = said.get("member") or ""
        return KeptBill(
            till_id=UUID(said["till"]),
            number=_number(said["number"]),
            staff_id=UUID(said["staff"]),
            at=_instant(said["at"]),
            shown_at=_instant(said.get("shown_at") or said["at"]),
            member_id=UUID(member) if member else None,
            **{name: _text(said, name) for name in _LENGTHS},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BillUnreadable("This is no bill of a till.", field="text") from error


def fault_of(bill: KeptBill, *, now: datetime) -> str:
    """Return the code of what is wrong with the bill's time, empty where nothing is."""
    if bill.at > now + CLOCKS_APART:
        return "bill_of_the_future"
    return "bill_too_old" if bill.at < now - OLDEST else ""


def _number(value: Any) -> int:
    if not isinstance(value, int) or not 0 < value < NUMBER_MAX:
        raise ValueError("numbers begin at 1")
    return value


def _instant(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError("an instant names its zone")
    return found


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > _LENGTHS[name] or not value.isprintable():
        raise ValueError(f"{name} cannot be read")
    return value
