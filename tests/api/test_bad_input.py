"""Numbers that are none, fields that are not theirs: refused, and nothing changes (F15, F19)."""

import orjson
import pytest

from tests.api.digests import digest

pytestmark = pytest.mark.django_db(transaction=True)

NUMBERS = [
    "-1", "-0.01", "1E400", '"1e3"', "1000000000000000000", "9223372036854775808", "99999999999999999999999999",
    '"9223372036854775808"', "0.001", '"0.001"', '"１００"', '"1,000"', '"0x10"', '" 5"', '"5 "', '"+5"', '"-0"', '"NaN"', '"Infinity"',
    "[]", "{}", "[1]", "true", "false", '""', '"ห้า"', "-0.0",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_an_amount_that_is_none_is_refused(api, member_id, shop, number):
    api.get("/me")  # its first call is noted with the key
    before = digest(shop)
    for path, body in (
        ("/activities", '{"member": "%s", "kind": "purchase", "ref": "1", "amount": %s}'),
        ("/activities", '{"member": "%s", "kind": "purchase", "ref": "1", "lines": [{"amount": %s}]}'),
        ("/activities/dry-run", '{"member": "%s", "kind": "purchase", "ref": "1", "amount": %s}'),
        ("/baskets/price", '{"member": "%s", "amount": %s}'),
    ):
        answer = api.post(path, (body % (member_id, number)).encode())
        assert answer.status_code in {400, 422}, f"{path} {number}: {answer.content!r}"
        assert answer.value["errors"] or answer.value["code"] == "body_unreadable"
    after = digest(shop)
    assert after == before


@pytest.mark.parametrize("points", ["-1", "1.5", '"1.5"', "9223372036854775808", "true", "[]", "{}", '"١"'])
def test_points_that_are_none_are_refused(api, member_id, shop, points):
    api.get("/me")  # its first call is noted with the key
    before = digest(shop)

    answer = api.post(
        "/activities", b'{"member": "%s", "kind": "award", "ref": "1", "points": %s}' % (str(member_id).encode(), points.encode())
    )

    assert answer.status_code in {400, 409, 422}, answer.content
    assert digest(shop) == before


@pytest.mark.parametrize("amount", ["120.50", '"120.50"', "120.5", '"120.5"', "120.500", "1.205e2"])
def test_an_amount_is_exact_however_it_is_written(api, member_id, amount):
    body = f'{{"member": "{member_id}", "kind": "purchase", "ref": "1", "amount": {amount}}}'
    made = api.post("/activities", body.encode()).value["id"]

    assert api.get(f"/members/{member_id}/activities/{made}").value["amount"] == "120.50"


def test_large_amounts_lose_nothing(api, member_id):
    body = f'{{"member": "{member_id}", "kind": "purchase", "ref": "1", "amount": 9007199254740.99}}'
    made = api.post("/activities", body.encode()).value["id"]

    assert api.get(f"/members/{member_id}/activities/{made}").value["amount"] == "9007199254740.99"


NOT_THEIRS = [
    "organization_id",
    "tenant_id",
    "role",
    "balance",
    "is_staff",
    "points",
    "status",
    "id",
    "version",
    "created_at",
    "actor",
    "scopes",
]


@pytest.mark.parametrize("field", NOT_THEIRS)
def test_fields_that_are_not_the_caller_s_are_refused(api, member_id, shop, field):
    """Mass assignment: nothing but the declared fields is ever taken."""
    api.get("/me")  # its first call is noted with the key
    before = digest(shop)
    extra = {field: "x"}
    calls = [
        ("POST", "/members", {"phone": "0812345678", **extra}),
        ("PATCH", f"/members/{member_id}", {"nickname": "a", **extra}),
        ("POST", f"/members/{member_id}/freeze", {"reason": "a", **extra}),
        ("PUT", f"/members/{member_id}/consents", {"answers": [{"purpose": "PROFILING", "is_granted": True, **extra}]}),
        ("POST", "/stores", {"code": "A", "name": "A", **extra}),
        ("POST", "/programs/apply", {"text": "x", **extra}),
        ("POST", "/codes", {"channel": "SMS", "destination": "0812345678", "session": "0123456789abcdef", **extra}),
        ("POST", "/activities/batch", {"items": [], **extra}),
        ("POST", "/activities", {"member": str(member_id), "kind": "purchase", "ref": "1", "amount": 1, **extra}),
    ]
    for method, path, body in calls:
        answer = api(method, path, body, Idempotency_Key="k")
        assert answer.status_code == 422, f"{method} {path}: {answer.content!r}"
    assert digest(shop) == before


@pytest.mark.parametrize(
    "text",
    [
        "\u202e",
        "'; DROP TABLE member; --",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "=HYPERLINK(1)",
        "ก" * 101,
        "a\nb",
        "\x7f",
        "\ufeff",
    ],
)
def test_odd_texts_are_kept_as_texts_or_refused(api, text):
    answer = api.post("/members", {"phone": "0812345678", "given_name": text})

    assert answer.status_code in {201, 422}
    if answer.status_code == 201:
        kept = answer.value["member"]["given_name"]
        assert orjson.dumps(kept)
        assert kept in {text, "", " ".join(text.split())}  # characters that nobody sees are left out
