"""HTTP itself: methods, addresses, bodies, headers; a problem document for whatever goes wrong."""

from unittest.mock import patch

import pytest
from django.db import OperationalError

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_problem_has_the_same_shape(api):
    answer = api.get("/nowhere", Accept_Language="th", X_Request_Id="till-7.42")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["X-Request-Id"] == "till-7.42"
    assert answer.value == {
        "type": "urn:phakdi:problem:route_not_found",
        "title": "ไม่พบ",
        "status": 404,
        "detail": "ไม่มีที่อยู่นี้ ดูรายการทั้งหมดที่ /api/v1/docs",
        "code": "route_not_found",
        "request_id": "till-7.42",
        "errors": [],
        "params": {"docs": "/api/v1/docs"},
    }


@pytest.mark.parametrize("path", ["", "/", "/members/", "/members/a/b/c", "/%2e%2e/etc", "/docs/../x", "/docs/ninja.js"])
def test_nothing_is_at_other_addresses(api, path):
    assert api.get(path).value["code"] == "route_not_found"


def test_another_method_names_those_that_are_taken(api):
    answer = api("DELETE", "/members")

    assert (answer.status_code, answer["Allow"], answer.value["code"]) == (405, "GET, HEAD, OPTIONS, POST", "method_not_allowed")


def test_options_need_no_key(api):
    api.token = ""

    answer = api("OPTIONS", "/members")

    assert (answer.status_code, answer["Allow"], answer.content) == (204, "GET, HEAD, OPTIONS, POST", b"")


def test_head_answers_as_get_without_a_body(api, member_id):
    whole, head = api.get(f"/members/{member_id}"), api("HEAD", f"/members/{member_id}")

    assert (head.status_code, head.content, head["Content-Length"]) == (200, b"", str(len(whole.content)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{} x",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b"\xff\xfe",
        b'{"a": "\xed\xa0\x80"}',
        b'{"given_name": "a\\u0000b"}',
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_is_unreadable(api, body):
    for path in ("/members", "/activities"):
        answer = api.post(path, body)
        assert answer.status_code in {400, 422}, body[:20]
        assert answer.value["code"] in {"body_unreadable", "fields_invalid", "member_missing"}


@pytest.mark.parametrize("body", [b"[]", b"1", b'"x"', b"null", b"true"])
def test_a_body_is_an_object(api, body):
    for path in ("/members", "/activities", "/activities/batch", "/baskets/price"):
        assert api.post(path, body).status_code == 422, path


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_a_body_is_sent_as_json(api, kind):
    answer = api.post("/members", {"phone": "0812345678"}, content_type=kind)

    assert (answer.status_code, answer.value["code"]) == (415, "content_type_unsupported")


def test_other_names_for_json_are_fine(api):
    answer = api.post("/members", {"phone": "0812345678"}, content_type="application/vnd.till+json; charset=utf-8")

    assert answer.status_code == 201


@pytest.mark.parametrize(("path", "megabytes"), [("/members", 1), ("/activities", 1), ("/activities/batch", 4)])
def test_a_huge_body_is_refused(api, path, megabytes):
    answer = api.post(path, b'{"x": "' + b"a" * (megabytes * 1024 * 1024) + b'"}', Accept_Language="th")

    assert (answer.status_code, answer.value["code"]) == (413, "body_too_large")
    assert answer.value["params"] == {"maximum": megabytes * 1024 * 1024}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 422, "fields_invalid"),
        ("limit=201", 422, "fields_invalid"),
        ("limit=１０", 422, "fields_invalid"),
        ("limit=1.5", 422, "fields_invalid"),
        ("limt=5", 422, "parameter_unknown"),
        ("q=%00", 400, "query_invalid"),
        ("cursor=x", 422, "cursor_invalid"),
        ("&".join(f"a{n}=1" for n in range(1500)), 400, "query_invalid"),
    ],
)
def test_a_query_that_cannot_be_read_says_so(api, query, status, code):
    answer = api.get(f"/members?{query}")

    assert (answer.status_code, answer.value["code"]) == (status, code)


def test_a_cursor_of_another_list_is_refused(api, new_member):
    member_id = new_member()
    new_member()
    cursor = api.get("/members?limit=1").value["next_cursor"]

    for path in (
        f"/members?q=x&cursor={cursor}",
        f"/activities?cursor={cursor}",
        f"/members/{member_id}/entries?cursor={cursor}",
    ):
        assert api.get(path).value["code"] == "cursor_invalid", path
    other = "A" if cursor[8] != "A" else "B"
    assert api.get(f"/members?cursor={cursor[:8]}{other}{cursor[9:]}").value["code"] == "cursor_invalid"


def test_every_answer_may_not_be_kept_or_sniffed(api):
    answer = api.get("/me")

    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert len(answer["X-Request-Id"]) == 24


@pytest.mark.parametrize("given", ["x" * 65, "a b", "<script>", "\xe9"])
def test_a_request_id_that_is_none_is_replaced(api, given):
    assert api.get("/health", X_Request_Id=given)["X-Request-Id"] != given


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("th", "th"),
        ("en-GB,th;q=0.8", "en"),
        ("th;q=0.1, en;q=0.9", "en"),
        ("de, th;q=0.5", "th"),
        ("", "en"),
        (";;q=x,,", "en"),
        ("th;q=0", "en"),
    ],
)
def test_the_language_is_the_one_that_is_asked_for(api, header, language):
    assert api.get("/nowhere", Accept_Language=header)["Content-Language"] == language


def test_a_busy_database_is_told_as_such(api):
    with patch("phakdi.api.routers.places.connection.cursor", side_effect=OperationalError("gone")):
        answer = api.get("/health")

    assert (answer.status_code, answer["Retry-After"], answer.value["code"]) == (503, "1", "unavailable")


def test_a_mistake_of_ours_tells_nothing_but_a_number(api):
    with patch("phakdi.api.routers.places.connection.cursor", side_effect=ValueError("secret")):
        answer = api.get("/health")

    assert (answer.status_code, answer.value["code"]) == (500, "server_error")
    assert b"secret" not in answer.content
    assert answer.value["params"] == {"request_id": answer["X-Request-Id"]}


def test_the_documentation_is_served_from_here(api):
    api.token = ""
    page = api.get("/docs", Accept_Language="th")

    assert page["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert b"http://" not in page.content
    assert b"https://" not in page.content
    for name, kind in (
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-ui.css", "text/css"),
        ("swagger-ui-init.js", "text/javascript"),
    ):
        asset = api.get(f"/docs/{name}", Accept_Encoding="gzip")
        assert (asset.status_code, asset["Content-Encoding"]) == (200, "gzip")
        assert asset["Content-Type"].startswith(kind)
        assert api.get(f"/docs/{name}", If_None_Match=asset["ETag"]).status_code == 304
    assert api.post("/docs").status_code == 405
