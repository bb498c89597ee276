"""The short way to the database behaves as a cursor does: in transactions, after faults, behind poolers."""

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction

from phakdi.loyalty.engine import channel

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

ECHO = channel.Statement(b"test_echo", b"SELECT $1::text, $2::int::text, NULL::text")
END_MYSELF = channel.Statement(b"test_end", b"SELECT pg_terminate_backend(pg_backend_pid())::text")
LIST = channel.Statement(b"test_list", b"SELECT v FROM unnest($1::text[]) AS v")
BROKEN = channel.Statement(b"test_broken", b"SELECT nothing FROM nowhere")
ODD = ["", "a,b", 'quo"te', "back\\slash", "{brace}", "NULL", "ไทย", "new\nline"]


def test_values_go_and_come_as_text():
    assert channel.fetch_one(ECHO, ["ภักดี", "7"]) == ["ภักดี", "7", None]
    assert channel.fetch_one(ECHO, [None, None]) == [None, None, None]


def test_arrays_keep_odd_texts():
    assert [row[0] for row in channel.fetch_all(LIST, [channel.text_array(ODD)])] == ODD


def test_inside_a_transaction_it_takes_part_in_it():
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current_if_assigned()")
    with transaction.atomic():
        first = channel.fetch_one(channel.Statement(b"test_id", b"SELECT pg_current_xact_id()::text"), [])
        again = channel.fetch_one(channel.Statement(b"test_id", b"SELECT pg_current_xact_id()::text"), [])
    assert first[0] == again[0]


def test_errors_are_djangos():
    with pytest.raises(ProgrammingError):
        channel.fetch_one(BROKEN, [])
    assert channel.fetch_one(ECHO, ["still", "1"])[0] == "still"


def test_a_statement_that_the_server_forgot_is_prepared_again():
    channel.fetch_one(ECHO, ["a", "1"])
    connection.connection.execute("DEALLOCATE ALL")

    assert channel.fetch_one(ECHO, ["b", "2"]) == ["b", "2", None]


def test_without_prepared_statements_it_answers_the_same():
    channel.fetch_one(ECHO, ["a", "1"])
    kept, connection.connection.prepare_threshold = connection.connection.prepare_threshold, None
    try:
        assert channel.fetch_one(ECHO, ["b", "2"]) == ["b", "2", None]
    finally:
        connection.connection.prepare_threshold = kept


def test_a_lost_connection_is_an_operational_error_and_the_next_one_works():
    with pytest.raises(OperationalError):
        channel.fetch_one(END_MYSELF, [])

    connection.close_if_unusable_or_obsolete()
    assert channel.fetch_one(ECHO, ["c", "3"])[0] == "c"
