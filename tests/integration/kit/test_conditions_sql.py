"""The closure and the SQL of a condition agree on every row: nulls, Thai text, time zones, scales and sets included."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from phakdi.kit.conditions import BadCondition, Catalogue, Field, compile_closure, compile_sql, dump, parse

TABLE = """
CREATE TEMP TABLE condition_row (
    id integer, channel text, size jsonb, amount bigint, litres numeric, visits integer, is_first boolean,
    birthday date, at timestamptz, tags text[], labels jsonb, day text, hour text
)
"""
FIELDS = [
    Field("channel", "text", sql="channel"),
    Field("size", "text", sql="size->>'of'"),
    Field("amount", "money", sql="amount"),
    Field("litres", "decimal", sql="litres", sql_kind="numeric"),
    Field("visits", "integer", sql="visits"),
    Field("is_first", "boolean", sql="is_first"),
    Field("birthday", "date", sql="birthday"),
    Field("at", "datetime", sql="at"),
    Field("tags", "set", sql="tags"),
    Field("labels", "set", sql="labels", sql_kind="jsonb"),
    Field("day", "weekday", sql="day"),
    Field("hour", "time", sql="hour"),
    Field("python_only", "integer"),
]
CATALOGUE = Catalogue(FIELDS, zone=ZoneInfo("Asia/Bangkok"))
TEXTS = [
    "online",
    "on",
    "Online",
    "ONLINE",
    "100%",
    "100",
    "a_b",
    "ab",
    "กาแฟ",
    "กาแฟเย็น",
    "เย็น",
    "น้ำ",
    "น้า",
    "\\",
    "é",
    "e\u0301",
    "'",
    "😀",
]
WORDS = st.sampled_from(TEXTS) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=3
)
SETS = st.frozensets(st.sampled_from(TEXTS[:9]), max_size=3)
INSTANTS = st.sampled_from([datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in (0, 16, 17, 18)]) | st.datetimes(
    datetime(2025, 12, 31), datetime(2026, 1, 2), timezones=st.just(UTC)
)
DAYS = st.dates(date(2025, 12, 30), date(2026, 1, 2))
HOURS = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 30, 59]))
WEEKDAYS = st.sampled_from(["mon", "tue", "sat", "sun"])

VALUES: dict[str, SearchStrategy[Any]] = {
    "channel": WORDS | st.just(""),
    "size": WORDS | st.just(""),
    "amount": st.integers(-300, 300) | st.sampled_from([2**62, -(2**62)]),
    "litres": st.integers(-3000, 3000),
    "visits": st.integers(-3, 3),
    "is_first": st.booleans(),
    "birthday": DAYS,
    "at": INSTANTS,
    "tags": SETS,
    "labels": SETS,
    "day": WEEKDAYS,
    "hour": HOURS,
}
LITERALS: dict[str, SearchStrategy[Any]] = {
    **VALUES,
    "channel": WORDS,
    "size": WORDS,
    "amount": st.sampled_from([0, 1, -1, 1.5, "0.01", Decimal("2.99"), 3, 10**16]),
    "litres": st.sampled_from([0, "0.001", 1.5, -2, Decimal("2.999")]),
    "birthday": DAYS | DAYS.map(date.isoformat),
    "at": INSTANTS | INSTANTS.map(datetime.isoformat) | st.sampled_from(["2026-01-01", "2026-01-01T07:00"]),
    "tags": st.sampled_from(TEXTS[:9]),
    "labels": st.sampled_from(TEXTS[:9]),
}


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one question with a fitting operator and value."""
    field = draw(st.sampled_from(FIELDS[:-1]))
    op = draw(st.sampled_from(field.operators))
    literal = LITERALS[field.name]
    if op == "exists":
        value: Any = draw(st.booleans())
    elif op == "between":
        value = sorted([draw(VALUES[field.name]), draw(VALUES[field.name])])
        value = [Decimal(item) / field.scale for item in value] if field.scale > 1 else value
    elif op in ("in", "not_in", "any_in"):
        value = draw(st.lists(literal, min_size=1, max_size=3))
    elif op in ("starts_with", "ends_with") or (op == "contains" and field.type == "set"):
        value = draw(literal | st.lists(literal, min_size=1, max_size=3))
    else:
        value = draw(literal)
    return {"field": field.name, "op": op, "value": value}


TREES = st.recursive(
    questions(),
    lambda inner: st.builds(
        lambda key, members: {key: members},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()}), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def cursor(bare_postgres: psycopg.Connection) -> Iterator[psycopg.Cursor]:
    """Yield a cursor on an empty table of rows to ask."""
    with bare_postgres.cursor() as cursor:
        cursor.execute(TABLE)
        yield cursor


def fill(cursor: psycopg.Cursor, rows: list[dict[str, Any]]) -> None:
    """Replace the table's rows."""
    cursor.execute("TRUNCATE condition_row")
    for number, row in enumerate(rows):
        stored = {
            **row,
            "size": None if row["size"] is None else json.dumps({"of": row["size"]}),
            "litres": None if row["litres"] is None else Decimal(row["litres"]) / 1000,
            "tags": None if row["tags"] is None else list(row["tags"]),
            "labels": None if row["labels"] is None else json.dumps(list(row["labels"])),
        }
        places = ", ".join(["%s"] * (len(stored) + 1))
        columns = ", ".join(["id", *stored])
        cursor.execute(f"INSERT INTO condition_row ({columns}) VALUES ({places})", [number, *stored.values()])


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=TREES, rows=ROWS)
def test_closure_and_sql_on_random_trees_and_rows_agree(cursor: psycopg.Cursor, raw: Any, rows: list[dict[str, Any]]) -> None:
    node = parse(raw, CATALOGUE)
    fill(cursor, rows)
    check = compile_closure(node, itemgetter)
    text, params = compile_sql(node, CATALOGUE)

    cursor.execute(f"SELECT {text} FROM condition_row ORDER BY id", params)

    assert [answer for (answer,) in cursor.fetchall()] == [check(row) for row in rows]
    assert parse(dump(node), CATALOGUE) == node
    assert parse(json.loads(json.dumps(dump(node))), CATALOGUE) == node


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, "TRUE"),
        ({"amount": {"at_least": 5}}, "(amount IS NOT NULL AND amount >= %s::bigint)"),
        ({"size": "XL"}, "coalesce((size->>'of') = %s::text, FALSE)"),
        ({"channel": {"is_not": "pos"}}, "(NOT (channel IS NOT NULL AND channel = %s::text))"),
        ({"tags": {"contains": ["a", "b"]}}, "(tags IS NOT NULL AND tags @> %s::text[])"),
        ({"labels": ["a"]}, "(labels IS NOT NULL AND labels ?| %s::text[])"),
    ],
)
def test_compile_sql_of_a_question_keeps_values_out_of_the_text(raw: Any, expected: str) -> None:
    assert compile_sql(parse(raw, CATALOGUE), CATALOGUE)[0] == expected


def test_compile_sql_of_a_field_without_sql_is_refused() -> None:
    with pytest.raises(BadCondition) as refused:
        compile_sql(parse({"python_only": 1}, CATALOGUE), CATALOGUE)

    assert (refused.value.code, refused.value.details["field"]) == ("condition_not_stored", "python_only")
