"""Saved views: their names and queries; when a summary is due."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from phakdi.insight.views.core import due_week, read_name, read_query
from phakdi.kit.errors import Invalid
from phakdi.web.console.insight.drawing import draw
from phakdi.web.console.insight.report import Chart

BANGKOK = ZoneInfo("Asia/Bangkok")


def test_names_are_one_line():
    assert read_name("  Siam,\n this month ") == "Siam, this month"
    for name in ("", "  ", "x" * 81):
        with pytest.raises(Invalid):
            read_name(name)


def test_queries_keep_filters_only():
    assert read_query("?span=30&store=SIAM&export=csv&table=flow&page=3") == "span=30&store=SIAM"
    with pytest.raises(Invalid):
        read_query("store=" + "x" * 1_001)


@pytest.mark.parametrize(
    ("at", "week"),
    [
        (datetime(2026, 11, 23, 0, 59, tzinfo=UTC), None),  # Monday 07:59 in Bangkok
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 24, 23, 0, tzinfo=UTC), date(2026, 11, 23)),  # late, still of use
        (datetime(2026, 11, 25, 1, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 22, 5, 0, tzinfo=UTC), None),
    ],
)
def test_a_summary_is_due_on_mondays(at, week):
    assert due_week(at, BANGKOK) == week


def test_what_is_not_known_is_a_gap_and_not_zero():
    told = Chart("x", "X", "line", ["A"], [("a", 2), ("b", None), ("c", 4), ("d", 4)])
    (line,) = draw(told, "THB").plot.lines
    assert line.path.count("M") == 2
    assert line.path.count("L") == 1
    assert line.area == ""
