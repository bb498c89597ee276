"""Tell the owners when a figure leaves its band or moves too far; once, until it is well again."""

from datetime import date, datetime
from uuid import UUID

from phakdi.flows.tell_staff import tell_owners
from phakdi.insight.kpis import operations, queries
from phakdi.insight.kpis.core import spans
from phakdi.insight.kpis.core.registry import FIGURES
from phakdi.insight.kpis.core.targets import Finding, Wanted
from phakdi.insight.kpis.tabulating import today_of
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.money import format_money
from phakdi.platform.organizations.queries import get_organization

_WORDS = {
    Finding.LOW: ("ต่ำกว่าที่กำหนด", "is below what you set"),
    Finding.HIGH: ("สูงกว่าที่กำหนด", "is above what you set"),
    Finding.FELL: ("ลดลงมากจากช่วงก่อนหน้า", "fell far from the time before"),
    Finding.ROSE: ("เพิ่มขึ้นมากจากช่วงก่อนหน้า", "rose far from the time before"),
}


def watch_figures(organization_id: UUID, warehouse: Warehouse, now: datetime) -> None:
    """Compare every watched figure with what is wanted of it. Safe to repeat: who was told is not told again."""
    with organization_scope(organization_id):
        watched = [each for each in queries.targets_of(organization_id=organization_id) if each.is_alert]
        currency = get_organization(organization_id=organization_id).currency
    for wanted in watched:
        with organization_scope(organization_id):
            value, before = values_of(organization_id, wanted, today_of(warehouse))
            found = wanted.find(value, before)
            assert wanted.id is not None, "it was read from its row"
            if found is Finding.UNKNOWN:
                continue
            since = now if found.is_out else None
            is_news = operations.mark_out(organization_id=organization_id, target_id=wanted.id, since=since)
        if is_news and found.is_out:
            assert value is not None, "what is unknown is not out"
            figure = FIGURES[wanted.figure]
            where = f" ({wanted.key})" if wanted.key else ""
            params = {
                "figure_th": figure.title.th + where,
                "figure_en": figure.title.en + where,
                "value": shown(wanted.figure, value, currency),
                "before": shown(wanted.figure, before, currency) if before is not None else "–",
                "found_th": _WORDS[found][0],
                "found_en": _WORDS[found][1],
            }
            tell_owners(organization_id=organization_id, template="figure_alert", params=params, now=now)


def values_of(organization_id: UUID, wanted: Wanted, today: date) -> tuple[float | None, float | None]:
    """Return a watched figure and what it was in the window before; in a scope of the organization."""
    names = (wanted.span, f"{wanted.span}:before")
    if wanted.span == "month":
        month = spans.month_number(today) - 1
        names = (spans.calendar_span(month, 1).key, spans.calendar_span(month - 1, 1).key)
    rows = queries.figures_of(
        organization_id=organization_id, spans=names, dimension=wanted.dimension, key=wanted.key, figures=[wanted.figure]
    )
    by = {each.span: each.value for each in rows}
    return by.get(names[0]), by.get(names[1])


def shown(figure: str, value: float, currency: str) -> str:
    """Write a figure."""
    unit = FIGURES[figure].unit
    if unit == "money":
        return format_money(round(value), currency)
    if unit == "percent":
        return f"{value * 100:.1f}%"
    return f"{value:,.0f}" if unit == "count" else f"{value:,.2f}"
