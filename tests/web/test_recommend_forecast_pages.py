"""Recommendations and forecasts in the console: judged, exported, and what is never shown is changed."""

import pytest

from phakdi.insight.forecast.refreshing import step as forecast
from phakdi.insight.recommend import queries
from phakdi.insight.recommend.refreshing import step as recommend
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.staff.core import Role
from tests.integration.insight.forecast.test_step import NOW as FORECAST_AT
from tests.integration.insight.forecast.test_step import warehouse as sales
from tests.integration.insight.recommend.test_step import NOW as LISTED_AT
from tests.integration.insight.recommend.test_step import warehouse as habits

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
LISTS, FORECAST, NEVER = (f"/console/insight/{name}/" for name in ("recommendations", "forecast", "recommendations/never"))


def tables_of(page):
    return {table.key: table for section in page.context["report"].sections for table in section.tables}


def test_both_lists_stand_beside_their_baseline(owner, shop, new_member):
    recommend(shop, habits([new_member() for _ in range(3)]), LISTED_AT)
    tables = tables_of(page := owner.get(LISTS))
    for key in ("again", "new"):
        mine, baseline = tables[key].rows
        assert mine["members"] == baseline["members"] > 60
        assert 0 < mine["recall"] <= 1
    assert 1 <= tables["top-again"].rows[0]["members"] <= 3
    assert len(tables["together"].rows) == 20
    assert "better in both figures" in page.text
    csv = owner.get(f"{LISTS}?export=csv&table=top-new").content.decode("utf-8-sig").splitlines()
    assert csv[0] == '"Product","Members","Share of members"'


def test_what_is_never_shown_is_kept_by_who_may(owner, signed_in, shop):
    assert owner.post(NEVER, {"products": "beer\n\n wine \nbeer"}).status_code == 302
    with organization_scope(shop):
        assert queries.never_shown(organization_id=shop) == ["beer", "wine"]
    assert "beer\nwine</textarea>" in owner.get(LISTS).text
    owner.post(NEVER, {"products": "\n".join(map(str, range(1_001)))})
    owner.post(NEVER, {"products": "wine"})
    with organization_scope(shop):
        assert queries.never_shown(organization_id=shop) == ["wine"]
        told = [entry.data for entry in entries(organization_id=shop, wanted=AuditFilter("recommend.never_changed"))]
    assert told == [{"added": [], "removed": ["beer"]}, {"added": ["beer", "wine"], "removed": []}]
    analyst = signed_in(Role.ANALYST)
    assert analyst.post(NEVER, {"products": ""}).status_code == 403
    assert "<textarea" not in analyst.get(LISTS).text


def test_a_forecast_says_how_far_it_was_off(owner, shop):
    forecast(shop, sales(200, answers=40), FORECAST_AT)
    page = owner.get(FORECAST)
    assert page.context["report"].title == "Forecast: Sales to members"
    assert len(tables_of(page)["ahead-week"].rows) == 4  # too short for months
    tables = tables_of(owner.get(f"{FORECAST}?by=day"))
    assert len(tables["ahead-day"].rows) == 14
    assert [row["shown"] for row in tables["tried-day"].rows].count("yes") == 1
    assert "A forecast by month needs 15 whole months; there are 6." in owner.get(f"{FORECAST}?by=month").text
    assert "A forecast needs 15 months in a row with 30 answers each; there are 1." in owner.get(f"{FORECAST}?figure=nps").text
    assert owner.get(f"{FORECAST}?figure=points:points").context["report"].title.startswith("Forecast: Given")
    for language in ("th", "en"):
        owner.cookies["django_language"] = language
        assert owner.get(FORECAST).status_code == owner.get(LISTS).status_code == 200
