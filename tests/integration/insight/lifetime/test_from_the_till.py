"""From bills at the till to a rule that knows who may leave: through the warehouse."""

from datetime import timedelta

import pytest

from phakdi.flows.expect_of_members import expect_of_members
from phakdi.flows.record_activity import record_activity
from phakdi.insight.lifetime.queries import latest_run
from phakdi.insight.warehouse.operations import refresh
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.traits.queries import traits_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]


def test_bills_become_traits(shop, member_id, other_member_id, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    now = utc_now()
    for number, days in enumerate((40, 30, 20, 10)):
        at = now - timedelta(days=days)
        bill = {"kind": "purchase", "at": at, "ref": f"A-{number}", "origin": "pos", "amount": 100 + number}
        record_activity(organization_id=shop, member_id=member_id, activity=bill, now=at)

    refresh(organization_id=shop, now=now)
    expect_of_members(shop, open_warehouse(shop), now)

    with organization_scope(shop):
        mine = {name: trait.value for name, trait in traits_of(organization_id=shop, member_id=member_id).items()}
        assert latest_run(organization_id=shop).doc["members"] == 1
        assert traits_of(organization_id=shop, member_id=other_member_id) == {}
    assert (mine["purchase_days"], mine["usual_gap_days"], mine["churn_risk"]) == (4, 10, "low")
    assert mine["spent_180d_minor"] == 40_600
