"""Money as whole minor units (satang, cents) of a currency, and division that states its rounding. Never a float."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from phakdi.kit.errors import Invalid

Rounding = Literal["floor", "ceil", "half_up", "half_even"]

MINOR_LIMIT = 2**63  # what a bigint holds

_TWO_DECIMALS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN
PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_TWO_DECIMALS.split(), 2),
    **dict.fromkeys(
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"], 0
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}
"""How many decimals a currency has, by its ISO 4217 code."""

_SYMBOLS = {"THB": "฿", "USD": "US$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_THAI_NAMES = {"THB": "บาท"}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in ``minor`` units of a currency; may be negative. Currencies do not mix."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is no whole number of minor units of a known currency."""
        assert type(self.minor) is int, f"minor units are whole, got {self.minor!r}"
        exponent(self.currency)

    @property
    def major(self) -> Decimal:
        """The amount in the currency's main unit."""
        return to_major(self.minor, self.currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __str__(self) -> str:
        return f"{self.major} {self.currency}"

    def _same(self, other: "Money") -> "Money":
        assert self.currency == other.currency, f"{self.currency} and {other.currency} do not mix"
        return other


def exponent(currency: str) -> int:
    """Return how many decimals the currency has.

    Raises:
        Invalid: it is no ISO 4217 code; ``currency_unknown``.
    """
    found = EXPONENTS.get(currency)
    if found is None:
        raise Invalid(f"There is no currency {currency}.", code="currency_unknown", field="currency", currency=currency)
    return found


def to_minor(amount: Decimal | str | float, currency: str, *, field: str = "amount") -> int:
    """Return the amount in whole minor units, exactly: ``to_minor("12.50", "THB") == 1250``.

    A float counts as the shortest number that prints like it. ``field`` names the culprit in a refusal.

    Raises:
        Invalid: ``amount_invalid`` for what is no number, ``amount_too_fine`` for more decimals than the currency has,
            ``amount_too_large`` for what a bigint cannot hold.
    """
    minor = _read(amount, field).scaleb(exponent(currency))
    if minor.adjusted() > 18:  # beyond 2**63, and before whole digits are lost  # noqa: PLR2004
        raise Invalid(f"{amount} is too large.", code="amount_too_large", field=field)
    if minor != minor.to_integral_value():
        places = exponent(currency)
        message = f"{amount} has more than {places} decimals."
        raise Invalid(message, code="amount_too_fine", field=field, decimals=places)
    if abs(minor) >= MINOR_LIMIT:
        raise Invalid(f"{amount} is too large.", code="amount_too_large", field=field)
    return int(minor)


def to_major(minor: int, currency: str) -> Decimal:
    """Return minor units as an amount with the currency's decimals: ``to_major(1250, "THB") == Decimal("12.50")``."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_money(minor: int, currency: str, language: str = "th") -> str:
    """Return the amount for a reader: ``1,234.50 บาท`` in Thai, ``฿1,234.50`` in English; whole amounts bare."""
    places = exponent(currency)
    sign, figure = ("-" if minor < 0 else ""), abs(minor)
    whole, rest = divmod(figure, 10**places)
    number = f"{whole:,}" + (f".{rest:0{places}}" if rest else "")
    if language.startswith("th"):
        return f"{sign}{number} {_THAI_NAMES.get(currency, currency)}"
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{currency} {number}"


def round_div(numerator: int, denominator: int, mode: Rounding) -> int:
    """Return ``numerator / denominator`` as a whole number, rounded as ``mode`` says; the signs may be any.

    ``floor`` goes down (-7/2 is -4), ``ceil`` goes up (-7/2 is -3), ``half_up`` goes to the nearest and from the middle
    away from zero (7/2 is 4, -7/2 is -4), ``half_even`` to the nearest and from the middle to the even neighbor (5/2 is
    2, 7/2 is 4). Raises ZeroDivisionError for a zero denominator.
    """
    return _ROUNDERS[mode](numerator, denominator)


def _read(amount: Decimal | str | float, field: str) -> Decimal:
    """Return the number; `bool` and every other type is refused like a text that is no number."""
    text = ""
    if isinstance(amount, str):
        text = amount.strip()
    elif isinstance(amount, Decimal | int | float) and not isinstance(amount, bool):
        text = repr(amount) if isinstance(amount, float) else str(amount)
    if not _NUMBER.fullmatch(text):
        raise Invalid(f"{amount!r} is no amount.", code="amount_invalid", field=field)
    return Decimal(text)


def _floor(numerator: int, denominator: int) -> int:
    return numerator // denominator


def _ceil(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def _half_up(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return size if (numerator < 0) == (denominator < 0) else -size


def _half_even(numerator: int, denominator: int) -> int:
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * abs(rest)
    if twice > abs(denominator) or (twice == abs(denominator) and quotient % 2):
        quotient += 1
    return quotient


_ROUNDERS: dict[str, Callable[[int, int], int]] = {
    "floor": _floor,
    "ceil": _ceil,
    "half_up": _half_up,
    "half_even": _half_even,
}
