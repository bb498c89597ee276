"""Stores over HTTP."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

STORE = {"code": "BKK-01", "name": {"th": "สาขาสยาม", "en": "Siam"}, "latitude": 13.7456, "longitude": 100.5341}


def test_a_store_is_added_changed_closed_and_reopened(api):
    added = api.post("/stores", STORE)
    changed = api("PATCH", "/stores/BKK-01", {"area": "Centre"}).value
    closed = api("DELETE", "/stores/BKK-01")
    still = api.get("/stores/BKK-01").value
    reopened = api.post("/stores/BKK-01/reopen").value

    assert (added.status_code, added.value["name"], added.value["latitude"]) == (201, STORE["name"], "13.745600")
    assert (changed["area"], changed["longitude"]) == ("Centre", "100.534100")
    assert (closed.status_code, still["is_active"], reopened["is_active"]) == (204, False, True)


def test_stores_page_by_code(api):
    for code in ("C", "A", "B"):
        api.post("/stores", {"code": code, "name": code})

    first = api.get("/stores?limit=2").value
    second = api.get(f"/stores?limit=2&cursor={first['next_cursor']}").value

    assert [store["code"] for store in first["items"] + second["items"]] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/stores", STORE, 409, "store_code_taken"),
        ("POST", "/stores", {"code": "no spaces", "name": "x"}, 422, "fields_invalid"),
        ("POST", "/stores", {"code": "X"}, 422, "fields_invalid"),
        ("POST", "/stores", {**STORE, "code": "X", "latitude": 91}, 422, "fields_invalid"),
        ("PATCH", "/stores/BKK-01", {"code": "NEW"}, 422, "fields_invalid"),
        ("PATCH", "/stores/NONE", {"area": "x"}, 404, "store_not_found"),
        ("GET", "/stores/NONE", None, 404, "store_not_found"),
        ("DELETE", "/stores/NONE", None, 404, "store_not_found"),
        ("POST", "/stores/NONE/reopen", None, 404, "store_not_found"),
        ("GET", "/stores/%00", None, 422, "fields_invalid"),
    ],
)
def test_what_is_refused_changes_nothing(api, method, path, body, status, code):
    api.post("/stores", STORE)
    before = api.get("/stores").value

    answer = api(method, path, body)

    assert (answer.status_code, answer.value["code"]) == (status, code)
    assert api.get("/stores").value == before
