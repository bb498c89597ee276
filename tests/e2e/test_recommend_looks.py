"""Recommendations and forecasts, on a phone and on a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.insight.forecast.refreshing import step as forecast
from phakdi.insight.recommend.refreshing import step as recommend
from tests.e2e.looking import LOOKS, look
from tests.integration.insight.forecast.test_step import NOW as FORECAST_AT
from tests.integration.insight.forecast.test_step import warehouse as sales
from tests.integration.insight.recommend.test_step import NOW as LISTED_AT
from tests.integration.insight.recommend.test_step import warehouse as habits

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS[::3])
def test_recommendations_and_forecasts(shop, regular, open_page, sign_in, picture, size, language, theme, request):
    recommend(shop.id, habits([regular.id]), LISTED_AT)
    forecast(shop.id, sales(31 * 32, answers=40), FORECAST_AT)
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    for name, address in (
        ("recommendations", "/console/insight/recommendations/"),
        ("forecast", "/console/insight/forecast/"),
        ("nps", "/console/insight/forecast/?figure=nps"),
    ):
        look(page, picture, address, f"{name}-{request.node.callspec.id}")
        assert Axe().run(page).response["violations"] == [], address
