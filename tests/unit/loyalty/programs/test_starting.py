"""Templates are whole programs, and what an owner chooses makes another whole program of them."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phakdi.kit.ids import new_id
from phakdi.loyalty.casebook import run_file
from phakdi.loyalty.casebook.trying import worth_of
from phakdi.loyalty.programs import compile_program, lint_program, load_program
from phakdi.loyalty.programs.starting import KEYS, UnknownTemplate, choices_of, fill, get_template, templates
from phakdi.platform.organizations.core import OrganizationRef

SHOP = OrganizationRef(new_id(), "my-shop", "My shop", "Asia/Bangkok", "THB", "th")
NAME, POINTS = {"th": "ร้านฉัน", "en": "My shop"}, {"th": "ดาว", "en": "stars"}


def filled(template, numbers, currency="THB"):
    return fill(template, key="my-shop", name=NAME, points=POINTS, numbers=numbers, currency=currency, time_zone="Asia/Bangkok")


@pytest.mark.parametrize("key", KEYS)
def test_a_template_proves_itself_and_warns_of_nothing(key):
    template = get_template(key)

    assert [case.name for case in run_file(template.text).cases if not case.passed] == []
    assert len(template.document.cases) >= 3
    assert [finding.code for finding in lint_program(template.document)] == []
    assert all(set(named) == {"th", "en"} for named in names_in(template.document))


def names_in(document):
    named = [document.name, document.description, *(unit.name for unit in document.units.values())]
    named += [part.name for part in (*document.earning, *document.spending, *document.tiers.levels)]
    return [*named, *(part.name for part in (*document.vouchers.values(), *document.rewards.values()))]


@pytest.mark.parametrize("key", KEYS)
def test_a_template_left_as_it_is_keeps_its_cases_and_comments(key):
    template = get_template(key)
    numbers = {choice.name: choice.value for choice in choices_of(template.document)}

    text = filled(template, numbers)

    assert run_file(text).passed
    assert load_program(text).cases == template.document.cases
    assert text.startswith(f"# Started from the template '{key}'.\n\nphakdi: 1\nkey: my-shop\n")


@settings(max_examples=40, deadline=None)
@given(key=st.sampled_from(KEYS), numbers=st.data())
def test_chosen_numbers_are_those_of_the_program(key, numbers):
    template = get_template(key)
    chosen = {
        choice.name: numbers.draw(st.integers(0 if choice.name == "welcome" else 1, 50), choice.name)
        for choice in choices_of(template.document)
        if not choice.of
    }

    document = load_program(filled(template, chosen))
    program = compile_program(document)

    read = {choice.name: choice.value for choice in choices_of(document)}
    assert {name: value for name, value in chosen.items() if value} == {
        name: read[name] for name, value in chosen.items() if value
    }
    assert ("welcome" in read) is bool(chosen["welcome"]) or key == "hotel"
    assert abs(worth_of(program) - Fraction(1, chosen["pay"])) <= Fraction(1, 10_000)
    pay = next(way for way in document.spending if way.key == "pay")
    assert pay.minimum.points % pay.step == 0


def test_levels_start_where_the_owner_says():
    document = load_program(filled(get_template("retail"), {"level_Silver": 9000, "level_Gold": 20000}))

    levels = [(level.key, level.reach.at_least, level.keep.at_least) for level in document.tiers.levels[1:]]
    assert levels == [("Silver", 9000, 9000), ("Gold", 20000, 20000)]


def test_another_money_is_said_in_the_file():
    assert load_program(filled(get_template("cafe"), {}, currency="LAK")).currency == "LAK"


def test_no_other_template_is_known():
    assert [template.key for template in templates()] == list(KEYS)
    with pytest.raises(UnknownTemplate):
        get_template("../cafe")
