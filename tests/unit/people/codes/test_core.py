"""Codes and their hashes."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from phakdi.kit.errors import Invalid
from phakdi.people.codes.core import (
    CodeGone,
    CodePolicy,
    CountryNotServed,
    IssuedCode,
    Outcome,
    Verification,
    WrongCode,
    check_country,
    keyed_hash,
    new_code,
    read_code,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_new_code_is_six_digits():
    codes = {new_code() for _ in range(500)}

    assert {len(code) for code in codes} == {6}
    assert len(codes) > 490


@pytest.mark.parametrize("typed", ["123456", "123 456", "๑๒๓๔๕๖", "123-456"])
def test_code_is_read_as_typed(typed):
    assert read_code(typed) == "123456"


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "", "１２３４５x"])
def test_what_is_no_code_is_refused(typed):
    with pytest.raises(Invalid) as refusal:
        read_code(typed)

    assert refusal.value.code == "code_invalid"


def test_hash_depends_on_key_and_every_part():
    hashes = {keyed_hash("k", "a", "b"), keyed_hash("k2", "a", "b"), keyed_hash("k", "ab"), keyed_hash("k", "b", "a")}

    assert len(hashes) == 4


def test_country_list_binds_phones_only():
    policy = CodePolicy(countries=("+66", "+856"))
    check_country("SMS", "+66812345678", policy)
    check_country("EMAIL", "a@example.com", policy)
    with pytest.raises(CountryNotServed):
        check_country("SMS", "+16502530000", policy)


def test_empty_country_list_serves_no_phone():
    with pytest.raises(CountryNotServed):
        check_country("SMS", "+66812345678", CodePolicy(countries=()))


def test_code_never_shows_in_its_own_description():
    issued = IssuedCode(UUID(int=1), "123456", "ABCD", NOW, NOW)

    assert "123456" not in repr(issued)


def test_verification_raises_what_the_page_shows():
    Verification(Outcome.ACCEPTED).require_accepted()
    with pytest.raises(WrongCode) as wrong:
        Verification(Outcome.WRONG, tries_left=2).require_accepted()
    assert wrong.value.details["tries_left"] == 2
    for gone in (Verification(Outcome.WRONG, tries_left=0), Verification(Outcome.GONE)):
        with pytest.raises(CodeGone):
            gone.require_accepted()
