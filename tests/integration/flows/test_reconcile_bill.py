"""Bills that a till kept while the network was gone: each once, each somebody's, none lost."""

import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from phakdi.flows import reconcile_bill as flow
from phakdi.flows.close_member import close_member
from phakdi.flows.manage_staff import Person, add_staff, link_staff_to_member
from phakdi.flows.manage_store import add_store
from phakdi.flows.reconcile_bill import give_for_bill, give_up_bill, reconcile_bill
from phakdi.flows.record_by_staff import record_by_staff
from phakdi.flows.register_till import register_till
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Forbidden, Invalid
from phakdi.loyalty.ledger.models import Activity, Entry
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.staff.queries import places_of
from phakdi.platform.tills.core import BillState, BillUnreadable
from phakdi.platform.tills.models import TillBill
from phakdi.platform.tills.queries import bills_to_look_at

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def place(shop):
    """Return a function that returns the place of somebody; cashiers work in S1."""
    add_store(organization_id=shop, code="S1", given={"name": "One"}, now=utc_now())
    add_store(organization_id=shop, code="S2", given={"name": "Two"}, now=utc_now())

    def make(name="ann", role="CASHIER"):
        stores = ["S1"] if role == "CASHIER" else []
        person = Person(f"{name}@shop.example", name)
        staff = add_staff(organization_id=shop, person=person, role=role, stores=stores, now=utc_now())
        return places_of(user_id=staff.user.id)[0]

    return make


class Till:
    """What a till does, without a browser."""

    def __init__(self, place):
        self.place = place
        self.registered = register_till(place=place, till_id=None, label="Test", now=utc_now())
        self.number = 0

    def keep(self, who="0811111111", amount="100", **more):
        self.number += 1
        at = (utc_now() - timedelta(hours=1)).isoformat()
        said = {
            "till": str(self.registered.id), "number": self.number, "staff": str(self.place.staff_id), "store": "S1", "who": who,
            "amount": amount, "at": at, "shown_at": at, "token": f"{self.number:016x}", **more,
        }  # fmt: skip
        text = json.dumps(said, ensure_ascii=False)
        return text, hmac.new(self.registered.keys.signing, text.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def till(place):
    return Till(place())


@pytest.fixture
def phone(shop, member_id):
    with organization_scope(shop):
        return get_member(organization_id=shop, member_id=member_id).phone


def send(till, bill, place=None):
    return reconcile_bill(place=place or till.place, text=bill[0], signature=bill[1], now=utc_now())


def purchases(shop):
    with organization_scope(shop):
        return list(Activity.objects.filter(organization_id=shop, kind="purchase").order_by("occurred_at"))


def test_bill_is_booked_for_the_cashier_who_took_the_money(shop, till, place, phone, member_id):
    colleague = place("bee")
    answer = send(till, till.keep(who=phone), colleague)
    (activity,) = purchases(shop)
    assert (answer.state, answer.member_id, answer.activity_id) == (BillState.BOOKED, member_id, activity.id)
    assert activity.actor == {"kind": "staff", "id": str(till.place.staff_id), "store": "S1"}
    with organization_scope(shop):
        row = TillBill.objects.get(organization_id=shop)
    assert (row.till_id, row.staff_id, row.sent_by_id, row.sealed) == (
        till.registered.id,
        till.place.staff_id,
        colleague.staff_id,
        "",
    )


def test_bill_sent_again_and_again_counts_once(shop, till, phone):
    bill = till.keep(who=phone)
    answers = [send(till, bill) for _ in range(3)]
    assert [answer.is_replay for answer in answers] == [False, True, True]
    assert len({answer.activity_id for answer in answers}) == 1
    assert len(purchases(shop)) == 1


def test_bill_that_was_recorded_before_the_answer_was_written_counts_once(shop, till, phone, monkeypatch):
    bill = till.keep(who=phone)

    def stopped(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(flow, "_booked", stopped)  # the process ends between the ledger and the note of it
        with pytest.raises(KeyboardInterrupt):
            send(till, bill)
    answer = send(till, bill)
    assert (answer.state, answer.is_replay, len(purchases(shop))) == (BillState.BOOKED, True, 1)


def test_all_at_once_from_many_hands_count_once_each(shop, till, phone, member_id):
    bills = [till.keep(who=phone, amount=str(number + 1)) for number in range(20)]

    def work(hand):
        try:
            return [send(till, bill).state for bill in (bills if hand % 2 else bills[::-1])]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        for states in pool.map(work, range(4)):
            assert set(states) == {BillState.BOOKED}
    assert sorted(activity.amount_minor for activity in purchases(shop)) == [100 * (number + 1) for number in range(20)]
    with organization_scope(shop):
        assert sum(Entry.objects.filter(organization_id=shop, kind="EARN").values_list("points", flat=True)) == sum(range(1, 21))


def test_bill_given_online_whose_answer_was_lost_counts_once(shop, till, phone, member_id):
    given = {
        "kind": "purchase", "at": utc_now(), "amount": "100", "ref": "counter-ab12", "origin": "counter", "channel": "store",
        "store": "S1",
    }  # fmt: skip
    first = record_by_staff(place=till.place, member_id=member_id, activity=given, now=utc_now())
    answer = send(till, till.keep(who="", member=str(member_id), token="ab12"))
    assert (answer.is_replay, answer.activity_id) == (True, first.activity_id)
    assert len(purchases(shop)) == 1


def test_unknown_phone_is_kept_as_a_shadow(shop, till):
    answer = send(till, till.keep(who="089-765-4321"))
    with organization_scope(shop):
        member = get_member(organization_id=shop, member_id=answer.member_id)
    assert (answer.state, member.status, member.phone) == (BillState.BOOKED, "SHADOW", "+66897654321")


def test_phone_typed_with_a_thai_layout_is_understood(till, phone, member_id):
    thai = dict(zip("1234567890", "ๅ/-ภถุึคตจ", strict=True))
    local = "0" + phone.removeprefix("+66")
    assert send(till, till.keep(who="".join(thai[digit] for digit in local))).member_id == member_id


def test_parts_become_lines_and_the_rest_one_more(shop, till, phone):
    parts = [{"category": "coffee", "quantity": 2, "amount": "60"}]
    send(till, till.keep(who=phone, parts=parts))
    (activity,) = purchases(shop)
    assert [(line.get("category"), line.get("quantity"), line["amount"]) for line in activity.data["lines"]] == [
        ("coffee", 2000, 6_000),
        ("", 1000, 4_000),
    ]


def test_parts_above_the_bill_are_kept_to_be_looked_at(shop, till, phone):
    answer = send(till, till.keep(who=phone, parts=[{"category": "coffee", "quantity": 1, "amount": "101"}]))
    assert (answer.state, answer.reason) == (BillState.CONFLICT, "bill_parts_wrong")


def conflicts(shop):
    with organization_scope(shop):
        return [(row.number, row.reason) for row in bills_to_look_at(organization_id=shop)]


def test_what_names_nobody_is_kept_and_given_by_hand(shop, till, member_id):
    bill = till.keep(who="Somchai")
    answer = send(till, bill)
    assert (answer.state, answer.reason, purchases(shop)) == (BillState.CONFLICT, "bill_nobody_found", [])
    assert conflicts(shop) == [(1, "bill_nobody_found")]
    given = give_for_bill(place=till.place, bill_id=answer.bill_id, member_id=member_id, now=utc_now())
    again = give_for_bill(place=till.place, bill_id=answer.bill_id, member_id=member_id, now=utc_now())
    assert (given.state, again.activity_id, len(purchases(shop)), conflicts(shop)) == (
        BillState.BOOKED,
        given.activity_id,
        1,
        [],
    )
    assert send(till, bill).state == BillState.BOOKED


def test_same_receipt_with_other_content_is_kept_to_be_looked_at(shop, till, phone):
    send(till, till.keep(who=phone, receipt="B-1"))
    other = send(till, till.keep(who=phone, receipt="B-1", amount="900"))
    assert (other.state, other.reason) == (BillState.CONFLICT, "receipt_conflict")
    assert [activity.amount_minor for activity in purchases(shop)] == [10_000]


def test_closed_member_is_kept_to_be_looked_at_and_given_up_with_a_reason(shop, till, member_id):
    close_member(organization_id=shop, member_id=member_id, reason="left", now=utc_now())
    answer = send(till, till.keep(who="", member=str(member_id)))
    assert (answer.state, answer.reason) == (BillState.CONFLICT, "bill_member_stopped")
    with pytest.raises(Invalid):
        give_up_bill(place=till.place, bill_id=answer.bill_id, reason=" ", now=utc_now())
    give_up_bill(place=till.place, bill_id=answer.bill_id, reason="left the club", now=utc_now())
    assert (conflicts(shop), purchases(shop)) == ([], [])
    with organization_scope(shop):
        (note,) = entries(organization_id=shop, wanted=AuditFilter(action="till_bill.given_up"))
    assert note.data == {"reason": "left the club", "number": 1}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"at": (utc_now() - timedelta(hours=73)).isoformat()}, "bill_too_old"),
        ({"at": (utc_now() + timedelta(hours=2)).isoformat()}, "bill_of_the_future"),
        ({"store": "S2"}, "store_not_theirs"),
        ({"staff": "00000000-0000-7000-8000-000000000000"}, "bill_cashier_unknown"),
        ({"till": "00000000-0000-7000-8000-000000000000"}, "till_unknown"),
    ],
)
def test_what_the_till_cannot_vouch_for_is_kept_to_be_looked_at(shop, till, phone, changed, reason):
    answer = send(till, till.keep(who=phone, **changed))
    assert (answer.state, answer.reason, purchases(shop)) == (BillState.CONFLICT, reason, [])
    assert conflicts(shop) == [(1, reason)]


def test_changed_bill_does_not_count_and_does_not_hide_the_true_one(shop, till, phone):
    text, signature = till.keep(who=phone)
    forged = send(till, (text.replace('"100"', '"9000"'), signature))
    assert (forged.state, forged.reason) == (BillState.CONFLICT, "bill_signature_wrong")
    true = send(till, (text, signature))
    assert (true.state, true.reason) == (BillState.CONFLICT, "bill_number_used")
    assert [reason for _, reason in conflicts(shop)] == ["bill_signature_wrong", "bill_number_used"]


def test_colleagues_key_does_not_sign_for_others(shop, till, place, phone):
    colleague = place("bee")
    theirs = register_till(place=colleague, till_id=till.registered.id, label="", now=utc_now())
    assert theirs.id == till.registered.id
    text, _ = till.keep(who=phone)
    answer = send(till, (text, hmac.new(theirs.keys.signing, text.encode(), hashlib.sha256).hexdigest()))
    assert (answer.state, answer.reason) == (BillState.CONFLICT, "bill_signature_wrong")


def test_nobody_gives_points_to_themselves(shop, till, member_id):
    link_staff_to_member(organization_id=shop, staff_id=till.place.staff_id, member_id=member_id, now=utc_now())
    answer = send(till, till.keep(who="", member=str(member_id)))
    assert (answer.state, answer.reason) == (BillState.CONFLICT, "own_membership")
    with pytest.raises(Invalid):
        give_for_bill(place=till.place, bill_id=answer.bill_id, member_id=member_id, now=utc_now())


def test_what_is_no_bill_is_refused(till):
    for text in ("", "[]", "{}", "x" * 5000, '{"till": 1}'):
        with pytest.raises(BillUnreadable):
            send(till, (text, ""))


def test_till_of_another_organization_is_not_known(till, place, make_organization):
    elsewhere = make_organization("elsewhere")
    staff = add_staff(
        organization_id=elsewhere, person=Person("other@shop.example", "other"), role="OWNER", stores=[], now=utc_now()
    )
    other = register_till(place=places_of(user_id=staff.user.id)[0], till_id=till.registered.id, label="", now=utc_now())
    assert other.id != till.registered.id


def test_analyst_may_not(shop, till, place, phone):
    with pytest.raises(Forbidden):
        send(till, till.keep(who=phone), place("cee", "ANALYST"))
    with organization_scope(shop):
        assert TillBill.objects.count() == 0
        assert Member.objects.filter(status="SHADOW").count() == 0
