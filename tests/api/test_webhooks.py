"""Webhook endpoints over HTTP."""

import pytest

from phakdi.kit.clock import utc_now

pytestmark = pytest.mark.django_db(transaction=True)

HOOK = {"name": "ERP", "url": "https://93.184.216.34/hook", "topics": ["points.earned"]}


def add(api, key="k1", **more):
    return api.post("/webhooks", {**HOOK, **more}, idempotency_key=key)


def test_an_endpoint_is_added_changed_paused_and_removed(api):
    added = add(api)
    path = f"/webhooks/{added.value['id']}"
    changed = api("PATCH", path, {"topics": ["*"], "is_active": False}).value
    again = api("PATCH", path, {"is_active": True}).value

    assert added.status_code == 201
    assert added.value["secret"].startswith("whsec_")
    assert (changed["topics"], changed["state"], changed["name"]) == (["*"], "PAUSED", "ERP")
    assert again["state"] == "ACTIVE"
    assert "secret" not in api.get(path).value
    assert [each["id"] for each in api.get("/webhooks").value["items"]] == [added.value["id"]]
    assert api("DELETE", path).status_code == 204
    assert api.get(path).value["code"] == "webhook_not_found"


def test_the_secret_is_replaced(api):
    added = add(api).value
    rotated = api.post(f"/webhooks/{added['id']}/secret", idempotency_key="r1").value
    assert rotated["secret"] != added["secret"]


def test_what_was_told_is_listed_and_told_again(api):
    path = f"/webhooks/{add(api).value['id']}"
    for _ in range(3):
        assert api.post(f"{path}/test").value["topic"] == "webhook.ping"
    first = api.get(f"{path}/deliveries?limit=2").value
    second = api.get(f"{path}/deliveries?limit=2&cursor={first['next_cursor']}").value
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert api.get(f"{path}/deliveries?state=FAILED").value["items"] == []
    now = utc_now().isoformat()
    assert api.post(f"{path}/replay", {"since": "2020-01-01T00:00:00Z", "until": now}).value == {"events": 0}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/webhooks", {**HOOK, "url": "http://10.0.0.1/"}, 422, "webhook_url"),
        ("POST", "/webhooks", {**HOOK, "topics": ["no.such"]}, 422, "webhook_topic_unknown"),
        ("POST", "/webhooks", {**HOOK, "topics": []}, 422, "webhook_topics_missing"),
        ("GET", "/webhooks/00000000-0000-0000-0000-000000000001", None, 404, "webhook_not_found"),
        ("PATCH", "/webhooks/00000000-0000-0000-0000-000000000001", {"name": "x"}, 404, "webhook_not_found"),
        ("DELETE", "/webhooks/00000000-0000-0000-0000-000000000001", None, 404, "webhook_not_found"),
    ],
)
def test_what_is_refused_changes_nothing(api, method, path, body, status, code):
    answer = api(method, path, body, idempotency_key="x1")
    assert (answer.status_code, answer.value["code"]) == (status, code)
    assert api.get("/webhooks").value["items"] == []


def test_a_paused_endpoint_is_not_tested(api):
    path = f"/webhooks/{add(api).value['id']}"
    api("PATCH", path, {"is_active": False})
    assert api.post(f"{path}/test").status_code == 409
