"""Activities over HTTP: recorded once, tried, listed, reviewed."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def buy(api, member_id):
    """Return a function that reports a purchase of 120.50 baht."""

    def report(ref="R1", headers=None, **more):
        body = {"member": str(member_id), "kind": "purchase", "ref": ref, "amount": "120.50", "store": "S1", **more}
        return api.post("/activities", {name: value for name, value in body.items() if value is not None}, **(headers or {}))

    return report


def test_a_purchase_earns_and_says_why(buy, member_id):
    answer = buy(headers={"Accept_Language": "th"})

    assert answer.status_code == 201
    assert answer.value["member_id"] == str(member_id)
    assert answer.value["outcome"] == {"earned": {"points": 120}, "balances": {"points": 120}}
    assert [(reason["rule"], reason["applied"]) for reason in answer.value["reasons"]] == [("base", True)]
    assert answer.value["reasons"][0]["text"]


def test_the_same_receipt_is_answered_with_the_first_answer(api, buy, member_id):
    first = buy()
    again = buy()

    assert (again.status_code, again["Idempotency-Replayed"]) == (200, "true")
    assert "Idempotency-Replayed" not in first.headers
    assert again.value["id"] == first.value["id"]
    assert again.value["outcome"] == first.value["outcome"]
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 120


@pytest.mark.parametrize(("change", "reason"), [({"amount": "120.51"}, "other_content"), ({"member": "other"}, "other_member")])
def test_the_same_receipt_with_something_else_is_a_conflict(api, buy, other_member_id, member_id, change, reason):
    buy()
    if "member" in change:
        change = {"member": str(other_member_id)}

    answer = buy(**change)

    assert (answer.status_code, answer.value["code"]) == (409, "receipt_conflict")
    assert answer.value["params"]["reason"] == reason
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 120


def test_without_a_reference_a_key_is_needed(api, buy, member_id):
    answer = buy(ref=None)

    assert (answer.status_code, answer.value["code"]) == (400, "idempotency_key_required")
    assert api.get(f"/members/{member_id}/activities").value["items"] == []


def test_a_key_stands_for_the_reference(api, buy, member_id):
    key = {"Idempotency_Key": "till 7, 12:30"}
    first, again, other = buy(None, key), buy(None, key), buy(None, {"Idempotency_Key": "another"})
    changed = buy(None, key, amount=1)

    assert [first.status_code, again.status_code, other.status_code] == [201, 200, 201]
    assert first.value["id"] == again.value["id"] != other.value["id"]
    assert (changed.status_code, changed.value["code"]) == (409, "idempotency_key_reused")
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 240


def test_keys_of_two_programs_do_not_meet(make_key, api, shop, member_id):
    body = {"member": str(member_id), "kind": "purchase", "amount": 10}

    answers = [caller.post("/activities", body, Idempotency_Key="1").status_code for caller in (api, make_key(shop))]

    assert answers == [201, 201]


def test_a_phone_that_nobody_has_earns_for_whoever_enrolls_with_it(api):
    body = {"member": {"identity": {"kind": "PHONE", "value": "0899999999"}}, "kind": "purchase", "ref": "1", "amount": 50}

    earned = api.post("/activities", body)
    enrolled = api.post("/members", {"phone": "089 999 9999"})

    assert earned.status_code == 201
    assert enrolled.value["member"]["id"] == earned.value["member_id"]
    assert api.get(f"/members/{earned.value['member_id']}/wallets").value["items"][0]["active"] == 50


def test_a_member_may_be_named_by_number(api, buy, member_id):
    number = api.get(f"/members/{member_id}").value["number"]

    assert buy(member={"number": number}).value["member_id"] == str(member_id)
    assert buy(member={"number": "nobody"}).value["code"] == "member_not_found"


def test_a_return_takes_back_what_it_earned(api, buy, member_id):
    buy()

    answer = api.post("/activities", {"member": str(member_id), "kind": "refund", "ref": "F1", "of": "R1", "amount": "120.50"})

    assert answer.status_code == 201
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 0


def test_a_reward_that_costs_too_much_changes_nothing(api, buy, member_id):
    buy(amount=20)

    answer = api.post("/activities", {"member": str(member_id), "kind": "redeem", "reward": "cup", "ref": "X1"})

    assert answer.status_code == 409
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 20
    assert len(api.get(f"/members/{member_id}/activities").value["items"]) == 1


def test_a_reward_is_taken_for_points(api, buy, member_id):
    buy()

    answer = api.post("/activities", {"member": str(member_id), "kind": "redeem", "reward": "cup", "ref": "X1"})

    assert answer.status_code == 201
    assert answer.value["outcome"]["balances"] == {"points": 70}


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"kind": "purchas"}, "kind_unknown", "kind"),
        ({"amount": -1}, "number_negative", "amount"),
        ({"amount": "1.001"}, "number_too_fine", "amount"),
        ({"at": "2999-01-01T00:00:00+07:00"}, "future_date", "at"),
        ({"at": "2569-01-01T00:00:00+07:00"}, "year_buddhist", "at"),
        ({"lines": [{"amount": 1}, {"amount": "x"}]}, "number_invalid", "lines[1].amount"),
        ({"colour": "red"}, "field_unknown", "colour"),
        ({"member": 7}, "member_unreadable", "member"),
        ({"member": "7"}, "member_unreadable", "member"),
        ({"member": {"identity": {"kind": "PHONE"}}}, "member_unreadable", "member.identity"),
        ({"member": {"identity": {"kind": "PHONE", "value": "12"}}}, "phone_invalid", "phone"),
        ({"member": None}, "member_missing", "member"),
        ({"origin": "phakdi.review"}, "origin_reserved", "origin"),
        ({"kind": "receive_points"}, "kind_unknown", "kind"),
        ({"kind": ["purchase"]}, "kind_missing", "kind"),
    ],
)
def test_what_cannot_be_read_names_the_field_and_changes_nothing(api, buy, member_id, change, code, field):
    for language in ("th", "en"):
        answer = buy(headers={"Accept_Language": language}, **change)
        assert (answer.status_code, answer.value["code"]) == (422, code)
        assert [error["field"] for error in answer.value["errors"]] == [field]
    assert api.get("/activities").value["items"] == []
    assert len(api.get("/members").value["items"]) == 1


def test_a_dry_run_answers_and_keeps_nothing(api, member_id):
    body = {"member": str(member_id), "kind": "purchase", "amount": "120.50"}

    answer = api.post("/activities/dry-run", {**body, "now": "2031-01-01T00:00:00+07:00"})

    assert (answer.status_code, answer.value["outcome"]["earned"]) == (200, {"points": 120})
    assert api.get("/activities").value["items"] == []
    assert api.post("/activities/dry-run", {**body, "now": "tomorrow"}).value["code"] == "instant_invalid"


def test_a_dry_run_for_a_phone_that_nobody_has_keeps_no_shadow(api):
    body = {"member": {"identity": {"kind": "PHONE", "value": "0899999999"}}, "kind": "purchase", "amount": 50}

    assert api.post("/activities/dry-run", body).value["code"] == "member_not_found"
    assert api.get("/members").value["items"] == []


def test_a_late_report_waits_and_is_approved(api, buy, member_id):
    late = buy(at=(datetime.now(UTC) - timedelta(days=40)).isoformat())

    assert (late.status_code, late.value["status"]) == (202, "REVIEW")
    assert [item["id"] for item in api.get("/activities/in-review").value["items"]] == [late.value["id"]]
    path = f"/members/{member_id}/activities/{late.value['id']}"
    approved, again = api.post(f"{path}/approve"), api.post(f"{path}/approve")
    rejected = api.post(f"{path}/reject")

    assert approved.value["outcome"]["earned"] == again.value["outcome"]["earned"] == {"points": 120}
    assert approved.value["id"] == again.value["id"]
    assert (rejected.status_code, rejected.value["code"]) == (409, "activity_not_in_review")
    assert api.get("/activities/in-review").value["items"] == []


def test_a_late_report_is_rejected(api, buy, member_id):
    late = buy(at=(datetime.now(UTC) - timedelta(days=40)).isoformat()).value["id"]
    path = f"/members/{member_id}/activities/{late}"

    answers = [
        api.post(f"{path}/reject").status_code,
        api.post(f"{path}/reject").status_code,
        api.post(f"{path}/approve").status_code,
    ]

    assert answers == [204, 204, 409]
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 0


def test_lists_page_backwards(api, buy, member_id):
    ids = [buy(ref=f"R{n}").value["id"] for n in range(3)]

    first = api.get(f"/members/{member_id}/activities?limit=2").value
    second = api.get(f"/members/{member_id}/activities?limit=2&cursor={first['next_cursor']}").value

    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None
    assert [item["id"] for item in api.get("/activities").value["items"]] == ids[::-1]


def test_one_activity_is_told_as_it_was_reported(api, buy, member_id):
    lines = [{"id": "a", "amount": "100.25", "product": "latte", "category": "drinks", "quantity": "1.5"}, {"amount": 20.25}]
    made = buy(lines=lines, tender="cash", at="2026-11-24T12:30:00+07:00").value["id"]

    kept = api.get(f"/members/{member_id}/activities/{made}").value

    assert (kept["amount"], kept["occurred_at"], kept["tender"]) == ("120.50", "2026-11-24T05:30:00+00:00", "cash")
    assert [(line["id"], line["amount"], line["product"], line["quantity"]) for line in kept["lines"]] == [
        ("a", "100.25", "latte", "1.5"),
        ("2", "20.25", "", "1"),
    ]
