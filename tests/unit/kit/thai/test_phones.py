"""However a number is written, it is one number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.kit.errors import Invalid
from phakdi.kit.thai import display_phone, normalize_phone


@pytest.mark.parametrize(
    "written",
    [
        "0812345678",
        "081-234-5678",
        "081 234 5678",
        "+66 81 234 5678",
        "+66812345678",
        "66812345678",
        "0066812345678",
        "+66 (0)81-234-5678",
        "๐๘๑-๒๓๔-๕๖๗๘",
        "081\u2013234\u20135678",
        "\u200b0812345678\u00a0",
        "０８１２３４５６７８",
    ],
)
def test_normalize_phone_of_every_way_to_write_it_is_one_number(written: str) -> None:
    assert normalize_phone(written) == "+66812345678"


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("02 123 4567", "TH", "+6621234567"),
        ("+1 650 253 0000", "TH", "+16502530000"),
        ("0044 20 7946 0958", "TH", "+442079460958"),
        ("020 7946 0958", "GB", "+442079460958"),
    ],
)
def test_normalize_phone_of_other_numbers_keeps_their_country(written: str, region: str, expected: str) -> None:
    assert normalize_phone(written, region) == expected


@pytest.mark.parametrize(
    "written", ["", "081234567", "08123456789", "abc", "0800-FLOWERS", "081;ext=1", "1" * 41, "++66812345678"]
)
def test_normalize_phone_of_no_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        normalize_phone(written, field="friend_phone")

    assert (refused.value.code, refused.value.details) == ("phone_invalid", {"field": "friend_phone"})


@given(st.text(max_size=60))
def test_normalize_phone_of_any_text_gives_a_number_or_refuses(written: str) -> None:
    try:
        number = normalize_phone(written)
    except Invalid:
        return

    assert normalize_phone(number) == number


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+66812345678", "081-234-5678"),
        ("+6621234567", "02-123-4567"),
        ("+16502530000", "+1 650-253-0000"),
        ("unknown", "unknown"),
    ],
)
def test_display_phone_reads_like_at_home(number: str, expected: str) -> None:
    assert display_phone(number) == expected
