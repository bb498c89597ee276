"""The figures of the overview: what they are, against the time before, from sums by day alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.daily import queries as daily
from phakdi.insight.daily.core import WINDOWS, Buyers, Counted, Flow, Sales, Window, window_to
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.kit.money import format_money
from phakdi.loyalty.casebook.trying import worth_minor
from phakdi.loyalty.ledger.queries import latest_activities
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at
from phakdi.loyalty.wording import Reader
from phakdi.people.members.queries import members_by_id
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.naming import reader_for
from phakdi.web.standing import unit_name
from phakdi.web.words import language

RECENT, STORES_SHOWN, SOON_DAYS = 8, 20, 30
FEW = 30  # below so many a share says little (KPIs are greyed)
NOTHING = Flow()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: as it is written, how it has changed, what it means and where its rows are."""

    name: str
    icon: str
    shown: str
    how: str
    note: str = ""
    url: str = ""
    change: str = ""
    is_up: bool = False
    is_down: bool = False
    spark: Sequence[int] = ()
    is_soft: bool = False


@dataclass(frozen=True, slots=True)
class StoreLine:
    """What members bought in one store."""

    name: str
    url: str
    sales_minor: int
    bills: int
    average_minor: int | None
    issued: int


@dataclass(frozen=True, slots=True)
class BestLine:
    """A member who bought much."""

    member_id: str
    name: str
    sales_minor: int
    bills: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything that the overview shows for a window of days."""

    days: int
    window: Window
    groups: Sequence[tuple[str, Sequence[Figure]]]
    sales_chart: Sequence[tuple[str, float, float]]
    points_chart: Sequence[tuple[str, int, int]]
    points_name: str
    points_word: str
    stores: Sequence[StoreLine]
    best: Sequence[BestLine]
    recent: Sequence[tuple[Any, str, str]]
    counted_at: datetime | None
    program: CompiledProgram | None
    has_sales: bool


@dataclass(slots=True)
class _Read:
    """What was read for two windows."""

    now: Window
    sales: Mapping[date, Sales]
    buyers: Buyers
    buyers_before: Buyers
    flows: Mapping[str, Flow]
    flows_before: Mapping[str, Flow]
    by_day: Mapping[date, Flow]
    held: Mapping[str, int]
    by_store: Mapping[str, Sales]
    issued_by_store: Mapping[str, Flow]
    counted: Counted
    counted_at: datetime | None
    stores: Mapping[str, str] = field(default_factory=dict)

    def total(self, window: Window) -> Sales:
        """Return what was bought in a window."""
        return sum((found for day, found in self.sales.items() if window.first <= day <= window.last), Sales())


def read_days(text: str | None) -> int:
    """Return how many days somebody wants to see; thirty where nothing else is said."""
    return int(text) if text in {str(days) for days in WINDOWS} else 30


def dashboard_of(desk: Desk, *, days: int, now: datetime) -> Dashboard:
    """Return the overview's figures for so many days up to today, which counts so far."""
    program = _program(desk, now)
    window = window_to(now.astimezone(desk.zone).date(), days=days)
    read = _read(desk, window, program)
    reader = reader_for(desk.organization, program) if program else None
    main = program.main_unit if program else ""
    sees_people = desk.place.can(Permission.MEMBERS_READ)
    return Dashboard(
        days,
        window,
        _figures(desk, read, program, reader, sees_people=sees_people),
        _sales_chart(read, window),
        [(_short(day), read.by_day.get(day, NOTHING).issued, read.by_day.get(day, NOTHING).spent) for day in window.dates],
        _points_name(program, reader),
        _points_word(program, reader),
        _stores(read, days, main),
        _best(desk, read, days) if sees_people else [],
        _recent(desk, reader) if sees_people and desk.place.can(Permission.ACTIVITIES_READ) else [],
        read.counted_at,
        program,
        bool(read.total(window).bills),
    )


# --- reading -------------------------------------------------------------------------------------------------------------


def _program(desk: Desk, now: datetime) -> CompiledProgram | None:
    try:
        return version_at(organization_id=desk.organization_id, at=now)
    except NotFound:
        return None


def _read(desk: Desk, window: Window, program: CompiledProgram | None) -> _Read:
    here, before = desk.organization_id, window.before
    main = program.main_unit if program else ""
    with organization_scope(here):
        kept = daily.find_count(organization_id=here)
        return _Read(
            window,
            daily.sales_by_day(organization_id=here, window=Window(before.first, window.last)),
            daily.buyers_in(organization_id=here, window=window),
            daily.buyers_in(organization_id=here, window=before),
            daily.flows_in(organization_id=here, window=window),
            daily.flows_in(organization_id=here, window=before),
            daily.flow_by_day(organization_id=here, window=window, unit=main),
            daily.held_by_unit(organization_id=here),
            daily.sales_by_store(organization_id=here, window=window),
            daily.flow_by_store(organization_id=here, window=window, unit=main),
            kept.counted if kept else Counted({}, {}, {}, {}, [], []),
            kept.counted_at if kept else None,
            {store.code: store.name_in(language()) for store in stores_of(organization_id=here)},
        )


# --- figures -------------------------------------------------------------------------------------------------------------


def _figures(
    desk: Desk, read: _Read, program: CompiledProgram | None, reader: Reader | None, *, sees_people: bool
) -> list[tuple[str, list[Figure]]]:
    found = [
        (_("Members"), _member_figures(read, sees_people=sees_people)),
        (_("Sales"), _sales_figures(desk, read, sees_people=sees_people)),
    ]
    if program and reader:
        points = _point_figures(desk, read, program, reader, sees_people=sees_people)
        found.append((_points_name(program, reader), points))
    return found


def _member_figures(read: _Read, *, sees_people: bool) -> list[Figure]:
    window, counted = read.now, read.counted
    joined, joined_before = counted.joined_in(window), counted.joined_in(window.before)
    everybody = counted.members.get("ACTIVE", 0) + counted.members.get("FROZEN", 0)
    members = reverse("web:members") if sees_people else ""
    bills = _rows("bills", window) if sees_people else ""
    share = read.buyers.repeat_share
    return [
        Figure(
            _("Members"),
            "people",
            f"{everybody:,}",
            _("Everybody who is enrolled now, frozen accounts too. Not those who closed theirs or were made one with another."),
            _("%(number)s frozen") % {"number": f"{counted.members['FROZEN']:,}"} if counted.members.get("FROZEN") else "",
            members,
        ),
        Figure(
            _("New members"),
            "person-add",
            f"{joined:,}",
            _("Who joined in this time."),
            url=members,
            spark=[counted.joined.get(day, 0) for day in window.dates],
            **_change(joined, joined_before),
        ),
        Figure(
            _("Members who bought"),
            "heart",
            f"{read.buyers.once:,}",
            _("Each member once, however often they came. A bill that came back as a whole counts as none."),
            _("%(share)s of all") % {"share": _percent(Fraction(read.buyers.once, everybody))} if everybody else "",
            bills,
            **_change(read.buyers.once, read.buyers_before.once),
        ),
        Figure(
            _("Came again"),
            "refresh",
            _percent(share) if share is not None else "–",
            _("Of the members who bought, those who did so on two days or more."),
            _("%(number)s members") % {"number": f"{read.buyers.twice:,}"},
            bills,
            is_soft=read.buyers.once < FEW,
            **_points_change(share, read.buyers_before.repeat_share),
        ),
    ]


def _sales_figures(desk: Desk, read: _Read, *, sees_people: bool) -> list[Figure]:
    window = read.now
    now, before = read.total(window), read.total(window.before)
    bills = _rows("bills", window) if sees_people else ""
    return [
        Figure(
            _("Sales to members"),
            "till",
            _money(now.sales_minor, desk),
            _("What members paid, after discounts, vouchers and points. What came back is taken off the day it was bought."),
            url=bills,
            spark=[read.sales.get(day, Sales()).sales_minor for day in window.dates],
            **_change(now.sales_minor, before.sales_minor),
        ),
        Figure(
            _("Bills"),
            "receipt",
            f"{now.bills:,}",
            _("Bills of members with something left after returns."),
            url=bills,
            spark=[read.sales.get(day, Sales()).bills for day in window.dates],
            **_change(now.bills, before.bills),
        ),
        Figure(
            _("Average bill"),
            "bag",
            _money(now.average_minor, desk) if now.average_minor is not None else "–",
            _("Sales to members divided by their bills."),
            url=bills,
            is_soft=now.bills < FEW,
            **_change(now.average_minor, before.average_minor),
        ),
    ]


def _point_figures(desk: Desk, read: _Read, program: CompiledProgram, reader: Reader, *, sees_people: bool) -> list[Figure]:
    main, name = program.main_unit, _points_name(program, reader)
    flow, before = read.flows.get(main, NOTHING), read.flows_before.get(main, NOTHING)
    held, ending = read.held.get(main, 0), read.counted.ending.get(main, {}).get(SOON_DAYS, 0)
    acts = reverse("web:figure_rows", args=["activities"]) if sees_people else ""
    told = {"points": name}
    return [
        Figure(
            _("%(points)s given") % told,
            "points",
            f"{flow.issued:,}",
            _("Given in this time, less what returns took back."),
            _worth(program, flow.issued, desk),
            acts,
            spark=[read.by_day.get(day, NOTHING).issued for day in read.now.dates],
            **_change(flow.issued, before.issued),
        ),
        Figure(
            _("%(points)s used") % told,
            "gift",
            f"{flow.spent:,}",
            _("Used for bills and rewards in this time, less what was given back."),
            _worth(program, flow.spent, desk),
            acts,
            spark=[read.by_day.get(day, NOTHING).spent for day in read.now.dates],
            **_change(flow.spent, before.spent),
        ),
        Figure(
            _("Ending within 30 days"),
            "clock",
            f"{ending:,}",
            _("What members hold now and can use for thirty days at most."),
            _worth(program, ending, desk),
            _rows("ending", read.now) if sees_people else "",
        ),
        Figure(
            _("Held by members now"),
            "card",
            f"{held:,}",
            _(
                "All that members hold: to be used now, waiting, or put aside. Their worth is what you would owe if all of it were used."
            ),
            _worth(program, held, desk),
            _rows("holding", read.now) if sees_people else "",
        ),
    ]


def _rows(kind: str, window: Window) -> str:
    return f"{reverse('web:figure_rows', args=[kind])}?days={window.days}"


# --- the rest ------------------------------------------------------------------------------------------------------------


def _sales_chart(read: _Read, window: Window) -> list[tuple[str, float, float]]:
    """Return the sales of each day in minor units beside those of the day so many days before."""
    back = timedelta(days=window.days)
    return [
        (_short(day), read.sales.get(day, Sales()).sales_minor, read.sales.get(day - back, Sales()).sales_minor)
        for day in window.dates
    ]


def _stores(read: _Read, days: int, main: str) -> list[StoreLine]:
    rows = reverse("web:figure_rows", args=["bills"])
    found = [
        StoreLine(
            read.stores.get(code, code) or _("No store"),
            f"{rows}?days={days}&store={code}" if code else "",
            sales.sales_minor,
            sales.bills,
            sales.average_minor,
            read.issued_by_store.get(code, NOTHING).issued if main else 0,
        )
        for code, sales in read.by_store.items()
    ]
    return sorted(found, key=lambda line: -line.sales_minor)[:STORES_SHOWN]


def _best(desk: Desk, read: _Read, days: int) -> list[BestLine]:
    best = read.counted.best.get(days, [])
    names = names_of_members(desk, [each.member_id for each in best])
    return [BestLine(each.member_id, names.get(each.member_id, "–"), each.sales_minor, each.bills) for each in best]


def _recent(desk: Desk, reader: Reader | None) -> list[tuple[Any, str, str]]:
    with organization_scope(desk.organization_id):
        found = latest_activities(organization_id=desk.organization_id, limit=RECENT)
    names = names_of_members(desk, [str(each.member_id) for each in found])
    return [(each, reader.called(each.kind) if reader else each.kind, names.get(str(each.member_id), "–")) for each in found]


def names_of_members(desk: Desk, member_ids: Sequence[str]) -> dict[str, str]:
    """Return how members are called, by id."""
    with organization_scope(desk.organization_id):
        found = members_by_id(organization_id=desk.organization_id, member_ids=list({UUID(each) for each in member_ids}))
    return {str(member_id): member.full_name or member.number for member_id, member in found.items()}


# --- writing -------------------------------------------------------------------------------------------------------------


def _change(now: int | None, before: int | None) -> dict[str, Any]:
    """Return how much more or less it is than before, as a figure's fields; nothing where there was nothing before."""
    if not before or now is None:
        return {}
    share = Fraction(now - before, abs(before))
    return {"change": _signed(round(float(share) * 100)) + "%", "is_up": share > 0, "is_down": share < 0}


def _points_change(now: Fraction | None, before: Fraction | None) -> dict[str, Any]:
    if now is None or before is None:
        return {}
    points = round(float(now - before) * 100, 1)
    shown = _("%(points)s pts") % {"points": f"{points:+.1f}".replace("-", "−")}
    return {"change": shown, "is_up": points > 0, "is_down": points < 0}


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "±0"


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.1f}%"


def _money(minor: int, desk: Desk) -> str:
    return format_money(minor, desk.currency, language())


def _worth(program: CompiledProgram, points: int, desk: Desk) -> str:
    worth = worth_minor(program, points)
    return "" if worth is None else _("worth %(amount)s") % {"amount": _money(worth, desk)}


def _points_name(program: CompiledProgram | None, reader: Reader | None) -> str:
    name = _points_word(program, reader)
    return name[:1].upper() + name[1:]


def _points_word(program: CompiledProgram | None, reader: Reader | None) -> str:
    if program is None or reader is None:
        return unit_name("points")
    return reader.names.get(program.main_unit) or unit_name(program.units[program.main_unit].kind)


def _short(day: date) -> str:
    """Write a day so that seven of them stand beside one another on a phone."""
    return f"{day.day}/{day.month}"
