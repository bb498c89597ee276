"""Redemptions through the front door: held, confirmed, lapsed, undone; what is used up comes back all the same."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.flows.pass_time import pass_time
from phakdi.flows.record_activity import record_activity
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger import queries as ledger

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


@pytest.fixture
def record(shop, member_id):
    """Return a function that records an activity at NOW or some minutes later."""

    def report(kind: str, *, minutes: int = 0, **said: object):
        now = NOW + timedelta(minutes=minutes)
        activity = {"kind": kind, "at": now, "origin": "pos", **said}
        return record_activity(organization_id=shop, member_id=member_id, activity=activity, now=now)

    report("purchase", amount=100)
    return report


@pytest.fixture
def wallet(shop, member_id):
    """Return a function that reads what may be spent and what is held."""

    def read() -> tuple[int, int]:
        with organization_scope(shop):
            (found,) = ledger.wallets_of(organization_id=shop, member_id=member_id)
        return found.active, found.held

    return read


@pytest.fixture(autouse=True)
def _ledger_is_sound(shop):
    yield
    with organization_scope(shop):
        assert [str(difference) for difference in differences_of(organization_id=shop)] == []


def test_all_points_held_come_back_when_the_hold_lapses(record, wallet, shop):
    record("hold", points=100, bill=500, ref="h1")
    assert wallet() == (0, 100)

    passed = pass_time(organization_id=shop, now=NOW + timedelta(minutes=6))

    assert (passed.failed, wallet()) == ((), (100, 0))


def test_all_points_held_are_confirmed_and_undone(record, wallet):
    record("hold", points=100, bill=500, ref="h1")
    receipt = record("confirm", of="h1", minutes=1)
    assert (receipt.outcome["pay"], wallet()) == (40000, (0, 0))

    record("cancel_redeem", of="h1", minutes=2)

    assert wallet() == (100, 0)


def test_all_points_held_are_released(record, wallet):
    record("hold", points=100, bill=500, ref="h1")
    record("release", of="h1", minutes=1)

    assert wallet() == (100, 0)
    with pytest.raises(Rejected) as refused:
        record("confirm", of="h1", minutes=2)
    assert refused.value.code == "hold_unknown"


def test_a_redemption_of_everything_is_undone(record, wallet):
    record("redeem", points=100, bill=500, ref="r1")
    record("cancel_redeem", of="r1", minutes=1)

    assert wallet() == (100, 0)


def test_a_redemption_without_a_name_is_undone_by_its_id(record, wallet):
    receipt = record("redeem", points=100, bill=500)
    record("cancel_redeem", of=receipt.outcome["redemption"], minutes=1)

    assert wallet() == (100, 0)


def test_a_reward_is_bought_and_its_voucher_stays(record, wallet):
    record("redeem", reward="cup", ref="r1")

    assert wallet() == (50, 0)
