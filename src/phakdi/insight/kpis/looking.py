"""One look at the figures of a window: as kept by the refresh, or counted now where the days are of one's own choice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from phakdi.insight.kpis import counting, queries
from phakdi.insight.kpis import expressions as e
from phakdi.insight.kpis.core import spans
from phakdi.insight.kpis.core.registry import FIGURES
from phakdi.insight.kpis.core.settings import KpiSettings
from phakdi.insight.kpis.core.spans import day_number
from phakdi.insight.kpis.queries import Found
from phakdi.insight.kpis.tabulating import today_of
from phakdi.insight.warehouse.folder import NoWarehouse
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope

MEMBERS_MAX = 1_000
_PEOPLE: Mapping[str, str] = {  # whose members a sum is counted of, where the sum is not of members itself
    "orders": "buyers",
    "sales": "buyers",
    "returning_orders": "returning",
    "active_days": "active",
    "active_possible": "active",
    "active_known": "active_known",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Figures of one window by name, and when they were found."""

    figures: Mapping[str, Found]
    as_of: datetime | None


def look(organization_id: UUID, *, first: date, last: date, preset: str = "", dimension: str = "", key: str = "") -> Look:
    """Return the figures of the days from ``first`` to ``last`` (both included), narrowed to one key of a dimension.

    ``preset`` names a kept window: 30, 30:before, 30:year, 2026-03 …; it then ends with the day of the latest refresh.
    """
    found = keyed(organization_id, first=first, last=last, preset=preset, dimension=dimension, key=key)
    figures = {each.figure: each for each in found}
    return Look(figures, max((each.as_of for each in found), default=None))


def keyed(
    organization_id: UUID, *, first: date, last: date, preset: str = "", dimension: str = "", key: str | None = None
) -> list[Found]:
    """Return the figures of all keys of a dimension, or of one."""
    with organization_scope(organization_id):
        kept = queries.find_table(organization_id=organization_id, name="lapse")
        today = date.fromisoformat(kept[1]["today"]) if kept else None
        name = preset or (spans.key_of(first, last, today) if today else "")
        if name:
            return queries.figures_of(organization_id=organization_id, spans=[name], dimension=dimension, key=key)
        settings = queries.settings_of(organization_id=organization_id)
    try:
        warehouse = open_warehouse(organization_id)
    except NoWarehouse:
        return []
    return _count(warehouse, settings, first=first, last=last, dimension=dimension, key=key)


def _count(
    warehouse: Warehouse, settings: KpiSettings, *, first: date, last: date, dimension: str, key: str | None
) -> list[Found]:
    today = today_of(warehouse)
    series = [spans.custom(first, last + timedelta(days=1))]
    counted = counting.count(warehouse, settings, today=today, series=series, dimensions=(dimension,) if dimension else ())
    return [
        Found(
            each.figure,
            "",
            each.dimension,
            each.key,
            each.span.first,
            each.span.to,
            each.top,
            each.bottom,
            each.value,
            warehouse.as_of,
        )
        for each in counted.figures()
        if each.dimension == dimension and (key is None or each.key == key)
    ]


def members_of(
    organization_id: UUID,
    *,
    figure: str,
    is_top: bool,
    first: date,
    last: date,
    dimension: str = "",
    key: str = "",
    after: str = "",
    limit: int = 100,
) -> list[str]:
    """Return the ids of members in the numerator or denominator of a figure, by id, from the one after ``after``; at most 1,000.

    Nobody where a figure is not counted of members (totals of tills, answers by link).

    Raises:
        NoWarehouse: the figures were never refreshed.
    """
    with organization_scope(organization_id):
        settings = queries.settings_of(organization_id=organization_id)
    warehouse = open_warehouse(organization_id)
    each = FIGURES[figure]
    name = each.top if is_top or not each.bottom else each.bottom
    keys = member_keys(
        warehouse, settings, _PEOPLE.get(name, name), span=(first, last + timedelta(days=1)), dimension=dimension, key=key
    )
    if keys is None:
        return []
    member = warehouse.table("member").select("member_key", "member_id")
    rows = keys.select("member_key").distinct().join(member, "member_key")
    rows = rows.filter(rows.member_id > after).order_by("member_id").limit(min(limit, MEMBERS_MAX))
    return [row["member_id"] for row in warehouse.rows(rows.select("member_id"))]


def member_keys(
    warehouse: Warehouse, settings: KpiSettings, name: str, *, span: tuple[date, date], dimension: str = "", key: str = ""
) -> Any:
    """Return an expression of the keys of the members that one sum counts, or None where it counts no members."""
    first, end = span
    people = e.people(warehouse)
    at = None
    if dimension and (dimension not in counting.SPENT_BY or name not in _BOUGHT):
        if dimension == "channel":
            return None
        places = e.places(warehouse, dimension)
        at = places.filter(places.key == key).select("member_key")
    found = None
    if name in _BOUGHT:
        found = _bought(warehouse, people, name, span, dimension if dimension in counting.SPENT_BY else "", key)
    elif name in _JOINED:
        found = _joined(warehouse, name, first, end)
    elif name in _LAPSED:
        found = _lapsed(warehouse, settings, people, name, day_number(first), day_number(end))
    elif name in {"points_users", "engaged", "reachable"}:
        found = _part(warehouse, settings, name, day_number(first), day_number(end))
    if found is None:
        return None
    found = found.select("member_key").distinct()
    return found.semi_join(at, "member_key") if at is not None else found


_BOUGHT = frozenset(
    {"buyers", "active", "active_before", "kept", "repeaters", "returning", "active_known", "came_back", "identified"}
)
_JOINED = frozenset({"end", "new", "left", "referred"})
_LAPSED = frozenset({"lapsed", "not_lapsed", "lapsed_new", "won_back"})


def _bought(warehouse: Warehouse, people: Any, name: str, span: tuple[date, date], dimension: str, key: str) -> Any:
    days = e.days_of(warehouse, dimension)
    days = days.filter(days.key == key) if dimension else days
    series = spans.custom(*span)
    rows = e.with_history(e.by_window(days, series), e.firsts_of(days), people, series)
    if name == "identified":
        return rows.filter(rows.place == 1)
    rows = rows.filter(rows.is_member == 1)
    before = rows.filter(rows.place == 0)
    if name == "active_before":
        return before
    rows = rows.filter(rows.place == 1)
    if name == "kept":
        return rows.semi_join(before, "member_key")
    if name == "repeaters":
        return rows.filter(rows.days > 1)
    if name in {"returning", "active_known"}:
        return rows.filter(rows.had == 1)
    return rows.filter(rows.had == 1).anti_join(before, "member_key") if name == "came_back" else rows


def _joined(warehouse: Warehouse, name: str, first: date, end: date) -> Any:
    member = warehouse.table("member")
    if name == "left":
        return member.filter((member.left_on >= first) & (member.left_on < end) & member.joined_on.notnull())
    if name == "end":
        return member.filter((member.joined_on < end) & (member.left_on.isnull() | (member.left_on >= end)))
    new = member.filter((member.joined_on >= first) & (member.joined_on < end))
    return new.filter(new.referred_by_key.notnull()) if name == "referred" else new


def _lapsed(warehouse: Warehouse, settings: KpiSettings, people: Any, name: str, start: int, end: int) -> Any:
    days = e.days_of(warehouse)
    firsts = e.firsts_of(days)
    gaps = e.gaps_of(days)
    common = counting.common_of(warehouse, gaps)
    events = e.lapses(gaps, firsts, people, fixed=settings.lapse_days, common=common)
    is_at_start = (events.lapsed <= start) & (events.back.isnull() | (events.back >= start))
    if name == "lapsed":
        return events.filter(is_at_start)
    if name == "won_back":
        return events.filter(is_at_start & (events.back < end))
    if name == "lapsed_new":
        is_new = (events.begun < start) & (events.lapsed > start) & (events.lapsed <= end)
        return events.filter(is_new & (events.back_before.isnull() | (events.back_before < start)))
    begun = firsts.filter(firsts["first"] < start).join(people.filter(people.is_member == 1).select("member_key"), "member_key")
    return begun.anti_join(events.filter(is_at_start), "member_key")


def _part(warehouse: Warehouse, settings: KpiSettings, name: str, start: int, end: int) -> Any:
    reached = e.reached(warehouse)
    if name == "reachable":
        return reached
    rows = e.used_points(warehouse) if name == "points_users" else e.engaged_days(warehouse, settings.engaged_kinds)
    rows = rows.filter((rows.day >= start) & (rows.day < end))
    return rows if name == "points_users" else rows.semi_join(reached, "member_key")
