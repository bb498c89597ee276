"""What makes two members alike, and what does not: spelling, scripts, slips of the pen; relatives stay apart."""

from datetime import date

import pytest

from phakdi.people.duplicates.core import DEFAULTS, FIELDS, Person, Strength, block_keys, compare, likelihood, strength_of
from phakdi.people.duplicates.core.weights import default_prior, estimate

PRIOR = default_prior(100_000)
SOMCHAI = Person(
    given="สมชาย",
    family="ใจดี",
    nickname="ชาย",
    birthday=date(1990, 4, 7),
    phones=("+66812345678",),
    emails=("somchai@example.com",),
)


def changed(**fields: object) -> Person:
    return Person(**{**{name: getattr(SOMCHAI, name) for name in Person.__dataclass_fields__}, **fields})


def codes(one: Person, other: Person) -> dict[str, str]:
    return {each.field: each.code for each in compare(one, other)}


@pytest.mark.parametrize(
    ("other", "field", "code"),
    [
        (changed(given="นายสมชาย"), "given", "same"),
        (changed(given="Somchai"), "given", "sounds_same"),
        (changed(given="Somchay"), "given", "sounds_same"),
        (changed(given="สมชัย"), "given", "sounds_same"),
        (changed(given="สมหมาย"), "given", "similar"),
        (changed(given="วรรณา"), "given", "different"),
        (changed(given="ใจดี", family="สมชาย"), "given", "swapped"),
        (changed(nickname="สมชาย"), "nickname", "is_given_name"),
        (changed(birthday=date(1990, 7, 4)), "birthday", "day_and_month_swapped"),
        (changed(birthday=date(1447, 4, 7)), "birthday", "era_mixed_up"),
        (changed(birthday=date(1990, 4, 17)), "birthday", "one_digit"),
        (changed(birthday=date(1971, 12, 30)), "birthday", "different"),
        (changed(birthday=None), "birthday", "missing"),
        (changed(phones=("+66812345679",)), "phone", "one_digit"),
        (changed(phones=("+66812354678",)), "phone", "one_digit"),
        (changed(phones=("+66899999999",)), "phone", "different"),
        (changed(emails=("som.chai@gmail.com",)), "email", "similar"),
        (changed(emails=("somchia@example.com",)), "email", "similar"),
        (changed(emails=("wanna@example.com",)), "email", "different"),
    ],
)
def test_each_field_says_why_it_is_alike(other, field, code):
    assert codes(SOMCHAI, other)[field] == code


def test_comparing_does_not_depend_on_the_order():
    other = changed(given="Somchay", birthday=date(1990, 7, 4), phones=("+66812345679",))
    assert compare(SOMCHAI, other) == compare(other, SOMCHAI)


@pytest.mark.parametrize(
    "other",
    [
        changed(phones=("+66812345679",), birthday=None, emails=()),
        changed(given="Somchai", family="Jaidee", phones=("+66899999999",), emails=()),
        changed(birthday=date(1990, 7, 4), phones=("+66899999999",), emails=()),
        changed(given="ใจดี", family="สมชาย", phones=(), emails=("som.chai@gmail.com",)),
    ],
)
def test_one_person_with_a_slip_is_found_and_shares_a_block(other):
    assert strength_of(likelihood(compare(SOMCHAI, other), DEFAULTS, PRIOR)) in {Strength.CERTAIN, Strength.LIKELY}
    assert set(block_keys(SOMCHAI)) & set(block_keys(other))


@pytest.mark.parametrize(
    "other",
    [
        changed(given="สมหญิง", nickname="หญิง", birthday=date(1992, 1, 20), phones=("+66899999999",), emails=()),  # a sister
        changed(given="วรรณา", nickname="นา", phones=("+66899999999",), emails=()),  # a twin
        changed(family="รักไทย", birthday=date(1971, 12, 30), phones=("+66899999999",), emails=()),  # of the same common name
        Person(nickname="ชาย", phones=("+66812345679",)),  # another number of the same row, another ชาย
    ],
)
def test_relatives_and_namesakes_are_not_taken_for_one(other):
    assert strength_of(likelihood(compare(SOMCHAI, other), DEFAULTS, PRIOR)) in {None, Strength.PERHAPS}


def test_shares_of_the_defaults_are_probabilities():
    for side in (DEFAULTS.m, DEFAULTS.u):
        assert [field for field in FIELDS if len(side[field]) != len(FIELDS[field]) or abs(sum(side[field]) - 1) > 1e-6] == []


def test_estimating_without_any_pairs_gives_the_defaults():
    model, prior = estimate([], [], all_pairs=500_000)
    assert {field: [round(share, 6) for share in model.m[field]] for field in FIELDS} == {
        field: [round(share, 6) for share in DEFAULTS.m[field]] for field in FIELDS
    }
    assert prior < 1e-4
