"""Calls that are made again: one effect, one answer; at once, later, with other content (F5, idempotency)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(api, count, call):
    """Let so many threads make a call at the same moment and return the answers."""
    barrier = Barrier(count)

    def one(number):
        own = type(api)(api.token, api.organization_id, api.key_id, Client())
        try:
            barrier.wait(20)
            return call(own, number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def frozen_times(organization_id):
    from phakdi.kit.db.scope import organization_scope
    from phakdi.platform.audit.models import AuditEntry

    with organization_scope(organization_id):
        return AuditEntry.objects.filter(action="member.frozen").count()


def test_a_call_with_a_key_is_answered_once_and_again(api, shop, member_id):
    path = f"/members/{member_id}/freeze"

    first = api.post(path, {"reason": "x"}, Idempotency_Key="k")
    again = api.post(path, b'{ "reason":  "x" }', Idempotency_Key="k")

    assert (first.status_code, again.status_code) == (200, 200)
    assert ("Idempotency-Replayed" in first.headers, again["Idempotency-Replayed"]) == (False, "true")
    assert again.value == first.value
    assert frozen_times(shop) == 1


def test_the_same_key_at_once_has_one_effect(api, shop, member_id):
    path = f"/members/{member_id}/freeze"

    answers = at_once(api, 8, lambda own, _: own.post(path, {"reason": "x"}, Idempotency_Key="k"))

    assert {answer.status_code for answer in answers} == {200}
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
    assert frozen_times(shop) == 1


def test_without_a_key_the_world_stands_in_the_way(api, shop, member_id):
    """The control: only the first is answered, all others are refused."""
    path = f"/members/{member_id}/freeze"

    answers = at_once(api, 8, lambda own, _: own.post(path, {"reason": "x"}))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 7}
    assert frozen_times(shop) == 1


def test_a_key_with_other_content_is_refused(api, member_id):
    api.post("/stores", {"code": "A", "name": "A"}, Idempotency_Key="k")

    answer = api.post("/stores", {"code": "B", "name": "B"}, Idempotency_Key="k")

    assert (answer.status_code, answer.value["code"]) == (409, "idempotency_key_reused")
    assert [store["code"] for store in api.get("/stores").value["items"]] == ["A"]


def test_a_refused_call_may_be_made_again_with_its_key(api):
    refused = api.post("/members", {"phone": "12"}, Idempotency_Key="k")
    made = api.post("/members", {"phone": "0812345678"}, Idempotency_Key="k")

    assert (refused.status_code, made.status_code) == (422, 201)


def test_a_key_belongs_to_its_route_and_its_caller(api, make_key, shop, member_id):
    api.post("/stores", {"code": "A", "name": "A"}, Idempotency_Key="k")

    assert api.post("/members", {"phone": "0812345678"}, Idempotency_Key="k").status_code == 201
    assert make_key(shop).post("/stores", {"code": "B", "name": "B"}, Idempotency_Key="k").status_code == 201
    assert api.post(f"/members/{member_id}/freeze", {"reason": ""}, Idempotency_Key="k").status_code == 200


@pytest.mark.parametrize("key", ["", "ก", "x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(api, key):
    answer = api.post("/stores", {"code": "A", "name": "A"}, Idempotency_Key=key.encode().decode("latin-1"))

    assert (answer.status_code, answer.value["code"]) == (400, "idempotency_key_unreadable")
    assert api.get("/stores").value["items"] == []


@pytest.mark.slow
def test_the_same_receipt_50_times_over_three_channels_is_one_grant(api, member_id):
    body = {"member": str(member_id), "kind": "purchase", "origin": "pos", "ref": "R1", "amount": 100}
    channels = ("store", "line", "web")

    answers = at_once(api, 50, lambda own, n: own.post("/activities", {**body, "channel": channels[n % 3]}))

    by_status = Counter(answer.status_code for answer in answers)
    assert by_status[201] == 1
    assert set(by_status) <= {200, 201, 409, 503}
    assert by_status[503] == 0
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 100


@pytest.mark.slow
def test_different_receipts_at_once_all_count(api, member_id):
    """The control: 50 receipts are 50 grants."""
    body = {"member": str(member_id), "kind": "purchase", "origin": "pos", "amount": 100}

    answers = at_once(api, 50, lambda own, n: own.post("/activities", {**body, "ref": f"R{n}"}))

    made = sum(answer.status_code == 201 for answer in answers)
    assert {answer.status_code for answer in answers} <= {201, 503}
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 100 * made
