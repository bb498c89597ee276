"""What somebody typed to find a member."""

from uuid import UUID

from phakdi.people.members.core.search import read_query

ORGANIZATION = UUID(int=7)


def test_empty_text_asks_for_nothing():
    assert read_query("  \u200b ", ORGANIZATION).is_empty


def test_whole_phone_is_looked_up_as_identity_and_by_its_digits():
    query = read_query("081-234-5678", ORGANIZATION)

    assert query.values == ("+66812345678", "081-234-5678", "0812345678")
    assert query.digits == "0812345678"
    assert len(query.grams) == 7


def test_four_digits_are_enough_and_three_are_not():
    assert read_query("5678", ORGANIZATION).digits == "5678"
    assert len(read_query("5678", ORGANIZATION).grams) == 1
    assert read_query("567", ORGANIZATION).grams == ()


def test_international_dialing_prefix_is_dropped():
    assert read_query("0066812345678", ORGANIZATION).digits == "66812345678"


def test_address_is_looked_up_whole_or_by_its_beginning():
    query = read_query("Somchai@Exam", ORGANIZATION)

    assert query.values == ("Somchai@Exam", "somchai@exam")
    assert query.grams == ()
    assert ("somchai@exam", "somchai@exam\U0010ffff") in query.prefixes


def test_name_is_looked_for_by_words_without_title():
    query = read_query("นายสมชาย ใจดี", ORGANIZATION)

    assert query.words == ("สมชาย", "ใจดี")
    assert query.digits == ""
    assert query.grams
