"""The overview: figures from what was bought, for those who may see them, and in a number of queries that never grows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def figures(page):
    return {figure.name: figure for _title, group in page.context["board"].groups for figure in group}


def test_figures_are_what_members_bought(owner, bought):
    bought(100, "R1", days_ago=3)
    bought(150, "R2", days_ago=1)
    bought(400, "R3", days_ago=10)

    shown = figures(owner.get("/console/?days=7"))

    assert (shown["Sales to members"].shown, shown["Bills"].shown, shown["Average bill"].shown) == ("฿250", "2", "฿125")
    assert (shown["Members who bought"].shown, shown["Came again"].shown) == ("1", "100.0%")
    assert shown["Sales to members"].change == "−38%"
    assert shown["Bills"].change == "+100%"
    assert figures(owner.get("/console/?days=30"))["Sales to members"].shown == "฿650"
    assert figures(owner.get("/console/?days=1"))["Bills"].shown == "0"


def test_a_figure_leads_to_its_rows(owner, bought):
    bought(100, "R1", days_ago=3)
    page = owner.get("/console/?days=30")
    for figure in figures(page).values():
        assert owner.get(figure.url).status_code == 200, figure.name
    rows = owner.get(figures(page)["Bills"].url).context["bought"]
    assert [(each.bills, each.sales_minor) for each, _name, _store in rows] == [(1, 10_000)]


def test_who_sees_no_members_sees_figures_without_them(signed_in, bought):
    bought(100, "R1", days_ago=3)
    analyst = signed_in(Role.ANALYST)
    page = analyst.get("/console/")

    shown = figures(page)
    assert shown["Bills"].shown == "1"
    assert not any(figure.url for figure in shown.values())
    assert list(page.context["board"].best) == list(page.context["board"].recent) == []
    assert "Member 1" not in page.content.decode()
    assert analyst.get("/console/figures/bills/").status_code == 403


def test_who_serves_sees_no_figures(signed_in, bought):
    bought(100, "R1")
    agent = signed_in(Role.AGENT)
    page = agent.get("/console/")
    assert page.status_code == 200
    assert "board" not in page.context
    assert agent.get("/console/figures/bills/").status_code == 403


@pytest.mark.parametrize("role", [Role.CASHIER, Role.PARTNER])
def test_who_stands_at_the_till_has_no_overview(signed_in, role):
    assert signed_in(role).get("/console/").status_code == 403


def test_other_days_are_not_offered(owner, bought):
    bought(100, "R1")
    assert owner.get("/console/?days=5000").context["board"].days == 30
    assert owner.get("/console/?days=x").context["board"].days == 30
    assert owner.get("/console/figures/nothing/").status_code == 404


def test_more_bills_need_no_more_queries(owner, bought):
    bought(100, "R1", days_ago=1)
    owner.get("/console/")
    with CaptureQueriesContext(connection) as few:
        owner.get("/console/")
    for number in range(2, 12):
        bought(100, f"R{number}", days_ago=number)
    owner.get("/console/")
    with CaptureQueriesContext(connection) as many:
        owner.get("/console/")
    assert len(many) <= len(few)
