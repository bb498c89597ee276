"""The first page of Insight: for each role what it has to know first, taken from the reports themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from phakdi.insight.kpis.core.registry import FIGURES
from phakdi.insight.kpis.queries import targets_of
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.staff.core import Role
from phakdi.web.access import Desk
from phakdi.web.console.insight import registry
from phakdi.web.console.insight.filters import Filters
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.registry import Entry
from phakdi.web.console.insight.report import Chart, Report, Tile
from phakdi.web.words import language

TILES, ROWS = 4, 5
OWNER = ("sales", "members", "points", "forecast", "leaving", "products")
BOARDS: Mapping[Role, Sequence[str]] = {
    Role.OWNER: OWNER,
    Role.MANAGER: OWNER,
    Role.MARKETER: ("leaving", "groups", "products", "journey", "voice", "members"),
    Role.ANALYST: ("members", "sales", "worth", "forecast", "recommendations", "warehouse"),
}
FIRST: Mapping[str, Sequence[str]] = {  # which of many figures come first
    "sales": ("sales", "sales_share", "order_value", "repeat_rate"),
    "members": ("members", "active_members", "retention", "lapse_rate"),
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
    """What somebody sees first, which of it has nothing to show yet, and what is not as it is wanted."""

    cards: Sequence[Card]
    waiting: Sequence[Card]
    alerts: Sequence[str]


def board_of(desk: Desk, filters: Filters, now: datetime) -> Board:
    """Return the beginning of each report that somebody of this role has to see first."""
    wanted = [key for key in BOARDS.get(desk.place.role, OWNER) if registry.is_open(desk, key)]
    cards = [_card(desk, registry.BY_KEY[key], filters, now) for key in wanted]
    shown, waiting = [card for card in cards if not card.report.empty], [card for card in cards if card.report.empty]
    return Board(shown, waiting, _alerts(desk) if desk.place.is_everywhere else [])


def _alerts(desk: Desk) -> list[str]:
    """Return the figures that are out of what is wanted of them."""
    with organization_scope(desk.organization_id):
        wanted = targets_of(organization_id=desk.organization_id)
    return [FIGURES[each.figure].title.told(language()) for each in wanted if each.out_since and each.figure in FIGURES]


def _card(desk: Desk, entry: Entry, filters: Filters, now: datetime) -> Card:
    report = entry.build(desk, filters, now)
    tiles = _first(entry.key, next((section.tiles for section in report.sections if section.tiles), ()))
    chart = next((_short(chart) for section in report.sections[:2] for chart in section.charts), None)
    return Card(entry, report_url(entry.key, filters), report, tiles[:TILES], chart)


def _first(key: str, tiles: Sequence[Tile]) -> Sequence[Tile]:
    """Return the tiles that a role has to see of a report, in that order."""
    names = [FIGURES[figure].title.told(language()) for figure in FIRST.get(key, ())]
    return [tile for name in names for tile in tiles if tile.name == name] or tiles


def _short(chart: Chart) -> Chart:
    """Return a chart with its first rows only, where they stand below each other."""
    return replace(chart, rows=chart.rows[:ROWS]) if chart.shape in {"rows", "heat"} else chart
