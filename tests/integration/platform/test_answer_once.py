"""Idempotency keys: one effect and one answer, however often and however much at once a call is made."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from phakdi.flows.answer_once import Answer, Call, answer_once
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid, Rejected
from phakdi.platform.audit import queries as audit
from phakdi.platform.audit.operations import write_entry
from phakdi.platform.keys import operations

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture
def effects(organization_id):
    """Return a function that counts how often the effect happened."""

    def count():
        with organization_scope(organization_id):
            return len(audit.entries(organization_id=organization_id, wanted=audit.AuditFilter(action="test.effect")))

    return count


@pytest.fixture
def act(organization_id):
    """Return an effect of its transaction."""

    def effect(status=201):
        write_entry(
            organization_id=organization_id,
            action="test.effect",
            actor_kind="x",
            actor_id="",
            subject_kind="x",
            subject_id="",
            at=NOW,
        )
        return Answer(status, b'{"id": 1}')

    return effect


def call(organization_id, *, key="k1", request_hash="h1", route="POST /members", principal="key-1"):
    return Call(organization_id, principal, route, key, request_hash)


def test_a_repeated_call_is_answered_with_the_first_answer(organization_id, act, effects):
    first = answer_once(call=call(organization_id), act=act, now=NOW)
    again = answer_once(call=call(organization_id), act=act, now=NOW + timedelta(hours=1))

    assert (first.answer, first.is_replay, again.answer, again.is_replay) == (
        Answer(201, b'{"id": 1}'),
        False,
        first.answer,
        True,
    )
    assert effects() == 1


def test_a_key_with_other_content_is_a_conflict(organization_id, act, effects):
    answer_once(call=call(organization_id), act=act, now=NOW)
    with pytest.raises(Conflict) as refused:
        answer_once(call=call(organization_id, request_hash="h2"), act=act, now=NOW)

    assert (refused.value.code, effects()) == ("idempotency_key_reused", 1)


def test_keys_of_other_callers_routes_and_organizations_are_other_keys(organization_id, other_organization_id, act, effects):
    calls = [call(organization_id), call(organization_id, principal="key-2"), call(organization_id, route="POST /stores")]
    assert [answer_once(call=one, act=act, now=NOW).is_replay for one in calls] == [False] * 3
    assert not answer_once(call=call(other_organization_id), act=lambda: Answer(200, b""), now=NOW).is_replay
    assert effects() == 3


def test_a_refused_call_frees_its_key_and_undoes_its_effect(organization_id, act, effects):
    def refuse():
        act()
        raise Rejected("no")

    with pytest.raises(Rejected):
        answer_once(call=call(organization_id), act=refuse, now=NOW)
    assert effects() == 0
    assert not answer_once(call=call(organization_id, request_hash="h2"), act=act, now=NOW).is_replay


@pytest.mark.parametrize("key", ["", "x" * 256, "ก", "a\nb", "\x7f"])
def test_a_key_that_cannot_be_read_is_refused(organization_id, act, effects, key):
    with pytest.raises(Invalid):
        answer_once(call=call(organization_id, key=key), act=act, now=NOW)

    assert effects() == 0


def test_twenty_at_once_have_one_effect(organization_id, act, effects):
    def one(_):
        try:
            return answer_once(call=call(organization_id), act=act, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))

    assert (sorted(answer.is_replay for answer in answers), effects()) == ([False] + [True] * 19, 1)


def test_control_without_the_key_twenty_at_once_have_twenty_effects(organization_id, act, effects):
    def one(number):
        try:
            return answer_once(call=call(organization_id, key=f"k{number}"), act=act, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(one, range(20)))

    assert effects() == 20


def test_a_call_in_flight_is_waited_for_and_then_refused(organization_id, act, monkeypatch):
    monkeypatch.setattr(operations, "WAIT_MILLISECONDS", 100)
    in_flight, go_on = threading.Event(), threading.Event()

    def slow():
        in_flight.set()
        go_on.wait(15)
        return Answer(200, b"")

    def first():
        try:
            answer_once(call=call(organization_id), act=slow, now=NOW)
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert in_flight.wait(15)
    with pytest.raises(Conflict) as refused:
        answer_once(call=call(organization_id), act=act, now=NOW)
    go_on.set()
    thread.join(15)

    assert (refused.value.code, refused.value.details) == ("idempotency_key_in_flight", {"retry_after_seconds": 1})
    assert answer_once(call=call(organization_id), act=act, now=NOW).is_replay


def test_answers_are_forgotten_when_their_time_is_over(organization_id, act):
    answer_once(call=call(organization_id), act=act, now=NOW, kept=timedelta(hours=1))
    with organization_scope(organization_id):
        assert operations.purge_answers(organization_id=organization_id, now=NOW + timedelta(minutes=59)) == 0
        assert operations.purge_answers(organization_id=organization_id, now=NOW + timedelta(minutes=60)) == 1
    assert not answer_once(call=call(organization_id), act=act, now=NOW).is_replay
