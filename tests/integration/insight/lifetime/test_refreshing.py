"""The step of the refresh: traits, runs and lists are kept, again and again the same, and gone members stay gone."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from phakdi.flows.close_member import close_member
from phakdi.flows.expect_of_members import expect_of_members
from phakdi.insight.kpis.core.settings import KpiSettings
from phakdi.insight.kpis.operations import change_settings
from phakdi.insight.lifetime import documents
from phakdi.insight.lifetime.queries import find_run, latest_run, list_of, runs_of
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.people.traits.models import MemberTrait
from phakdi.people.traits.queries import traits_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
TODAY = NOW.date()


def warehouse_of(members, *, at=NOW, gift=None):
    """Return a warehouse in which the first member bought three times, the others once."""
    bought = [(0, 40, 10_000), (0, 30, 20_000), (0, 20, 30_000), *[(n, 100, 5_000) for n in range(1, len(members))]]
    rows = {
        "member": [{"member_key": n, "member_id": str(who), "is_enrolled": True} for n, who in enumerate(members)],
        "purchase": [
            {"purchase_key": n, "member_key": who, "day": TODAY - timedelta(days=ago), "net_minor": amount}
            for n, (who, ago, amount) in enumerate(bought)
        ],
        "purchase_line": [
            {"purchase_key": 0, "line": 1, "member_key": 0, "category": "cake", "amount_minor": 10_000},
            {"purchase_key": 1, "line": 1, "member_key": 0, "category": "tea", "amount_minor": 20_000},
        ],
        "lot_use": [{"lot_key": 1, "member_key": 0, "unit": "points", "points": 30}],
        "message": [{"message_key": 1, "member_key": 0, "parts": 2}],
        "voucher": [
            {"voucher_key": 1, "member_key": 0, "state": "USED", "rule": "birthday", "value_minor": 100},
            {"voucher_key": 2, "member_key": 0, "state": "USED", "rule": "reward:cup", "value_minor": 900},
        ],
    }
    return Warehouse.of_rows(rows, as_of=at)


def test_a_run_keeps_traits_with_reasons_and_repeats_without_writing(shop, member_id, new_member):
    members = [member_id, new_member(), new_member()]
    expect_of_members(shop, warehouse_of(members), NOW)
    with organization_scope(shop):
        run = latest_run(organization_id=shop)
        mine = traits_of(organization_id=shop, member_id=member_id)
        at_risk = list_of(organization_id=shop, key=documents.AT_RISK)
        cells = [list_of(organization_id=shop, key=documents.cell_key(r, f)) for r in range(1, 6) for f in range(1, 6)]
        assert find_run(organization_id=shop, run_id=mine["churn_risk"].run_id) == run
    assert run.refusal == "too_few_repeaters"
    assert (mine["purchase_days"].value, mine["usual_gap_days"].value, mine["churn_risk"].value) == (3, 10, "low")
    assert (mine["p_alive"].value, mine["p_alive"].reason) == (None, "too_few_repeaters")
    assert mine["next_purchase_due_date"].value == (TODAY - timedelta(days=10)).isoformat()
    assert {row["id"] for row in at_risk} == {str(who) for who in members[1:]}
    assert sum(len(rows) for rows in cells) == 3

    expect_of_members(shop, warehouse_of(members, at=NOW + timedelta(hours=1)), NOW + timedelta(hours=1))
    with organization_scope(shop):
        again = traits_of(organization_id=shop, member_id=member_id)
        assert len(runs_of(organization_id=shop)) == 2
        assert latest_run(organization_id=shop).id != run.id
    assert again == mine, "nothing changed, nothing was written"


def test_the_margin_is_that_of_categories_less_what_a_member_cost(shop, member_id):
    told = KpiSettings(
        margin_bp=4000, margins_bp={"cake": 6000}, point_costs={"points": Fraction(10)}, contact_minor=Fraction(25)
    )
    with organization_scope(shop):
        change_settings(organization_id=shop, settings=told, now=NOW)
    expect_of_members(shop, warehouse_of([member_id]), NOW)
    with organization_scope(shop):
        mine = traits_of(organization_id=shop, member_id=member_id)
        doc = latest_run(organization_id=shop).doc

    assert mine["clv_historic_minor"].value == 60_000 * 4 // 10 + 10_000 * 2 // 10 - 30 * 10 - 2 * 25 - 100
    assert (doc["margin"], doc["is_margin_told"]) == (pytest.approx(26_000 / 60_000), True)


def test_who_left_meanwhile_gets_no_traits(shop, member_id, new_member):
    gone = new_member()
    close_member(organization_id=shop, member_id=gone, reason="", now=NOW)
    expect_of_members(shop, warehouse_of([member_id, gone]), NOW)
    with organization_scope(shop):
        assert set(MemberTrait.objects.filter(organization_id=shop).values_list("member_id", flat=True)) == {member_id}


def test_a_shop_without_purchases_has_a_run_that_says_so(shop):
    expect_of_members(shop, Warehouse.of_rows({}, as_of=NOW), NOW)
    with organization_scope(shop):
        run = latest_run(organization_id=shop)
    assert (run.doc["members"], run.refusal) == (0, "too_few_repeaters")
