"""The counter: found at once, given once, told why, and nothing lost where something is wrong."""

import re
from datetime import timedelta

import pytest

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.models import Message
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.manage_store import add_store
from phakdi.flows.member_card import card_codes
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.vault import unseal
from phakdi.loyalty.ledger.queries import activities_of
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.organizations.queries import find_organization, get_organization
from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def till(signed_in):
    """Return the cashier's browser."""
    return signed_in(Role.CASHIER)


@pytest.fixture
def member(shop, member_id):
    with organization_scope(shop):
        return get_member(organization_id=shop, member_id=member_id)


def recorded(shop, member_id):
    with organization_scope(shop):
        return activities_of(organization_id=shop, member_id=member_id)


@pytest.mark.parametrize("what", ["number", "phone"])
def test_exact_match_leads_to_the_member_at_once(till, member, what):
    answer = till.get("/counter/", {"q": getattr(member, what)})
    assert answer["Location"] == f"/counter/m/{member.id}/"


def test_part_of_a_name_lists_who_it_may_be(till, member):
    page = till.get("/counter/", {"q": "Member"})
    assert [each.id for each in page.context["found"]] == [member.id]


def test_check_writes_nothing_and_confirm_writes_once(till, shop, member):
    bill = {"amount": "1,234.50", "receipt": "B1", "tender": "cash", "token": "t1"}
    page = till.post(f"/counter/m/{member.id}/give/", bill)
    assert [moved.points for moved in page.context["earned"]] == [1234]
    assert recorded(shop, member.id) == []
    for _ in range(2):
        till.post(f"/counter/m/{member.id}/give/", {**bill, "step": "confirm"})
    (activity,) = recorded(shop, member.id)
    assert (activity.ref, activity.origin, activity.store, activity.tender, activity.amount_minor, activity.actor["kind"]) == (
        "B1",
        "pos",
        "S1",
        "cash",
        123_450,
        "staff",
    )


def test_bill_without_a_number_sent_twice_counts_once(till, shop, member):
    bill = {"amount": "10", "receipt": "", "token": "t1", "step": "confirm"}
    for _ in range(2):
        till.post(f"/counter/m/{member.id}/give/", bill)
    assert [each.ref for each in recorded(shop, member.id)] == ["counter-t1"]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("-5", "‘amount’ cannot be negative."),
        ("ten", "This is no amount. Write it like 120 or 120.50."),
        ("1.999", "An amount has at most 2 decimals."),
        ("", "This field is required."),
    ],
)
def test_amount_that_is_none_is_told_and_kept(till, shop, member, amount, said):
    page = till.post(f"/counter/m/{member.id}/give/", {"amount": amount, "receipt": "B9", "token": "t"})
    assert page.status_code == 422
    assert said.replace("‘", "&#x27;").replace("’", "&#x27;") in page.text
    assert 'value="B9"' in page.text
    assert recorded(shop, member.id) == []


def test_receipt_of_another_member_is_told(till, shop, member, other_member_id):
    bill = {"amount": "10", "receipt": "B1", "token": "t1", "step": "confirm"}
    till.post(f"/counter/m/{member.id}/give/", bill)
    page = till.post(f"/counter/m/{other_member_id}/give/", bill)
    assert "This receipt number was recorded for another member or with another amount." in page.text
    assert recorded(shop, other_member_id) == []


def test_frozen_member_is_told_and_offered_nothing(till, shop, member):
    freeze_member(organization_id=shop, member_id=member.id, reason="", now=utc_now())
    page = till.get(f"/counter/m/{member.id}/")
    assert "This membership is frozen: nothing can be earned or spent." in page.text
    assert "id_amount" not in page.text


def test_cashier_cannot_choose_a_store_of_others(till, shop, store):
    add_store(organization_id=shop, code="S2", given={"name": "Two"}, now=utc_now())
    till.post("/counter/store/", {"store": "S2"})
    assert till.get("/counter/").context["store"].code == "S1"


def test_points_that_are_not_there_are_not_taken(till, shop, member, bought):
    bought(20)
    form = {"what": "reward:cup", "token": "t1", "step": "confirm"}
    page = till.post(f"/counter/m/{member.id}/pay/", form)
    assert "Not enough points: 50 are needed, 20 are there." in page.text
    assert len(recorded(shop, member.id)) == 1


PAY = {"what": "pay", "points": "200", "bill": "1,000", "token": "t1"}


def points_of(till, member):
    return till.get(f"/counter/m/{member.id}/").context["main"].active


def card_text(shop, member_id, now):
    with organization_scope(shop):
        slug = get_organization(organization_id=shop).slug
    return card_codes(organization=find_organization(slug=slug), member_id=member_id, now=now, most=1).texts[0]


def last_code(shop):
    with organization_scope(shop):
        message = Message.objects.filter(organization_id=shop, channel=MessageChannel.SMS).order_by("-id").first()
        return re.search(r"\d{6}", unseal(message.sealed))[0]


def test_points_pay_a_bill_once_the_member_reads_out_a_code(till, shop, member, bought):
    bought(500)
    address = f"/counter/m/{member.id}/pay/"
    page = till.post(address, PAY)
    assert [(each.name, each.points) for each in page.context["earned"]] == [("points", -200)]
    for proof in ({}, {"code": "123456"}, {"code": "nothing"}):
        assert till.post(address, {**PAY, "step": "confirm", **proof}).status_code == 422
    assert points_of(till, member) == 500
    assert "A code was sent to •••" in till.post(address, {**PAY, "step": "send"}).text
    wrong = "000000" if last_code(shop) != "000000" else "111111"
    assert till.post(address, {**PAY, "step": "confirm", "code": wrong}).status_code == 422
    done = till.post(address, {**PAY, "step": "confirm", "code": last_code(shop)})
    assert (done.status_code, points_of(till, member)) == (302, 300)
    again = till.post(address, {**PAY, "step": "confirm"})
    assert (again["Location"], points_of(till, member)) == (done["Location"], 300)


def test_card_pays_once_and_counts_for_this_member_only(till, shop, member, other_member_id, bought):
    bought(500)
    now = utc_now()
    address = f"/counter/m/{member.id}/pay/"
    others = card_text(shop, other_member_id, now)
    page = till.post(address, {**PAY, "step": "confirm", "code": others})
    assert "This code belongs to another member." in page.text
    code = card_text(shop, member.id, now)
    assert till.post(address, {**PAY, "step": "confirm", "code": code}).status_code == 302
    till.get("/counter/")  # the next member: this one has to show the card anew
    page = till.post(address, {**PAY, "token": "t2", "step": "confirm", "code": code})
    assert (page.status_code, points_of(till, member)) == (422, 300)


def test_within_minutes_the_member_is_asked_once(till, shop, member, bought):
    bought(500)
    address = f"/counter/m/{member.id}/pay/"
    till.post(address, {**PAY, "step": "confirm", "code": card_text(shop, member.id, utc_now())})
    done = till.post(address, {"what": "reward:cup", "token": "t2", "step": "confirm"})
    assert (done.status_code, points_of(till, member)) == (302, 250)


def test_manager_vouches_with_a_reason_and_cashiers_do_not(till, signed_in, shop, member, bought):
    bought(500)
    address, said = f"/counter/m/{member.id}/pay/", {**PAY, "step": "confirm", "reason": "my neighbor"}
    assert (till.post(address, said).status_code, points_of(till, member)) == (422, 500)
    owner = signed_in(Role.OWNER)
    assert (owner.post(address, said).status_code, points_of(till, member)) == (302, 300)
    with organization_scope(shop):
        (note,) = entries(organization_id=shop, wanted=AuditFilter(action="member.vouched_for"))
    assert (note.subject_id, note.data) == (str(member.id), {"reason": "my neighbor"})


def test_undo_asks_why_and_keeps_it(till, shop, member, bought):
    activity = bought(100).activity_id
    address = f"/counter/m/{member.id}/a/{activity}/undo/"
    assert till.post(address, {"reason": "other", "note": ""}).status_code == 422
    assert points_of(till, member) == 100
    assert till.post(address, {"reason": "other", "note": "the cup broke"}).status_code == 302
    assert points_of(till, member) == 0
    with organization_scope(shop):
        (note,) = entries(organization_id=shop, wanted=AuditFilter(action="activity.undone"))
    assert (note.subject_id, note.data) == (
        str(member.id),
        {"activity": str(activity), "kind": "purchase", "reason": "the cup broke"},
    )


def test_what_is_typed_with_a_thai_layout_is_understood(till, shop, member):
    thai = dict(zip("1234567890", "ๅ/-ภถุึคตจ", strict=True))
    typed = "".join(thai[digit] for digit in member.number)
    assert till.get("/counter/", {"q": typed})["Location"] == f"/counter/m/{member.id}/"
    page = till.post(f"/counter/m/{member.id}/give/", {"amount": "ๅจจ", "token": "t"})
    assert [moved.points for moved in page.context["earned"]] == [100]


def test_card_finds_the_member_and_a_wrong_one_is_told(till, shop, member):
    code = card_text(shop, member.id, utc_now())
    assert till.get("/counter/", {"q": code})["Location"] == f"/counter/m/{member.id}/"
    assert "too old" in till.get("/counter/", {"q": card_text(shop, member.id, utc_now() - timedelta(minutes=5))}).text


def test_enrolling_who_is_a_member_leads_to_them(till, member):
    answer = till.post("/counter/enroll/", {"phone": member.phone})
    assert answer["Location"] == f"/counter/m/{member.id}/"
