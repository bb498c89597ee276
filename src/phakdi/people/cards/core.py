"""Rotating codes: how they are made, read and judged. A picture of one is of use for a minute, and to spend only once.

The text is ``L1.<organization>.<pub>.<step>.<code>``: ``pub`` names the card, ``step`` the half minute, and ``code`` proves
that whoever shows it has the card's secret.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from phakdi.kit.errors import Invalid, Rejected
from phakdi.kit.thai import arabic_digits

STEP_SECONDS = 30
STEPS_APART = 1  # how far the phone's clock and the passing of time may be off, either way
BATCH = 20  # codes that a phone gets beforehand: ten minutes without a network
CODE_DIGITS = 8
FAULTS_MAX = 5
FAULTS_WITHIN = timedelta(minutes=1)
LOCKED_FOR = timedelta(minutes=5)
PUB_BYTES, SECRET_BYTES = 8, 32
PREFIX = "L1"
_TEXT = re.compile(
    rf"{PREFIX}\.(?P<organization>[A-Z0-9-]{{2,40}})\.(?P<pub>[A-Z2-7]{{13}})\.(?P<step>[0-9]{{8,12}})\.(?P<code>[0-9]{{8}})",
    re.ASCII,
)


class CardUnreadable(Invalid):
    """This is not the code of a member's card."""

    code = "card_unreadable"


class CardElsewhere(Rejected):
    """The card belongs to another organization."""

    code = "card_elsewhere"


class CardWrong(Rejected):
    """Nobody's card shows this code."""

    code = "card_wrong"


class CardStale(Rejected):
    """The code was right once: it is too old, or too early."""

    code = "card_stale"


class CardUsed(Rejected):
    """Something was spent with this very code before."""

    code = "card_used"


class CardLocked(Rejected):
    """Too many wrong codes were shown for this card; ``details['until']`` says when it serves again."""

    code = "card_locked"


class CardPurpose(StrEnum):
    """What a code is shown for. To spend, each serves once."""

    EARN = "earn"
    SPEND = "spend"


class Verdict(StrEnum):
    """What a code is worth."""

    RIGHT = "RIGHT"
    WRONG = "WRONG"
    STALE = "STALE"
    LOCKED = "LOCKED"


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What a scanner read."""

    organization: str
    pub: str
    step: int
    code: str


@dataclass(frozen=True, slots=True)
class Guard:
    """When wrong codes were shown for a card, and until when none is looked at."""

    faults: Sequence[datetime] = ()
    locked_until: datetime | None = None


def new_pub() -> str:
    """Return the name of a new card: 64 random bits."""
    return base64.b32encode(secrets.token_bytes(PUB_BYTES)).decode().rstrip("=")


def new_secret() -> bytes:
    """Return what the codes of a new card are made from."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(now: datetime) -> int:
    """Return the number of the half minute."""
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, pub: str, step: int) -> str:
    """Return the eight digits of a half minute."""
    digest = hmac.digest(secret, f"{pub}|{step}".encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def code_text(*, organization: str, secret: bytes, pub: str, step: int) -> str:
    """Return what the QR says; capitals only, so that it stays small."""
    return f"{PREFIX}.{organization.upper()}.{pub}.{step}.{code_at(secret, pub, step)}"


def read_shown(text: str) -> ShownCode:
    """Return what a scanner read, in either case and with Thai digits, or raise CardUnreadable."""
    found = _TEXT.fullmatch(arabic_digits(text).strip().upper())
    if found is None:
        raise CardUnreadable("This is not a member's code.", field="code")
    return ShownCode(found["organization"].lower(), found["pub"], int(found["step"]), found["code"])


def judge(shown: ShownCode, *, secret: bytes, guard: Guard, now: datetime) -> tuple[Verdict, Guard]:
    """Return what the code is worth at ``now``, and the card's guard afterwards.

    A right code that is too old is no fault: somebody showed a picture. While a card is locked nothing is compared.
    """
    if guard.locked_until is not None and now < guard.locked_until:
        return Verdict.LOCKED, guard
    if not hmac.compare_digest(code_at(secret, shown.pub, shown.step), shown.code):
        return Verdict.WRONG, _with_fault(guard, now)
    if abs(shown.step - step_at(now)) > STEPS_APART:
        return Verdict.STALE, guard
    return Verdict.RIGHT, Guard()


def _with_fault(guard: Guard, now: datetime) -> Guard:
    faults = (*(at for at in guard.faults if at > now - FAULTS_WITHIN), now)
    return Guard((), now + LOCKED_FOR) if len(faults) >= FAULTS_MAX else Guard(faults)
