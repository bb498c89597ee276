"""Wallets, movements, lots, vouchers, standing and prices over HTTP."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)

PROGRAM = """
phakdi: 1
key: shop
name: {th: ร้านกาแฟ, en: Coffee shop}
units:
  points:
    name: {th: แต้ม, en: Points}
    expires: {after: 1 year}
    worth: 0.25
earning:
  - key: base
    name: {th: ทุก 25 บาท, en: Every 25 baht}
    on: purchase
    give: {points: 1, per: 25}
discounts:
  - key: happy_hour
    name: {th: ช่วงสุขสันต์, en: Happy hour}
    percent: 10
    minimum: 100
vouchers:
  ten_off: {name: {th: ลด 10 บาท, en: 10 baht off}, amount: 10, valid: {after: 30 days}}
rewards:
  ten: {name: {th: คูปอง 10 บาท, en: A 10 baht voucher}, cost: {points: 4}, voucher: ten_off}
spending:
  - {key: pay, points: 4, pays: 1, step: 4}
tiers:
  levels:
    - {key: basic, name: {th: ทั่วไป, en: Basic}}
    - {key: gold, name: {th: ทอง, en: Gold}, reach: {meter: spend, window: year, at_least: 1000}, lasts: {after: 1 year},
       benefits: [{th: เครื่องดื่มวันเกิด, en: A birthday drink}]}
"""


@pytest.fixture
def cafe(api):
    """Put a program with levels, discounts and vouchers in force."""
    answer = api.post("/programs/apply", {"text": PROGRAM}, Idempotency_Key="p")
    assert answer.status_code == 201, answer.value
    return api


@pytest.fixture
def spent_250(cafe, member_id):
    """Let the member buy for 250 baht: ten points."""
    return cafe.post("/activities", {"member": str(member_id), "kind": "purchase", "ref": "R1", "amount": 250}).value


def test_a_wallet_tells_what_it_is_worth_and_what_ends(cafe, member_id, spent_250):
    (wallet,) = cafe.get(f"/members/{member_id}/wallets", Accept_Language="th").value["items"]

    assert (wallet["unit"], wallet["name"], wallet["active"], wallet["worth"]) == ("points", "แต้ม", 10, "2.50")
    assert (wallet["expires_next"], wallet["expires_next_at"] is not None) == (10, True)


def test_movements_tell_why(cafe, member_id, spent_250):
    cafe.post("/activities", {"member": str(member_id), "kind": "redeem", "reward": "ten", "ref": "X"})

    page = cafe.get(f"/members/{member_id}/entries?unit=points&limit=1").value
    rest = cafe.get(f"/members/{member_id}/entries?unit=points&limit=1&cursor={page['next_cursor']}").value
    of_it = cafe.get(f"/members/{member_id}/activities/{spent_250['id']}/entries").value

    assert [(entry["kind"], entry["points"], entry["change"]) for entry in page["items"] + rest["items"]] == [
        ("SPEND", 4, -4),
        ("EARN", 10, 10),
    ]
    assert all(entry["reason"]["code"] and entry["reason"]["text"] for entry in page["items"] + rest["items"])
    assert [entry["id"] for entry in of_it["items"]] == [rest["items"][0]["id"]]


def test_lots_and_vouchers_are_told(cafe, member_id, spent_250):
    cafe.post("/activities", {"member": str(member_id), "kind": "redeem", "reward": "ten", "ref": "X"})

    (lot,) = cafe.get(f"/members/{member_id}/lots").value["items"]
    (voucher,) = cafe.get(f"/members/{member_id}/vouchers?state=ISSUED", Accept_Language="th").value["items"]

    assert (lot["granted"], lot["remaining"], lot["ref"]) == (10, 6, "R1")
    assert (voucher["definition"], voucher["name"], voucher["is_usable"]) == ("ten_off", "ลด 10 บาท", True)
    assert cafe.get(f"/members/{member_id}/vouchers?state=USED").value["items"] == []


def test_lots_page(cafe, member_id):
    for number in range(3):
        cafe.post("/activities", {"member": str(member_id), "kind": "purchase", "ref": f"R{number}", "amount": 25})

    first = cafe.get(f"/members/{member_id}/lots?limit=2").value
    second = cafe.get(f"/members/{member_id}/lots?limit=2&cursor={first['next_cursor']}").value

    assert [lot["ref"] for lot in first["items"] + second["items"]] == ["R0", "R1", "R2"]
    assert second["next_cursor"] is None


def test_a_standing_tells_what_is_missing(cafe, member_id, spent_250):
    standing = cafe.get(f"/members/{member_id}/standing", Accept_Language="th").value

    assert (standing["level"], standing["name"], standing["next_level"], standing["next_name"]) == (
        "basic",
        "ทั่วไป",
        "gold",
        "ทอง",
    )
    ask = standing["to_next"]
    assert (ask["meter"], ask["window"], ask["have"], ask["need"], ask["missing"]) == (
        "spend",
        "year",
        "250.00",
        "1000.00",
        "750.00",
    )
    assert standing["percent_to_next"] == 25


def test_what_the_program_offers(cafe):
    levels, units, rewards = (cafe.get(path).value["items"] for path in ("/tiers", "/units", "/rewards"))

    assert [(level["key"], level["name"], level["benefits"]) for level in levels] == [
        ("basic", "Basic", []),
        ("gold", "Gold", ["A birthday drink"]),
    ]
    assert levels[1]["reach"] == {"meter": "spend", "window": "year", "at_least": "1000"}
    assert units == [{"key": "points", "name": "Points", "kind": "points", "is_main": True}]
    assert [(reward["key"], reward["costs"]) for reward in rewards] == [
        ("ten", [{"unit": "points", "points": "4", "money": None, "also": {}}])
    ]


def test_a_basket_is_priced_and_its_purchase_can_be_recorded(cafe, member_id, spent_250):
    lines = [{"product": "latte", "amount": "120.00"}, {"product": "cake", "amount": "80.00"}]

    priced = cafe.post("/baskets/price", {"member": str(member_id), "lines": lines, "pay_points": 8}, Accept_Language="th").value

    assert (priced["amount"], priced["discount"], priced["points"], priced["points_value"], priced["pay"]) == (
        "200.00", "22.00", 8, "2.00", "178.00",
    )  # fmt: skip
    assert [(item["key"], item["name"], item["amount"]) for item in priced["applied"]] == [("happy_hour", "ช่วงสุขสันต์", "20.00")]
    recorded = cafe.post("/activities", {**priced["activity"], "ref": "R2"})
    assert recorded.status_code == 201, recorded.value
    assert recorded.value["outcome"]["balances"]["points"] == 10 - 8 + 178 // 25


def test_a_stranger_s_basket_is_priced(cafe):
    priced = cafe.post("/baskets/price", {"amount": 200, "member": {"identity": {"kind": "PHONE", "value": "0899999999"}}})

    assert (priced.status_code, priced.value["pay"], priced.value["member_id"]) == (200, "180.00", None)
    assert cafe.get("/members").value["items"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"vouchers": ["ten_off"]}, 409, None),
        ({"pay_points": 1_000_000}, 409, None),
        ({"kind": "visit"}, 422, "kind_unknown"),
        ({"amount": "free"}, 422, "number_invalid"),
        ({"member": "01945f00-0000-7000-8000-000000000001"}, 404, "member_not_found"),
        ({"member": {"number": "x"}}, 404, "member_not_found"),
    ],
)
def test_a_basket_that_cannot_be_priced_says_why(cafe, member_id, change, status, code):
    answer = cafe.post("/baskets/price", {"member": str(member_id), "amount": 200, **change})

    assert answer.status_code == status
    assert code in {None, answer.value["code"]}


def test_without_a_program_there_is_nothing_to_tell(make_key, other_organization_id):
    api = make_key(other_organization_id)

    for path in ("/tiers", "/units", "/rewards", "/programs/in-force"):
        answer = api.get(path)
        assert (answer.status_code, answer.value["code"]) == (404, "program_not_found"), path
    assert api.get("/me").value["program_version_id"] is None


def test_what_comes_back_is_named_by_its_product_whatever_its_place(api, member_id):
    """A till that returns one thing says which; its place in the return is not its place on the bill."""
    bill = {"member": str(member_id), "kind": "purchase", "ref": "L1", "amount": 100}
    lines = [{"product": "latte", "amount": 60}, {"product": "cake", "amount": 40}]
    assert api.post("/activities", {**bill, "lines": lines}).status_code == 201
    back = {"member": str(member_id), "kind": "refund", "of": "L1", "ref": "L1-back", "lines": [{"product": "cake"}]}
    assert api.post("/activities", back).status_code == 201
    (wallet,) = [each for each in api.get(f"/members/{member_id}/wallets").value["items"] if each["unit"] == "points"]
    assert wallet["active"] == 60
    unknown = {**back, "ref": "L1-again", "lines": [{"product": "tea"}]}
    assert api.post("/activities", unknown).value["code"] == "line_unknown"
