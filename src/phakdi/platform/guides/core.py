"""The set-up code of an installation, and kinds of business."""

import hmac
from enum import StrEnum
from hashlib import sha256

from phakdi.kit.errors import Forbidden, Invalid

_LABEL = b"phakdi set-up code\x1f"
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 that nobody mistakes for one another
_LENGTH, _GROUP = 12, 4


class Business(StrEnum):
    """What kind of shop it is: which program template fits."""

    CAFE = "cafe"
    RESTAURANT = "restaurant"
    SALON = "salon"
    RETAIL = "retail"
    CLINIC = "clinic"
    FUEL = "fuel"
    HOTEL = "hotel"
    OTHER = "other"


class WrongSetUpCode(Forbidden):
    """This is not the code that the terminal shows."""

    code = "set_up_code_wrong"


def read_business(text: str) -> Business:
    """Return the kind of business, or raise Invalid."""
    try:
        return Business(text)
    except ValueError:
        raise Invalid("This kind of business is not known.", code="business_unknown", field="business") from None


def set_up_code(secret: str) -> str:
    """Return the code of the installation with this secret key: sixty bits, the same in every process, kept nowhere.

    It is good for one thing, making the first organization, and for nothing once there is one.
    """
    digest = hmac.new(_LABEL + secret.encode(), b"first organization", sha256).digest()
    letters = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:_LENGTH])
    return "-".join(letters[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def check_set_up_code(code: str, *, secret: str) -> None:
    """Raise WrongSetUpCode unless ``code`` is the installation's; capitals, hyphens and spaces do not matter."""
    given = "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())
    if not hmac.compare_digest(given.encode(), set_up_code(secret).replace("-", "").encode()):
        raise WrongSetUpCode("This is not the code that the terminal shows.", field="code")
