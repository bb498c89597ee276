"""Names are found however they are typed, and stand in dictionary order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.kit.thai import clean_text, grams, query_grams, query_key, search_key, search_sql, sort_key


def finds(query: str, stored: str) -> bool:
    """Return what the condition of `search_sql` would answer for a row with the stored text."""
    joined = search_key(stored).replace(" ", "")
    return set(query_grams(query)) <= set(grams(stored)) and all(word in joined for word in query_key(query).split())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("น\u0e4d\u0e49\u0e32", "น\u0e49\u0e33"),
        ("น\u0e49\u0e4d\u0e32", "น\u0e49\u0e33"),
        ("ก\u0e4d\u0e32", "ก\u0e33"),
        ("เเก", "แก"),
        ("\u200bสม\u200dชาย\ufeff ", "สมชาย"),
        ("e\u0301  x", "é x"),
    ],
)
def test_clean_text_repairs_how_it_was_typed(written: str, expected: str) -> None:
    assert clean_text(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("น้ำฝน", "นำฝน"),
        ("นํ้าฝน", "นำฝน"),
        ("José  O'BRIEN", "jose obrien"),
        ("Anne-Marie_Straße", "anne marie strasse"),
        ("ห้อง ๑๒", "หอง 12"),
        ("Ｆｕｌｌ", "full"),
        ("สันต์", "สันต"),
        ("", ""),
    ],
)
def test_search_key_keeps_what_matters(written: str, expected: str) -> None:
    assert search_key(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("นายสมชาย ใจดี", "สมชาย ใจดี"),
        ("นาย สมชาย", "สมชาย"),
        ("นางสาวน้ำฝน", "นำฝน"),
        ("น.ส. ปลา", "ปลา"),
        ("คุณสมชาย", "สมชาย"),
        ("คุณากร", "คุณากร"),
        ("นายิกา", "นายิกา"),
        ("เด็กหญิงเก่ง", "เกง"),
        ("Mr. John Smith", "john smith"),
        ("นาย", "นาย"),
        ("a b c d e f g h i j", "a b c d e f g h"),
    ],
)
def test_query_key_drops_titles_and_nothing_else(written: str, expected: str) -> None:
    assert query_key(written) == expected


@pytest.mark.parametrize(
    ("query", "stored"),
    [
        ("สมชาย", "สมชาย ใจดี"),
        ("สมชาย", "นายสมชาย ใจดี"),
        ("นายสมชาย", "สมชาย ใจดี"),
        ("คุณสมชาย ใจดี", "นายสมชาย ใจดี"),
        ("ใจดี สมชาย", "สมชาย ใจดี"),
        ("สมชายใจดี", "สมชาย ใจดี"),
        ("มชา", "สมชาย ใจดี"),
        ("ส", "นายสมชาย"),
        ("จด ใจ", "สมชาย ใจดี จดจำ"),
        ("น้ำ", "นํ้าฝน"),
        ("คุณ", "คุณากร"),
        ("คุณา", "คุณากร"),
        ("jose", "José"),
        ("smith j", "John Smith"),
    ],
)
def test_query_finds_the_name(query: str, stored: str) -> None:
    assert finds(query, stored) is True


@pytest.mark.parametrize(("query", "stored"), [("สมหญิง", "สมชาย"), ("มช", "สมชาย"), ("สมชาย ดี", "สมชาย ใจดี"), ("x", "")])
def test_query_leaves_other_names_alone(query: str, stored: str) -> None:
    assert finds(query, stored) is False


@given(st.text("กขนสมาิ้เใ ab'.", max_size=20), st.data())
def test_query_of_any_part_of_a_name_finds_it(stored: str, data: st.DataObject) -> None:
    joined = search_key(stored).replace(" ", "")
    start = data.draw(st.integers(0, len(joined)))
    part = joined[start : start + data.draw(st.integers(3, 20))]

    assert len(part) < 3 or finds(part, stored)


def test_grams_of_another_scope_are_others() -> None:
    assert set(grams("สมชาย", scope="a")).isdisjoint(grams("สมชาย", scope="b"))
    assert set(query_grams("สมช", scope="a")) <= set(grams("สมชาย", scope="a"))


@given(st.text(max_size=300))
def test_grams_of_any_text_are_few_and_fit_an_integer(text: str) -> None:
    found = grams(text)

    assert found == sorted(set(found))
    assert all(-(2**31) <= gram < 2**31 for gram in found)


def test_search_sql_confirms_every_word() -> None:
    assert search_sql("สมชาย ใจดี", scope="o", prefix="member.") == (
        (
            "member.search_grams @> %s::integer[]"
            " AND strpos(replace(member.search_key, ' ', ''), %s) > 0"
            " AND strpos(replace(member.search_key, ' ', ''), %s) > 0"
        ),
        [query_grams("สมชาย ใจดี", scope="o"), "สมชาย", "ใจดี"],
    )


def test_search_sql_of_nothing_finds_all() -> None:
    assert search_sql("  -  ") == ("TRUE", [])


def test_sort_key_puts_names_in_dictionary_order() -> None:
    latin = ["12", "a", "Á", "b"]
    thai = [
        "ก",
        "กก",
        "กา",
        "ก่า",
        "ก้า",
        "กา ข",
        "กาข่",
        "ก่าข",
        "กำ",
        "กิน",
        "เก่ง",
        "เกม",
        "แก",
        "โก",
        "ไก่",
        "ขา",
        "เข",
        "ฮา",
    ]

    assert sorted({*latin, *thai}, key=sort_key) == latin + thai


@given(st.text(max_size=60))
def test_keys_of_any_text_can_be_stored(text: str) -> None:
    for key in (search_key(text), sort_key(text)):
        assert "\0" not in key
