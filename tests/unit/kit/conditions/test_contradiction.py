"""Conditions that can never hold are found; those that can are never accused."""

from operator import itemgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phakdi.kit.conditions import Catalogue, Field, compile_closure, contradiction, parse

CATALOGUE = Catalogue(
    [
        Field("channel", "text"),
        Field("status", "text", choices=("ACTIVE", "FROZEN")),
        Field("amount", "money"),
        Field("visits", "integer"),
        Field("is_first", "boolean"),
        Field("birthday", "date"),
        Field("at", "datetime"),
        Field("tags", "set"),
        Field("day", "weekday"),
        Field("hour", "time"),
    ]
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"amount": {"at_least": 500, "less_than": 100}}, "amount can never be at_least 500 and less_than 100"),
        ({"visits": {"more_than": 4, "less_than": 5}}, "visits can never be more_than 4 and less_than 5"),
        ([{"channel": "a"}, {"channel": "b"}], "channel can never be is a and is b"),
        ([{"channel": ["a", "b"]}, {"channel": ["c"]}], "channel can never be in a, b and in c"),
        ([{"channel": "a"}, {"all": [{"visits": 1}, {"channel": "b"}]}], "channel can never be is a and is b"),
        (
            [{"channel": "a"}, {"none": [{"channel": {"starts_with": "a"}}]}],
            "channel can never be is a and not starts_with a",
        ),
        (
            [{"channel": {"starts_with": "a"}}, {"channel": {"starts_with": "b"}}],
            "channel can never be starts_with a and starts_with b",
        ),
        ([{"channel": {"exists": False}}, {"channel": "a"}], "channel can never be unknown and is a"),
        (
            {"none": [{"channel": {"exists": True}}, {"channel": {"exists": False}}]},
            "channel can never be unknown and known",
        ),
        ([{"is_first": True}, {"is_first": False}], "is_first can never be is True and is False"),
        ([{"tags": "a"}, {"tags": {"not_in": ["a", "b"]}}], "tags can never be is a and not_in a, b"),
        (
            {"status": {"not_in": ["ACTIVE", "FROZEN"], "exists": True}},
            "status can never be not_in ACTIVE, FROZEN and known",
        ),
        (
            {"hour": {"more_than": "09:00", "less_than": "09:01"}},
            "hour can never be more_than 09:00 and less_than 09:01",
        ),
        (
            {"birthday": {"more_than": "2026-01-01", "less_than": "2026-01-02"}},
            "birthday can never be more_than 2026-01-01 and less_than 2026-01-02",
        ),
        (
            [{"channel": "c"}, {"any": [{"channel": "a"}, {"channel": "b"}]}],
            "channel can never be is c and is a",
        ),
    ],
)
def test_contradiction_in_an_impossible_condition_names_what_clashes(raw: Any, expected: str) -> None:
    assert contradiction(parse(raw, CATALOGUE), CATALOGUE) == expected


@pytest.mark.parametrize(
    "raw",
    [
        None,
        {"amount": {"at_least": 500, "at_most": 500}},
        {"at": {"more_than": "2026-01-01T00:00:00", "less_than": "2026-01-01T00:00:01"}},
        [{"tags": "a"}, {"tags": "b"}, {"tags": {"is_not": "c"}}],
        [{"channel": {"starts_with": "a"}}, {"channel": {"ends_with": "b"}}, {"channel": {"contains": "c"}}],
        [{"channel": {"is_not": "a"}}, {"channel": {"is_not": "b"}}],
        {"status": {"not_in": ["ACTIVE", "FROZEN"]}},
        {"day": {"not_in": ["mon", "tue"], "exists": True}},
        [{"channel": "b"}, {"any": [{"channel": "a"}, {"channel": "b"}]}],
        {"none": [{"tags": {"contains": ["a", "b"]}}, {"tags": {"contains": ["c", "d"]}}]},
        {"birthday": {"exists": True}},
        {"at": {"exists": True}},
    ],
)
def test_contradiction_in_a_possible_condition_finds_nothing(raw: Any) -> None:
    assert contradiction(parse(raw, CATALOGUE), CATALOGUE) is None


def test_contradiction_in_too_many_alternatives_makes_no_claim() -> None:
    pair = {"any": [{"channel": {"contains": "a"}}, {"visits": 1}]}

    assert contradiction(parse([pair] * 12 + [{"channel": "x"}, {"visits": 2}], CATALOGUE), CATALOGUE) is None


QUESTIONS = st.one_of(
    st.builds(lambda op, n: {"visits": {op: n}}, st.sampled_from(["is", "is_not", "at_least", "less_than"]), st.integers(0, 3)),
    st.builds(
        lambda op, t: {"channel": {op: t}},
        st.sampled_from(["is", "is_not", "starts_with", "ends_with", "contains"]),
        st.sampled_from(["a", "ab", "b"]),
    ),
    st.builds(
        lambda op, t: {"tags": {op: t}},
        st.sampled_from(["is", "is_not", "any_in", "not_in", "contains"]),
        st.lists(st.sampled_from("ab"), min_size=1, max_size=1).map(lambda found: found[0]),
    ),
)
TREES = st.recursive(
    QUESTIONS,
    lambda inner: st.builds(
        lambda key, found: {key: found},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)
ROWS = st.fixed_dictionaries(
    {
        "visits": st.none() | st.integers(-1, 4),
        "channel": st.none() | st.text("ab", max_size=4),
        "tags": st.none() | st.frozensets(st.sampled_from("abc")),
    }
)


@settings(max_examples=400, deadline=None)
@given(raw=TREES, rows=st.lists(ROWS, min_size=5, max_size=15))
def test_contradiction_is_never_claimed_of_a_condition_that_holds_for_some_row(raw: Any, rows: list[dict[str, Any]]) -> None:
    node = parse(raw, CATALOGUE)
    check = compile_closure(node, itemgetter)

    assert contradiction(node, CATALOGUE) is None or not any(check(row) for row in rows)
