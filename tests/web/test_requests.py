"""Data requests, consent texts and the breach log in the console."""

import io
import zipfile
from datetime import timedelta

import pytest

from phakdi.flows.request_data import open_request
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.consents.queries import texts_of
from phakdi.people.members.queries import get_member
from phakdi.people.requests.queries import breaches_of, get_request, requests_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def _data_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def asked(shop, member_id):
    """Return a function that lets the member ask something and returns the request's address."""

    def ask(kind="ACCESS", days_ago=0):
        at = utc_now() - timedelta(days=days_ago)
        row = open_request(organization_id=shop, member_id=member_id, kind=kind, details="please", now=at)
        return row, f"/console/requests/{row.id}/"

    return ask


def state(shop, row):
    with organization_scope(shop):
        found = get_request(organization_id=shop, request_id=row.id)
    return found.state, found.refusal_reason


def test_the_register_shows_days_left_and_what_is_late_first(owner, asked):
    asked("ACCESS", days_ago=31)
    asked("COPY", days_ago=24)

    page = owner.get("/console/requests/")

    assert [(each.days, each.urgency) for each in page.context["waiting"]] == [(-1, "bad"), (6, "warn")]


def test_a_request_at_the_counter_notes_how_the_identity_was_checked(owner, shop, member_id):
    form = {"kind": "CORRECTION", "identity_check": "DOCUMENT", "details": "a wrong name"}
    owner.post(f"/console/members/{member_id}/request/", form)

    with organization_scope(shop):
        (row,) = requests_of(organization_id=shop, member_id=member_id)
    assert (row.kind, row.identity_check, row.opened_by) == ("CORRECTION", "DOCUMENT", "staff")
    again = owner.post(f"/console/members/{member_id}/request/", form)
    assert again.status_code == 422
    assert "The same was asked before" in again.text


def test_the_copy_is_handed_out_as_one_file(owner, asked):
    _, address = asked("COPY")

    answer = owner.post(f"{address}copy/")

    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert "data.json" in archive.namelist()


def test_answering_and_refusing_are_noted_with_reasons(owner, shop, asked):
    first, address = asked("ACCESS")
    owner.post(f"{address}answer/", {"answer": "Here it is."})
    second, address = asked("CORRECTION")
    without = owner.post(f"{address}refuse/", {"answer": "no"})
    owner.post(f"{address}refuse/", {"reason": "NOT_HELD", "answer": "no"})

    assert without.status_code == 422
    assert state(shop, first) == ("ANSWERED", "")
    assert state(shop, second) == ("REFUSED", "NOT_HELD")
    assert "Refused because we hold no such data." in owner.get(address).text


def test_erasing_needs_the_members_number_and_does_it(owner, shop, member_id, asked):
    row, address = asked("ERASURE")
    with organization_scope(shop):
        number = get_member(organization_id=shop, member_id=member_id).number
    assert owner.post(f"{address}erase/", {"number": "123"}).status_code == 422
    assert state(shop, row)[0] == "OPEN"

    owner.post(f"{address}erase/", {"number": number})

    with organization_scope(shop):
        member = get_member(organization_id=shop, member_id=member_id)
    assert (member.status, member.given_name, member.phone) == ("CLOSED", "", "")
    assert state(shop, row)[0] == "ANSWERED"
    assert owner.get(address).status_code == 200
    assert "had their data erased" in owner.get(f"/console/members/{member_id}/").text


def test_objection_and_restriction_are_done_with_one_press(owner, shop, member_id, asked):
    _, address = asked("RESTRICTION")
    owner.post(f"{address}restrict/")
    _, other = asked("OBJECTION")
    owner.post(f"{other}stop/")

    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).status == "FROZEN"


def test_service_staff_open_requests_but_do_not_erase_or_copy(signed_in, asked):
    from phakdi.platform.staff.core import Role

    _, address = asked("ERASURE")
    agent = signed_in(Role.AGENT)

    assert agent.get(address).status_code == 200
    assert agent.get(f"{address}erase/").status_code == 403
    assert agent.post(f"{address}copy/").status_code == 403


def test_a_new_consent_text_is_kept_beside_the_old_one(owner, shop):
    first = {"th": "ส่งข่าวได้", "en": "News, please", "effective_from": "", "is_material": ""}
    owner.post("/console/consents/marketing/", first)
    owner.post("/console/consents/marketing/", {**first, "en": "News and partners", "is_material": "on"})
    missing = owner.post("/console/consents/marketing/", {**first, "en": " "})

    assert missing.status_code == 422
    with organization_scope(shop):
        found = [(text.version, text.texts["en"], text.is_material) for text in texts_of(organization_id=shop)]
    assert found == [(2, "News and partners", True), (1, "News, please", False)]
    page = owner.get("/console/consents/marketing/").text
    assert "members are asked again" in page
    assert "News, please" in page


def test_a_breach_is_logged_with_its_72_hours(owner, shop):
    form = {"title": "A phone was lost", "known_at": "2026-03-01T10:00", "risk": "", "members_count": "12"}
    owner.post("/console/privacy/breaches/new/", form)

    with organization_scope(shop):
        (row,) = breaches_of(organization_id=shop)
    assert (row.title, row.members_count) == ("A phone was lost", 12)
    page = owner.get("/console/privacy/").text
    assert "72 hours are over" in page
    owner.post(f"/console/privacy/breaches/{row.id}/", {**form, "authority_told_at": "2026-03-02T10:00", "risk": "SOME"})
    assert "authority told" in owner.get("/console/privacy/").text
    assert owner.post("/console/privacy/breaches/new/", {**form, "known_at": "2999-01-01T10:00"}).status_code == 422


def test_the_record_of_processing_names_every_kind_of_data(owner):
    from phakdi.flows.member_record import PARTS

    page = owner.get("/console/privacy/records/").text

    assert [part.key for part in PARTS if part.title["en"] not in page] == []


def test_every_privacy_page_answers_in_both_languages(signed_in, member_id, asked):
    _, address = asked("ERASURE")
    client = signed_in()
    pages = [
        "/console/requests/", address, f"{address}erase/", f"/console/members/{member_id}/held/", f"/console/members/{member_id}/request/",
        "/console/privacy/", "/console/privacy/breaches/new/", "/console/privacy/records/", "/console/consents/",
        "/console/consents/profiling/",
    ]  # fmt: skip
    for language in ("th", "en"):
        for page in pages:
            answer = client.get(page, headers={"accept-language": language})
            assert answer.status_code == 200, page


def test_members_are_asked_again_after_a_material_change(shop, member_id, owner):
    from phakdi.flows.record_consent import Answer, Speaker, record_consent
    from phakdi.people.consents.queries import to_ask_again
    from phakdi.web.portal.consenting import questions

    words = {"th": "ส่งข่าวได้", "en": "News, please", "effective_from": ""}
    owner.post("/console/consents/marketing/", words)
    said = [Answer("MARKETING", True, "SMS")]
    record_consent(organization_id=shop, member_id=member_id, answers=said, speaker=Speaker(), now=utc_now())
    owner.post("/console/consents/marketing/", {**words, "en": "And partners", "is_material": "on"})

    with organization_scope(shop):
        asked = questions(organization_id=shop, now=utc_now(), language="en", member_id=member_id)
        keys = to_ask_again(organization_id=shop, member_id=member_id, at=utc_now())
    sms = next(each for each in asked if each.key in keys)
    assert (sms.is_granted, sms.is_outdated, sms.version, sms.words) == (False, True, 2, "And partners")
