"""The first page of Insight: for each role what it has to know first, taken from the reports themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from phakdi.platform.staff.core import Role
from phakdi.web.access import Desk
from phakdi.web.console.insight import registry
from phakdi.web.console.insight.filters import Filters
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.registry import Entry
from phakdi.web.console.insight.report import Chart, Report, Tile

TILES, ROWS = 4, 5
OWNER = ("figures", "points", "forecast", "leaving", "products")
BOARDS: Mapping[Role, Sequence[str]] = {
    Role.OWNER: OWNER,
    Role.MANAGER: OWNER,
    Role.MARKETER: ("leaving", "groups", "products", "journey", "surveys"),
    Role.ANALYST: ("figures", "worth", "forecast", "recommendations", "warehouse"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """The beginning of a report: its first figures and its first chart."""

    entry: Entry
    url: str
    report: Report
    tiles: Sequence[Tile]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class Board:
    """What somebody sees first, and which of it has nothing to show yet."""

    cards: Sequence[Card]
    waiting: Sequence[Card]


def board_of(desk: Desk, filters: Filters, now: datetime) -> Board:
    """Return the beginning of each report that somebody of this role has to see first."""
    wanted = [key for key in BOARDS.get(desk.place.role, OWNER) if registry.is_open(desk, key)]
    cards = [_card(desk, registry.BY_KEY[key], filters, now) for key in wanted]
    return Board([card for card in cards if not card.report.empty], [card for card in cards if card.report.empty])


def _card(desk: Desk, entry: Entry, filters: Filters, now: datetime) -> Card:
    report = entry.build(desk, filters, now)
    tiles = next((section.tiles for section in report.sections if section.tiles), ())
    chart = next((_short(chart) for section in report.sections[:2] for chart in section.charts), None)
    return Card(entry, report_url(entry.key, filters), report, tiles[:TILES], chart)


def _short(chart: Chart) -> Chart:
    """Return a chart with its first rows only, where they stand below each other."""
    return replace(chart, rows=chart.rows[:ROWS]) if chart.shape in {"rows", "heat"} else chart
