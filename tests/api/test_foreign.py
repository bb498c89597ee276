"""Every route with every identifier of another organization: 404, nothing told, nothing changed (F18)."""

from uuid import uuid4

import orjson
import pytest

from phakdi.api.terms import terms_of
from phakdi.care.surveys.core.questions import Question, QuestionKind, Wish
from phakdi.flows.manage_surveys import make_survey, open_survey
from phakdi.kit.clock import utc_now
from phakdi.platform.staff.core import Place, Role
from tests.api.digests import digest
from tests.conftest import SHOP_PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def theirs(make_key, other_organization_id):
    """Fill another organization with one of everything and return its identifiers."""
    api = make_key(other_organization_id)
    program = SHOP_PROGRAM.replace("{points: 50}", "{points: 5}\n    voucher: free_cup") + "vouchers:\n  free_cup: {amount: 10}\n"
    version = api.post("/programs/apply", {"text": program}, Idempotency_Key="p").value
    member = api.post("/members", {"phone": "0877777777", "given_name": "Zebedee"}).value["member"]
    api("PUT", f"/members/{member['id']}/consents", {"answers": [{"purpose": "PROFILING", "is_granted": True}]})
    api.post("/stores", {"code": "theirs", "name": "Zebedee's"})
    buy = {"member": member["id"], "kind": "purchase", "amount": 500}
    api.post("/activities", {**buy, "ref": "Z1"})
    taken = api.post("/activities", {"member": member["id"], "kind": "redeem", "reward": "cup", "ref": "Z2"})
    assert taken.status_code == 201, taken.value
    late = api.post("/activities", {**buy, "ref": "Z3", "at": "2024-01-01T00:00:00+07:00"}).value
    ids = {"member_id": member["id"], "activity_id": late["id"], "version_id": version["id"], "code": "theirs"}
    cursors = [
        api.get(f"{path}?limit=1").value.get("next_cursor") for path in ("/activities", f"/members/{member['id']}/entries")
    ]
    twin = api.post("/members", {"phone": "0898765432", "given_name": "Zebedee"}).value["member"]
    merge = api.post(f"/members/{member['id']}/merge", {"merged_id": twin["id"]}).value
    ids["merge_id"] = merge["id"]
    owner = Place(other_organization_id, "other", "Other", uuid4(), Role.OWNER)
    wish = Wish({"en": "Zebedee's"}, (Question("q1", QuestionKind.CSAT, {"en": "How was it?"}, 1, 5),))
    made = make_survey(place=owner, code="theirs", wish=wish, now=utc_now())
    open_survey(place=owner, survey_id=made.id, now=utc_now())
    hook = {"name": "Zebedee's", "url": "https://93.184.216.34/hook", "topics": ["*"]}
    ids["webhook_id"] = api.post("/webhooks", hook, Idempotency_Key="w").value["id"]
    (voucher,) = api.get(f"/members/{member['id']}/vouchers").value["items"]
    return {"api": api, "ids": ids, "number": member["number"], "cursors": cursors, "voucher": voucher["id"]}


NOBODYS = {"figures/{name}"}  # names that are the same for everybody


def _routes() -> list[tuple[str, str]]:
    from phakdi.api import api

    return [
        (method, route)
        for route, by_method in api.operations_by_route().items()
        for method, operation in by_method.items()
        if "{" in route and terms_of(operation.view_func).scope and route not in NOBODYS
    ]


BODIES = {
    "PATCH members/{member_id}": {"nickname": "mine"},
    "POST members/{member_id}/freeze": {"reason": "mine"},
    "POST members/{member_id}/close": {"reason": "mine"},
    "POST members/{member_id}/merge": {"merged_id": "01945f00-0000-7000-8000-000000000009"},
    "POST merges/{merge_id}/undo": {},
    "PUT members/{member_id}/consents": {"answers": [{"purpose": "PROFILING", "is_granted": False}]},
    "PATCH stores/{code}": {"area": "mine"},
    "PATCH webhooks/{webhook_id}": {"name": "mine"},
    "POST surveys/{code}/answers": {"ref": "mine", "answers": {"q1": 5}},
    "POST webhooks/{webhook_id}/replay": {"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"},
}


def test_every_route_hides_what_is_another_organization_s(api, theirs, other_organization_id):
    before = digest(other_organization_id)
    for method, route in _routes():
        answer = api(
            method, "/" + route.format(**theirs["ids"]), BODIES.get(f"{method} {route}"), Idempotency_Key=f"{method} {route}"
        )
        assert answer.status_code == 404, f"{method} {route}: {answer.status_code} {answer.content[:200]!r}"
        assert b"Zebedee" not in answer.content
    assert digest(other_organization_id) == before


def test_half_foreign_paths_hide_as_well(api, theirs, member_id, other_organization_id):
    """An activity of theirs under a member of ours."""
    before = digest(other_organization_id)
    ids = {**theirs["ids"], "member_id": str(member_id)}
    for method, route in _routes():
        if "{activity_id}" in route:
            answer = api(method, "/" + route.format(**ids))
            assert answer.status_code == 404, f"{method} {route}"
    assert digest(other_organization_id) == before


def test_bodies_cannot_name_what_is_another_organization_s(api, theirs, member_id, other_organization_id):
    stranger, mine = theirs["ids"]["member_id"], str(member_id)
    before = digest(other_organization_id)
    buy = {"kind": "purchase", "amount": 10, "ref": "F1"}
    calls = [
        ("/activities", {**buy, "member": stranger}, 404),
        ("/activities", {**buy, "member": {"number": theirs["number"]}}, 404),
        ("/activities/dry-run", {**buy, "member": stranger}, 404),
        ("/activities/dry-run", {**buy, "member": {"identity": {"kind": "PHONE", "value": "0877777777"}}}, 404),
        ("/activities", {"kind": "refund", "amount": 10, "ref": "F2", "of": "Z1", "member": mine}, 409),
        ("/activities", {"kind": "transfer", "points": 1, "to": stranger, "ref": "F3", "member": mine}, 409),
        ("/activities", {**buy, "ref": "F4", "vouchers": [theirs["voucher"]], "member": mine}, 409),
        ("/baskets/price", {"amount": 10, "member": stranger}, 404),
        ("/baskets/price", {"amount": 10, "member": mine, "vouchers": [theirs["voucher"]]}, 409),
        ("/members", {"phone": "0811111111", "referred_by": stranger}, 404),
        ("/members/lookup", {"number": theirs["number"]}, 404),
        ("/members/lookup", {"identity": {"kind": "PHONE", "value": "0877777777"}}, 404),
    ]
    for path, body, status in calls:
        answer = api.post(path, body)
        assert answer.status_code == status, f"{path} {body}: {answer.content[:300]!r}"
        assert b"Zebedee" not in answer.content
    batch = api.post("/activities/batch", {"items": [{**buy, "member": stranger}]}).value
    assert batch["items"][0]["status"] == 404
    assert digest(other_organization_id) == before


def test_lists_hold_nothing_of_theirs(api, theirs):
    for path in (
        "/members",
        "/members?q=Zebedee",
        "/members?q=0877777777",
        "/activities",
        "/activities/in-review",
        "/stores",
        "/programs/versions",
        "/webhooks",
    ):
        answer = api.get(path)
        assert answer.status_code == 200
        for secret in (b"Zebedee", b"77777777", *(value.encode() for value in theirs["ids"].values())):
            assert secret not in answer.content, path
    for cursor in theirs["cursors"]:
        if cursor:
            assert api.get(f"/activities?cursor={cursor}").status_code == 422


def test_the_same_phone_and_receipt_in_both_are_two_members(api, theirs, other_organization_id):
    before = digest(other_organization_id)
    body = {"member": {"identity": {"kind": "PHONE", "value": "0877777777"}}, "kind": "purchase", "ref": "Z1", "amount": 500}

    answer = api.post("/activities", body)

    assert answer.status_code == 201
    assert answer.value["member_id"] != theirs["ids"]["member_id"]
    assert digest(other_organization_id) == before


def test_the_probe_would_see_it(theirs, other_organization_id):
    """The control: with their own key the same calls answer and change."""
    before = digest(other_organization_id)
    answers = [
        theirs["api"](method, "/" + route.format(**theirs["ids"])).status_code for method, route in _routes() if method == "GET"
    ]
    theirs["api"]("PATCH", f"/members/{theirs['ids']['member_id']}", {"nickname": "ours"})

    assert set(answers) == {200}
    assert digest(other_organization_id)["member"] != before["member"]
    assert orjson.dumps(answers)
