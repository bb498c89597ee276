"""Members and sales: figures of the window against the window before, by month, store, channel, level and group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.daily.core import Window
from phakdi.insight.kpis import looking, queries
from phakdi.insight.kpis.core import spans
from phakdi.insight.kpis.core.figures import survival_median
from phakdi.insight.kpis.core.registry import FIGURES, Figure
from phakdi.insight.kpis.core.shares import FEW, wilson
from phakdi.insight.kpis.looking import Look
from phakdi.insight.kpis.queries import Found
from phakdi.insight.warehouse.folder import NoWarehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.people.members.queries import members_by_id
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.report import (
    Chart,
    Column,
    Empty,
    Filters,
    Kind,
    Report,
    Section,
    Table,
    Tile,
    change_of,
    write,
    write_month,
)
from phakdi.web.naming import reader_for
from phakdi.web.words import language

MEMBERS, SALES, ONE = "members", "sales", "figure"
ICONS = {
    "members": "people", "new_members": "person-add", "left_members": "sign-out", "active_members": "person", "stickiness": "calendar",
    "orders": "receipt", "sales": "bag", "order_value": "bag", "frequency": "clock", "spend_per_member": "person", "retention": "heart",
    "lapse_rate": "warn", "reactivation_rate": "undo", "engagement": "star", "participation": "points", "repeat_rate": "refresh",
}  # fmt: skip
OF_MEMBERS = (
    "members", "new_members", "left_members", "active_members", "retention", "retention_with_returned", "came_back", "lapse_rate",
    "reactivation_rate", "engagement", "participation", "stickiness", "referrals_per_member",
)  # fmt: skip
OF_SALES = (
    "sales", "orders", "order_value", "frequency", "spend_per_member", "repeat_rate", "returning_buyers", "returning_orders", "enrolment",
    "transaction_share", "sales_share",
)  # fmt: skip
NARROWS = ("store", "channel", "level", "segment")
MONTHS_SHOWN, LISTED = 13, 100
KINDS: Mapping[str, Kind] = {"count": "count", "money": "money", "percent": "percent", "decimal": "decimal", "score": "decimal"}


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page asks: whose, which days, and what was found in them and in those before."""

    desk: Desk
    filters: Filters
    now: Look
    before: Look


# --- pages --------------------------------------------------------------------------------------------------------------


def members(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show the base: who joined, left, is active, stays and is won back."""
    del now
    title, lead = _("Members"), _("How many there are, who joins and leaves, who is active, who stays and who comes back.")
    page = _page(desk, filters)
    if not page.now.figures:
        return nothing(title, lead, _("how your members grow, how many are active, and how many stay"))
    second = _second(desk)
    sections = [
        Section(
            tiles=[*_tiles(page, OF_MEMBERS), *second],
            notice=_lapse_words(desk),
            links=[(report_url("leaving"), _("Who may leave"))],
        ),
        Section(
            _("Month by month"),
            charts=[
                _by_month(desk, filters, _("Active members"), ("active_members",)),
                _by_month(desk, filters, _("New members and those who left"), ("new_members", "left_members"), shape="bar"),
                _by_month(desk, filters, _("Retention"), ("retention",)),
                _by_month(desk, filters, _("Lapsed and won back"), ("lapse_rate", "reactivation_rate")),
            ],
        ),
        _by_places(page, ("members", "new_members", "active_members", "retention", "lapse_rate", "engagement", "participation")),
    ]
    return Report(title, lead, sections, as_of=page.now.as_of, narrows=NARROWS)


def sales(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show what members buy: how much, how often, again, and which share of everything sold."""
    del now
    title, lead = (
        _("Sales to members"),
        _("What members buy, how often, whether they buy again, and their share of all you sell."),
    )
    page = _page(desk, filters)
    if not page.now.figures:
        return nothing(title, lead, _("what a basket comes to, how often members buy, and who buys again"))
    tiles = _tiles(page, OF_SALES)
    notice = ""
    if "sales_share" not in page.now.figures and not filters.dimension[0]:
        notice = _("Which share of all sales is members' cannot be known before you say what each store sold in a day.")
    links = [(reverse("web:till_totals"), _("Totals of stores"))]
    sections = [
        Section(tiles=tiles, notice=notice, links=links),
        Section(
            _("Month by month"),
            charts=[
                _by_month(desk, filters, _("Sales to members"), ("sales",), shape="bar"),
                _by_month(desk, filters, _("Average basket"), ("order_value",)),
                _by_month(desk, filters, _("Purchases per buyer"), ("frequency",)),
                _by_month(desk, filters, _("Returning buyers and purchases"), ("returning_buyers", "returning_orders")),
            ],
        ),
        _by_places(page, ("sales", "orders", "order_value", "frequency", "spend_per_member", "repeat_rate", "returning_buyers")),
    ]
    return Report(title, lead, sections, as_of=page.now.as_of, narrows=NARROWS)


def one(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show one figure: its formula, its sums, month by month, by store and so on, and the members behind it."""
    del now
    figure = FIGURES.get(filters.get("figure")) or FIGURES["members"]
    page = _page(desk, filters)
    found, before = page.now.figures.get(figure.key), page.before.figures.get(figure.key)
    kind = KINDS[figure.unit]
    tiles = [_tile(page, figure)]
    part_links = []
    if found and figure.bottom:
        money: Kind = "money" if figure.unit == "money" else "count"
        tiles.append(Tile(_("Above the line"), "chart", write(found.numerator, money, desk.currency), _("What is divided.")))
        tiles.append(Tile(_("Below the line"), "chart", write(found.denominator, "count"), _("What it is divided by.")))
        if figure.unit == "percent" and found.denominator and 0 <= (found.numerator or 0) <= found.denominator:
            ends = wilson(found.numerator or 0, found.denominator)
            assert ends is not None, "there is a denominator"
            tiles.append(
                Tile(
                    _("Likely between"),
                    "info",
                    f"{write(ends[0], 'percent')} – {write(ends[1], 'percent')}",
                    _("With 95 %% certainty, if these members stand for all (Wilson's interval).") % {},
                )
            )
        for part, words in (("top", _("Members above the line")), ("bottom", _("Members below the line"))):
            part_links.append((report_url(ONE, filters, figure=figure.key, part=part), words))
    columns = [Column("month", _("Month"), "month"), Column("value", figure.title.told(language()), kind)]
    rows = [{"month": each.first, "value": each.value} for each in _months(desk, filters, figure.key)]
    sections = [
        Section(lead=figure.formula.told(language()) + f" ({figure.number})", tiles=tiles, links=part_links),
        Section(
            _("Month by month"),
            charts=[_by_month(desk, filters, figure.title.told(language()), (figure.key,))],
            tables=[Table("months", _("By month"), columns, rows)],
        ),
        _by_places(page, (figure.key,)),
        _who(page, figure),
    ]
    del before
    return Report(
        figure.title.told(language()), figure.formula.told(language()), sections, as_of=page.now.as_of, narrows=figure.by
    )


# --- parts --------------------------------------------------------------------------------------------------------------


def _page(desk: Desk, filters: Filters) -> _Page:
    dimension, key = filters.dimension
    return _Page(
        desk, filters, _look(desk, filters.window, preset_of(filters), dimension, key), _before(desk, filters, dimension, key)
    )


def preset_of(filters: Filters) -> str:
    """Return the name of the kept window that is asked for, or "" for days of one's own choice."""
    return filters.preset if filters.preset.isdigit() and int(filters.preset) in spans.LENGTHS else ""


def _before(desk: Desk, filters: Filters, dimension: str, key: str) -> Look:
    if filters.before is None:
        return Look({}, None)
    preset = preset_of(filters)
    return _look(desk, filters.before, f"{preset}:{filters.compare}" if preset else "", dimension, key)


def _look(desk: Desk, window: Window, preset: str, dimension: str, key: str) -> Look:
    return looking.look(desk.organization_id, first=window.first, last=window.last, preset=preset, dimension=dimension, key=key)


def _tiles(page: _Page, figures: Sequence[str]) -> list[Tile]:
    dimension = page.filters.dimension[0]
    return [_tile(page, FIGURES[key]) for key in figures if not dimension or dimension in FIGURES[key].by]


def _tile(page: _Page, figure: Figure) -> Tile:
    found, before = page.now.figures.get(figure.key), page.before.figures.get(figure.key)
    value = found.value if found else None
    moved = change_of(value, before.value if before else None, in_points=figure.unit == "percent")
    if not figure.is_good_up and moved:
        moved |= {"is_up": moved["is_down"], "is_down": moved["is_up"]}
    few = found is not None and bool(figure.bottom) and (found.denominator or 0) < FEW
    return Tile(
        figure.title.told(language()),
        ICONS.get(figure.key, "chart"),
        write(value, KINDS[figure.unit], page.desk.currency),
        f"{figure.formula.told(language())} ({figure.number})",
        url=report_url(ONE, page.filters, figure=figure.key),
        is_soft=few,
        **moved,
    )


def _months(desk: Desk, filters: Filters, figure: str) -> list[Found]:
    dimension, key = filters.dimension
    with organization_scope(desk.organization_id):
        found = queries.figure_by_window(
            organization_id=desk.organization_id, figure=figure, kind="month", dimension=dimension, key=key
        )
    return found[-MONTHS_SHOWN:]


def _by_month(desk: Desk, filters: Filters, title: str, figures: Sequence[str], *, shape: Any = "line") -> Chart:
    by: dict[date, dict[str, float | None]] = {}
    for figure in figures:
        for each in _months(desk, filters, figure):
            by.setdefault(each.first, {})[figure] = each.value
    rows = [(write_month(month), *(values.get(figure) for figure in figures)) for month, values in sorted(by.items())]
    names = [FIGURES[figure].title.told(language()) for figure in figures]
    return Chart("-".join(figures), title, shape, names, rows, KINDS[FIGURES[figures[0]].unit])


def _by_places(page: _Page, figures: Sequence[str]) -> Section:
    """Return one table for each dimension that is not narrowed already."""
    tables = []
    if page.filters.dimension[0]:
        return Section()
    is_custom = any(not each.span for each in page.now.figures.values())  # counted now, which takes a moment for each
    for dimension, title in (
        ("store", _("By store")),
        ("channel", _("By channel")),
        ("level", _("By level")),
        ("segment", _("By group")),
    ):
        chosen = [FIGURES[key] for key in figures if dimension in FIGURES[key].by and (dimension == "store" or not is_custom)]
        found = (
            looking.keyed(
                page.desk.organization_id,
                first=page.filters.window.first,
                last=page.filters.window.last,
                preset=preset_of(page.filters),
                dimension=dimension,
            )
            if chosen
            else []
        )
        rows: dict[str, dict[str, Any]] = {}
        for each in found:
            rows.setdefault(each.key, {})[each.figure] = each.value
        names = _names(page.desk, dimension)
        listed = [
            {
                "key": names.get(key, key) or _("None"),
                **{each.key: values.get(each.key) for each in chosen},
                "_url": report_url(
                    (page.filters.get("figure") and ONE) or _key_of(figures),
                    page.filters,
                    **{dimension: key or None},
                    figure=page.filters.get("figure") or None,
                ),
            }
            for key, values in sorted(rows.items(), key=lambda row: -(row[1].get(chosen[0].key) or 0))
            if any(values.get(each.key) for each in chosen)
        ]
        if len(listed) > (0 if dimension == "segment" else 1):
            columns = [
                Column("key", title),
                *(Column(each.key, each.title.told(language()), KINDS[each.unit]) for each in chosen),
            ]
            tables.append(Table(dimension, title, columns, listed, _note_of(dimension)))
    return Section(_("Where and who"), tables=tables) if tables else Section()


def _key_of(figures: Sequence[str]) -> str:
    return SALES if figures[0] == "sales" else MEMBERS


def _note_of(dimension: str) -> str:
    if dimension == "store":
        return _("Purchases count where they were made; members, lapse and engagement in the home store.")
    return _("Members count where they are now.") if dimension in {"level", "segment"} else ""


def _names(desk: Desk, dimension: str) -> dict[str, str]:
    if dimension == "store":
        with organization_scope(desk.organization_id):
            return {store.code: store.name_in(language()) for store in stores_of(organization_id=desk.organization_id)}
    return levels_of(desk, None)[1] if dimension == "level" else {}


def levels_of(desk: Desk, now: datetime | None) -> tuple[list[str], dict[str, str]]:
    """Return the levels of the program in order with their names; the first is none at all."""
    from phakdi.kit.clock import utc_now  # noqa: PLC0415 - only where nobody said when

    with organization_scope(desk.organization_id):
        try:
            program = version_at(organization_id=desk.organization_id, at=now or utc_now())
        except NoProgram:
            return [], {}
    reader = reader_for(desk.organization, program)
    return ["", *(level.key for level in program.levels)], {level.key: reader.called(level.key) for level in program.levels}


def _second(desk: Desk) -> list[Tile]:
    with organization_scope(desk.organization_id):
        kept = queries.find_table(organization_id=desk.organization_id, name="second")
    if kept is None:
        return []
    days = survival_median([(days, came, waiting) for days, came, waiting in kept[1]])
    how = _(
        "Days until half of all who ever bought have bought again; those who have not yet are counted as waiting (Kaplan–Meier, K15)."
    )
    return [Tile(_("Days to the second purchase"), "clock", write(days, "count"), how)]


def _lapse_words(desk: Desk) -> str:
    with organization_scope(desk.organization_id):
        kept = queries.find_table(organization_id=desk.organization_id, name="lapse")
    if kept is None:
        return ""
    if kept[1]["fixed"]:
        return _("Lapsed means no purchase for more than %(days)s days, as you set it.") % {"days": kept[1]["fixed"]}
    said = _("Lapsed means no purchase for three times a member's usual gap; for those without one, for more than %(days)s days.")
    return said % {"days": kept[1]["common"]}


def _who(page: _Page, figure: Figure) -> Section:
    """Return the members above or below the line, where the reader may see members."""
    desk, filters = page.desk, page.filters
    found = page.now.figures.get(figure.key)
    if found is None or not desk.place.can(Permission.MEMBERS_READ):
        return Section()
    is_top = filters.get("part") != "bottom"
    dimension, key = filters.dimension
    try:
        ids = looking.members_of(
            desk.organization_id,
            figure=figure.key,
            is_top=is_top,
            first=found.first,
            last=found.to - timedelta(days=1),
            dimension=dimension,
            key=key,
            after=filters.get("after"),
            limit=LISTED if not filters.get("export") else looking.MEMBERS_MAX,
        )
    except NoWarehouse:
        return Section()
    with organization_scope(desk.organization_id):
        people = members_by_id(organization_id=desk.organization_id, member_ids=[UUID(each) for each in ids])
    rows = [
        {
            "name": people[UUID(each)].full_name or people[UUID(each)].number,
            "number": people[UUID(each)].number,
            "_url": reverse("web:member", args=[each]),
        }
        for each in ids
        if UUID(each) in people
    ]
    links = (
        [(report_url(ONE, filters, figure=figure.key, part=filters.get("part") or None, after=ids[-1]), _("More members"))]
        if len(ids) == LISTED
        else []
    )
    title = (
        _("Members behind it") if not figure.bottom else _("Members above the line") if is_top else _("Members below the line")
    )
    table = Table(
        "members", title, [Column("name", _("Member")), Column("number", _("Number"))], rows, is_personal=True,
        empty=_("Nobody, or the figure does not count members."),
    )  # fmt: skip
    return Section(tables=[table], links=links)


def nothing(title: str, lead: str, will_be: str, url: str = "", action: str = "") -> Report:
    """Return a report of nothing yet: what will be here and how to get it."""
    empty = Empty(
        _("Here you will see %(what)s.") % {"what": will_be},
        _("It takes purchases of members. They come from the till, the API or a file; figures are worked out every night."),
        url or reverse("web:imports"),
        action or _("Import purchases"),
    )
    return Report(title, lead, [], empty=empty)
