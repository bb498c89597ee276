"""A document written and read again is the same; what two documents say differently is told by path."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from phakdi.loyalty.programs import Change, diff_programs, dump_program, load_program

EXAMPLES = sorted(Path(__file__).parents[4].glob("examples/programs/**/*.yaml"))

texts = some.text(some.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
numbers = some.decimals(0, 10**6, places=2) | some.integers(0, 10**9)
quantities = numbers | some.fixed_dictionaries(
    {"by": some.just("member.level"), "values": some.dictionaries(texts, numbers, max_size=3), "else": numbers}
)
gives = some.fixed_dictionaries(
    {"points": quantities}, optional={"per": numbers, "whole": some.just("floor"), "at_most": numbers}
)
conditions = some.fixed_dictionaries(
    {},
    optional={
        "channel": texts | some.lists(texts, min_size=1, max_size=3),
        "amount": some.fixed_dictionaries({"at_least": numbers}),
    },
)
rules = some.fixed_dictionaries(
    {"key": texts, "give": gives | some.lists(gives, min_size=1, max_size=2)},
    optional={
        "when": conditions,
        "name": texts | some.dictionaries(some.sampled_from(["th", "en"]), texts),
        "on": some.just("purchase"),
    },
)
programs = some.fixed_dictionaries(
    {"key": texts, "earning": some.lists(rules, max_size=3)},
    optional={
        "name": texts,
        "units": some.dictionaries(
            texts, some.fixed_dictionaries({}, optional={"worth": numbers, "balance_cap": quantities}), min_size=1
        ),
        "spending": some.lists(
            some.fixed_dictionaries({"key": texts, "values": some.dictionaries(some.integers(1, 10**6), numbers, min_size=1)}),
            max_size=2,
        ),
        "cases": some.lists(
            some.fixed_dictionaries(
                {
                    "name": texts,
                    "steps": some.just(
                        [{"at": "2026-01-01T10:00:00+07:00", "do": "purchase", "amount": 12, "lines": [{"code": "007"}]}]
                    ),
                    "expect": some.dictionaries(texts, numbers | texts | some.booleans(), max_size=2),
                }
            ),
            max_size=1,
        ),
    },
)


@given(programs)
@settings(max_examples=25, deadline=None)
def test_a_document_survives_being_written(raw):
    document = load_program(raw)
    written = dump_program(document)

    assert load_program(written) == document
    assert dump_program(load_program(written)) == written


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_survive_being_written(path):
    document = load_program(path.read_text(encoding="utf-8"))

    assert load_program(dump_program(document)) == document
    assert diff_programs(document, load_program(dump_program(document))) == []


def test_only_what_is_set_is_written():
    written = dump_program(load_program("key: demo\nearning:\n  - key: base\n    give: {points: 1, per: 25}\n"))

    assert written == "phakdi: 1\nkey: demo\nearning:\n  - {key: base, give: [{points: 1, per: 25}]}\n"


BEFORE = """
key: demo
units: {points: {}, old: {}}
earning:
  - {key: base, give: {points: 1, per: 25}}
  - {key: gone, give: {points: 5}}
  - {key: last, give: {points: 5}}
"""
AFTER = """
key: demo
units: {points: {expires: {after: 1 year}}}
earning:
  - {key: last, give: {points: 5}, qualifying: true}
  - {key: base, give: {points: 1, per: 20}}
  - {key: new, give: {points: 7}}
"""


def test_changes_are_told_by_path():
    changes = diff_programs(load_program(BEFORE), load_program(AFTER))

    assert [(change.kind, change.path) for change in changes] == [
        ("added", "units.points.expires"),
        ("removed", "units.old"),
        ("changed", "earning[base].give[0].per"),
        ("removed", "earning[gone]"),
        ("added", "earning[new]"),
        ("moved", "earning"),
    ]
    assert changes[2] == Change("changed", "earning[base].give[0].per", "25", "20")
    assert str(changes[2]) == "~ earning[base].give[0].per: 25 → 20"


def test_the_same_is_no_change():
    assert diff_programs(load_program(BEFORE), load_program(BEFORE)) == []
