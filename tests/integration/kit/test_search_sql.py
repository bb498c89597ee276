"""The search condition finds in PostgreSQL what it should, with the index in place."""

import psycopg
import pytest

from phakdi.kit.thai import grams, search_key, search_sql, sort_key

NAMES = ["นายสมชาย ใจดี", "สมหญิง ใจดี", "เกมส์ แก้วใส", "นํ้าฝน สายชล", "John O'Brien", "100% จริง"]
TABLE = 'CREATE TEMP TABLE found_member (name text, search_key text, search_grams integer[], sort_key text COLLATE "C")'


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ใจดี", ["นายสมชาย ใจดี", "สมหญิง ใจดี"]),
        ("คุณสมชาย", ["นายสมชาย ใจดี"]),
        ("น้ำ", ["นํ้าฝน สายชล"]),
        ("obrien", ["John O'Brien"]),
        ("100%", ["100% จริง"]),
        ("ไม่มี", []),
    ],
)
def test_search_sql_finds_names_in_order(bare_postgres: psycopg.Connection, query: str, expected: list[str]) -> None:
    condition, params = search_sql(query, scope="one")
    with bare_postgres.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS found_member")
        cursor.execute(TABLE)
        cursor.execute("CREATE INDEX found_member_grams ON found_member USING gin (search_grams)")
        for scope in ("one", "two"):
            rows = [(name, search_key(name), grams(name, scope=scope), sort_key(name)) for name in NAMES]
            cursor.executemany("INSERT INTO found_member VALUES (%s, %s, %s, %s)", rows)

        cursor.execute(f"SELECT name FROM found_member WHERE {condition} ORDER BY sort_key", params)

        assert [name for (name,) in cursor.fetchall()] == sorted(expected, key=sort_key)
