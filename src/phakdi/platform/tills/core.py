"""What a till keeps while the network is gone: what a bill says, who vouches for it, and for how long it counts."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from phakdi.kit.errors import Invalid

SECRET_BYTES = 32
OLDEST = timedelta(hours=72)  # for so long a bill may wait for the network
CLOCKS_APART = timedelta(minutes=5)
TEXT_MAX = 4000
LABEL_MAX = 80
NUMBER_MAX = 2**53
_SIGNING, _SEALING = b"phakdi till signs\x1f", b"phakdi till seals\x1f"
PARTS_MAX = 20
QUANTITY_MAX = 999
_LENGTHS = {"who": 200, "amount": 20, "receipt": 80, "tender": 20, "store": 80, "token": 40}


class BillState(StrEnum):
    """Where a kept bill stands."""

    RECEIVED = "RECEIVED"  # on its way into the ledger
    BOOKED = "BOOKED"
    CONFLICT = "CONFLICT"  # somebody has to look at it
    GIVEN_UP = "GIVEN_UP"


class BillUnreadable(Invalid):
    """What a till sent is no bill."""

    code = "bill_unreadable"


class PartsTooMuch(Invalid):
    """What is said of parts of a bill does not fit the bill."""

    code = "bill_parts_wrong"


@dataclass(frozen=True, slots=True)
class Part:
    """So many things of one category on a bill; without an ``amount`` they are all of what is left of it."""

    category: str
    quantity: int = 1
    amount: str = ""


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
    parts: tuple[Part, ...] = ()


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
            parts=tuple(_part(each) for each in _parts(said)),
            **{name: _text(said, name) for name in _LENGTHS},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BillUnreadable("This is no bill of a till.", field="text") from error


def fault_of(bill: KeptBill, *, now: datetime) -> str:
    """Return the code of what is wrong with the bill's time, empty where nothing is."""
    if bill.at > now + CLOCKS_APART:
        return "bill_of_the_future"
    return "bill_too_old" if bill.at < now - OLDEST else ""


def purchase_of(amount: str, parts: Sequence[Part]) -> dict[str, Any]:
    """Return what a purchase says of its amount: the whole, or lines by category with a last one for the rest.

    Raises:
        PartsTooMuch: the parts are more than the bill, or several of them have no amount.
    """
    if not parts:
        return {"amount": amount}
    whole = _decimal(amount)
    rest = whole - sum(_decimal(part.amount) for part in parts if part.amount)
    open_parts = [part for part in parts if not part.amount]
    if rest < 0 or len(open_parts) > 1:
        raise PartsTooMuch("Say how much of the bill is what.", field="amount")
    lines: list[dict[str, Any]] = [
        {"category": part.category, "quantity": part.quantity, "amount": part.amount or str(rest)} for part in parts
    ]
    return {"lines": [*lines, {"amount": str(rest)}] if rest and not open_parts else lines}


def _decimal(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise Invalid("This is no amount.", code="amount_invalid", field="amount") from error
    if not found.is_finite():
        raise Invalid("This is no amount.", code="amount_invalid", field="amount")
    return found


def _parts(said: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = said.get("parts", [])
    if not isinstance(found, list) or len(found) > PARTS_MAX:
        raise ValueError("too many parts")
    return found


def _part(said: Mapping[str, Any]) -> Part:
    category, quantity, amount = said["category"], said.get("quantity", 1), said.get("amount", "")
    if not (isinstance(category, str) and isinstance(amount, str) and len(category) <= LABEL_MAX and len(amount) <= LABEL_MAX):
        raise ValueError("a part has a category and an amount")
    if not isinstance(quantity, int) or not 0 < quantity <= QUANTITY_MAX:
        raise ValueError("a part has some things")
    return Part(category, quantity, amount)


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
