"""Members over HTTP: found, enrolled, changed, frozen, closed; and each refusal."""

from uuid import uuid4

import pytest

from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.traits.core import LIFETIME, TraitRow
from phakdi.people.traits.operations import write_traits

pytestmark = pytest.mark.django_db(transaction=True)


def test_create_answers_the_member_and_what_joining_brought(api):
    answer = api.post("/members", {"phone": "081-234-5678", "given_name": "สมชาย", "birthday": "1990-02-28"})

    assert answer.status_code == 201
    assert answer.value["is_new"] is True
    assert answer.value["member"]["phone"] == "+66812345678"
    assert answer.value["member"]["birthday"] == "1990-02-28"
    assert answer.value["join"]["status"] == "BOOKED"


def test_create_twice_names_the_member(api):
    first = api.post("/members", {"phone": "0812345678"}).value["member"]["id"]

    answer = api.post("/members", {"phone": "+66 81 234 5678"}, Accept_Language="th")

    assert answer.status_code == 409
    assert answer.value["code"] == "already_member"
    assert answer.value["params"] == {"member_id": first}
    assert answer.value["detail"] == "คนนี้เป็นสมาชิกอยู่แล้ว"


def test_create_without_anything_to_know_them_by_is_refused(api):
    answer = api.post("/members", {"given_name": "A"})

    assert answer.status_code == 422
    assert answer.value["code"] == "identity_missing"
    assert answer.value["errors"][0]["field"] == "phone"


def test_create_with_a_phone_that_is_none_says_how_to_write_it(api):
    answer = api.post("/members", {"phone": "12"}, Accept_Language="th-TH,th;q=0.9")

    assert answer.status_code == 422
    assert answer.value["errors"] == [
        {
            "field": "phone",
            "code": "phone_invalid",
            "message": "เบอร์โทรไม่ถูกต้อง เช่น 081-234-5678",
            "line": None,
            "column": None,
        }
    ]
    assert answer["Content-Language"] == "th"


def test_create_keeps_consents_and_identities(api):
    body = {
        "phone": "0812345678",
        "identities": [{"kind": "EXTERNAL:POS", "value": "C-1"}],
        "consents": [{"purpose": "MARKETING", "channel": "SMS", "is_granted": True}],
    }
    member_id = api.post("/members", body).value["member"]["id"]

    consents = api.get(f"/members/{member_id}/consents").value["items"]
    known = api.get(f"/members/{member_id}").value["identities"]

    assert [(item["purpose"], item["channel"], item["is_granted"]) for item in consents] == [("MARKETING", "SMS", True)]
    assert [(item["kind"], item["value"]) for item in known] == [("EXTERNAL:POS", "C-1"), ("PHONE", "+66812345678")]


def test_a_member_is_told_with_what_is_expected_of_them(api, shop, member_id):
    run, now = uuid4(), utc_now()
    rows = [TraitRow(member_id, {"p_alive": 730, "churn_risk": "low"}, {"clv_12m_minor": "too_few_repeaters"})]
    with organization_scope(shop):
        write_traits(organization_id=shop, source=LIFETIME, run_id=run, rows=rows, now=now)

    traits = api.get(f"/members/{member_id}").value["traits"]

    assert {name: (each["value"], each["reason"]) for name, each in traits.items()} == {
        "p_alive": (0.73, ""),
        "churn_risk": ("low", ""),
        "clv_12m_minor": (None, "too_few_repeaters"),
    }
    assert {each["model_run_id"] for each in traits.values()} == {str(run)}


def test_search_finds_thai_names_and_pages(api):
    for number, name in enumerate(("สมชาย", "สมหญิง", "เกษม")):
        api.post("/members", {"phone": f"081234567{number}", "given_name": name})

    found = api.get("/members?q=สม").value
    first = api.get("/members?limit=2").value
    second = api.get(f"/members?limit=2&cursor={first['next_cursor']}").value

    assert [item["given_name"] for item in found["items"]] == ["สมชาย", "สมหญิง"]
    assert [item["given_name"] for item in first["items"] + second["items"]] == ["เกษม", "สมชาย", "สมหญิง"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("by", [{"identity": {"kind": "phone", "value": "080 000 0001"}}, {"number": "{number}"}])
def test_lookup_finds_the_one(api, member_id, by):
    number = api.get(f"/members/{member_id}").value["number"]
    if "number" in by:
        by = {"number": number}

    assert api.post("/members/lookup", by).value["id"] == str(member_id)


@pytest.mark.parametrize(
    ("by", "status", "code"),
    [
        ({"identity": {"kind": "PHONE", "value": "0899999999"}}, 404, "member_not_found"),
        ({"number": "1"}, 404, "member_not_found"),
        ({"identity": {"kind": "TATTOO", "value": "x"}}, 422, "identity_kind_unknown"),
        ({}, 422, "fields_invalid"),
        ({"number": "1", "identity": {"kind": "PHONE", "value": "0899999999"}}, 422, "fields_invalid"),
    ],
)
def test_lookup_refuses(api, by, status, code):
    answer = api.post("/members/lookup", by)

    assert (answer.status_code, answer.value["code"]) == (status, code)


def test_unknown_member_is_not_found(api):
    answer = api.get(f"/members/{uuid4()}")

    assert (answer.status_code, answer.value["code"]) == (404, "member_not_found")


def test_a_member_id_that_is_none_says_what_it_is(api):
    answer = api.get("/members/7")

    assert answer.status_code == 422
    assert answer.value["errors"] == [
        {"field": "member_id", "code": "uuid_parsing", "message": "This is a UUID.", "line": None, "column": None}
    ]


def test_change_writes_what_is_sent_and_nothing_else(api, member_id):
    before = api.get(f"/members/{member_id}").value

    after = api("PATCH", f"/members/{member_id}", {"nickname": "ต้น"}).value

    assert {name for name in after if after[name] != before[name]} == {"nickname", "updated_at"}
    assert after["nickname"] == "ต้น"


def test_change_of_the_phone_holds_spending(api, member_id):
    after = api("PATCH", f"/members/{member_id}", {"phone": "0899999999"}).value

    assert after["phone"] == "+66899999999"
    assert after["spend_held_until"] is not None


def test_change_to_the_phone_of_another_is_refused(api, member_id, other_member_id):
    answer = api("PATCH", f"/members/{member_id}", {"phone": "0800000002"})

    assert (answer.status_code, answer.value["code"]) == (409, "identity_taken")
    assert api.get(f"/members/{member_id}").value["phone"] == "+66800000001"


def test_freeze_and_unfreeze(api, member_id):
    frozen = api.post(f"/members/{member_id}/freeze", {"reason": "lost phone"}).value
    again = api.post(f"/members/{member_id}/freeze", {"reason": "lost phone"})
    thawed = api.post(f"/members/{member_id}/unfreeze").value

    assert (frozen["status"], frozen["status_reason"]) == ("FROZEN", "lost phone")
    assert (again.status_code, again.value["code"]) == (409, "member_status_wrong")
    assert thawed["status"] == "ACTIVE"


def test_close_takes_consents_back(api, member_id):
    yes = {"answers": [{"purpose": "MARKETING", "channel": "EMAIL", "is_granted": True}]}
    api("PUT", f"/members/{member_id}/consents", yes)

    closed = api.post(f"/members/{member_id}/close", {"reason": "moved away"}).value

    assert closed["status"] == "CLOSED"
    assert [item["is_granted"] for item in api.get(f"/members/{member_id}/consents").value["items"]] == [False]


def test_list_asks_the_database_as_often_for_three_members_as_for_one(api, new_member, django_assert_max_num_queries):
    new_member()
    with django_assert_max_num_queries(12) as one:
        api.get("/members")
    new_member(), new_member()
    with django_assert_max_num_queries(12) as three:
        assert len(api.get("/members").value["items"]) == 3

    assert len(three) == len(one) or len(three) < len(one)  # the first call looked its key up


def two_members(api):
    return [api.post("/members", {"phone": f"081234567{digit}", "given_name": "A"}).value["member"]["id"] for digit in (1, 2)]


def test_merge_leads_to_the_surviving_member_and_is_undone(api):
    kept, other = two_members(api)
    api.post("/activities", {"member": {"id": other}, "kind": "purchase", "amount": 100, "ref": "r1"})

    merged = api.post(f"/members/{kept}/merge", {"merged_id": other})

    assert merged.status_code == 201
    assert (merged.value["survivor_id"], merged.value["merged_id"]) == (kept, other)
    assert api.post(f"/members/{kept}/merge", {"merged_id": other}).value == merged.value
    assert api.get(f"/members/{other}").value["id"] == kept
    assert api.post("/members/lookup", {"identity": {"kind": "PHONE", "value": "0812345672"}}).value["id"] == kept
    assert api.get(f"/members/{other}/wallets").value == api.get(f"/members/{kept}/wallets").value
    assert api.get(f"/members/{kept}/merges").value["items"] == [merged.value]

    undone = api.post(f"/merges/{merged.value['id']}/undo", {})

    assert (undone.status_code, undone.value["differences"]) == (200, [])
    assert api.get(f"/members/{other}").value["status"] == "ACTIVE"
    again = api.post(f"/merges/{merged.value['id']}/undo", {})
    assert (again.status_code, again.value["code"]) == (409, "merge_conflict")


def test_merge_with_oneself_or_nobody_is_refused(api):
    kept, _ = two_members(api)

    for merged_id, status, code in ((kept, 409, "merge_refused"), (str(uuid4()), 404, "member_not_found")):
        answer = api.post(f"/members/{kept}/merge", {"merged_id": merged_id})
        assert (answer.status_code, answer.value["code"]) == (status, code)
