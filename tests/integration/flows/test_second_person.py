"""Points by hand above a limit, or too many in a day, wait for somebody else; nothing is posted before (R99, F11)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from phakdi.flows.adjust_points import Adjustment, adjust_points, approve_adjustment, refuse_adjustment
from phakdi.flows.manage_staff import Person, Rules, add_staff, change_staff, link_staff_to_member, set_rules
from phakdi.flows.record_by_staff import record_by_staff
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Forbidden, Rejected
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.ledger.queries import activities_of
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.queries import entries
from phakdi.platform.staff import operations
from phakdi.platform.staff.queries import held_grants, places_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def place(shop):
    """Return a function that returns the place of somebody of a role."""
    made = {}

    def make(role="OWNER", email=""):
        person = Person(email or f"{role.lower()}{len(made)}@shop.example", role)
        staff = add_staff(organization_id=shop, person=person, role=role, now=utc_now())
        made[staff.id] = staff
        return places_of(user_id=staff.user.id)[0]

    return make


@pytest.fixture
def balance(shop, member_id):
    def read():
        wallet = snapshot_of(organization_id=shop, member_id=member_id, now=utc_now()).state.wallets.get("points")
        return wallet.active if wallet else 0

    return read


def adjust(place, member_id, points, key, now=None):
    wanted = Adjustment(points, "Sorry for the wait", key)
    return adjust_points(place=place, member_id=member_id, adjustment=wanted, now=now or utc_now())


def actions(shop):
    with organization_scope(shop):
        return [each.action for each in entries(organization_id=shop)]


def test_more_than_the_limit_waits_and_nothing_is_posted_before(shop, place, member_id, balance):
    asking, other = place("MANAGER"), place("OWNER")
    assert adjust(asking, member_id, 5_000, "k1").receipt is not None
    held = adjust(asking, member_id, 5_001, "k2").held
    assert (held.why, balance()) == ("LARGE", 5_000)
    with organization_scope(shop):
        assert len(activities_of(organization_id=shop, member_id=member_id)) == 1
    approve_adjustment(place=other, held_id=held.id, now=utc_now())
    assert balance() == 10_001
    assert {"points.held", "points.approved", "points.adjusted"} <= set(actions(shop))


def test_asking_again_for_what_waits_asks_for_nothing_more(shop, place, member_id):
    asking, _ = place("MANAGER"), place("OWNER")
    assert adjust(asking, member_id, 6_000, "k").held.id == adjust(asking, member_id, 6_000, "k").held.id
    with organization_scope(shop):
        assert len(held_grants(organization_id=shop, is_waiting=True)) == 1


def test_nobody_approves_their_own_request(place, member_id, balance):
    asking, _ = place("OWNER"), place("OWNER")
    held = adjust(asking, member_id, 6_000, "k").held
    for decide in (approve_adjustment, refuse_adjustment):
        with pytest.raises(Forbidden) as refused:
            decide(place=asking, held_id=held.id, now=utc_now())
        assert refused.value.code == "own_request"
    assert balance() == 0


def test_somebody_whose_role_moves_no_points_approves_none(place, member_id, balance):
    asking, _ = place("MANAGER"), place("OWNER")
    held = adjust(asking, member_id, 6_000, "k").held
    with pytest.raises(Forbidden):
        approve_adjustment(place=place("MARKETER"), held_id=held.id, now=utc_now())
    assert balance() == 0


def test_member_does_not_approve_points_for_themselves(shop, place, member_id, balance):
    asking, other = place("MANAGER"), place("OWNER")
    link_staff_to_member(organization_id=shop, staff_id=other.staff_id, member_id=member_id, now=utc_now())
    held = adjust(asking, member_id, 6_000, "k").held
    with pytest.raises(Forbidden) as refused:
        approve_adjustment(place=other, held_id=held.id, now=utc_now())
    assert (refused.value.code, balance()) == ("own_membership", 0)


def test_refused_request_posts_nothing_and_stays_refused(place, member_id, balance):
    asking, other = place("MANAGER"), place("OWNER")
    held = adjust(asking, member_id, 6_000, "k").held
    refuse_adjustment(place=other, held_id=held.id, now=utc_now())
    with pytest.raises(Conflict):
        approve_adjustment(place=other, held_id=held.id, now=utc_now())
    with pytest.raises(Rejected):
        adjust(asking, member_id, 6_000, "k")
    assert balance() == 0


def test_approval_that_cannot_be_booked_leaves_the_request_waiting(shop, place, member_id):
    asking, other = place("MANAGER"), place("OWNER")
    held = adjust(asking, member_id, -6_000, "k").held
    with pytest.raises(Rejected):
        approve_adjustment(place=other, held_id=held.id, now=utc_now())
    with organization_scope(shop):
        assert [each.id for each in held_grants(organization_id=shop, is_waiting=True)] == [held.id]


def test_only_owner_of_a_small_shop_needs_nobody(place, member_id, balance):
    adjust(place("OWNER"), member_id, 60_000, "k")
    assert balance() == 60_000


def test_fifty_first_of_a_day_waits_and_the_next_day_begins_anew(shop, place, member_id, balance):
    asking, _ = place("OWNER"), place("OWNER")
    now = utc_now()
    set_rules(organization_id=shop, rules=Rules(grants_a_day_max=3), now=now)
    results = [adjust(asking, member_id, 1, f"k{number}", now) for number in range(4)]
    assert [each.held.why if each.held else "" for each in results] == ["", "", "", "MANY"]
    assert balance() == 3
    assert adjust(asking, member_id, 1, "next", now + timedelta(days=1, seconds=1)).held is None


def at_once(work, count):
    def one(number):
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_of_sixty_at_once_fifty_are_posted_and_ten_wait(place, member_id, balance):
    asking, _ = place("OWNER"), place("OWNER")
    results = at_once(lambda number: adjust(asking, member_id, 1, f"k{number}"), 60)
    assert (sum(each.held is not None for each in results), balance()) == (10, 50)


def test_control_without_the_lock_more_than_the_limit_are_posted(shop, place, member_id, balance, monkeypatch):
    monkeypatch.setattr(operations, "lock_grants", lambda **_: None)
    set_rules(organization_id=shop, rules=Rules(grants_a_day_max=3), now=utc_now())
    asking, _ = place("OWNER"), place("OWNER")
    for attempt in range(20):
        at_once(lambda number: adjust(asking, member_id, 1, f"k{attempt}-{number}"), 8)
        if balance() > 3:
            return
    raise AssertionError("the lock is not what keeps the limit")


def test_of_many_approvals_at_once_one_posts(place, member_id, balance):
    asking, other = place("MANAGER"), place("OWNER")
    held = adjust(asking, member_id, 6_000, "k").held

    def approve(_):
        try:
            return approve_adjustment(place=other, held_id=held.id, now=utc_now()).activity_id
        except Conflict:
            return None

    posted = [each for each in at_once(approve, 8) if each]
    assert (len(posted), balance()) == (1, 6_000)


@pytest.mark.parametrize("same", ["email", "phone"])
def test_nobody_gives_to_a_member_with_their_own_contact(shop, place, member_id, balance, same):
    with organization_scope(shop):
        member = get_member(organization_id=shop, member_id=member_id)
    if same == "email":
        from phakdi.flows.update_member import update_member
        from phakdi.platform.audit.core import Actor

        update_member(
            organization_id=shop,
            member_id=member_id,
            changes={"email": "Nok@shop.example"},
            now=utc_now(),
            actor=Actor("staff", "1"),
        )
        asking = place("OWNER", "nok@shop.example")
    else:
        asking = place("OWNER")
        change_staff(organization_id=shop, staff_id=asking.staff_id, role="OWNER", phone=member.phone, now=utc_now())
    with pytest.raises(Forbidden) as refused:
        adjust(asking, member_id, 10, "k")
    assert refused.value.code == "own_membership"
    with pytest.raises(Forbidden):
        record_by_staff(
            place=asking,
            member_id=member_id,
            activity={"kind": "purchase", "amount": 10, "ref": "R1", "origin": "pos"},
            now=utc_now(),
        )
    assert balance() == 0
