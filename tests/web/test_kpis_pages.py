"""Members, sales, cohorts and levels are shown and explained; targets are told of once; settings and totals are kept."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from phakdi.engagement.messaging.models import Message
from phakdi.flows.manage_store import add_store
from phakdi.flows.watch_figures import watch_figures
from phakdi.insight.kpis import queries
from phakdi.insight.kpis.refreshing import step
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db


def bought_by(known, *, times=(70, 40, 12, 3)):
    """Return a warehouse in which each of these members bought so many days ago."""
    now = utc_now()
    today = now.date()
    members = [
        {
            "member_key": n,
            "member_id": str(who),
            "status": "ACTIVE",
            "is_enrolled": True,
            "joined_on": today - timedelta(days=90),
            "level": "gold",
        }
        for n, who in enumerate(known)
    ]
    bills = [
        {"purchase_key": n * 10 + m, "member_key": n, "day": today - timedelta(days=days), "net_minor": 12_500, "store": "siam"}
        for n in range(len(known))
        for m, days in enumerate(times)
    ]
    levels = [{"member_key": n, "level": "gold", "from_day": today - timedelta(days=90)} for n in range(len(known))]
    return Warehouse.of_rows({"member": members, "purchase": bills, "level_span": levels}, as_of=now)


@pytest.fixture
def counted(shop, member_id, new_member, monkeypatch):
    """Return two members of a shop whose figures were worked out."""
    known = [member_id, new_member()]
    warehouse = bought_by(known)
    step(shop, warehouse, utc_now())
    monkeypatch.setattr("phakdi.insight.kpis.looking.open_warehouse", lambda _: bought_by(known))
    return known


def read(browser, key, **query):
    answer = browser.get(f"/console/insight/{key}/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_pages_say_what_members_do_and_lead_to_the_members_themselves(owner, counted):
    members, sales = read(owner, "members", span="30"), read(owner, "sales", span="30")
    assert (
        "Active members" in members,
        "Retention" in members,
        "?figure=retention" in members.replace("&amp;", "&").replace("?span=30&", "?"),
    ) == (True,) * 3
    assert "฿125" in sales
    assert "฿500" in sales
    one = read(owner, "figure", figure="retention", span="30")
    assert "Wilson" in one
    assert f"/console/members/{counted[0]}/" in one
    assert "100.0%" in one
    own_days = (utc_now().date() - timedelta(days=50)).isoformat(), (utc_now().date() - timedelta(days=5)).isoformat()
    assert "฿500" in read(owner, "sales", **{"from": own_days[0], "to": own_days[1]})
    assert "100.0%" in read(owner, "cohorts")
    assert "฿" in read(owner, "cohorts", view="spend")
    assert "Stayed" in read(owner, "levels", span="30")
    assert owner.get("/console/insight/figure/", {"figure": "sales", "export": "csv", "table": "months"}).status_code == 200


def test_without_figures_pages_teach(owner, shop):
    for key in ("members", "sales", "cohorts", "levels"):
        assert "Here you will see" in read(owner, key)


def test_an_analyst_sees_figures_and_no_members(signed_in, counted):
    page = read(signed_in(Role.ANALYST), "figure", figure="retention", span="30")
    assert f"/console/members/{counted[0]}/" not in page


def test_a_figure_out_of_its_band_is_told_once(owner, shop, counted):
    answer = owner.post("/console/insight/targets/", {"figure": "order_value", "span": "30", "low": "200", "goal": "250"})
    assert answer.status_code == 302
    assert owner.post("/console/insight/targets/", {"figure": "order_value", "span": "30"}).status_code == 422
    page = owner.get("/console/insight/targets/").content.decode()
    assert ("below the band" in page, "50.0%" in page) == (True, True)
    for _ in range(2):
        watch_figures(shop, bought_by(counted), utc_now())
    with organization_scope(shop):
        assert Message.objects.filter(template="figure_alert").count() == 1
        (wanted,) = queries.targets_of(organization_id=shop)
    assert wanted.out_since is not None
    assert owner.post(f"/console/insight/targets/{wanted.id}/remove/").status_code == 302


def test_settings_are_kept_as_they_were_told(owner, shop):
    told = {
        "margin": "42.5",
        "margins": "coffee 60\nplain cake 35%",
        "contact": "0.25",
        "lapse_days": "45",
        "active_by": "purchase",
    }
    answer = owner.post(
        "/console/insight/settings/", {**told, "engaged": "visit, review", "horizon_days": "60", "cost_points": "0.1"}
    )
    assert answer.status_code == 302
    with organization_scope(shop):
        found = queries.settings_of(organization_id=shop)
    assert (found.margin, found.margin_of("plain cake"), found.contact_minor) == (Fraction(425, 1000), Fraction(35, 100), 25)
    assert (found.lapse_days, found.engaged_kinds, found.point_costs) == (45, ("visit", "review"), {"points": Fraction(10)})
    assert "plain cake 35" in owner.get("/console/insight/settings/").content.decode()
    assert owner.post("/console/insight/settings/", {**told, "margins": "coffee", "horizon_days": "60"}).status_code == 422


def test_totals_come_from_a_file(owner, shop):
    now = utc_now()
    add_store(organization_id=shop, code="siam", given={"name": "Siam"}, now=now)
    good = f"store,day,bills,sales\nsiam,{now.date()},52,5200.50\n".encode()
    for _ in range(2):
        answer = owner.post("/console/insight/totals/", {"file": SimpleUploadedFile("totals.csv", good)})
        assert answer.status_code == 302
    with organization_scope(shop):
        assert [(row.bills, row.sales_minor) for row in queries.till_totals_of(organization_id=shop)] == [(52, 520_050)]
    assert "5,200.50" in owner.get("/console/insight/totals/").content.decode()
    bad = owner.post(
        "/console/insight/totals/", {"file": SimpleUploadedFile("totals.csv", b"store,day,bills,sales\nsiam,never,1,2\n")}
    )
    assert bad.status_code == 422
    assert "Line 2 cannot be read" in bad.content.decode()
