"""Cells of a file read as values: instants, amounts, quantities, in the many ways in which people and tills write them."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Literal

from phakdi.kit.errors import Invalid
from phakdi.kit.money import MINOR_LIMIT
from phakdi.kit.thai import arabic_digits, month_names

DateOrder = Literal["iso", "day-first", "month-first", "year-first"]
ORDERS: tuple[DateOrder, ...] = ("day-first", "year-first", "month-first")  # the first that fits is taken
BUDDHIST_FROM, BUDDHIST_OFFSET = 2400, 543
TWO_DIGITS, BUDDHIST_TWO_FROM = 100, 60  # 69 is 2569 of the Buddhist era, 26 is 2026
QUANTITY_SCALE = 1000
KNOWN_MAX = 200_000  # texts whose values are kept at hand
EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - local, as workbooks count
EXCEL_DAYS = re.compile(r"[3-6]\d{4}(\.\d+)?", re.ASCII)
_DATE = re.compile(
    r"(\d{1,4})[/.\-\s]+(\d{1,2}|[^\W\d_][^\d\s/\-]*)[/.\-\s]+(\d{1,4})"
    r"(?:[T,\s]+(?:เวลา\s*)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(AM|PM|am|pm|น\.)?)?"
)
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*(AM|PM|am|pm|น\.)?")
_MONTHS = {
    name.lower().strip("."): number
    for language in ("th", "en")
    for short in (True, False)
    for number, name in enumerate(month_names(language, short=short), 1)
}
_SIGNS = re.compile(r"[\s,฿$£€¥]|บาท|THB|GBP|USD", re.IGNORECASE)


def instant_reader(*, order: DateOrder, zone: tzinfo) -> Callable[[str, str], datetime]:
    """Return a function that reads a text as an instant in UTC; a text without a zone is local to ``zone``.

    Its second argument names the column. A year from 2400 on is of the Buddhist era. Same texts are read once.
    """
    known: dict[str, datetime] = {}

    def read(text: str, field: str) -> datetime:
        found = known.get(text)
        if found is None:
            local = read_local(text, order, field=field)
            found = (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
            if len(known) < KNOWN_MAX:
                known[text] = found
        return found

    return read


def read_local(text: str, order: DateOrder, *, field: str = "at") -> datetime:
    """Return the instant that a text tells, without a zone where it names none.

    Raises:
        Invalid: ``date_invalid``, with ``field``.
    """
    written = text.strip()
    if order == "iso" or (len(written) >= 10 and written[4:5] == "-" and written[7:8] == "-"):  # noqa: PLR2004 - 2026-11-24
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            pass
        else:
            return moment.replace(year=moment.year - BUDDHIST_OFFSET) if moment.year >= BUDDHIST_FROM else moment
    written = arabic_digits(written)
    if EXCEL_DAYS.fullmatch(written):
        return EXCEL_ZERO + timedelta(days=float(written))
    matched = _DATE.fullmatch(written)
    if matched is None:
        raise Invalid(f"{text!r} is no date.", code="date_invalid", field=field)
    try:
        return datetime.combine(_day(matched, order), _clock(*matched.group(4, 5, 6, 7)))
    except ValueError:
        raise Invalid(f"{text!r} is no date.", code="date_invalid", field=field) from None


def read_clock(text: str, *, field: str = "time") -> time:
    """Return the time of day that a text tells, or raise Invalid (``time_invalid``)."""
    matched = _TIME.fullmatch(arabic_digits(text.strip()))
    try:
        if matched:
            return _clock(*matched.groups())
    except ValueError:
        pass
    raise Invalid(f"{text!r} is no time of day.", code="time_invalid", field=field)


def guess_order(texts: Sequence[str]) -> DateOrder | None:
    """Return in which order the texts write day, month and year, or None where they are no dates; day first in doubt."""
    written = [text for text in texts if text.strip()]
    if not written:
        return None
    for order in ("iso", *ORDERS):
        if all(_reads(text, order) for text in written):
            return order
    return None


def number_reader(*, decimal_comma: bool) -> Callable[[str, str], Decimal]:
    """Return a function that reads a number as a file writes it: ``1,234.50``, ``฿80``, ``(12.00)``, ``12-``, Thai digits."""
    known: dict[str, Decimal] = {}

    def read(text: str, field: str) -> Decimal:
        found = known.get(text)
        if found is None:
            found = read_number(text, decimal_comma=decimal_comma, field=field)
            if len(known) < KNOWN_MAX:
                known[text] = found
        return found

    return read


def read_number(text: str, *, decimal_comma: bool, field: str) -> Decimal:
    """Return the number in a cell, or raise Invalid (``number_invalid``)."""
    plain = arabic_digits(text.strip())
    if decimal_comma:
        plain = plain.replace(".", "").replace(",", ".")
    plain = _SIGNS.sub("", plain)
    negative = plain.startswith("(") and plain.endswith(")")
    plain = plain.strip("()") if negative else plain
    if plain.endswith("-"):
        negative, plain = True, plain[:-1]
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise Invalid(f"{text!r} is no number.", code="number_invalid", field=field)
    return -number if negative else number


def minor_units(amount: Decimal, exponent: int, *, field: str) -> int:
    """Return an amount in minor units, half a unit rounded away from zero, or raise Invalid (``amount_too_large``)."""
    scaled = amount.scaleb(exponent)
    minor = int(scaled) if scaled == scaled.to_integral_value() else int(scaled.to_integral_value(rounding="ROUND_HALF_UP"))
    if abs(minor) >= MINOR_LIMIT:
        raise Invalid(f"{amount} is too large.", code="amount_too_large", field=field)
    return minor


def thousandths(quantity: Decimal, *, field: str) -> int:
    """Return a quantity in thousandths, or raise Invalid (``quantity_too_fine``, ``amount_too_large``)."""
    scaled = quantity * QUANTITY_SCALE
    if scaled != scaled.to_integral_value():
        raise Invalid(f"{quantity} has more than 3 decimals.", code="quantity_too_fine", field=field)
    if abs(scaled) >= MINOR_LIMIT:
        raise Invalid(f"{quantity} is too large.", code="amount_too_large", field=field)
    return int(scaled)


def _reads(text: str, order: DateOrder) -> bool:
    if order == "iso":
        try:
            datetime.fromisoformat(text.strip())
        except ValueError:
            return False
        return True
    try:
        read_local(text, order)
    except Invalid:
        return False
    return True


def _day(matched: re.Match[str], order: DateOrder) -> date:
    first, middle, last = matched.group(1, 2, 3)
    if order == "year-first" or len(first) > 2:  # noqa: PLR2004 - a year of four digits
        year, month, day = first, middle, last
    elif order == "month-first" and middle.isdigit():
        year, month, day = last, first, middle
    else:
        year, month, day = last, middle, first
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower().strip("."), 0)
    return date(_year(int(year)), number, int(day))


def _year(year: int) -> int:
    if year < TWO_DIGITS:
        year += 2500 if year >= BUDDHIST_TWO_FROM else 2000
    return year - BUDDHIST_OFFSET if year >= BUDDHIST_FROM else year


def _clock(hour: str | None, minute: str | None, second: str | None, half: str | None) -> time:
    if hour is None:
        return time()
    number = int(hour)
    if half and half.upper() in {"AM", "PM"}:
        number = number % 12 + (12 if half.upper() == "PM" else 0)
    return time(number, int(minute or 0), int(second or 0))
