"""Who may call what: keys, scopes, stores, rates."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.api.terms import terms_of
from phakdi.platform.keys.core import RateLimiter, Scope

pytestmark = pytest.mark.django_db(transaction=True)


def _operations():
    from phakdi.api import api

    return [
        (method, route, terms_of(operation.view_func))
        for route, by_method in api.operations_by_route().items()
        for method, operation in by_method.items()
    ]


def _path(route: str) -> str:
    known = {"member_id": "01945f00-0000-7000-8000-000000000001", "activity_id": "01945f00-0000-7000-8000-000000000002"}
    known["merge_id"] = known["webhook_id"] = "01945f00-0000-7000-8000-000000000003"
    known |= {"version_id": "01945f00-0000-7000-8000-000000000003", "code": "NONE", "name": "none"}
    return "/" + route.format(**known)


def test_without_a_key_nothing_is_answered_but_health(api):
    api.token = ""
    for method, route, found in _operations():
        answer = api(method, _path(route), {})
        assert answer.status_code == (200 if found.is_open else 401), route
        if not found.is_open:
            assert answer.value["code"] == "api_key_missing"
            assert answer["WWW-Authenticate"] == "Bearer"


def test_an_unknown_key_is_refused(api):
    api.token = "phk_" + "a" * 10 + "_" + "0" * 48

    assert api.get("/me").value["code"] == "api_key_unknown"


def test_an_expired_key_says_so(make_key, shop):
    api = make_key(shop, expires_at=datetime(2021, 1, 1, tzinfo=UTC))

    answer = api.get("/me", Accept_Language="th")

    assert (answer.status_code, answer.value["code"]) == (401, "api_key_expired")
    assert answer.value["detail"] == "คีย์นี้หมดอายุแล้ว ขอคีย์ใหม่จากผู้ดูแล"


def test_a_revoked_key_is_refused(api, shop):
    from phakdi.flows.revoke_api_key import revoke_api_key
    from phakdi.platform.keys.authentication import forget_keys

    assert api.get("/me").status_code == 200
    revoke_api_key(organization_id=shop, key_id=api.key_id, now=datetime.now(UTC))
    forget_keys()

    answer = api.get("/me")

    assert (answer.status_code, answer.value["code"]) == (401, "api_key_revoked")


def test_every_operation_asks_for_its_own_scope_and_no_other(make_key, shop):
    """The matrix: with only its scope an operation is let through the door, with all others it is not."""
    with_only = {scope: make_key(shop, scope.value) for scope in Scope}
    with_all_but = {scope: make_key(shop, *(other.value for other in Scope if other is not scope)) for scope in Scope}
    for method, route, found in _operations():
        if found.scope is None:
            continue
        refused = with_all_but[found.scope](method, _path(route), {}, Idempotency_Key="k")
        assert (refused.status_code, refused.value["code"]) == (403, "scope_missing"), route
        assert refused.value["params"] == {"scope": found.scope.value}
        assert with_only[found.scope](method, _path(route), {}, Idempotency_Key="k").status_code != 403, route


def test_a_key_tells_what_it_may_do(make_key, shop):
    answer = make_key(shop, "members:read").get("/me")

    assert answer.value["key"]["scopes"] == ["members:read"]
    assert answer.value["organization"]["id"] == str(shop)


def test_what_staff_decide_needs_its_own_scope(make_key, api, shop, member_id):
    till = make_key(shop, "activities:write")
    award = {"member": str(member_id), "kind": "award", "points": 10, "ref": "a1"}

    refused = till.post("/activities", award)
    allowed = api.post("/activities", award)

    assert (refused.status_code, refused.value["code"], refused.value["params"]) == (
        403,
        "scope_missing",
        {"scope": "points:adjust"},
    )
    assert allowed.status_code == 201


def test_a_till_reports_for_its_own_store_only(make_key, api, shop, member_id):
    for code in ("A", "B", "C"):
        api.post("/stores", {"code": code, "name": code})
    one, two = make_key(shop, stores=["A"]), make_key(shop, stores=["A", "B"])
    buy = {"member": str(member_id), "kind": "purchase", "amount": 10}

    given = one.post("/activities", {**buy, "ref": "1"})
    other = one.post("/activities", {**buy, "ref": "2", "store": "C"})
    unsaid = two.post("/activities", {**buy, "ref": "3"})

    kept = api.get(f"/members/{member_id}/activities/{given.value['id']}").value
    assert kept["store"] == "A"
    assert (other.status_code, other.value["code"]) == (403, "store_out_of_reach")
    assert (unsaid.status_code, unsaid.value["code"]) == (403, "store_needed")
    assert len(api.get("/activities").value["items"]) == 1


def test_a_till_sees_no_list_of_all_stores_doings(make_key, api, shop):
    api.post("/stores", {"code": "A", "name": "A"})
    till = make_key(shop, stores=["A"])

    for method, path in (
        ("GET", "/activities"),
        ("GET", "/activities/in-review"),
        ("POST", "/stores"),
        ("POST", "/programs/apply"),
    ):
        assert till(method, path, {}, Idempotency_Key="k").status_code == 403, path


def test_too_many_calls_are_told_when_to_come_back(api, monkeypatch):
    from phakdi.api import door

    monkeypatch.setattr(door, "_limiter", RateLimiter(per_second=0.01, burst=2))

    answers = [api.get("/me") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].value["code"] == "rate_limited"
    assert 90 <= int(answers[2]["Retry-After"]) <= 100
    assert timedelta(seconds=int(answers[2]["RateLimit-Reset"])) <= timedelta(seconds=100)
