"""The console: every change is made once, told when it cannot be, and noted."""

from datetime import timedelta

import pytest

from phakdi.flows.manage_staff import change_staff
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs.queries import versions_of
from phakdi.people.members.queries import get_member, search
from phakdi.platform.audit.queries import entries
from phakdi.platform.keys.queries import keys_of
from phakdi.platform.staff.core import Role
from phakdi.platform.staff.queries import staff_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
PROGRAM = """phakdi: 1
key: shop
earning:
  - key: base
    on: purchase
    give: {points: 2, per: 1}
"""


def actions(shop):
    with organization_scope(shop):
        return [each.action for each in entries(organization_id=shop)]


def test_member_is_changed_and_only_what_differs(owner, shop, member_id):
    page = owner.get(f"/console/members/{member_id}/edit/")
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    owner.post(f"/console/members/{member_id}/edit/", {**form, "nickname": "Noi"})
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).nickname == "Noi"
        (changed,) = [each for each in entries(organization_id=shop) if each.action == "member.changed"]
    assert changed.data == {"fields": ["nickname"]}


def test_phone_of_another_member_is_told_at_its_field(owner, shop, member_id, other_member_id):
    with organization_scope(shop):
        taken = get_member(organization_id=shop, member_id=other_member_id).phone
    page = owner.post(f"/console/members/{member_id}/edit/", {"given_name": "A", "phone": taken, "language": "th"})
    assert page.status_code == 422
    assert "Another member has this phone or e-mail." in page.text


def test_enrolling_in_the_console_shows_the_new_member(owner, shop):
    answer = owner.post("/console/members/enroll/", {"given_name": "ปิติ", "phone": "0891112233", "language": "th"}, follow=True)
    assert "ปิติ" in answer.text
    with organization_scope(shop):
        assert len(search(organization_id=shop, text="ปิติ").members) == 1


def test_adjusting_needs_a_reason_and_shows_it_to_the_member(owner, member_id):
    form = {"unit": "points", "points": "100", "reason": "", "token": "t"}
    assert owner.post(f"/console/members/{member_id}/adjust/", form).status_code == 422
    answer = owner.post(f"/console/members/{member_id}/adjust/", {**form, "reason": "Sorry for the wait"}, follow=True)
    assert "Adjusted by the shop: Sorry for the wait" in answer.text


def test_closing_asks_first(owner, shop, member_id):
    assert "Every consent is taken back" in owner.get(f"/console/members/{member_id}/close/").text
    owner.post(f"/console/members/{member_id}/close/", {"reason": "asked to leave"})
    with organization_scope(shop):
        assert get_member(organization_id=shop, member_id=member_id).status == "CLOSED"


def test_activity_tells_why_each_rule_did_or_did_not_apply(owner, member_id, bought):
    receipt = bought(100)
    page = owner.get(f"/console/members/{member_id}/activities/{receipt.activity_id}/").text
    assert "gave 100" in page
    assert "1 for each ฿1 of ฿100" in page


def test_program_with_an_error_names_the_line_and_is_not_kept(owner, shop):
    page = owner.post("/console/programs/edit/", {"text": PROGRAM.replace("points: 2", "pints: 2"), "do": "apply"})
    assert page.status_code == 422
    assert 'data-line="6"' in page.text
    assert "pints: 2" in page.text
    with organization_scope(shop):
        assert len(versions_of(organization_id=shop)) == 1


@pytest.mark.parametrize(
    ("day", "said"),
    [("1/1/2020", "A new version cannot take effect in the past"), ("soon", "This is no date.")],
)
def test_program_cannot_begin_in_the_past(owner, shop, day, said):
    page = owner.post("/console/programs/edit/", {"text": PROGRAM, "effective": day, "do": "apply"})
    assert said in page.text
    with organization_scope(shop):
        assert len(versions_of(organization_id=shop)) == 1


def test_program_is_put_in_force_from_a_day_on(owner, shop, staff):
    day = (utc_now() + timedelta(days=40)).strftime("%d/%m/%Y")
    owner.post("/console/programs/edit/", {"text": PROGRAM, "effective": day, "note": "Twice", "do": "apply"})
    with organization_scope(shop):
        newest = versions_of(organization_id=shop)[0]
    assert (newest.number, newest.note, newest.effective_from > utc_now()) == (2, "Twice", True)
    assert "program.applied" in actions(shop)


def test_program_that_can_hardly_be_meant_is_told(owner):
    text = PROGRAM + "limits:\n  never-used: {max: 10}\n"
    page = owner.post("/console/programs/edit/", {"text": text, "do": "check"})
    assert (page.status_code, page.context["checked"].is_sound) == (200, True)
    assert "Is this meant?" in page.text
    assert "never-used" in page.text


def test_key_is_shown_once_and_opens_nothing_once_revoked(owner, shop):
    page = owner.post("/console/keys/new/", {"name": "Till", "scopes": ["activities:write"], "life": "90"})
    assert page.context["token"] in page.text
    assert "record activities" in owner.get("/console/keys/").text
    assert page.context["token"] not in owner.get("/console/keys/").text
    with organization_scope(shop):
        (key,) = keys_of(organization_id=shop)
    owner.post(f"/console/keys/{key.id}/revoke/")
    with organization_scope(shop):
        assert keys_of(organization_id=shop)[0].revoked_at is not None
    assert {"api_key.issued", "api_key.revoked"} <= set(actions(shop))


def test_manager_lets_nobody_be_an_owner(signed_in, shop):
    manager = signed_in(Role.MANAGER)
    form = {"name": "Friend", "email": "friend@shop.example", "password": "a long enough word", "role": "OWNER"}
    page = manager.post("/console/staff/new/", form)
    assert page.status_code == 422
    assert "You may not give or take this role." in page.text


def test_last_owner_stays(owner, shop):
    with organization_scope(shop):
        (person,) = staff_of(organization_id=shop)
    answer = owner.post(f"/console/staff/{person.id}/", {"dismiss": "yes"}, follow=True)
    assert "An organization has at least one owner." in answer.text


def test_cashier_needs_a_store(owner):
    form = {"name": "Ek", "email": "ek@shop.example", "password": "a long enough word", "role": "CASHIER"}
    page = owner.post("/console/staff/new/", form)
    assert "Name the stores in which this person works." in page.text


def test_changed_role_counts_from_the_next_page_on(signed_in, shop):
    manager = signed_in(Role.MANAGER)
    assert manager.get("/console/audit/").status_code == 200
    with organization_scope(shop):
        (person,) = staff_of(organization_id=shop)
    change_staff(organization_id=shop, staff_id=person.id, role="AGENT", now=utc_now())
    assert manager.get("/console/audit/").status_code == 403


def test_store_with_a_code_that_is_taken_is_told(owner, store):
    page = owner.post("/console/stores/new/", {"code": store, "name_th": "ใหม่", "position": "95, 100.5"})
    assert "The latitude lies between -90 and 90." in page.text
    page = owner.post("/console/stores/new/", {"code": store, "name_th": "ใหม่"})
    assert "Another store has this code." in page.text


def test_audit_is_read_by_action_and_day(owner, shop, store, member_id):
    owner.post(f"/console/members/{member_id}/freeze/")
    assert [each.action for each in owner.get("/console/audit/", {"action": "store.added"}).context["entries"]] == ["Store added"]
    assert owner.get("/console/audit/", {"until": "1/1/2562"}).context["entries"] == []
    assert "This is no date." in owner.get("/console/audit/", {"since": "soon"}).text


def test_late_report_waits_for_a_decision(owner, shop, member_id, bought):
    receipt = bought(100, days_ago=60)
    assert receipt.status == "REVIEW"
    assert "฿100" in owner.get("/console/reviews/").text
    owner.post(f"/console/reviews/{member_id}/{receipt.activity_id}/", {"decision": "approve"})
    assert owner.get("/console/reviews/").context["rows"] == []
    assert "+100" in owner.get(f"/console/members/{member_id}/").text


def test_dates_are_of_the_buddhist_era_in_thai(signed_in, member_id, bought):
    bought()
    page = signed_in(language="th").get(f"/console/members/{member_id}/").text
    assert f" {utc_now().year + 543} " in page
