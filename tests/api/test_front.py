"""The short way into the API answers as the long way through Django does."""

import io

import orjson
import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def short(api):
    """Return a function that makes a call as a WSGI server does."""
    from phakdi.config.wsgi import application

    def call(method, path, body=b"", kind="application/json", token=api.token):
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": kind,
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "HTTP_X_REQUEST_ID": "same",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        told = []
        content = b"".join(application(environ, lambda status, headers: told.append((status, headers))))
        status, headers = told[0]
        return int(status[:3]), {name.lower(): value for name, value in headers}, content

    return call


@pytest.mark.parametrize(
    ("method", "path", "body", "kind"),
    [
        ("GET", "/me", b"", ""),
        ("HEAD", "/me", b"", ""),
        ("OPTIONS", "/activities", b"", ""),
        ("DELETE", "/activities", b"", ""),
        ("POST", "/activities", b"{", "application/json"),
        ("POST", "/activities", b"{}", "text/plain"),
        ("POST", "/activities", b"{}", "application/json"),
        ("GET", "/members", b"", ""),
        ("GET", "/members/7", b"", ""),
        ("GET", "/nowhere", b"", ""),
    ],
)
def test_both_ways_answer_the_same(api, short, method, path, body, kind):
    long = api(method, path, body, content_type=kind, X_Request_Id="same")

    status, headers, content = short(method, f"/api/v1{path}", body, kind)

    assert (status, content) == (long.status_code, long.content)
    told = {name.lower(): value for name, value in long.items()}
    passing = {"ratelimit-remaining"}
    assert {name: headers[name] for name in headers if name not in passing} == {n: told[n] for n in told if n not in passing}


def test_a_purchase_is_recorded_on_the_short_way(api, short, member_id):
    body = orjson.dumps({"member": str(member_id), "kind": "purchase", "ref": "1", "amount": 10})

    first, again = short("POST", "/api/v1/activities", body), short("POST", "/api/v1/activities", body)

    assert (first[0], again[0], again[1]["idempotency-replayed"]) == (201, 200, "true")
    assert first[1]["content-length"] == str(len(first[2]))


def test_a_lost_connection_is_given_up(api, short):
    from django.db import connection

    short("GET", "/api/v1/me")
    connection.connection.close()
    statuses = [short("GET", "/api/v1/me")[0] for _ in range(2)]

    assert statuses[1] == 200
    assert statuses[0] in {200, 503}
