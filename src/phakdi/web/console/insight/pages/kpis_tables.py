"""Cohorts of first purchases, and moves between levels."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.kpis import queries
from phakdi.insight.kpis.core import spans
from phakdi.insight.kpis.core.cohorts import Cohort, mean_retention
from phakdi.insight.kpis.core.figures import NOWHERE, Moves
from phakdi.insight.kpis.tabulating import levels
from phakdi.insight.warehouse.folder import NoWarehouse
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages.kpis import levels_of, nothing, preset_of
from phakdi.web.console.insight.report import (
    Chart,
    Column,
    Filters,
    Kind,
    Report,
    Section,
    Table,
    Tile,
    write,
    write_month,
)

COHORTS = "cohorts"
AGES_SHOWN = 12


def cohorts(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show what became of those who first bought in the same month."""
    del now
    title, lead = (
        _("Cohorts"),
        _("Of the members who first bought in a month: how many buy in the months after, and for how much."),
    )
    with organization_scope(desk.organization_id):
        kept = queries.find_table(organization_id=desk.organization_id, name="cohorts")
    if kept is None or not kept[1]["rows"]:
        return nothing(title, lead, _("how many of each month's new buyers come back, month after month"))
    as_of, doc = kept
    found, last = read_cohorts(doc), doc["month"] - 1
    view = filters.get("view") if filters.get("view") in {"later", "spend"} else ""
    ages = list(range(AGES_SHOWN + 1))
    rows, heat = [], []
    for each in found:
        cells = [_cell(each, age, view, last) for age in ages]
        label = write_month(spans.first_of_month(each.month))
        heat.append((label, *(None if cell is None else float(cell) for cell in cells)))
        rows.append(
            {
                "month": spans.first_of_month(each.month),
                "size": each.size,
                **{f"a{age}": cell for age, cell in zip(ages, cells, strict=True)},
            }
        )
    kind: Kind = "money" if view == "spend" else "percent"
    columns = [Column("month", _("First bought in"), "month"), Column("size", _("Members"), "count")]
    columns += [Column(f"a{age}", _("+%(months)s months") % {"months": age} if age else _("Same month"), kind) for age in ages]
    mean = {"size": sum(each.size for each in found), **{f"a{age}": mean_retention(found, age, whole_until=last) for age in ages}}
    titles = {
        "": _("Bought in that month"),
        "later": _("Bought in that month or later"),
        "spend": _("Spent so far for each of them"),
    }
    links = [(report_url(COHORTS, view=key or None), words) for key, words in titles.items() if key != view]
    note = _("A month that is not over, and one that has not come, is “–”. The mean counts every member alike, not every month.")
    return Report(
        title,
        lead,
        [
            Section(
                titles[view],
                charts=[Chart("cohorts", titles[view], "heat", [str(age) for age in ages], heat, kind, note)],
                tables=[Table("cohorts", titles[view], columns, rows, note, total=mean if not view else None)],
                links=links,
            )
        ],
        as_of=as_of,
        ranges=False,
    )


def tiers(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show from which level to which members moved."""
    title, lead = (
        _("Moves between levels"),
        _("Where members of each level are at the end of the time: up, down, the same, or gone."),
    )
    order, names = levels_of(desk, now)
    cells = _moves(desk, filters)
    if not order or not cells:
        return nothing(
            title,
            lead,
            _("how many members rise, fall and stay on their level"),
            reverse("web:programs"),
            _("Levels of the program"),
        )
    known = [each for each in order if any(each in pair for pair in cells)] + sorted(
        {level for pair in cells for level in pair} - {*order, NOWHERE}
    )
    moves = Moves(known, cells)
    how = _("Of the members who were here at the start: the share who are on a higher level at the end.")
    tiles = [
        Tile(_("Went up"), "up", write(moves.share_of("up"), "percent"), how),
        Tile(_("Went down"), "down", write(moves.share_of("down"), "percent"), _("The same, on a lower level.")),
        Tile(_("Stayed"), "level", write(moves.share_of("stay"), "percent"), _("The same, on the level they were on.")),
        Tile(_("Left"), "sign-out", write(moves.share_of("left"), "percent"), _("The same, members no more.")),
        Tile(_("Up less down"), "chart", write(moves.net, "percent"), _("Share that went up less share that went down.")),
    ]
    shown = {**{level: names.get(level, level or _("No level")) for level in known}, NOWHERE: _("Left")}
    columns = [
        Column("level", _("From")),
        *(Column(f"l{n}", _("to %(level)s") % {"level": shown[to]}, "count") for n, to in enumerate([*known, NOWHERE])),
    ]
    columns += [Column("kept", _("Kept the level"), "percent")]
    rows = [
        {
            "level": shown[level] if level != NOWHERE else _("New"),
            **{f"l{n}": cells.get((level, to), 0) for n, to in enumerate([*known, NOWHERE])},
            "kept": moves.kept(level) if level != NOWHERE else None,
        }
        for level in [*known, NOWHERE]
    ]
    heat = [
        (shown[level] if level != NOWHERE else _("New"), *(cells.get((level, to), 0) for to in [*known, NOWHERE]))
        for level in [*known, NOWHERE]
    ]
    chart = Chart("levels", _("From (down) and to (across)"), "heat", [shown[to] for to in [*known, NOWHERE]], heat, "count")
    table = Table("levels", _("From where to where"), columns, rows)
    return Report(title, lead, [Section(tiles=tiles), Section(charts=[chart], tables=[table])])


# --- parts ---


def read_cohorts(doc: Mapping[str, Any]) -> list[Cohort]:
    """Return the cohorts that were kept, the latest first."""
    found: dict[int, tuple[dict[int, int], dict[int, int], dict[int, int]]] = {}
    for month, age, members_, net, last in doc["rows"]:
        active, spent, gone = found.setdefault(month, ({}, {}, {}))
        active[age], spent[age], gone[age] = members_, net, last
    out = []
    for month, (active, spent, gone) in sorted(found.items(), reverse=True):
        later = {age: sum(n for at, n in gone.items() if at >= age) for age in range(AGES_SHOWN + 1)}
        out.append(Cohort(month, active.get(0, 0), active, later, spent))
    return out


def _cell(each: Cohort, age: int, view: str, last: int) -> Fraction | None:
    if view == "spend":
        return each.spend_so_far(age, whole_until=last)
    return each.retention_or_later(age, whole_until=last) if view == "later" else each.retention(age, whole_until=last)


def _moves(desk: Desk, filters: Filters) -> dict[tuple[str, str], int]:
    first, last = filters.window.first, filters.window.last
    with organization_scope(desk.organization_id):
        kept = queries.find_table(organization_id=desk.organization_id, name="levels")
    found = kept[1].get(preset_of(filters) or spans.key_of(first, last, last)) if kept else None
    if found is None:
        try:
            warehouse = open_warehouse(desk.organization_id)
        except NoWarehouse:
            return {}
        found = levels(warehouse, spans.Span("custom", first, last + timedelta(days=1)), today=last)
    return {(_somewhere(before), _somewhere(after)): n for before, after, n in found}


def _somewhere(level: str | None) -> str:
    return NOWHERE if level is None else level
