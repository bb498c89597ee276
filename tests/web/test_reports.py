"""Reports: ranges and filters are links, every table is a file, and an empty one says how to fill it."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from phakdi.flows.account_points import account_points
from phakdi.insight.daily.core import Window
from phakdi.platform.staff.core import Role
from phakdi.web.console.insight import registry
from phakdi.web.console.insight.filters import compared, preset_window, read_filters
from tests.integration.insight.points.test_account_points import warehouse

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
TODAY = date(2026, 4, 10)


@pytest.fixture
def accounted(shop):
    account_points(shop, warehouse(), datetime(2026, 4, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("told", "first", "last"),
    [
        ({}, date(2026, 1, 11), TODAY),
        ({"span": "7"}, date(2026, 4, 4), TODAY),
        ({"span": "month"}, date(2026, 4, 1), TODAY),
        ({"span": "last-month"}, date(2026, 3, 1), date(2026, 3, 31)),
        ({"span": "quarter"}, date(2026, 4, 1), TODAY),
        ({"span": "year"}, date(2026, 1, 1), TODAY),
        ({"span": "last-year"}, date(2025, 1, 1), date(2025, 12, 31)),
        ({"span": "songkran"}, date(2026, 4, 9), TODAY),
        ({"from": "2026-02-01", "to": "2026-02-28", "span": "7"}, date(2026, 2, 1), date(2026, 2, 28)),
        ({"from": "2026-02-28", "to": "2026-02-01"}, date(2026, 1, 11), TODAY),
        ({"from": "yesterday", "to": "2026-02-01", "span": "never"}, date(2026, 1, 11), TODAY),
    ],
)
def test_days_come_from_the_query(told, first, last):
    assert read_filters(told, today=TODAY).window == Window(first, last)


def test_what_it_is_compared_with():
    window = Window(date(2028, 2, 29), date(2028, 3, 29))
    assert compared(window, "before") == Window(date(2028, 1, 30), date(2028, 2, 28))
    assert compared(window, "year") == Window(date(2027, 2, 28), date(2027, 3, 29))
    assert compared(window, "none") is None
    assert preset_window("1", TODAY) == Window(TODAY, TODAY)
    assert preset_window("songkran", date(2026, 4, 8)) == Window(date(2025, 4, 9), date(2025, 4, 19))


def test_every_report_teaches_where_there_is_nothing(owner):
    listed = owner.get("/console/insight/")
    assert listed.status_code == 200
    for entry in registry.REPORTS:
        page = owner.get(f"/console/insight/{entry.key}/")
        assert page.status_code == 200, entry.key
        report = page.context["report"]
        assert report.empty is None or (report.empty.will_be and report.empty.how), entry.key
        if report.empty is None:
            assert report.sections, entry.key


def test_the_report_of_points_shows_what_is_owed(owner, accounted):
    page = owner.get("/console/insight/points/?from=2026-01-01&to=2026-04-10")
    tiles = {tile.name: tile.shown for section in page.context["report"].sections for tile in section.tiles}
    assert tiles["Held by members"] == "900"
    assert tiles["Used of what was given"] == "40.0%"


def test_tables_are_files_with_numbers_as_numbers(owner, accounted):
    url = "/console/insight/points/?from=2026-01-01&to=2026-04-10"
    csv = owner.get(f"{url}&export=csv&table=flow").content.decode("utf-8-sig").splitlines()
    assert csv[0].startswith('"Month","Given","Used"')
    assert len(csv) == 5
    book = load_workbook(BytesIO(owner.get(f"{url}&export=xlsx").content))
    assert book.worksheets[0].cell(2, 2).value == 1_000
    assert owner.get(f"{url}&export=csv&table=none").status_code == 404
    assert owner.get(f"{url}&export=pdf").status_code == 404
    assert owner.get(f"{url}&export=csv").status_code == 404  # which of them?


def test_only_who_sees_figures_sees_reports(signed_in, shop):
    for role, status in ((Role.ANALYST, 200), (Role.MARKETER, 200), (Role.AGENT, 403), (Role.CASHIER, 403)):
        client = signed_in(role)
        assert client.get("/console/insight/").status_code == status
        assert client.get("/console/insight/points/").status_code == status
    assert signed_in(Role.OWNER).get("/console/insight/nothing/").status_code == 404
