"""One person, one identity: however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.kit.errors import Invalid
from phakdi.people.members.core.identities import IdentityKey, masked, read_identity

MOBILES = st.from_regex(r"0(8[1-9]|9[1-9]|6[1-6])[0-9]{7}", fullmatch=True)
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def written(number: str) -> list[str]:
    """Return a Thai mobile number in ways in which people write it."""
    return [
        number,
        f"{number[:3]}-{number[3:6]}-{number[6:]}",
        f"{number[:2]} {number[2:6]} {number[6:]}",
        f"+66{number[1:]}",
        f"66{number[1:]}",
        f"0066{number[1:]}",
        f"+66 (0) {number[1:]}",
        number.translate(THAI_DIGITS),
        f" {number[:3]}\u2013{number[3:]}\u200b",
    ]


@given(MOBILES)
def test_phone_however_written_is_one_identity(number):
    assert {read_identity("PHONE", text) for text in written(number)} == {IdentityKey("PHONE", f"+66{number[1:]}")}


@given(st.sampled_from(["PHONE", "EMAIL", "CARD", "LINE", "FACEBOOK", "EXTERNAL:POS"]), st.text(max_size=60))
def test_reading_what_was_read_changes_nothing(kind, text):
    try:
        key = read_identity(kind, text)
    except Invalid:
        return
    assert read_identity(key.kind, key.value) == key


@given(MOBILES, MOBILES)
def test_different_phones_are_different_identities(one, other):
    assert (read_identity("PHONE", one) == read_identity("PHONE", other)) == (one == other)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("EMAIL", " Somchai.J@Example.CO.TH ", "somchai.j@example.co.th"),
        ("email", "ชัย@ตัวอย่าง.ไทย", "ชัย@ตัวอย่าง.ไทย"),
        ("CARD", "8850 1234-5678 9012", "8850123456789012"),
        ("card", "ab-12cd", "AB12CD"),
        ("LINE", "U" + "0123456789abcdef" * 2, "U" + "0123456789abcdef" * 2),
        ("external:Pos-1", " C 0042 ", "C 0042"),
    ],
)
def test_identity_is_kept_in_one_form(kind, text, value):
    assert read_identity(kind, text).value == value


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("PHONE", "12345", "phone_invalid"),
        ("PHONE", "0812345678 ต่อ 9", "phone_invalid"),
        ("EMAIL", "somchai@", "email_invalid"),
        ("EMAIL", "a..b@example.com", "email_invalid"),
        ("EMAIL", "a@b@example.com", "email_invalid"),
        ("EMAIL", "a@example", "email_invalid"),
        ("EMAIL", "a@example.c", "email_invalid"),
        ("EMAIL", "a@127.0.0.1", "email_invalid"),
        ("EMAIL", "a@-example.com", "email_invalid"),
        ("EMAIL", "a@example..com", "email_invalid"),
        ("EMAIL", "a@example.com\nBcc: b@example.com", "email_invalid"),
        ("LINE", "somchai", "identity_invalid"),
        ("CARD", "12", "identity_invalid"),
        ("EXTERNAL:POS", "", "identity_invalid"),
        ("EXTERNAL:", "1", "identity_kind_unknown"),
        ("PASSPORT", "1", "identity_kind_unknown"),
    ],
)
def test_identity_that_cannot_be_read_is_refused(kind, text, code):
    with pytest.raises(Invalid) as refusal:
        read_identity(kind, text)

    assert refusal.value.code == code


def test_masked_identity_hides_most_of_it():
    assert masked(IdentityKey("PHONE", "+66812345678")) == "•••5678"
    assert masked(IdentityKey("EMAIL", "somchai@example.com")) == "s•••@example.com"
