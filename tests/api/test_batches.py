"""Batches over HTTP: an answer for each item."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def purchase(member_id):
    """Return a function that makes a purchase of 10 baht."""
    return lambda ref="", **more: {
        "member": str(member_id),
        "kind": "purchase",
        "amount": 10,
        **({"ref": ref} if ref else {}),
        **more,
    }


def test_each_item_has_its_own_answer(api, purchase, member_id):
    items = [
        purchase("1"),
        purchase("2", amount=-1),
        {"kind": "purchase", "ref": "3", "amount": 10},
        purchase("4", member={"identity": {"kind": "PHONE", "value": "0899999999"}}),
        7,
        purchase(),
        purchase("1"),
        purchase("1", amount=11),
    ]

    answer = api.post("/activities/batch", {"items": items}, Accept_Language="th")

    assert answer.status_code == 200
    assert [item["status"] for item in answer.value["items"]] == [201, 422, 422, 201, 422, 400, 200, 409]
    codes = [item["problem"] and item["problem"]["code"] for item in answer.value["items"]]
    assert codes == [
        None, "number_negative", "member_missing", None, "activity_shape", "idempotency_key_required", None, "receipt_conflict",
    ]  # fmt: skip
    assert {name: answer.value[name] for name in ("recorded", "replayed", "refused")} == {
        "recorded": 2,
        "replayed": 1,
        "refused": 5,
    }
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 10


def test_a_key_stands_for_the_references_of_all_items(api, purchase, member_id):
    body = {"items": [purchase(), purchase()]}

    first = api.post("/activities/batch", body, Idempotency_Key="b1").value
    again = api.post("/activities/batch", body, Idempotency_Key="b1").value

    assert (first["recorded"], again["replayed"]) == (2, 2)
    assert [item["activity"]["id"] for item in first["items"]] == [item["activity"]["id"] for item in again["items"]]
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 20


@pytest.mark.parametrize("items", [[], "x", None, [{}] * 1001])
def test_a_batch_has_1_to_1000_items(api, items):
    answer = api.post("/activities/batch", {"items": items})

    assert (answer.status_code, answer.value["code"]) == (422, "batch_size")


def test_a_thousand_items_at_once(api, purchase, member_id):
    answer = api.post("/activities/batch", {"items": [purchase(str(n)) for n in range(1000)]})

    assert answer.value["recorded"] == 1000
    assert api.get(f"/members/{member_id}/wallets").value["items"][0]["active"] == 10_000


def test_a_till_of_one_store_reports_for_others_in_vain(make_key, api, shop, purchase):
    api.post("/stores", {"code": "A", "name": "A"})
    till = make_key(shop, stores=["A"])

    answer = till.post("/activities/batch", {"items": [purchase("1"), purchase("2", store="B")]})

    assert [item["status"] for item in answer.value["items"]] == [201, 403]
