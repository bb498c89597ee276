"""Who may leave, what members are worth, and the groups they make by their purchases: as the latest run found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.lifetime import documents
from phakdi.insight.lifetime.core import churn, groups
from phakdi.insight.lifetime.documents import Run
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages.lifetime_model import model_card, past_runs
from phakdi.web.console.insight.pages.lifetime_parts import (
    GROUPS,
    LEAVING,
    SHOWN,
    WORTH,
    advice,
    group_table,
    nothing,
    read,
    tile,
)
from phakdi.web.console.insight.report import Chart, Column, Filters, Report, Section, Table, Tile, write
from phakdi.web.expecting import reason_text, value_name, warning_text, why_none

RISKS = ("high", "medium")


def leaving(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show who may not come back, the most valuable first, and why."""
    del now
    title, lead = _("Who may leave"), _("Members who may not buy again soon, those who spent most first, each with the reason.")
    run, rows, names = read(desk, filters, documents.AT_RISK)
    if run is None or not run.doc["members"]:
        return nothing(title, lead, _("who is likely not to come back, what they spent, and why we think so"))
    risk = filters.get("risk") if filters.get("risk") in RISKS else ""
    group = filters.get("group") if filters.get("group") in groups.NAMES else ""
    rows = [row for row in rows if risk in {"", row["risk"]} and group in {"", row["group"]}]
    by_risk = {each["risk"]: each for each in run.doc["risk"]}
    tiles = _leaving_tiles(desk, filters, run, by_risk)
    return Report(
        title,
        lead,
        [
            _head(run, tiles),
            Section(
                _("Whom to win back first"),
                tables=[_members_table(desk, run, rows, names, risk=risk, group=group)],
                links=_leaving_links(risk or group),
            ),
            Section(
                _("Where they are"),
                charts=[
                    Chart(
                        "risk",
                        _("Members by risk"),
                        "rows",
                        [_("Members")],
                        [(value_name(name), by_risk[name]["members"]) for name in reversed(churn.CLASSES)],
                    )
                ],
                tables=[group_table(run, filters)],
                notice=_(
                    "Rules can ask for this: in the program, choose “Risk of leaving” or “Group by purchases” as a condition of a rule."
                ),
            ),
        ],
        as_of=run.computed_at,
        ranges=False,
    )


def worth(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show what members are expected to bring in twelve months, how that is spread, and how far the model may be trusted."""
    del now
    title, lead = (
        _("What members are worth"),
        _("What each is expected to bring in the next twelve months, and how far the model behind it can be trusted."),
    )
    run, rows, names = read(desk, filters, documents.TOP)
    if run is None or not run.doc["members"]:
        return nothing(title, lead, _("what members will bring, who brings most, and how good the forecast has been"))
    expected, tenths = run.doc["expected"], run.doc["tenths"]
    value = expected.get("value")
    best = tenths[0]["sum"] / value if tenths and value else None
    margin = write(run.doc["margin"], "percent")
    told = "" if run.doc["is_margin_told"] else " " + _("Nobody has told the margin yet: 30%% is assumed.") % {}
    tiles = [
        tile(
            desk,
            _("Expected in 12 months"),
            "spark",
            value,
            _(
                "Purchases expected in each of twelve months of 30 days, times the value of a purchase, times the margin of %(margin)s, discounted by 1%% a month."
            )
            % {"margin": margin}
            + told,
            "money",
        ),
        tile(
            desk,
            _("For each member"),
            "person",
            value / run.doc["members"] if value is not None else None,
            _("The sum, by members who ever bought."),
            "money",
        ),
        tile(
            desk,
            _("From the best tenth"),
            "star",
            best,
            _("Share of the sum that the tenth with the highest values brings."),
            "percent",
        ),
        tile(
            desk,
            _("Brought so far"),
            "clock",
            expected.get("historic"),
            _(
                "Sales to date times the margin, less points used at cost, gifts used and messages. Never added to what is expected."
            ),
            "money",
        ),
    ]
    sections = [_head(run, tiles)]
    if tenths:
        sections.append(_spread(run, tenths))
    if desk.place.can(Permission.MEMBERS_READ):
        sections.append(Section(_("Who is worth most"), tables=[_top_table(rows, names)]))
    sections += [model_card(run), past_runs(desk)]
    return Report(title, lead, sections, as_of=run.computed_at, ranges=False)


def by_groups(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show the grid of how recently and how often members buy, and the members of one cell."""
    del now
    title, lead = (
        _("Groups by purchases"),
        _("How recently, how often and for how much members bought in the last 365 days, as scores from 1 to 5."),
    )
    cell = _cell(filters)
    run, rows, names = read(desk, filters, documents.cell_key(*cell) if cell else "")
    if run is None or not any(each["members"] for each in run.doc["grid"]):
        return nothing(title, lead, _("your champions, your newcomers and those who are drifting away, in one picture"))
    sections = []
    if cell:
        sections.append(_cell_section(desk, run, cell, rows, names))
    cutting = run.doc["cutting"]
    sections.append(
        Section(
            lead=_("To the right: bought more often. Upwards: bought more recently. Choose a square to see who is in it."),
            template="console/insight/rfm.html",
            context={"lines": _grid_lines(run, filters), "columns": list(groups.SCORES)},
        )
    )
    sections.append(Section(_("What they are called"), tables=[group_table(run, filters), _cut_table(desk, cutting)]))
    return Report(title, lead, sections, as_of=run.computed_at, ranges=False)


# --- parts --------------------------------------------------------------------------------------------------------------


def _head(run: Run, tiles: Sequence[Tile]) -> Section:
    """Return the tiles, with why there is no model or what to keep in mind about it."""
    if run.refusal:
        said = _("No model is used: %(why)s Instead, risk follows from how long each has been silent.")
        return Section(tiles=tiles, tone="warn", notice=said % {"why": why_none(run.refusal)})
    said = why_none(run.doc["value_refusal"]) if run.doc["value_refusal"] else " ".join(map(warning_text, run.doc["warnings"]))
    return Section(tiles=tiles, tone="warn" if said else "", notice=said)


def _leaving_tiles(desk: Desk, filters: Filters, run: Run, by_risk: Mapping[str, Mapping[str, Any]]) -> list[Tile]:
    horizon = run.doc["horizon"]
    how = (
        _("The chance of not buying within %(days)s days is above 65%%; it stays high until it falls below 55%%.")
        % {"days": horizon}
        if not run.refusal
        else _("Silent for longer than three times the member's usual gap; without one, than nine of ten gaps of all members.")
    )
    return [
        tile(desk, _("High risk"), "warn", by_risk["high"]["members"], how, url=report_url(LEAVING, filters, risk="high")),
        tile(
            desk,
            _("Medium risk"),
            "info",
            by_risk["medium"]["members"],
            _("Between low (below 35%) and high (above 65%)."),
            url=report_url(LEAVING, filters, risk="medium"),
        ),
        tile(
            desk,
            _("At stake"),
            "bag",
            sum(by_risk[name]["at_risk"] for name in RISKS),
            _("What they spent in the last 365 days, times the chance that they do not buy within %(days)s days.")
            % {"days": horizon},
            "money",
        ),
        tile(
            desk,
            _("Expected buyers"),
            "people",
            run.doc["expected"].get("buyers"),
            _("Everybody's chance of buying within %(days)s days, added up.") % {"days": horizon},
        ),
    ]


def _leaving_links(is_narrowed: object) -> list[tuple[str, str]]:
    found = [(report_url(GROUPS), _("All groups")), (report_url(WORTH), _("How good the model is"))]
    return [(report_url(LEAVING), _("Show everybody at risk")), *found] if is_narrowed else found


def _members_table(
    desk: Desk, run: Run, rows: Sequence[Mapping[str, Any]], names: Mapping[UUID, str], *, risk: str, group: str
) -> Table:
    about = [value_name(each) for each in (risk, group) if each]
    title = _("Members at risk") + (f": {', '.join(about)}" if about else "")
    columns = [
        Column("name", _("Member")),
        Column("risk", _("Risk")) if run.refusal else Column("chance", _("Chance of leaving"), "percent"),
        Column("why", _("Why")),
        Column("group", _("Group")),
        Column("year", _("Spent in 365 days"), "money"),
        Column("at_risk", _("At stake"), "money"),
    ]
    if not desk.place.can(Permission.MEMBERS_READ):
        return Table("at-risk", title, columns, [], empty=_("Your role shows figures, not members."))
    return Table(
        "at-risk",
        title,
        columns,
        [
            {
                "name": names[UUID(row["id"])],
                "risk": value_name(row["risk"]),
                "chance": row["churn"],
                "why": _why(row, desk.currency),
                "group": value_name(row["group"]) if row["group"] else "",
                "year": row["year"],
                "at_risk": row["at_risk"],
                "_url": reverse("web:member", args=[row["id"]]),
            }
            for row in rows
        ],
        note=_("The first %(shown)s on the page; the file has up to %(kept)s, those with most at stake.")
        % {"shown": SHOWN, "kept": f"{documents.AT_RISK_MAX:,}"},
        empty=_("Nobody is at risk."),
        is_personal=True,
    )


def _why(row: Mapping[str, Any], currency: str) -> str:
    told = {
        "silent": row["silent"],
        "days": row["days"],
        "usual_gap": row["gap"],
        "recent": row["recent"],
        "before": row["before"],
    }
    return " ".join(reason_text(reason, currency) for reason in churn.reasons_for(risk=row["risk"], **told)[:2])


def _spread(run: Run, tenths: Sequence[Mapping[str, Any]]) -> Section:
    total = sum(each["sum"] for each in tenths)
    names = [_("Tenth %(place)s") % {"place": place} for place in range(1, len(tenths) + 1)]
    rows = [
        {
            "name": name,
            "members": each["members"],
            "low": each["low"],
            "high": each["high"],
            "sum": each["sum"],
            "share": each["sum"] / total if total else None,
        }
        for name, each in zip(names, tenths, strict=True)
    ]
    columns = [
        Column("name", _("Members by value")),
        Column("members", _("Members"), "count"),
        Column("low", _("From"), "money"),
        Column("high", _("To"), "money"),
        Column("sum", _("Together"), "money"),
        Column("share", _("Share"), "percent"),
    ]
    chart = Chart(
        "tenths",
        _("Value of each tenth of members"),
        "rows",
        [_("Expected")],
        [(row["name"], row["sum"]) for row in rows],
        "money",
    )
    note = _("Tenth 1 holds the members who are worth most. Twelve months, margin %(margin)s.") % {
        "margin": write(run.doc["margin"], "percent")
    }
    return Section(
        _("How value is spread"), charts=[chart], tables=[Table("tenths", _("Tenths of members"), columns, rows, note=note)]
    )


def _top_table(rows: Sequence[Mapping[str, Any]], names: Mapping[UUID, str]) -> Table:
    columns = [
        Column("name", _("Member")),
        Column("clv", _("Expected in 12 months"), "money"),
        Column("historic", _("Brought so far"), "money"),
        Column("days", _("Purchase days"), "count"),
        Column("silent", _("Days since the last"), "count"),
        Column("risk", _("Risk of leaving")),
        Column("group", _("Group")),
    ]
    found = [
        {
            **{name: row[name] for name in ("clv", "historic", "days", "silent")},
            "name": names[UUID(row["id"])],
            "risk": value_name(row["risk"]),
            "group": value_name(row["group"]) if row["group"] else "",
            "_url": reverse("web:member", args=[row["id"]]),
        }
        for row in rows
    ]
    return Table("top", _("Members worth most"), columns, found, is_personal=True)


# --- the grid -----------------------------------------------------------------------------------------------------------


def _cell(filters: Filters) -> tuple[int, int] | None:
    told = (filters.get("r"), filters.get("f"))
    return (int(told[0]), int(told[1])) if all(each in {"1", "2", "3", "4", "5"} for each in told) else None


def _grid_lines(run: Run, filters: Filters) -> list[dict[str, Any]]:
    by_cell = {(each["recency"], each["frequency"]): each for each in run.doc["grid"]}
    most = max(each["members"] for each in by_cell.values())
    everybody = sum(each["members"] for each in by_cell.values())
    lines = []
    for recency in reversed(groups.SCORES):
        cells = []
        for frequency in groups.SCORES:
            each = by_cell[recency, frequency]
            depth = 0 if not each["members"] else 1 + round(5 * (each["members"] / most) ** 0.5)
            cells.append(
                {
                    "name": value_name(each["name"]),
                    "members": write(each["members"], "count"),
                    "share": write(each["members"] / everybody, "percent"),
                    "depth": depth,
                    "url": report_url(GROUPS, filters, r=recency, f=frequency) if each["members"] else "",
                }
            )
        lines.append({"recency": recency, "cells": cells})
    return lines


def _cell_section(
    desk: Desk, run: Run, cell: tuple[int, int], rows: Sequence[Mapping[str, Any]], names: Mapping[UUID, str]
) -> Section:
    recency, frequency = cell
    found = next(each for each in run.doc["grid"] if (each["recency"], each["frequency"]) == cell)
    tiles = [
        tile(desk, _("Members"), "people", found["members"], _("Members with these two scores.")),
        tile(desk, _("Spent in 365 days"), "bag", found["spent"], _("What they bought in the last 365 days."), "money"),
        tile(
            desk,
            _("Expected in 12 months"),
            "spark",
            found["clv"],
            _("What they are expected to bring; see “What members are worth”."),
            "money",
        ),
        tile(desk, _("High risk"), "warn", found["high_risk"], _("Those of them who may well leave.")),
    ]
    columns = [
        Column("name", _("Member")),
        Column("year", _("Spent in 365 days"), "money"),
        Column("days", _("Purchase days"), "count"),
        Column("silent", _("Days since the last"), "count"),
        Column("risk", _("Risk of leaving")),
    ]
    listed = [
        {
            **{name: row[name] for name in ("year", "days", "silent")},
            "name": names[UUID(row["id"])],
            "risk": value_name(row["risk"]),
            "_url": reverse("web:member", args=[row["id"]]),
        }
        for row in rows
    ]
    empty = _("Nobody.") if desk.place.can(Permission.MEMBERS_READ) else _("Your role shows figures, not members.")
    note = _("Those who spent most: the first %(shown)s on the page, %(kept)s in the file.") % {
        "shown": SHOWN,
        "kept": documents.CELL_MAX,
    }
    title = _("%(name)s: how recently %(recency)s, how often %(frequency)s") % {
        "name": value_name(found["name"]),
        "recency": recency,
        "frequency": frequency,
    }
    return Section(
        title,
        advice(found["name"]),
        tiles=tiles,
        tables=[Table("members", _("Members"), columns, listed, note=note, empty=empty, is_personal=True)],
        links=[(report_url(GROUPS), _("The whole picture"))],
    )


def _cut_table(desk: Desk, cutting: Mapping[str, Any]) -> Table:
    rows = []
    for name, cuts, is_falling, is_money in (
        (_("Days since the last purchase"), cutting["recency"], True, False),
        (_("Purchase days"), cutting["frequency"], False, False),
        (_("Spent"), cutting["monetary"], False, True),
    ):
        shown = [write(cut, "money" if is_money else "count", desk.currency) for cut in cuts]
        low, high = [f"≤ {shown[0]}", *(f"≤ {each}" for each in shown[1:]), f"> {shown[3]}"], groups.SCORES
        scores = reversed(high) if is_falling else high
        rows.append({"name": name, **{f"s{score}": text for score, text in zip(scores, low, strict=True)}})
    columns = [Column("name", _("Score")), *(Column(f"s{score}", str(score)) for score in groups.SCORES)]
    note = _(
        "Each score holds about a fifth of members. The limits were set in %(month)s and are set anew every month, so that a name changes because the member does."
    ) % {"month": cutting["month"]}
    return Table("cuts", _("What a score means"), columns, rows, note=note)
