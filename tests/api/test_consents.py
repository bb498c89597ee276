"""Consents over HTTP."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_latest_word_counts(api, member_id):
    path = f"/members/{member_id}/consents"
    api("PUT", path, {"answers": [{"purpose": "MARKETING", "channel": "SMS", "is_granted": True}]})

    answer = api("PUT", path, {"answers": [{"purpose": "MARKETING", "channel": "SMS", "is_granted": False}]})

    assert [item["is_granted"] for item in answer.value["items"]] == [False]
    assert answer.value == api.get(path).value


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"purpose": "SERVICE", "is_granted": True}, "consent_not_needed"),
        ({"purpose": "MARKETING", "is_granted": True}, "consent_channel_wrong"),
        ({"purpose": "SPAM", "is_granted": True}, "consent_purpose_unknown"),
        ({"purpose": "PROFILING", "is_granted": "yes"}, "fields_invalid"),
    ],
)
def test_what_cannot_be_agreed_to_changes_nothing(api, member_id, answer, code):
    refused = api("PUT", f"/members/{member_id}/consents", {"answers": [answer]})

    assert (refused.status_code, refused.value["code"]) == (422, code)
    assert api.get(f"/members/{member_id}/consents").value == {"items": []}


def test_a_minor_needs_a_guardian(api, member_id):
    api("PATCH", f"/members/{member_id}", {"birthday": "2015-01-01"})
    yes = {"answers": [{"purpose": "MARKETING", "channel": "SMS", "is_granted": True}]}

    alone = api("PUT", f"/members/{member_id}/consents", yes)
    together = api("PUT", f"/members/{member_id}/consents", {**yes, "guardian": "แม่"})

    assert (alone.status_code, alone.value["code"]) == (409, "guardian_needed")
    assert together.status_code == 200
