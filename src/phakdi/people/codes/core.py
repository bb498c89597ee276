"""One-time codes: how they are made, hashed and limited. Nothing that is stored tells a code, a phone or a browser."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from phakdi.kit.errors import Invalid, Rejected
from phakdi.kit.thai import arabic_digits

CODE_DIGITS = 6
REF_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
REF_LENGTH = 4
SESSION_MIN = 16
HOLD_HOURS_MIN, HOLD_HOURS_MAX = 24, 72
_PURPOSE = re.compile(r"[A-Z][A-Z_]{1,39}")
_KEY_LABEL = b"phakdi one-time codes"


class TooManyCodes(Rejected):
    """A limit on sending codes was reached; ``details`` has ``limit`` and ``retry_at`` (None: not by waiting)."""

    code = "code_limit_reached"


class CountryNotServed(Rejected):
    """The organization sends no codes to phones of this country."""

    code = "code_country_not_served"


class WrongCode(Rejected):
    """The code is wrong; ``details['tries_left']`` says how often one may try again."""

    code = "code_wrong"


class CodeGone(Rejected):
    """No such code is open here: it was used, has expired, was tried too often, or belongs elsewhere."""

    code = "code_gone"


class Outcome(StrEnum):
    """What became of a try."""

    ACCEPTED = "ACCEPTED"
    WRONG = "WRONG"
    GONE = "GONE"


@dataclass(frozen=True, slots=True)
class CodePolicy:
    """The limits of one organization. All are upper bounds that hold exactly, whoever asks at once."""

    life: timedelta = timedelta(minutes=5)
    tries_max: int = 5
    resend_after: timedelta = timedelta(seconds=60)
    per_destination_hour: int = 5
    per_destination_day: int = 10
    per_address_hour: int = 20
    daily_budget: int = 1000
    countries: tuple[str, ...] = ("+66",)
    hold_hours: int = HOLD_HOURS_MIN  # nobody spends for so long after a phone or e-mail was changed or added


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code to be sent, and what the page shows meanwhile. ``code`` must not be stored or logged."""

    challenge_id: UUID
    code: str
    ref: str
    expires_at: datetime
    resend_at: datetime

    def __repr__(self) -> str:
        return f"IssuedCode({self.challenge_id}, ref={self.ref})"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a try came to, and how many are left."""

    outcome: Outcome
    tries_left: int = 0

    def require_accepted(self) -> None:
        """Raise WrongCode or CodeGone unless the code was right."""
        if self.outcome is Outcome.WRONG and self.tries_left:
            raise WrongCode("This code is wrong.", tries_left=self.tries_left)
        if self.outcome is not Outcome.ACCEPTED:
            raise CodeGone("This code is no longer valid; ask for a new one.")


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def new_ref() -> str:
    """Return the letters by which a reader tells which message belongs to which page."""
    return "".join(secrets.choice(REF_LETTERS) for _ in range(REF_LENGTH))


def read_code(text: str) -> str:
    """Return the digits typed, Thai ones as well, or raise Invalid (``code_invalid``)."""
    digits = re.sub(r"[\s-]", "", arabic_digits(text))
    if not re.fullmatch(rf"\d{{{CODE_DIGITS}}}", digits, re.ASCII):
        raise Invalid("A code has six digits.", code="code_invalid", field="code")
    return digits


def read_purpose(purpose: str) -> str:
    """Return what a code is for, such as ENROLL; a malformed one is a bug of the caller."""
    assert _PURPOSE.fullmatch(purpose), f"a purpose is written like SIGN_IN, not {purpose!r}"
    return purpose


def check_country(channel: str, destination: str, policy: CodePolicy) -> None:
    """Raise CountryNotServed for a phone of a country that is not on the list."""
    if channel == "SMS" and not destination.startswith(policy.countries):
        raise CountryNotServed("No codes are sent to this country.", countries=list(policy.countries))


def keyed_hash(secret: str, *parts: object) -> str:
    """Return HMAC-SHA256 of the parts under a key made from the installation's secret."""
    key = hmac.digest(secret.encode(), _KEY_LABEL, hashlib.sha256)
    return hmac.new(key, "\x1f".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()
