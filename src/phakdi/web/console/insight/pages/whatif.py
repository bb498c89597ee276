"""What if: drafts of the program against the organization's own history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.backtest import queries
from phakdi.insight.backtest.models import Backtest, BacktestMember
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.kit.thai import format_date
from phakdi.loyalty.programs import compile_program, load_program
from phakdi.loyalty.programs.queries import find_draft, version_at, versions_of
from phakdi.loyalty.wording.backtests import could_not_text, warning_text
from phakdi.loyalty.wording.phrases import Reader
from phakdi.people.members.queries import members_by_id
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.filters import Filters
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.report import Chart, Column, Empty, Report, Section, Table, Tile, write, write_month
from phakdi.web.naming import reader_for
from phakdi.web.requests import read_id
from phakdi.web.words import language, refusal_sentence

KEY = "what-if"
SHOWN, BASIS_POINTS = 50, 10_000
DRAFT, VERSION = "draft", "version:"
USUAL_DAYS = 365


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Return the form with earlier what-ifs; or one of them, as far as it is, where the query names it."""
    title, lead = _("What if"), _("See what a draft would have brought with your own history, before anybody feels it.")
    run = read_id(filters.get("run"))
    with organization_scope(desk.organization_id):
        earlier = queries.backtests_of(organization_id=desk.organization_id)
        began = queries.first_activity_at(organization_id=desk.organization_id)
        try:
            found = queries.get_backtest(organization_id=desk.organization_id, backtest_id=run) if run else None
        except NotFound:
            found = None
    if found is not None:
        return _shown(desk, found, now)
    if began is None:
        will_be = _("Here you will see what another program would have brought: points, cost, levels, who has more and who less.")
        return Report(title, lead, [], empty=Empty(will_be, _("It needs a history: record or import purchases first."),
                      reverse("web:imports"), _("Import purchases")), ranges=False)  # fmt: skip
    sections = [_form(desk, began, now)]
    if earlier:
        sections.append(_earlier(earlier))
    return Report(title, lead, sections, ranges=False)


def programs_to_try(desk: Desk) -> list[tuple[str, str]]:
    """Return what can be tried: the draft, then versions, by the value of the choice; in a scope."""
    found = [(DRAFT, _("The draft in the editor"))] if find_draft(organization_id=desk.organization_id) else []
    for version in versions_of(organization_id=desk.organization_id, limit=12):
        said = _("Version %(number)s, from %(day)s") % {
            "number": version.number,
            "day": format_date(version.effective_from.astimezone(desk.zone).date(), language()),
        }
        found.append((f"{VERSION}{version.id}", said))
    return found


def _form(desk: Desk, began: datetime, now: datetime) -> Section:
    today = now.astimezone(desk.zone).date()
    last = today - timedelta(days=1)
    first = max(began.astimezone(desk.zone).date(), last - timedelta(days=USUAL_DAYS - 1))
    with organization_scope(desk.organization_id):
        choices = programs_to_try(desk)
    context = {
        "choices": choices, "first": min(first, last), "last": last, "earliest": began.astimezone(desk.zone).date(),
        "may": desk.place.can(Permission.PROGRAMS_WRITE), "has_draft": bool(choices) and choices[0][0] == DRAFT,
    }  # fmt: skip
    return Section(template="console/insight/whatif_form.html", context=context)


def _earlier(rows: Sequence[Backtest]) -> Section:
    columns = [Column("days", _("Days")), Column("drafts", _("What was tried")), Column("state", _("How far it is"))]
    told = [
        {
            "days": _days(each),
            "drafts": ", ".join(draft["name"] for draft in each.drafts),
            "state": _states()[each.state],
            "_url": report_url(KEY, run=each.id),
        }
        for each in rows
    ]
    return Section(_("Earlier what-ifs"), tables=[Table("earlier", _("The last ones"), columns, told)])


def _states() -> dict[str, str]:
    return {"WAITING": _("waits"), "RUNNING": _("is being worked out"), "DONE": _("done"), "FAILED": _("could not be worked out")}


def _days(row: Backtest) -> str:
    return _("%(first)s to %(last)s") % {
        "first": format_date(row.first_day, language()),
        "last": format_date(row.last_day, language()),
    }


# --- one what-if --------------------------------------------------------------------------------------------------------------


def _shown(desk: Desk, row: Backtest, now: datetime) -> Report:
    title = _("What if: %(drafts)s") % {"drafts": ", ".join(draft["name"] for draft in row.drafts)}
    links = [(report_url(KEY), _("Try something else"))]
    if row.state == Backtest.State.FAILED:
        said = refusal_sentence(Refusal(row.error, code=row.error))
        return Report(title, _days(row), [Section(notice=said, tone="bad", links=links)], ranges=False)
    if row.report is None:
        percent = 100 * row.done // row.parts if row.parts else 0
        context = {"percent": percent, "is_waiting": row.state == Backtest.State.WAITING, "url": report_url(KEY, run=row.id)}
        return Report(
            title, _days(row), [Section(template="console/insight/whatif_progress.html", context=context)], ranges=False
        )
    page = _Page(desk, row, row.report, _reader(desk, row, now))
    sections = [
        _figures(page),
        _warnings(page),
        _months(page),
        _tiers(page),
        *_members(page),
        _details(page),
        Section(links=links),
    ]
    return Report(title, _days(row), [each for each in sections if each is not None], as_of=row.finished_at, ranges=False)


def _reader(desk: Desk, row: Backtest, now: datetime) -> Reader:
    """Return a reader who knows the names of the program in force and of the drafts."""
    try:
        reader = reader_for(desk.organization, version_at(organization_id=desk.organization_id, at=now))
    except NotFound:
        reader = reader_for(desk.organization, None)
    names = dict(reader.names)
    for draft in row.drafts:
        names = {**reader_for(desk.organization, compile_program(load_program(draft["text"]))).names, **names}
    return Reader(reader.language, reader.currency, reader.zone, names)


@dataclass(frozen=True, slots=True)
class _Page:
    """What the sections are made of."""

    desk: Desk
    row: Backtest
    report: Mapping[str, Any]
    reader: Reader

    @property
    def sides(self) -> Sequence[Mapping[str, Any]]:
        """The program in force, where there is one, and the drafts."""
        found: Sequence[Mapping[str, Any]] = self.report["sides"]
        return found

    @property
    def drafts(self) -> Sequence[Mapping[str, Any]]:
        """The drafts alone."""
        return [side for side in self.sides if side["key"] != "now"]

    def name(self, side: Mapping[str, Any]) -> str:
        """Return what a side is called."""
        return str(side["name"]) or _("Now")

    def money(self, minor: int | None) -> str:
        """Write an amount."""
        return write(minor, "money", self.desk.currency)


def _figures(page: _Page) -> Section:
    """Return the main figures, side by side."""
    units = list(dict.fromkeys(unit for side in page.sides for unit in side["units"]))
    columns = [Column("what", _("What")), *(Column(side["key"], page.name(side)) for side in page.sides)]
    rows: list[dict[str, Any]] = []

    def row(what: str, shown: Any) -> None:
        rows.append({"what": what, **{side["key"]: shown(side) for side in page.sides}})

    for unit in units:
        called = page.reader.called(unit) if len(units) > 1 else _("points")
        for flow, words in (("issued", _("%(unit)s given")), ("spent", _("%(unit)s used")), ("expired", _("%(unit)s ended")),
                            ("outstanding", _("%(unit)s that members hold at the end"))):  # fmt: skip
            row(words % {"unit": called}, lambda side, u=unit, f=flow: write(side["units"].get(u, {}).get(f), "points"))
    row(_("Used, at cost"), lambda side: page.money(side["redeemed_minor"]))
    row(_("Owed at the end"), lambda side: page.money(side["liability_minor"]))
    row(_("Cost of this time"), lambda side: page.money(side["cost_minor"]))
    row(_("Cost of sales"), lambda side: _share(side["cost_bp"]))
    row(_("Free vouchers given, at face value"), lambda side: page.money(side["gifts_minor"]))
    note = _(
        "A point costs what the program says it is worth, or what it pays. Owed: points held, times the share that will be used, times"
        " that. Cost: points used, plus by how much what is owed has grown. Purchases are as they were: nobody bought more or less."
    )
    return Section(_("At a glance"), tiles=_tiles(page), tables=[Table("figures", _("Side by side"), columns, rows, note)])


def _share(basis_points: int | None) -> str:
    return write(None if basis_points is None else Fraction(basis_points, BASIS_POINTS), "percent")


def _tiles(page: _Page) -> list[Tile]:
    now = next((side for side in page.sides if side["key"] == "now"), None)
    found = [
        Tile(_("Members"), "people", write(page.report["members"], "count"), _("Members who did anything up to the last day.")),
        Tile(_("Purchases"), "till", write(page.report["purchases"], "count"), _("Purchases in this time, as recorded."),
             page.money(page.report["sales_minor"])),
    ]  # fmt: skip
    for side in page.drafts:
        before = page.money(now["cost_minor"]) if now else ""
        compared = side["compared"] or {}
        found += [
            Tile(
                _("Cost: %(name)s") % {"name": page.name(side)}, "bag", page.money(side["cost_minor"]),
                _("Points used at cost, plus by how much what is owed has grown."),
                _("now %(cost)s") % {"cost": before} if before else "",
            ),
            Tile(
                _("Have more: %(name)s") % {"name": page.name(side)}, "spark", write(compared.get("more", 0), "count"),
                _("Members whose points given, at cost, and free vouchers come to more than under the program in force."),
                _("%(less)s have less") % {"less": write(compared.get("less", 0), "count")},
            ),
        ]  # fmt: skip
    return found


def _warnings(page: _Page) -> Section | None:
    columns = [Column("side", _("Program")), Column("said", _("What to think about"))]
    rows = [
        {"side": page.name(side), "said": warning_text(each["code"], each["params"], page.reader)}
        for side in page.drafts
        for each in side["findings"]
    ]
    if not rows:
        return Section(notice=_("Nothing stood out: every rule applied and every level was reached by some."), tone="good")
    return Section(_("Warnings"), tables=[Table("warnings", _("What to think about"), columns, rows)])


def _months(page: _Page) -> Section:
    names = [page.name(side) for side in page.sides]
    months = [date.fromisoformat(f"{month['month']}-01") for month in page.report["months"]]

    def chart(key: str, title: str, kind: Any, value: Any) -> Chart:
        rows = [
            (write_month(month), *(value(side["months"][number]) for side in page.sides)) for number, month in enumerate(months)
        ]
        return Chart(key, title, "line", names, rows, kind)

    def issued(month: Mapping[str, Any]) -> int:
        return sum(flows["issued"] for flows in month["units"].values())

    charts = [
        chart("issued", _("Points given by month"), "points", issued),
        chart("cost", _("Cost by month"), "money", lambda month: month["cost_minor"]),
    ]
    columns = [Column("month", _("Month"), "month"), Column("sales", _("Sales"), "money")]
    for side in page.sides:
        name = page.name(side)
        columns += [
            Column(f"issued_{side['key']}", _("Given: %(name)s") % {"name": name}, "points"),
            Column(f"cost_{side['key']}", _("Cost: %(name)s") % {"name": name}, "money"),
            Column(f"owed_{side['key']}", _("Owed: %(name)s") % {"name": name}, "money"),
        ]
    rows = []
    for number, month in enumerate(months):
        row: dict[str, Any] = {"month": month, "sales": page.report["months"][number]["sales_minor"]}
        for side in page.sides:
            told = side["months"][number]
            key = side["key"]
            row |= {f"issued_{key}": issued(told), f"cost_{key}": told["cost_minor"], f"owed_{key}": told["liability_minor"]}
        rows.append(row)
    return Section(_("Month by month"), charts=charts, tables=[Table("months", _("By month"), columns, rows)])


def _tiers(page: _Page) -> Section | None:
    levels = list(dict.fromkeys(tier["level"] for side in page.sides for tier in side["tiers"]))
    if not levels:
        return None
    columns = [Column("level", _("Level"))]
    for side in page.sides:
        columns += [
            Column(f"end_{side['key']}", _("At the end: %(name)s") % {"name": page.name(side)}, "count"),
            Column(f"reached_{side['key']}", _("Held at any time: %(name)s") % {"name": page.name(side)}, "count"),
        ]
    by_side = {side["key"]: {tier["level"]: tier for tier in side["tiers"]} for side in page.sides}
    rows = [
        {"level": page.reader.called(level) if level else _("No level")}
        | {f"end_{key}": tiers.get(level, {}).get("at_end", 0) for key, tiers in by_side.items()}
        | {f"reached_{key}": tiers.get(level, {}).get("reached", 0) for key, tiers in by_side.items()}
        for level in levels
    ]
    return Section(_("Levels"), tables=[Table("levels", _("Members by level"), columns, rows)])


def _members(page: _Page) -> list[Section]:
    if not page.desk.place.can(Permission.MEMBERS_READ):
        return []
    organization_id, found = page.desk.organization_id, []
    for side in page.drafts:
        tables = []
        for wins, key, title in ((True, "winners", _("Who has most more")), (False, "losers", _("Who has most less"))):
            with organization_scope(organization_id):
                rows = queries.members_of(
                    organization_id=organization_id, backtest_id=page.row.id, side=side["key"], wins=wins, limit=SHOWN
                )
                people = members_by_id(organization_id=organization_id, member_ids=[row.member_id for row in rows])
            told = [_member(page, side["key"], row, people) for row in rows if row.member_id in people]
            columns = [
                Column("name", _("Member")),
                Column("sales", _("Bought"), "money"),
                Column("level_now", _("Level now")),
                Column("level", _("Level then")),
                Column("before", _("Benefit now"), "money"),
                Column("benefit", _("Benefit then"), "money"),
                Column("difference", _("Difference"), "money"),
            ]
            tables.append(Table(f"{key}_{side['key']}", title, columns, told, empty=_("Nobody."), is_personal=True))
        found.append(Section(_("Members under %(name)s") % {"name": page.name(side)}, tables=tables))
    return found


def _member(page: _Page, side: str, row: BacktestMember, people: Mapping[UUID, Any]) -> dict[str, Any]:
    then, now = row.doc[side], row.doc.get("now") or {}
    return {
        "name": people[row.member_id].shown_name,
        "sales": row.doc["sales_minor"],
        "level_now": page.reader.called(now.get("level", "")) or "–",
        "level": page.reader.called(then["level"]) or "–",
        "before": now.get("benefit_minor"),
        "benefit": then["benefit_minor"],
        "difference": getattr(row, f"difference_{side}"),
        "_url": reverse("web:member", args=[row.member_id]),
    }


def _details(page: _Page) -> Section:
    rules = [
        {"side": page.name(side), "rule": page.reader.called(rule["rule"]), "times": rule["times"], "points": rule["points"]}
        for side in page.sides
        for rule in side["rules"]
    ]
    rule_columns = [
        Column("side", _("Program")), Column("rule", _("Rule")), Column("times", _("Times"), "count"), Column("points", _("Points"), "points"),
    ]  # fmt: skip
    left = [
        {"side": page.name(side), "said": could_not_text(each["what"], each["code"], page.reader), "times": each["times"],
         "minor": each["minor"] or None}
        for side in page.sides
        for each in side["could_not"]
    ]  # fmt: skip
    left_columns = [
        Column("side", _("Program")), Column("said", _("What could not be repeated")), Column("times", _("Times"), "count"),
        Column("minor", _("Amount"), "money"),
    ]  # fmt: skip
    note = _(
        "What members used in the past is repeated where they would have had it. The purchase itself is repeated in any case."
    )
    tables = [
        Table("rules", _("How often each rule applied"), rule_columns, rules),
        Table("left_out", _("Uses that could not be repeated"), left_columns, left, note, _("Everything could be repeated.")),
    ]
    return Section(_("In detail"), tables=tables)
