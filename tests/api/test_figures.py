"""Figures with their formula over HTTP, and totals of stores that may be sent again."""

from datetime import timedelta

import pytest

from phakdi.flows.manage_store import add_store
from phakdi.insight.kpis import queries
from phakdi.insight.kpis.core import spans
from phakdi.insight.kpis.counting import Kept
from phakdi.insight.kpis.operations import keep_figures, keep_tables
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.keys.core import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(shop):
    """Keep two figures of the last thirty days."""
    now = utc_now()
    span = spans.rolling(30, now.date())["30"]
    rows = [
        Kept("order_value", span, "", "", 150_000, 12),
        Kept("order_value", span, "store", "siam", 100_000, 8),
        Kept("order_value", span, "store", "ari", 50_000, 4),
        Kept("retention", span, "", "", 9, 10),
    ]
    with organization_scope(shop):
        keep_figures(organization_id=shop, figures=rows, spans=["30"], as_of=now)
        keep_tables(organization_id=shop, docs={"lapse": {"today": now.date().isoformat()}}, as_of=now)
    return now.date() - timedelta(days=29), now.date()


def test_figures_are_listed_and_told(api, kept):
    listed = api.get("/figures").value["items"]
    assert {"name", "title", "unit", "formula", "by"} <= listed[0].keys()
    first, last = kept
    found = api.get(f"/figures/order_value?first={first}&last={last}").value
    assert (found["unit"], found["first"], found["items"]) == (
        "money",
        first.isoformat(),
        [{"key": "", "value": "125.00", "numerator": "1500.00", "denominator": "12"}],
    )
    assert found["as_of"]
    stores = api.get(f"/figures/order_value?first={first}&last={last}&by=store").value["items"]
    assert [(each["key"], each["value"]) for each in stores] == [("ari", "125.00"), ("siam", "125.00")]
    assert api.get(f"/figures/retention?first={first}&last={last}").value["items"][0]["value"] == "0.9"
    assert api.get(f"/figures/nothing?first={first}&last={last}").status_code == 404
    assert api.get(f"/figures/retention?first={last}&last={first}").status_code == 422
    assert api.get(f"/figures/transaction_share?first={first}&last={last}&by=level").status_code == 422


def test_a_key_of_a_store_is_told_its_own(make_key, shop, kept):
    add_store(organization_id=shop, code="siam", given={"name": "Siam"}, now=utc_now())
    key = make_key(shop, Scope.FIGURES_READ, stores=("siam",))
    first, last = kept
    assert key.get(f"/figures/order_value?first={first}&last={last}").status_code == 422
    found = key.get(f"/figures/order_value?first={first}&last={last}&by=store").value["items"]
    assert [each["key"] for each in found] == ["siam"]


def test_totals_may_be_sent_again(api, shop):
    now = utc_now()
    add_store(organization_id=shop, code="siam", given={"name": "Siam"}, now=now)
    body = {"totals": [{"store": "siam", "day": now.date().isoformat(), "bills": 52, "sales": "5200.50"}]}
    for _ in range(2):
        assert api("PUT", "/till-totals", body).value == {"written": 1}
    with organization_scope(shop):
        assert [row.sales_minor for row in queries.till_totals_of(organization_id=shop)] == [520_050]
    body["totals"][0]["store"] = "nowhere"
    assert api("PUT", "/till-totals", body).status_code == 422
