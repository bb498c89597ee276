"""Money is exact, and a division rounds as it was told."""

from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.kit.errors import Invalid
from phakdi.kit.money import EXPONENTS, Money, exponent, format_money, round_div, to_major, to_minor


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("12.50", "THB", 1250),
        (12, "THB", 1200),
        (0.1, "THB", 10),
        (19.99, "THB", 1999),
        (Decimal("1E+3"), "THB", 100_000),
        ("-0.01", "THB", -1),
        (" 5. ", "THB", 500),
        ("1.50000", "THB", 150),
        (500, "JPY", 500),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12_345),
        ("92233720368547758.07", "THB", 2**63 - 1),
    ],
)
def test_to_minor_of_an_amount_is_exact(amount: Any, currency: str, expected: int) -> None:
    assert to_minor(amount, currency) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("1.005", "THB", "amount_too_fine"),
        (0.1 + 0.2, "THB", "amount_too_fine"),
        ("0.5", "JPY", "amount_too_fine"),
        ("NaN", "THB", "amount_invalid"),
        (float("inf"), "THB", "amount_invalid"),
        (Decimal("sNaN"), "THB", "amount_invalid"),
        (True, "THB", "amount_invalid"),
        (None, "THB", "amount_invalid"),
        ("1,000", "THB", "amount_invalid"),
        ("1_000", "THB", "amount_invalid"),
        ("๑๒", "THB", "amount_invalid"),
        ("", "THB", "amount_invalid"),
        ("1e999", "THB", "amount_invalid"),
        ("1e99", "THB", "amount_too_large"),
        ("92233720368547758.08", "THB", "amount_too_large"),
    ],
)
def test_to_minor_of_what_is_not_exact_is_refused(amount: Any, currency: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        to_minor(amount, currency, field="lines[0].amount")

    assert (refused.value.code, refused.value.details["field"]) == (code, "lines[0].amount")


def test_exponent_of_an_unknown_currency_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        exponent("ABC")

    assert refused.value.code == "currency_unknown"


@given(minor=st.integers(-(2**63) + 1, 2**63 - 1), currency=st.sampled_from(sorted(EXPONENTS)))
def test_to_major_and_back_loses_nothing(minor: int, currency: str) -> None:
    assert to_minor(to_major(minor, currency), currency) == minor
    assert to_minor(str(to_major(minor, currency)), currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "thai", "english"),
    [
        (123_450, "THB", "1,234.50 บาท", "฿1,234.50"),
        (50_000, "THB", "500 บาท", "฿500"),
        (-5, "THB", "-0.05 บาท", "-฿0.05"),
        (1000, "JPY", "1,000 JPY", "¥1,000"),
        (1005, "KWD", "1.005 KWD", "KWD 1.005"),
        (0, "USD", "0 USD", "US$0"),
    ],
)
def test_format_money_speaks_the_readers_language(minor: int, currency: str, thai: str, english: str) -> None:
    assert (format_money(minor, currency, "th"), format_money(minor, currency, "en")) == (thai, english)


def test_money_adds_subtracts_and_compares_within_a_currency() -> None:
    one, two = Money(100, "THB"), Money(250, "THB")

    assert (one + two, two - one, -one) == (Money(350, "THB"), Money(150, "THB"), Money(-100, "THB"))
    assert (one < two, two <= one, str(two), two.major) == (True, False, "2.50 THB", Decimal("2.50"))


def test_money_of_two_currencies_does_not_mix() -> None:
    with pytest.raises(AssertionError):
        Money(1, "THB") + Money(1, "JPY")


def test_money_of_a_fraction_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Money(1.5, "THB")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("numerator", "denominator", "floor_", "ceil_", "half_up", "half_even"),
    [
        (7, 2, 3, 4, 4, 4),
        (5, 2, 2, 3, 3, 2),
        (-7, 2, -4, -3, -4, -4),
        (-5, 2, -3, -2, -3, -2),
        (7, -2, -4, -3, -4, -4),
        (-5, -2, 2, 3, 3, 2),
        (1, 3, 0, 1, 0, 0),
        (-1, 3, -1, 0, 0, 0),
        (2, -3, -1, 0, -1, -1),
        (6, 3, 2, 2, 2, 2),
        (0, -5, 0, 0, 0, 0),
    ],
)
def test_round_div_rounds_as_told(
    numerator: int, denominator: int, floor_: int, ceil_: int, half_up: int, half_even: int
) -> None:
    answers = [round_div(numerator, denominator, mode) for mode in ("floor", "ceil", "half_up", "half_even")]

    assert answers == [floor_, ceil_, half_up, half_even]


@given(numerator=st.integers(), denominator=st.integers().filter(bool))
def test_round_div_agrees_with_fractions(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)
    away = floor(abs(exact) + Fraction(1, 2)) * (1 if exact >= 0 else -1)

    assert round_div(numerator, denominator, "floor") == floor(exact)
    assert round_div(numerator, denominator, "ceil") == ceil(exact)
    assert round_div(numerator, denominator, "half_up") == away
    assert round_div(numerator, denominator, "half_even") == round(exact)


def test_round_div_by_zero_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        round_div(1, 0, "half_up")
