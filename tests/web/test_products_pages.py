"""What sells, what brings members back, journeys and paths in the console: from bills at the till to the members behind a figure."""

from datetime import timedelta

import pytest

from phakdi.flows.record_activity import record_activity
from phakdi.insight.paths.refreshing import step as follow
from phakdi.insight.products.refreshing import step as look_at_products
from phakdi.insight.warehouse.operations import refresh
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.kit.clock import utc_now
from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
CAKE = [{"product": "latte", "category": "coffee", "amount": 60}, {"product": "cake", "category": "bakery", "amount": 40}]
PAGES = (
    "products", "product", "bought-together", "second-visits", "rewards-pull", "journey", "paths", "second-purchase",
)  # fmt: skip


@pytest.fixture
def kept(shop, member_id, new_member, monkeypatch, tmp_path):
    """Return two members: one bought on three days, one once; their warehouse was refreshed."""
    other = new_member()
    told = [(member_id, 50, CAKE), (member_id, 20, CAKE[:1]), (member_id, 10, CAKE[:1]), (other, 40, CAKE)]
    for number, (who, days, lines) in enumerate(told):
        at = utc_now() - timedelta(days=days)
        bill = {
            "kind": "purchase",
            "at": at,
            "amount": sum(line["amount"] for line in lines),
            "ref": f"R{number}",
            "lines": lines,
        }
        record_activity(organization_id=shop, member_id=who, activity=bill | {"origin": "pos"}, now=at)
    monkeypatch.setenv("PHAKDI_WAREHOUSE", str(tmp_path))
    refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    warehouse = open_warehouse(shop, root=tmp_path)
    monkeypatch.setattr(
        "phakdi.web.console.insight.pages.asking.open_warehouse", lambda shop: open_warehouse(shop, root=tmp_path)
    )
    for each in (look_at_products, follow):
        each(shop, warehouse, utc_now())
    return member_id, other


def tables_of(browser, key, **query):
    page = browser.get(f"/console/insight/{key}/", query)
    assert page.status_code == 200
    return {table.key: table for section in page.context["report"].sections for table in section.tables}


def test_before_the_first_refresh_pages_say_what_will_be_there(owner):
    for key in PAGES:
        assert "Nothing to show yet" in owner.get(f"/console/insight/{key}/").text, key


def test_from_the_till_to_the_members_behind_a_figure(owner, signed_in, kept):
    what_sells_leads_to_who_bought_it(owner, kept)
    what_nobody_told_is_a_dash(owner)
    a_journey_leads_to_the_members_of_each_step(owner, kept)
    the_other_pages_show_what_was_kept(owner)
    who_may_not_see_members_sees_figures(signed_in(Role.ANALYST))


def what_sells_leads_to_who_bought_it(owner, kept):
    for query in ({"span": "90"}, {"span": "quarter", "from": "2020-01-01", "to": utc_now().date().isoformat()}):
        rows = tables_of(owner, "products", **query)["items"].rows
        assert [(row["item"], row["sales"], row["members"], float(row["repeat"])) for row in rows] == [
            ("latte", 24_000, 2, 0.5),
            ("cake", 8_000, 2, 0.0),
        ]
    assert {row["item"] for row in tables_of(owner, "products", by="category")["items"].rows} == {"coffee", "bakery"}
    assert tables_of(owner, "products", store="nowhere") == {}
    buyers = tables_of(owner, "product", item="latte", members="1")["members"]
    assert buyers.is_personal
    assert [(row["member_id"], row["days"]) for row in buyers.rows] == [(str(kept[0]), 3), (str(kept[1]), 1)]
    assert tables_of(owner, "product", item="nothing", span="30", members="1")["members"].rows == []
    assert tables_of(owner, "product", by="category", item="coffee", level="gold") == {}


def what_nobody_told_is_a_dash(owner):
    page = owner.get("/console/insight/products/").text
    assert "Cost of points" not in page
    csv = owner.get("/console/insight/products/?export=csv&table=items").content.decode("utf-8-sig")
    assert '"Margin"' not in csv
    assert "latte" in csv


def a_journey_leads_to_the_members_of_each_step(owner, kept):
    assert len(tables_of(owner, "journey")["funnel"].rows) == 5
    asked = {"step1": "first_purchase", "step2": "purchase", "within": "20", "span": "90"}
    steps = tables_of(owner, "journey", **asked)["funnel"].rows
    assert [(row["members"], row["lost"]) for row in steps] == [(2, None), (0, 2)]
    lost = tables_of(owner, "journey", **asked, behind="2", how="lost")["members"]
    assert [row["member_id"] for row in lost.rows] == [str(kept[1]), str(kept[0])]
    assert tables_of(owner, "journey", step1="nonsense", within="x", behind="99", how="x")["members"].rows == []
    assert len(tables_of(owner, "journey", step1="joined", step2="level:gold", level="gold")["funnel"].rows) == 2


def the_other_pages_show_what_was_kept(owner):
    assert tables_of(owner, "bought-together")["pairs"].rows == []  # 20 bills are needed
    assert "Nothing to show yet" in owner.get("/console/insight/second-visits/").text  # nobody's 90 days are over
    assert [row["members"] for row in tables_of(owner, "second-purchase")["store"].rows] == [2]
    assert tables_of(owner, "paths", gap="week", span="7") is not None
    assert tables_of(owner, "rewards-pull", reward="reward:x") is not None


def who_may_not_see_members_sees_figures(analyst):
    table = tables_of(analyst, "product", item="latte", members="1")["members"]
    assert table.rows == []
    assert "figures" in table.empty
