"""Programs over HTTP: what was, what is, what a file would change."""

import pytest

from tests.conftest import SHOP_PROGRAM

pytestmark = pytest.mark.django_db(transaction=True)
USUAL = SHOP_PROGRAM.replace("points: 1, per: 1", "points: 1, per: 25")


def test_the_file_comes_back_as_it_was_written(api):
    in_force = api.get("/programs/in-force").value
    exported = api.get(f"/programs/versions/{in_force['id']}/file")

    assert in_force["text"] == SHOP_PROGRAM
    assert (exported["Content-Type"], exported.content.decode()) == ("application/yaml; charset=utf-8", SHOP_PROGRAM)
    assert exported["Content-Disposition"] == 'attachment; filename="shop-1.yaml"'


def test_a_good_file_is_valid(api):
    assert api.post("/programs/validate", {"text": USUAL}).value == {"is_valid": True, "errors": [], "warnings": []}


def test_a_bad_file_says_where(api):
    broken = SHOP_PROGRAM.replace("points: 1, per: 1", "points: 1, pr: 1")

    answer = api.post("/programs/validate", {"text": broken}).value

    assert answer["is_valid"] is False
    assert [(error["field"], error["line"]) for error in answer["errors"]] == [("earning[0].give.pr", 11)]


def test_what_can_hardly_be_meant_is_a_warning(api):
    odd = USUAL + "limits:\n  unused: {max: 5, per: day}\n"

    answer = api.post("/programs/validate", {"text": odd}).value

    assert answer["is_valid"] is True
    assert [(warning["code"], warning["path"]) for warning in answer["warnings"]] == [("limit_unused", "limits.unused")]


def test_a_difference_is_told(api):
    other = SHOP_PROGRAM.replace("per: 1}", "per: 2}")

    items = api.post("/programs/diff", {"text": other}).value["items"]

    assert [(item["kind"], item["path"], item["after"]) for item in items] == [("changed", "earning[base].give[0].per", "2")]


def test_a_file_put_in_force_counts_from_now_and_is_noted(api, member_id):
    twice = SHOP_PROGRAM.replace("points: 1, per: 1", "points: 2, per: 1")

    applied = api.post("/programs/apply", {"text": twice, "note": "double"}, Idempotency_Key="a")
    again = api.post("/programs/apply", {"text": twice, "note": "double"}, Idempotency_Key="a")
    earned = api.post("/activities", {"member": str(member_id), "kind": "purchase", "ref": "1", "amount": 10})

    assert (applied.status_code, applied.value["number"], applied.value["is_in_force"]) == (201, 2, True)
    assert again["Idempotency-Replayed"] == "true"
    assert again.value == applied.value
    assert earned.value["outcome"]["earned"] == {"points": 20}
    assert [version["number"] for version in api.get("/programs/versions").value["items"]] == [2, 1]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "phakdi: 1\nkey: shop\nearnings: []\n"}, 422, "program_invalid"),
        ({"text": "{"}, 422, "program_unreadable"),
        ({"text": SHOP_PROGRAM, "effective_from": "2021-01-01T00:00:00+07:00"}, 422, "program_effective_in_past"),
        ({"text": SHOP_PROGRAM, "effective_from": "2021-01-01T00:00:00"}, 422, "fields_invalid"),
        ({"text": SHOP_PROGRAM, "effective_from": 5}, 422, "fields_invalid"),
        ({"text": ""}, 422, "fields_invalid"),
    ],
)
def test_what_cannot_be_put_in_force_changes_nothing(api, body, status, code):
    answer = api.post("/programs/apply", body, Idempotency_Key="a")

    assert (answer.status_code, answer.value["code"]) == (status, code)
    assert answer.value["errors"]
    assert len(api.get("/programs/versions").value["items"]) == 1


def test_putting_in_force_needs_a_key(api):
    answer = api.post("/programs/apply", {"text": SHOP_PROGRAM})

    assert (answer.status_code, answer.value["code"]) == (400, "idempotency_key_required")
