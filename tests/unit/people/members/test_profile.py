"""What a member tells, read and made searchable."""

from datetime import date
from uuid import UUID

import pytest

from phakdi.kit.errors import Invalid
from phakdi.people.members.core.profile import digit_grams, phone_digits, read_changes, search_columns

ORGANIZATION = UUID(int=7)
TODAY = date(2026, 11, 24)


def test_profile_is_cleaned_as_it_is_read():
    given = {"given_name": " สมชาย\u200b ", "birthday": "14/05/2533", "phone": "081-234-5678", "email": "A@B.Com", "gender": ""}

    assert read_changes(given, today=TODAY) == {
        "given_name": "สมชาย",
        "birthday": date(1990, 5, 14),
        "phone": "+66812345678",
        "email": "a@b.com",
        "gender": "",
    }


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("given_name", "x" * 101, "text_invalid"),
        ("given_name", "a\ue000b", "text_invalid"),
        ("birthday", "25/11/2026", "birthday_invalid"),
        ("birthday", "31/12/1899", "birthday_invalid"),
        ("birthday", "soon", "date_invalid"),
        ("gender", "X", "choice_invalid"),
        ("language", "fr", "choice_invalid"),
        ("status", "ACTIVE", "field_unknown"),
        ("phone", "1", "phone_invalid"),
    ],
)
def test_profile_that_cannot_be_read_is_refused(name, value, code):
    with pytest.raises(Invalid) as refusal:
        read_changes({name: value}, today=TODAY)

    assert (refusal.value.code, refusal.value.details["field"]) == (code, name)


def test_phone_is_searched_as_written_at_home_and_abroad():
    assert phone_digits("+66812345678") == "0812345678 66812345678"
    assert phone_digits("+16502530000") == "16502530000"
    assert phone_digits("") == ""


def test_search_columns_hold_names_phone_and_order():
    columns = search_columns(ORGANIZATION, {"given_name": "Somchai", "family_name": "Jaidee", "phone": "+66812345678"})

    assert columns.search_key == "somchai jaidee"
    assert columns.search_digits == "0812345678 66812345678"
    assert columns.sort_key == "somchai jaidee"
    assert set(digit_grams("5678", scope=str(ORGANIZATION))) < set(columns.search_grams)
    assert columns.search_grams == sorted(set(columns.search_grams))


def test_grams_differ_between_organizations():
    assert set(digit_grams("0812345678", scope="a")).isdisjoint(digit_grams("0812345678", scope="b"))
