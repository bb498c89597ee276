"""Reading conditions: both shapes, every kind of literal, and a clear refusal with its place for everything else."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from phakdi.kit.conditions import (
    All,
    AnyOf,
    BadCondition,
    Catalogue,
    Field,
    Leaf,
    Node,
    NoneOf,
    dump,
    fields_used,
    parse,
)


def family(name: str) -> Field | None:
    """Know every attribute of a member as a text."""
    return Field(name, "text") if name.startswith("member.attributes.") else None


CATALOGUE = Catalogue(
    [
        Field("channel", "text"),
        Field("status", "text", choices=("ACTIVE", "FROZEN")),
        Field("amount", "money"),
        Field("yen", "money", scale=1),
        Field("litres", "decimal"),
        Field("visits", "integer"),
        Field("is_first", "boolean"),
        Field("birthday", "date"),
        Field("at", "datetime"),
        Field("tags", "set"),
        Field("day", "weekday"),
        Field("hour", "time"),
    ],
    resolve=family,
    zone=ZoneInfo("Asia/Bangkok"),
)
ONLINE = Leaf("channel", "is", "online")
LARGE = Leaf("amount", "at_least", 50_000, "money", 100)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, All()),
        ({}, All()),
        ([], All()),
        ({"channel": "online"}, ONLINE),
        ({"field": "channel", "op": "is", "value": "online"}, ONLINE),
        ({"channel": {"is": "online"}}, ONLINE),
        ({"channel": ["a", "b", "a"]}, Leaf("channel", "in", ("a", "b"))),
        ({"channel": {"in": "a"}}, Leaf("channel", "in", ("a",))),
        ({"channel": "online", "amount": {"at_least": 500}}, All((ONLINE, LARGE))),
        ([{"channel": "online"}, {"amount": {"at_least": 500}}], All((ONLINE, LARGE))),
        (
            {"amount": {"at_least": 500, "less_than": 900}},
            All((LARGE, Leaf("amount", "less_than", 90_000, "money", 100))),
        ),
        ({"any": [{"channel": "online"}]}, AnyOf((ONLINE,))),
        ({"none": {"channel": "online"}}, NoneOf((ONLINE,))),
        ({"channel": "online", "any": [{"amount": {"at_least": 500}}]}, All((ONLINE, AnyOf((LARGE,))))),
        ({"all": [{"channel": "online", "amount": {"at_least": 500}}]}, All((All((ONLINE, LARGE)),))),
        ({"field": "channel", "op": "exists"}, Leaf("channel", "exists", True)),
        ({"channel": {"exists": False}}, Leaf("channel", "exists", False)),
        ({"channel": {"starts_with": ["a", "b"]}}, Leaf("channel", "starts_with", ("a", "b"))),
        ({"tags": "vip"}, Leaf("tags", "is", "vip", "set")),
        ({"tags": ["vip", "new"]}, Leaf("tags", "any_in", ("vip", "new"), "set")),
        ({"tags": {"in": ["vip"]}}, Leaf("tags", "any_in", ("vip",), "set")),
        ({"tags": {"contains": ["vip", "new"]}}, Leaf("tags", "contains", ("vip", "new"), "set")),
        ({"member.attributes.size": "XL"}, Leaf("member.attributes.size", "is", "XL")),
    ],
)
def test_parse_of_either_shape_gives_the_tree(raw: Any, expected: Node) -> None:
    assert parse(raw, CATALOGUE) == expected


@pytest.mark.parametrize(
    ("field", "raw", "expected"),
    [
        ("amount", 12.5, 1250),
        ("amount", "0.01", 1),
        ("amount", Decimal("1.10"), 110),
        ("amount", 1e3, 100_000),
        ("amount", 0.1, 10),
        ("yen", 500, 500),
        ("litres", "1.234", 1234),
        ("visits", "3", 3),
        ("is_first", False, False),
        ("birthday", "2026-11-24", date(2026, 11, 24)),
        ("birthday", date(2026, 11, 24), date(2026, 11, 24)),
        ("at", "2026-11-24", datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("at", date(2026, 11, 24), datetime(2026, 11, 23, 17, tzinfo=UTC)),
        ("at", "2026-11-24T09:30", datetime(2026, 11, 24, 2, 30, tzinfo=UTC)),
        ("at", "2026-11-24T09:30:00Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("hour", "9:05", "09:05"),
        ("hour", 630, "10:30"),
        ("hour", "24:00", "24:00"),
        ("day", "sun", "sun"),
        ("status", "ACTIVE", "ACTIVE"),
    ],
)
def test_parse_of_a_literal_is_exact(field: str, raw: Any, expected: Any) -> None:
    found = parse({field: raw}, CATALOGUE)

    assert isinstance(found, Leaf)
    assert found.value == expected
    assert parse(dump(found), CATALOGUE) == found


def test_parse_of_hours_over_midnight_is_either_side() -> None:
    found = parse({"hour": {"between": ["22:00", "02:00"]}}, CATALOGUE)

    assert found == AnyOf((Leaf("hour", "at_least", "22:00", "time"), Leaf("hour", "at_most", "02:00", "time")))


@pytest.mark.parametrize(
    ("raw", "path", "field", "message"),
    [
        ({"chanel": "x"}, "when.chanel", "chanel", "there is no field chanel; did you mean channel?"),
        ({"xyz": 1}, "when.xyz", "xyz", "there is no field xyz"),
        (
            {"field": "chanel", "op": "is", "value": 1},
            "when.field",
            "chanel",
            "there is no field chanel; did you mean channel?",
        ),
        (
            {"amount": {"atleast": 3}},
            "when.amount.atleast",
            "amount",
            "there is no operator atleast; did you mean at_least?",
        ),
        ({"field": "amount", "op": "~", "value": 1}, "when.op", "amount", "there is no operator ~"),
        (
            {"is_first": {"at_least": True}},
            "when.is_first.at_least",
            "is_first",
            "is_first is of type boolean and does not know at_least; it knows is, is_not, exists",
        ),
        ({"amount": "abc"}, "when.amount", "amount", "amount must be a number, got 'abc'"),
        ({"amount": True}, "when.amount", "amount", "amount must be a number, got true"),
        ({"amount": "NaN"}, "when.amount", "amount", "amount must be a number, got 'NaN'"),
        ({"amount": float("inf")}, "when.amount", "amount", "amount must be a number, got inf"),
        ({"amount": "1e99999999"}, "when.amount", "amount", "amount is out of range: '1e99999999'"),
        ({"amount": 2**60}, "when.amount", "amount", "amount is too large: 1152921504606846976"),
        ({"amount": 1.005}, "when.amount", "amount", "amount must be a multiple of 0.01, got 1.005"),
        ({"visits": 1.5}, "when.visits", "visits", "visits must be a whole number, got 1.5"),
        ({"channel": True}, "when.channel", "channel", "channel must be text, got true; put it in quotes"),
        ({"channel": 12}, "when.channel", "channel", "channel must be text, got 12; put it in quotes"),
        ({"channel": "a\0"}, "when.channel", "channel", "channel must be text without control bytes"),
        (
            {"channel": {"starts_with": ""}},
            "when.channel.starts_with",
            "channel",
            "channel starts_with needs some text",
        ),
        ({"channel": {"is": ["a"]}}, "when.channel.is", "channel", "channel is takes one value, not a list"),
        ({"channel": {"in": []}}, "when.channel.in", "channel", "channel has an empty list"),
        ({"channel": []}, "when.channel", "channel", "channel has an empty list"),
        ({"channel": {}}, "when.channel", "channel", "channel has no operator"),
        (
            {"channel": None},
            "when.channel",
            "channel",
            "channel has no value here; to ask whether it is known use exists: true or false",
        ),
        ({"channel": {"exists": "yes"}}, "when.channel.exists", "channel", "channel exists must be true or false"),
        ({"is_first": "yes"}, "when.is_first", "is_first", "is_first must be true or false, got 'yes'"),
        ({"status": "ACTVE"}, "when.status", "status", "status has no value 'ACTVE': did you mean ACTIVE?"),
        ({"status": "?"}, "when.status", "status", "status has no value '?': one of ACTIVE, FROZEN"),
        ({"day": "monday"}, "when.day", "day", "day has no value 'monday': did you mean mon?"),
        (
            {"birthday": "24/11/2026"},
            "when.birthday",
            "birthday",
            "birthday must be a date like 2026-11-24, got '24/11/2026'",
        ),
        (
            {"birthday": "2569-11-24"},
            "when.birthday",
            "birthday",
            "birthday is in the Buddhist era: write the year as 2026",
        ),
        ({"at": "soon"}, "when.at", "at", "at must be a date and time like 2026-11-24T09:30, got 'soon'"),
        ({"at": 5}, "when.at", "at", "at must be a date and time like 2026-11-24T09:30, got 5"),
        ({"hour": "24:30"}, "when.hour", "hour", "hour must be a time of day like 09:30, got '24:30'"),
        (
            {"amount": {"between": [5, 1]}},
            "when.amount.between",
            "amount",
            "amount between is reversed: 5 comes after 1",
        ),
        ({"amount": {"between": 5}}, "when.amount.between", "amount", "amount between takes two values: [from, to]"),
        ({"any": []}, "when.any", "", "has an empty list"),
        ({"all": [{}]}, "when.all[0]", "", "is empty"),
        ({"any": {"channel": "x", "visits": 1}}, "when.any", "", "any takes a list; these would all have to hold"),
        (
            {"all": [{"channel": "x"}, {"amount": {"in": [1, "x"]}}]},
            "when.all[1].amount.in[1]",
            "amount",
            "amount must be a number, got 'x'",
        ),
        ("online", "when", "", "must be fields with their values, got 'online'"),
        ({5: 1}, "when", "", "must have a field's name here, got 5"),
        ({"field": "amount", "op": "is", "value": 1, "and": 2}, "when", "", "has more than field, op and value: and"),
        ({"channel": ["x"] * 10_001}, "when.channel", "channel", "channel lists more than 10000 values"),
    ],
)
def test_parse_of_what_is_wrong_says_where_and_why(raw: Any, path: str, field: str, message: str) -> None:
    with pytest.raises(BadCondition) as refused:
        parse(raw, CATALOGUE)

    assert (refused.value.details["path"], refused.value.details["field"], str(refused.value)) == (path, field, message)


def test_parse_below_a_rule_names_the_place_in_the_document() -> None:
    with pytest.raises(BadCondition) as refused:
        parse({"all": [{"amount": "x"}]}, CATALOGUE, path="earning[2].when")

    assert refused.value.details["path"] == "earning[2].when.all[0].amount"
    assert refused.value.details["trail"] == ("all", 0, "amount")


def test_parse_of_endless_nesting_is_refused() -> None:
    raw: Any = {"channel": "x"}
    for _ in range(5000):
        raw = {"all": [raw]}

    with pytest.raises(BadCondition) as refused:
        parse(raw, CATALOGUE)

    assert refused.value.code == "condition_too_deep"


@pytest.mark.parametrize(
    "raw",
    [
        {"channel": "online", "amount": {"at_least": 500, "less_than": 900.5}},
        {"all": [{"channel": "online"}]},
        {"all": [{"channel": "a", "visits": 1}, {"visits": 2}]},
        {"all": [{"channel": {"starts_with": "a"}}, {"visits": 1}, {"channel": {"ends_with": "b"}}]},
        {"any": [{"channel": ["a", "b"], "none": [{"tags": ["x"]}]}, {"tags": {"contains": ["y"]}}]},
        {"channel": {"exists": False}, "all": [{"day": "mon"}]},
        {"hour": {"between": ["09:00", "17:30"]}, "birthday": {"is_not": "2026-01-01"}},
        {},
    ],
)
def test_dump_of_a_canonical_condition_is_itself(raw: Any) -> None:
    assert dump(parse(raw, CATALOGUE)) == raw


def test_fields_used_names_each_field_once() -> None:
    node = parse({"channel": "x", "any": [{"visits": 1}, {"none": [{"channel": "y"}]}]}, CATALOGUE)

    assert fields_used(node) == {"channel", "visits"}


@pytest.mark.parametrize(
    "declaration",
    [
        {"name": "x", "type": "string"},
        {"name": "any", "type": "text"},
        {"name": "x", "type": "money", "scale": 30},
        {"name": "x", "type": "text", "sql_kind": "jsonb"},
    ],
)
def test_field_declared_wrongly_is_a_bug(declaration: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        Field(**declaration)
