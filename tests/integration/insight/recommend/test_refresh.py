"""From bills at the till to a member's lists and the shop's forecast, by the refresh itself."""

from datetime import timedelta

import pytest

from phakdi.flows.record_activity import record_activity
from phakdi.flows.refresh_insight import refresh_insight
from phakdi.insight.forecast.queries import forecasts_of
from phakdi.insight.recommend.queries import latest_run, lists_of
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.mark.slow
def test_bills_become_lists_and_forecasts(shop, member_id, other_member_id):
    now = utc_now()
    for number, days in enumerate((70, 55, 41, 27, 12)):
        at = now - timedelta(days=days)
        lines = [{"amount": 60, "quantity": 1, "product": "latte"}, {"amount": 90, "quantity": 1, "product": f"cake-{number}"}]
        for who in (member_id, other_member_id):
            bill = {"kind": "purchase", "at": at, "ref": f"{who}-{number}", "lines": lines if who == member_id else lines[:1]}
            record_activity(organization_id=shop, member_id=who, activity=bill, now=at)

    refresh_insight(organization_id=shop, now=now)

    with organization_scope(shop):
        run = latest_run(organization_id=shop).run
        mine, other = (lists_of(organization_id=shop, member_id=who, now=now) for who in (member_id, other_member_id))
        kept = forecasts_of(organization_id=shop)
    assert run.counted.members == 2
    assert mine.again[0] == "latte"
    assert len(mine.again) == 6
    assert other.again == ("latte",)
    assert set(other.new) == {"cake-2", "cake-3", "cake-4"}  # what sold in the thirty days before the last bill
    assert mine.new is None
    assert {each.figure for each in kept.forecasts} >= {"sales", "purchases", "members", "points:points"}
