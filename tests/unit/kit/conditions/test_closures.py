"""What each operator answers for a present and for a missing value."""

from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import pytest

from phakdi.kit.conditions import All, AnyOf, Catalogue, Field, NoneOf, compile_closure, parse

CATALOGUE = Catalogue(
    [
        Field("channel", "text"),
        Field("amount", "money"),
        Field("at", "datetime"),
        Field("tags", "set"),
        Field("is_first", "boolean"),
    ]
)


def holds(raw: Any, **row: Any) -> bool:
    """Return whether the condition holds for the row; fields not named are missing."""
    return compile_closure(parse(raw, CATALOGUE), itemgetter)({**dict.fromkeys(CATALOGUE.fields), **row})


@pytest.mark.parametrize(
    ("question", "value", "expected"),
    [
        ({"channel": "online"}, "online", True),
        ({"channel": "online"}, "Online", False),
        ({"channel": {"is_not": "online"}}, "pos", True),
        ({"channel": {"is_not": "online"}}, "online", False),
        ({"channel": ["a", "b"]}, "b", True),
        ({"channel": ["a", "b"]}, "c", False),
        ({"channel": {"not_in": ["a"]}}, "a", False),
        ({"channel": {"not_in": ["a"]}}, "b", True),
        ({"channel": {"starts_with": ["กา", "x"]}}, "กาแฟ", True),
        ({"channel": {"ends_with": "แฟ"}}, "กาแฟ", True),
        ({"channel": {"contains": "%"}}, "100", False),
        ({"channel": {"contains": "าแ"}}, "กาแฟ", True),
        ({"channel": {"exists": True}}, "", False),
        ({"channel": {"exists": False}}, "", True),
        ({"amount": {"at_least": 5}}, 500, True),
        ({"amount": {"at_least": 5}}, 499, False),
        ({"amount": {"more_than": 5}}, 500, False),
        ({"amount": {"at_most": 5}}, 500, True),
        ({"amount": {"less_than": 5}}, 500, False),
        ({"amount": {"between": [5, 6]}}, 600, True),
        ({"amount": {"between": [5, 6]}}, 601, False),
        ({"amount": {"exists": True}}, 0, True),
        ({"is_first": False}, False, True),
        ({"at": {"at_least": "2026-01-01"}}, datetime(2026, 1, 1, tzinfo=UTC), True),
        ({"tags": "a"}, {"a", "b"}, True),
        ({"tags": {"is_not": "a"}}, {"a", "b"}, False),
        ({"tags": ["a", "c"]}, ["a"], True),
        ({"tags": ["a", "c"]}, [], False),
        ({"tags": {"not_in": ["a", "c"]}}, {"b"}, True),
        ({"tags": {"contains": ["a", "b"]}}, {"a", "b", "c"}, True),
        ({"tags": {"contains": ["a", "b"]}}, {"a"}, False),
        ({"tags": {"exists": True}}, frozenset(), False),
        ({"tags": {"exists": False}}, frozenset(), True),
    ],
)
def test_question_about_a_value_answers(question: Any, value: Any, expected: bool) -> None:
    [field] = question

    assert holds(question, **{field: value}) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        *[({"amount": {op: 5}}, False) for op in ("is", "at_least", "more_than", "at_most", "less_than", "in")],
        ({"amount": {"between": [1, 2]}}, False),
        *[({"channel": {op: "x"}}, False) for op in ("is", "in", "starts_with", "ends_with", "contains")],
        *[({"tags": {op: "x"}}, False) for op in ("is", "any_in", "contains")],
        ({"tags": {"contains": ["x"]}}, False),
        *[({field: {op: "x"}}, True) for field in ("channel", "tags") for op in ("is_not", "not_in")],
        *[({field: {"exists": False}}, True) for field in ("channel", "tags", "amount", "is_first")],
        *[({field: {"exists": True}}, False) for field in ("channel", "tags", "amount", "is_first")],
    ],
)
def test_question_about_a_missing_value_answers(question: Any, expected: bool) -> None:
    assert holds(question) is expected


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_groups_of_any_size_combine_their_members(size: int) -> None:
    members = [{"tags": str(number)} for number in range(size)]
    every, last = {str(number) for number in range(size)}, {str(size - 1)}

    assert holds({"all": members}, tags=every) is True
    assert holds({"all": members}, tags=every - last) is False
    assert holds({"any": members}, tags=last) is True
    assert holds({"any": members}, tags=set()) is False
    assert holds({"none": members}, tags=set()) is True
    assert holds({"none": members}, tags=last) is False


def test_groups_without_members_have_their_neutral_answer() -> None:
    assert [compile_closure(group, itemgetter)({}) for group in (All(), AnyOf(), NoneOf())] == [True, False, True]
