"""Figures are kept by window, only changed rows are written, and what is no more goes."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import connection

from phakdi.insight.kpis import operations, queries
from phakdi.insight.kpis.core.settings import KpiSettings
from phakdi.insight.kpis.operations import TillDay
from phakdi.insight.kpis.refreshing import step
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

TODAY = date(2026, 3, 31)
AT = datetime(2026, 3, 31, 12, tzinfo=UTC)


def warehouse(bought, *, as_of=AT):
    bills = [
        {"purchase_key": n, "member_key": who, "day": day, "net_minor": minor, "store": store}
        for n, (who, day, minor, store) in enumerate(bought)
    ]
    members = [
        {
            "member_key": who,
            "member_id": str(who),
            "status": "ACTIVE",
            "is_enrolled": True,
            "joined_on": date(2026, 1, 1),
            "level": "gold",
        }
        for who in {who for who, _, _, _ in bought}
    ]
    levels = [{"member_key": who, "level": "gold", "from_day": date(2026, 1, 1)} for who in {who for who, _, _, _ in bought}]
    return Warehouse.of_rows({"purchase": bills, "member": members, "level_span": levels}, as_of=as_of)


@pytest.mark.slow
def test_figures_are_kept_and_only_what_changed_is_written(organization_id):
    bought = [(1, TODAY - timedelta(days=50), 100, "A"), (1, TODAY, 300, "A"), (2, TODAY - timedelta(days=3), 500, "B")]
    step(organization_id, warehouse(bought), AT)
    with organization_scope(organization_id):
        found = {each.figure: each for each in queries.figures_of(organization_id=organization_id, spans=["30"], key="")}
        stores = queries.figures_of(organization_id=organization_id, spans=["30"], dimension="store", figures=["sales"])
        months = queries.figure_by_window(organization_id=organization_id, figure="sales", kind="month")
        _, levels = queries.find_table(organization_id=organization_id, name="levels")
        _, cohorts = queries.find_table(organization_id=organization_id, name="cohorts")
    assert (found["sales"].value, found["active_members"].value, found["retention"].value) == (800, 2, 1)
    assert (found["sales"].first, found["sales"].to) == (date(2026, 3, 2), date(2026, 4, 1))
    assert {each.key: each.value for each in stores} == {"A": 300, "B": 500}
    assert [each.value for each in months][-2:] == [100, 800]
    assert levels["30"] == [["gold", "gold", 2]]
    assert [row[2:4] for row in cohorts["rows"]] == [[1, 100], [1, 300], [1, 500]]

    later = AT + timedelta(hours=3)
    step(organization_id, warehouse([*bought, (2, TODAY, 40, "B")], as_of=later), later)
    with organization_scope(organization_id):
        stores = queries.figures_of(
            organization_id=organization_id, spans=["30", "2026-02"], dimension="store", figures=["sales"]
        )
    assert {(each.span, each.key): (each.value, each.as_of) for each in stores if each.value} == {
        ("2026-02", "A"): (100, AT),
        ("30", "A"): (300, AT),
        ("30", "B"): (540, later),
    }

    step(organization_id, warehouse(bought[:2], as_of=later), later)
    with organization_scope(organization_id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM insight_figure WHERE dimension = 'store' AND key = 'B' AND figure = 'sales'")
        assert cursor.fetchone() == (0,)


def test_settings_and_totals_of_tills(organization_id):
    told = KpiSettings(2_500, {"cake": 6_000}, {"points": Fraction(1, 3)}, Fraction(1, 2), 60, ("visit",))
    with organization_scope(organization_id):
        assert queries.settings_of(organization_id=organization_id) == KpiSettings()
        operations.change_settings(organization_id=organization_id, settings=told, now=AT)
        assert queries.settings_of(organization_id=organization_id) == told
        for bills in (5, 8):
            operations.put_till_totals(organization_id=organization_id, totals=[TillDay("A", TODAY, bills, 900)], now=AT)
        assert [(row.bills, row.sales_minor) for row in queries.till_totals_of(organization_id=organization_id)] == [(8, 900)]
    assert (told.margin_of("cake"), told.margin_of("tea")) == (Fraction(3, 5), Fraction(1, 4))
