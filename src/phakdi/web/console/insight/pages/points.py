"""Points and what is owed for them: given, used, ended, expected; month by month; and what the program costs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.daily.core import Window
from phakdi.insight.points.core.account import Closing
from phakdi.insight.points.core.flow import Flow, program_cost_rate
from phakdi.insight.points.documents import MILLI, KeptPoints
from phakdi.insight.points.queries import accounts_of
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.loyalty.wording import Reader
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.filters import Filters
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.report import Chart, Column, Empty, Report, Section, Table, Tile, change_of, write, write_month
from phakdi.web.naming import reader_for
from phakdi.web.standing import unit_name

ENDINGS_SHOWN = 18


@dataclass(frozen=True, slots=True)
class _Page:
    """What the sections are made of."""

    desk: Desk
    points: KeptPoints
    name: str
    months: Sequence[Closing]
    before: Sequence[Closing]

    @property
    def has_worth(self) -> bool:
        """Whether a point costs anything."""
        return self.points.cost > 0

    def money(self, minor: int | Fraction | None) -> str:
        """Write an amount."""
        return write(minor, "money", self.desk.currency)


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Return the report of one kind of points; the main one where none is named."""
    title, lead = _("Points and what you owe"), _("What is given, used and owed, month by month, and what the program costs.")
    with organization_scope(desk.organization_id):
        accounts = accounts_of(organization_id=desk.organization_id)
        try:
            program = version_at(organization_id=desk.organization_id, at=now)
        except NoProgram:
            program = None
    if program is None or not accounts:
        return Report(title, lead, [], empty=_empty(desk, program), ranges=False)
    unit = filters.get("unit")
    unit = unit if unit in accounts else program.main_unit if program.main_unit in accounts else next(iter(accounts))
    points = accounts[unit]
    reader = reader_for(desk.organization, program)
    page = _Page(desk, points, _called(unit, program, reader), _within(points, filters.window), _within(points, filters.before))
    links = [(report_url("points", filters, unit=key), _called(key, program, reader)) for key in accounts if key != unit]
    sections = [_now(page), _flow(page), _by_issue(page), _ending(page)]
    if page.has_worth:
        sections.insert(2, _revenue(page))
    sections[0] = replace(sections[0], links=links)
    return Report(f"{title}: {page.name}", lead, sections, as_of=points.as_of)


def _called(unit: str, program: CompiledProgram, reader: Reader) -> str:
    kind = program.units[unit].kind if unit in program.units else unit
    name = reader.names.get(unit) or unit_name(kind)
    return name[:1].upper() + name[1:]


def _empty(desk: Desk, program: CompiledProgram | None) -> Empty:
    will_be = _("Here you will see what members earn and use, how much of it will be used in the end, and what you owe for it.")
    if program is None:
        url = reverse("web:start_program") if desk.place.can(Permission.PROGRAMS_WRITE) else ""
        return Empty(will_be, _("It begins with a program and the first points."), url, _("Choose a program"))
    return Empty(
        will_be,
        _("It is worked out every night, or when somebody refreshes the figures."),
        report_url("warehouse"),
        _("Refresh the figures"),
    )


def _within(points: KeptPoints, window: Window | None) -> list[Closing]:
    """Return the months of which any day lies in the window."""
    if window is None:
        return []
    return [each for each in points.months if window.first.replace(day=1) <= each.month <= window.last]


def _sum(months: Sequence[Closing]) -> Flow:
    return sum((each.flow for each in months), Flow())


def _now(page: _Page) -> Section:
    points, latest = page.points, page.points.months[-1]
    flow, before = _sum(page.months), _sum(page.before)
    tiles = [
        Tile(
            _("Held by members"),
            "card",
            write(latest.balance, "points"),
            _("All that members hold less what they owe, from every movement there ever was. It equals the wallets."),
            page.money(latest.full_minor) if page.has_worth else "",
        ),
        Tile(
            _("Will be used in the end"),
            "target",
            write(points.expected_rate, "percent"),
            _(
                "Of all points ever given. Each month's points are expected to grow as those of earlier months did at the same age (chain ladder, K21)."
            ),
        ),
        Tile(
            _("Used of what was given"),
            "gift",
            write(flow.redemption_rate, "percent"),
            _("Points used in these months divided by points given in them; it may be more than all (K20)."),
            **change_of(flow.redemption_rate, before.redemption_rate, in_points=True),
        ),
        Tile(
            _("Will never be used"),
            "clock",
            write(Fraction(points.broken_milli, MILLI), "points"),
            _("Points given less points that will have been used in the end (breakage, K23)."),
        ),
    ]
    if page.has_worth:
        cost, sales = sum(each.cost_minor for each in page.months), sum(each.sales_minor for each in page.months)
        cost_before, sales_before = sum(each.cost_minor for each in page.before), sum(each.sales_minor for each in page.before)
        rate, rate_before = program_cost_rate(cost, sales), program_cost_rate(cost_before, sales_before)
        tiles[1:1] = [
            Tile(
                _("What you owe"),
                "bag",
                page.money(latest.liability_minor),
                _("Points that are still expected to be used, times what one costs you (K22). Beside it: were every point used."),
                _("at most %(full)s") % {"full": page.money(latest.full_minor)},
            ),
            Tile(
                _("Cost of the program"),
                "chart",
                write(rate, "percent"),
                _(
                    "Rewards at cost as a share of what members paid: points used at what one costs you, and gift vouchers used at face value (K25)."
                ),
                page.money(cost),
                is_soft=not sales,
                **_less_is_better(change_of(rate, rate_before, in_points=True)),
            ),
        ]
    notice, tone = "", ""
    if latest.balance != points.wallets:
        notice = _("Movements and wallets differ by %(points)s: run phakdi verify.") % {
            "points": f"{latest.balance - points.wallets:,}"
        }
        tone = "bad"
    elif points.gifts_without_value:
        notice = _("%(count)s used vouchers have no face value (a percentage, say): what they cost is not in the figures.") % {
            "count": f"{points.gifts_without_value:,}"
        }
    return Section(tiles=tiles, notice=notice, tone=tone)


def _less_is_better(change: dict[str, Any]) -> dict[str, Any]:
    """Return a change of which down is good."""
    return change and {**change, "is_up": change["is_down"], "is_down": change["is_up"]}


def _flow(page: _Page) -> Section:
    columns = [
        Column("month", _("Month"), "month"),
        Column("issued", _("Given"), "points"),
        Column("spent", _("Used"), "points"),
        Column("expired", _("Ended"), "points"),
        Column("reversed", _("Taken back"), "points"),
        Column("adjusted", _("By hand"), "points"),
        Column("moved", _("Moved"), "points"),
        Column("balance", _("Held at the end"), "points"),
    ]
    rows = [
        {"month": each.month, "balance": each.balance}
        | {name: getattr(each.flow, name) for name in ("issued", "spent", "expired", "reversed", "adjusted", "moved")}
        for each in page.months
    ]
    if page.has_worth:
        columns.append(Column("cost", _("Rewards at cost"), "money"))
        columns.append(Column("sales", _("Members paid"), "money"))
        for row, each in zip(rows, page.months, strict=True):
            row |= {"cost": each.cost_minor, "sales": each.sales_minor}
    chart = Chart(
        "flow",
        _("%(points)s by month") % {"points": page.name},
        "bar",
        [_("Given"), _("Used"), _("Ended")],
        [(write_month(each.month), each.flow.issued, each.flow.spent, each.flow.expired) for each in page.months],
        "points",
    )
    note = _("Held at the end = held before + given − used − ended − taken back ± by hand ± moved to other members or kinds.")
    return Section(_("Month by month"), charts=[chart], tables=[Table("flow", _("What became of them"), columns, rows, note)])


def _revenue(page: _Page) -> Section:
    columns = [
        Column("month", _("Month"), "month"),
        Column("expected", _("Still expected to be used"), "points"),
        Column("liability", _("Owed"), "money"),
        Column("full", _("Were all used"), "money"),
        Column("allocated", _("Of sales, for points"), "money"),
        Column("recognized", _("Became revenue"), "money"),
        Column("deferred", _("Waits at the end"), "money"),
    ]
    rows = [
        {
            "month": each.month,
            "expected": each.expected,
            "liability": each.liability_minor,
            "full": each.full_minor,
            "allocated": each.allocated_minor,
            "recognized": each.recognized_minor,
            "deferred": each.deferred_minor,
        }
        for each in page.months
    ]
    lead = _(
        "Part of what members pay is for the points they get. It becomes revenue as points are used (IFRS 15). "
        "A month that has ended stays as it was closed; what was learned later is caught up in the months after."
    )
    chart = Chart(
        "owed",
        _("What you owe"),
        "line",
        [_("Owed"), _("Were all used")],
        [(write_month(each.month), each.liability_minor, each.full_minor) for each in page.months],
        "money",
    )
    return Section(
        _("What is owed, and revenue that waits"), lead, charts=[chart], tables=[Table("revenue", _("By month"), columns, rows)]
    )


def _by_issue(page: _Page) -> Section:
    columns = [
        Column("month", _("Given in"), "month"),
        Column("issued", _("Given"), "points"),
        Column("spent", _("Used so far"), "points"),
        Column("used_rate", _("Used so far, share"), "percent"),
        Column("expired", _("Ended"), "points"),
        Column("remaining", _("Still there"), "points"),
        Column("rate", _("Used in the end, expected"), "percent"),
        Column("broken", _("Never used, expected"), "points"),
    ]
    rows = [
        {
            "month": line.month,
            "issued": line.issued,
            "spent": line.spent,
            "used_rate": line.used_rate,
            "expired": line.expired,
            "remaining": line.remaining,
            "rate": line.rate,
            "broken": Fraction(MILLI * line.issued - line.ultimate_milli, MILLI),
        }
        for line in page.points.issues
    ]
    note = _("Points remember when they were given, so each month's share is exact. What was taken back by returns is not in it.")
    return Section(_("By month of giving"), tables=[Table("issues", _("How much of it was used"), columns, rows, note)])


def _ending(page: _Page) -> Section:
    found = page.points.endings
    rows = [
        {
            "month": write_month(each.month) if each.month else _("Never"),
            "points": each.points,
            "members": each.members,
            "worth": each.points * page.points.cost,
        }
        for each in found
    ]
    columns = [Column("month", _("Ends in")), Column("points", page.name, "points"), Column("members", _("Members"), "count")]
    if page.has_worth:
        columns.append(Column("worth", _("At cost"), "money"))
    shown = [(str(row["month"]), row["points"]) for row in rows[:ENDINGS_SHOWN]]
    chart = Chart("endings", _("When they end"), "bar", [page.name], shown, "points")
    table = Table("endings", _("What ends when"), columns, rows, empty=_("Nobody holds any."))
    return Section(_("What ends when"), charts=[chart] if rows else [], tables=[table])
