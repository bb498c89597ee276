"""What staff do for members: in their own stores, never for themselves, by hand only within limits, and undone exactly."""

from datetime import timedelta
from decimal import Decimal

import pytest

from phakdi.flows.adjust_points import Adjustment, adjust_points
from phakdi.flows.manage_staff import Person, Rules, add_staff, link_staff_to_member, set_rules
from phakdi.flows.manage_store import add_store
from phakdi.flows.record_by_staff import record_by_staff, rehearse_by_staff
from phakdi.flows.rehearse_program import rehearse_program
from phakdi.flows.undo_activity import undo_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Forbidden, Invalid, NotFound, Rejected
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.ledger.queries import activities_of
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.staff.queries import places_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
PURCHASE = {"kind": "purchase", "amount": 100, "ref": "R1", "origin": "pos", "store": "S1"}


@pytest.fixture
def place(shop):
    """Return a function that returns the place of somebody of a role; cashiers work in S1."""
    add_store(organization_id=shop, code="S1", given={"name": "One"}, now=utc_now())
    add_store(organization_id=shop, code="S2", given={"name": "Two"}, now=utc_now())

    def make(role="CASHIER"):
        person = Person(f"{role.lower()}@shop.example", role)
        stores = ["S1"] if role == "CASHIER" else []
        staff = add_staff(organization_id=shop, person=person, role=role, stores=stores, now=utc_now())
        return places_of(user_id=staff.user.id)[0]

    return make


@pytest.fixture
def balance(shop, member_id):
    """Return a function that reads the member's spendable points."""
    return lambda: snapshot_of(organization_id=shop, member_id=member_id, now=utc_now()).state.wallets["points"].active


def test_bill_gives_points_once(place, member_id, balance):
    cashier = place()
    first = record_by_staff(place=cashier, member_id=member_id, activity=PURCHASE, now=utc_now())
    again = record_by_staff(place=cashier, member_id=member_id, activity=PURCHASE, now=utc_now())
    assert (first.outcome["earned"], again.is_replay, balance()) == ({"points": 100}, True, 100)


def test_rehearsal_writes_nothing(shop, place, member_id):
    receipt = rehearse_by_staff(place=place(), member_id=member_id, activity=PURCHASE, now=utc_now())
    assert receipt.outcome["earned"] == {"points": 100}
    with organization_scope(shop):
        assert activities_of(organization_id=shop, member_id=member_id) == []


def test_other_store_is_refused(place, member_id):
    with pytest.raises(Forbidden, match="other stores"):
        record_by_staff(place=place(), member_id=member_id, activity={**PURCHASE, "store": "S2"}, now=utc_now())


def test_nobody_gives_points_to_themselves(shop, place, member_id):
    cashier = place()
    link_staff_to_member(organization_id=shop, staff_id=cashier.staff_id, member_id=member_id, now=utc_now())
    with pytest.raises(Forbidden) as refused:
        record_by_staff(place=cashier, member_id=member_id, activity=PURCHASE, now=utc_now())
    assert refused.value.code == "own_membership"


def test_cashier_undoes_within_a_day_and_a_manager_later(place, member_id, balance):
    cashier, now = place(), utc_now()
    receipt = record_by_staff(place=cashier, member_id=member_id, activity=PURCHASE, now=now)
    later = {"member_id": member_id, "activity_id": receipt.activity_id, "now": now + timedelta(hours=25)}
    with pytest.raises(Rejected) as refused:
        undo_activity(place=cashier, **later)
    assert (refused.value.code, balance()) == ("undo_too_late", 100)
    undo_activity(place=place("MANAGER"), **later)
    assert balance() == 0


def test_undo_takes_back_all_and_answers_the_same_again(place, member_id, balance):
    cashier = place()
    receipt = record_by_staff(place=cashier, member_id=member_id, activity=PURCHASE, now=utc_now())
    undone = undo_activity(place=cashier, member_id=member_id, activity_id=receipt.activity_id, now=utc_now())
    again = undo_activity(place=cashier, member_id=member_id, activity_id=receipt.activity_id, now=utc_now())
    assert (again.activity_id, again.is_replay, balance()) == (undone.activity_id, True, 0)


def test_undone_redemption_gives_the_points_back(place, member_id, balance):
    cashier = place()
    record_by_staff(place=cashier, member_id=member_id, activity=PURCHASE, now=utc_now())
    redemption = {"kind": "redeem", "reward": "cup", "ref": "C1", "origin": "counter"}
    receipt = record_by_staff(place=cashier, member_id=member_id, activity=redemption, now=utc_now())
    assert balance() == 50
    undo_activity(place=cashier, member_id=member_id, activity_id=receipt.activity_id, now=utc_now())
    assert balance() == 100


def test_undo_of_something_else_is_refused(place, member_id):
    cashier = place()
    record_by_staff(place=cashier, member_id=member_id, activity=PURCHASE, now=utc_now())
    visit = record_by_staff(place=cashier, member_id=member_id, activity={"kind": "visit", "ref": "V1"}, now=utc_now())
    with pytest.raises(Rejected) as refused:
        undo_activity(place=cashier, member_id=member_id, activity_id=visit.activity_id, now=utc_now())
    assert refused.value.code == "activity_not_undoable"


def test_adjustment_moves_points_and_is_noted(shop, place, member_id, balance):
    owner = place("OWNER")
    adjust_points(place=owner, member_id=member_id, adjustment=Adjustment(300, "Sorry for the wait", "k1"), now=utc_now())
    adjust_points(place=owner, member_id=member_id, adjustment=Adjustment(300, "Sorry for the wait", "k1"), now=utc_now())
    adjust_points(place=owner, member_id=member_id, adjustment=Adjustment(-100, "Given by mistake", "k2"), now=utc_now())
    with organization_scope(shop):
        noted = entries(organization_id=shop, wanted=AuditFilter(action="points.adjusted"))
    assert balance() == 200
    assert [each.data["points"] for each in noted] == [-100, 300]


@pytest.mark.parametrize(
    ("points", "reason", "code"), [(0, "A good reason", "adjustment_empty"), (5, " so ", "adjustment_reason")]
)
def test_adjustment_without_points_or_reason_changes_nothing(shop, place, member_id, points, reason, code):
    owner = place("OWNER")
    with pytest.raises(Invalid) as refused:
        adjust_points(place=owner, member_id=member_id, adjustment=Adjustment(points, reason, "k"), now=utc_now())
    assert refused.value.code == code
    with organization_scope(shop):
        assert activities_of(organization_id=shop, member_id=member_id) == []


def test_manager_adjusts_up_to_a_limit_a_day(shop, place, member_id, balance):
    manager = place("MANAGER")
    set_rules(organization_id=shop, rules=Rules(adjust_alone_max=100_000), now=utc_now())
    now = utc_now()
    adjust_points(place=manager, member_id=member_id, adjustment=Adjustment(49_000, "A large refund", "k1"), now=now)
    with pytest.raises(Forbidden) as refused:
        adjust_points(place=manager, member_id=member_id, adjustment=Adjustment(-1_001, "One too many", "k2"), now=now)
    assert refused.value.details["moved"] == 49_000
    later = now + timedelta(days=1, seconds=1)
    adjust_points(place=manager, member_id=member_id, adjustment=Adjustment(-1_001, "One too many", "k3"), now=later)
    assert balance() == 47_999


def test_adjustment_below_zero_is_refused(place, member_id):
    with pytest.raises(Rejected) as refused:
        adjust_points(place=place("OWNER"), member_id=member_id, adjustment=Adjustment(-5, "There are none", "k"), now=utc_now())
    assert refused.value.code == "points_insufficient"


def test_rehearsal_of_a_program_uses_its_rules_and_keeps_nothing(shop, member_id):
    text = "phakdi: 1\nkey: shop\nearning:\n  - {key: base, on: purchase, give: {points: 3, per: 1}}\n"
    future = utc_now() + timedelta(days=400)
    activity = {"kind": "purchase", "amount": Decimal(10), "at": future}
    receipt = rehearse_program(organization_id=shop, text=text, member_id=member_id, activity=activity, now=future)
    assert receipt.outcome["earned"] == {"points": 30}
    with organization_scope(shop):
        assert activities_of(organization_id=shop, member_id=member_id) == []


def test_rehearsal_for_a_stranger_is_not_found(shop, other_organization_id, member_id):
    text = "phakdi: 1\nkey: shop\n"
    with pytest.raises(NotFound):
        rehearse_program(
            organization_id=other_organization_id, text=text, member_id=member_id, activity={"kind": "visit"}, now=utc_now()
        )
