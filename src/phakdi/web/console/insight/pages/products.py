"""What sells and what does not, one product, and what is bought together (K35)."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.products import expressions, looking, queries, refreshing
from phakdi.insight.products.core.figures import TOGETHER_MIN, ItemFigures, Moved, Span
from phakdi.insight.products.documents import Detail
from phakdi.insight.products.looking import Movement, Sold
from phakdi.kit.db.scope import organization_scope
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages import asking
from phakdi.web.console.insight.pages.asking import NARROWS, SHOWN, kept_days, scope_of
from phakdi.web.console.insight.report import Chart, Column, Filters, Report, Section, Table, Tile, change_of, write

SELLS, PRODUCT = "products", "product"
CHART_ROWS = 10
QUIET = ("30", "60", "90")
WEEKDAYS = 7


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show what sells, what rises and falls, and what does not sell."""
    del now
    title, lead = (
        _("What sells"),
        _("Each product and category: what it brings, who buys it again, what rises, falls or lies still."),
    )
    item = item_of(filters)
    sold, moved = _sold(desk, filters, item)
    if sold is None or not sold.items:
        will_be = _("Here you will see which products bring most, who buys them again, and what no longer sells.")
        return Report(title, lead, [], empty=asking.empty(will_be, filters), narrows=NARROWS)
    other = "category" if item == "product" else "product"
    words = _("By category") if other == "category" else _("By product")
    sections = [
        Section(
            _("At a glance"),
            tiles=_tiles(desk, sold, moved),
            charts=[_best(filters, sold, item)],
            tables=[_items(filters, sold, moved, item)],
            links=[(report_url(SELLS, filters, by=other), words)],
        )
    ]
    if moved is not None:
        sections.append(_moved(filters, moved, item))
    if item == "product":
        sections.append(_quiet(desk, filters))
    with organization_scope(desk.organization_id):
        as_of = queries.as_of(organization_id=desk.organization_id)
    return Report(title, lead, sections, as_of=as_of, narrows=NARROWS)


def one(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show one product or category: by month, store and hour, what goes with it, and who bought it."""
    del now
    item = item_of(filters)
    value = filters.get("item")
    title = value or _("No product named")
    lead = _("One category, closely.") if item == "category" else _("One product, closely.")
    warehouse = asking.find_warehouse(desk)
    if warehouse is None:
        will_be = _("Here you will see when and where it sells, and what goes with it.")
        return Report(title, lead, [], empty=asking.empty(will_be, filters), narrows=NARROWS)
    scope = scope_of(filters)
    sold, moved = _sold(desk, filters, item)
    figures = next((each for each in sold.items if each.item == value), None) if sold else None
    links = [
        (report_url(SELLS, filters, by=item), _("What sells")),
        (report_url(PRODUCT, filters, by=item, item=value, members="1"), _("Who bought it")),
    ]
    sections = [Section(tiles=_item_tiles(desk, sold, figures, moved) if sold and figures else (), links=links)]
    if figures is None:
        sections[0] = Section(
            notice=_("It was not sold in these days, or is not among the products that sell best."), links=links
        )
    detail = None
    if item == "product" and kept_days(filters) == refreshing.SPANS[-1]:
        with organization_scope(desk.organization_id):
            detail = queries.find_detail(organization_id=desk.organization_id, product=value)
    detail = detail or refreshing.details(warehouse, scope, [value], item)[0]
    if detail.months:
        sections.append(_where_and_when(desk, detail))
    if item == "product" and value and not filters.dimension[0]:
        sections.append(_around(desk, filters, value))
    if filters.get("members"):
        limit = asking.MEMBERS_MAX if filters.get("export") else SHOWN + 1
        rows = warehouse.rows(expressions.buyers_of(warehouse, scope, item, value, limit=limit))
        columns = [
            Column("days", _("On how many days"), "count"),
            Column("pieces", _("Quantity"), "decimal"),
            Column("sales_minor", _("Spent on it"), "money"),
            Column("last_day", _("Last"), "date"),
        ]
        told = [row | {"pieces": row["quantity_milli"] / 1000} for row in rows]
        table = asking.members_table(desk, _("Who bought it"), columns, told, is_whole=bool(filters.get("export")))
        sections.append(Section(_("Members"), tables=[table]))
    return Report(title, lead, sections, as_of=warehouse.as_of, narrows=NARROWS)


def together(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show which products are on one bill more often than chance would make."""
    del now
    title = _("Bought together")
    lead = _(
        "Products that stand on one bill more often than chance would put them there: for bundles, shelves and hints at the till."
    )
    days, pairs = kept_days(filters), None
    if days == refreshing.SPANS[-1]:
        with organization_scope(desk.organization_id):
            pairs = queries.find_pairs(organization_id=desk.organization_id)
    if pairs is None:
        warehouse = asking.find_warehouse(desk)
        if warehouse is None:
            will_be = _("Here you will see which products go together.")
            return Report(title, lead, [], empty=asking.empty(will_be, filters), narrows=NARROWS)
        scope = scope_of(filters)
        best = warehouse.rows(expressions.by_item(warehouse, scope, "product", limit=looking.PAIR_PRODUCTS))
        pairs = looking.pairs(warehouse, scope, [row["item"] for row in best if row["item"]])
    pairs = [pair for pair in pairs if pair.lift > 1]
    rows = [
        {
            "one": pair.one,
            "other": pair.other,
            "lift": pair.lift,
            "both": pair.both,
            "share": pair.share,
            "back": pair.both / pair.with_other,
            "_urls": {
                "one": report_url(PRODUCT, filters, item=pair.one),
                "other": report_url(PRODUCT, filters, item=pair.other),
            },
        }
        for pair in pairs
    ]
    columns = [
        Column("one", _("Product")),
        Column("other", _("goes with")),
        Column("lift", _("Times as often as by chance"), "decimal"),
        Column("both", _("Bills with both"), "count"),
        Column("share", _("of bills with the first"), "percent"),
        Column("back", _("of bills with the second"), "percent"),
    ]
    note = _(
        "lift = bills × bills with both ÷ (bills with the one × bills with the other), for pairs on %(least)s bills or more, among the %(products)s products that sell best. Bills with more than %(most)s of these products are dealers' and are left out."
    ) % {"least": TOGETHER_MIN, "products": looking.PAIR_PRODUCTS, "most": expressions.BASKET_MAX}
    empty = _("No pair stands on %(least)s bills in these days: choose more days.") % {"least": TOGETHER_MIN}
    chart = Chart(
        "lift",
        _("Strongest pairs"),
        "rows",
        [_("Times as often as by chance")],
        [(f"{pair.one} + {pair.other}", float(pair.lift)) for pair in pairs[:CHART_ROWS]],
        "decimal",
    )
    table = Table("pairs", _("Pairs"), columns, rows, note, empty)
    return Report(
        title, lead, [Section(_("Which pairs"), charts=[chart] if pairs else [], tables=[table])], narrows=NARROWS, compares=False
    )


def item_of(filters: Filters) -> str:
    """Return by what is counted: product or category."""
    return "category" if filters.get("by") == "category" else "product"


# --- parts --------------------------------------------------------------------------------------------------------------


def _sold(desk: Desk, filters: Filters, item: str) -> tuple[Sold | None, Movement | None]:
    days, sold, moved = kept_days(filters), None, None
    if days is not None:
        with organization_scope(desk.organization_id):
            sold = queries.find_sold(organization_id=desk.organization_id, item=item, days=days)
            if filters.compare != "none":
                moved = queries.find_movement(organization_id=desk.organization_id, item=item, days=days, against=filters.compare)
        return sold, moved
    warehouse = asking.find_warehouse(desk)
    if warehouse is None:
        return None, None
    scope = scope_of(filters)
    rates = refreshing.rates_of(desk.organization_id)
    sold = looking.sold(warehouse, scope, item, rates)
    if filters.compare != "none":
        other = scope.span.before if filters.compare == "before" else scope.span.year_before
        moved = looking.movement(warehouse, scope, other, item, {each.item for each in sold.items})
    return sold, moved


def _tiles(desk: Desk, sold: Sold, moved: Movement | None) -> list[Tile]:
    before = moved.before_minor if moved and moved.is_known else None
    margin = _total(each.margin_minor for each in sold.items)
    after = _total(each.after_points_minor for each in sold.items)
    return [
        Tile(
            _("Sales"), "till", write(sold.sales_minor, "money", desk.currency),
            _("What members paid, after returns. The sum over products is the sum over bills; what names no product stands as “not named”."),
            url="#table-items",
            **change_of(sold.sales_minor, before),
        ),
        Tile(_("Bills"), "receipt", write(sold.bills, "count"), _("Bills with anything left after returns.")),
        Tile(_("Members"), "people", write(sold.members, "count"), _("Members who bought at least once.")),
        Tile(
            _("Margin"), "chart", write(margin, "money", desk.currency),
            _("Sales × the margin told for the category, else for the shop. A dash until a margin is told."),
            url=reverse("web:insight_settings") if margin is None else "#table-items",
        ),
        Tile(
            _("Margin after points"), "points", write(after, "money", desk.currency),
            _("Margin less the cost of the points that the bills earned, shared out by what was paid for each line."),
        ),
    ]  # fmt: skip


def _total(amounts: Any) -> int | None:
    told = list(amounts)
    return None if any(amount is None for amount in told) else sum(told)


def _named(item: str) -> str:
    return item or _("not named")


def _best(filters: Filters, sold: Sold, item: str) -> Chart:
    best = sold.items[:CHART_ROWS]
    return Chart(
        "best", _("What brings most"), "rows", [_("Sales")],
        [(_named(each.item), each.sales_minor) for each in best], "money",
        urls=[report_url(PRODUCT, filters, by=item, item=each.item) for each in best],
    )  # fmt: skip


def _items(filters: Filters, sold: Sold, moved: Movement | None, item: str) -> Table:
    is_known = moved is not None and moved.is_known
    rows = [
        {
            "item": _named(each.item),
            "category": each.category,
            "sales": each.sales_minor,
            "change": each.sales_minor - moved.items.get(each.item, 0) if moved and is_known else None,
            "quantity": each.quantity_milli / 1000,
            "margin": each.margin_minor,
            "points": each.points_minor,
            "after": each.after_points_minor,
            "members": each.members,
            "share": sold.member_share(each),
            "repeat": each.repeat_share,
            "returns": each.return_share,
            "_url": report_url(PRODUCT, filters, by=item, item=each.item),
            "_urls": {"members": report_url(PRODUCT, filters, by=item, item=each.item, members="1")},
        }
        for each in (sold.items if filters.get("export") else sold.items[:SHOWN])
    ]

    def has(key: str) -> bool:
        return any(row[key] is not None for row in rows)

    columns = [
        Column("item", _("Category") if item == "category" else _("Product")),
        *([Column("category", _("Category"))] if item == "product" else []),
        Column("sales", _("Sales"), "money"),
        *([Column("change", _("Difference"), "money")] if is_known else []),
        Column("quantity", _("Quantity"), "decimal"),
        *([Column("margin", _("Margin"), "money")] if has("margin") else []),
        *([Column("points", _("Cost of points"), "money")] if has("points") else []),
        *([Column("after", _("After points"), "money")] if has("after") else []),
        Column("members", _("Members"), "count"),
        Column("share", _("Share of members"), "percent"),
        Column("repeat", _("Bought again"), "percent"),
        Column("returns", _("Returned"), "percent"),
    ]
    note = _(
        "Share of members: of those who bought anything. Bought again: members who bought it on two days or more, of those who bought it. Returned: as a share of what was sold."
    )
    if len(sold.items) > SHOWN and not filters.get("export"):
        note += " " + _("The first %(shown)s on the page; the file has up to %(kept)s.") % {
            "shown": SHOWN,
            "kept": looking.ITEMS_MAX,
        }
    return Table("items", _("By category") if item == "category" else _("By product"), columns, rows, note)


def _moved(filters: Filters, moved: Movement, item: str) -> Section:
    title = _("What rises and falls")
    if not moved.is_known:
        notice = _("There were no purchases yet %(day)s: nothing to compare with.") % {"day": write(moved.other.first, "date")}
        return Section(title, notice=notice)
    lead = _("Beside %(first)s to %(last)s.") % {
        "first": write(moved.other.first, "date"),
        "last": write(moved.other.end - timedelta(days=1), "date"),
    }
    tables = [
        _movers("rising", _("Rising"), filters, moved.rising, item),
        _movers("falling", _("Falling"), filters, moved.falling, item),
    ]
    return Section(title, lead, tables=tables)


def _movers(key: str, title: str, filters: Filters, rows: list[Moved], item: str) -> Table:
    columns = [
        Column("item", _("Category") if item == "category" else _("Product")),
        Column("sales", _("Sales"), "money"),
        Column("before", _("Then"), "money"),
        Column("change", _("Difference"), "money"),
        Column("share", _("Change in %"), "percent"),
    ]
    told = [
        {
            "item": _named(each.item),
            "sales": each.sales_minor,
            "before": each.before_minor,
            "change": each.change_minor,
            "share": each.change,
            "_url": report_url(PRODUCT, filters, by=item, item=each.item),
        }
        for each in rows
    ]
    return Table(key, title, columns, told, empty=_("Nothing."))


def _quiet(desk: Desk, filters: Filters) -> Section:
    days = filters.get("quiet") if filters.get("quiet") in QUIET else QUIET[0]
    kept = None
    if not filters.dimension[0]:
        with organization_scope(desk.organization_id):
            kept = queries.find_quiet(organization_id=desk.organization_id, days=int(days))
    year = Span(filters.window.last - timedelta(days=looking.FORMER_DAYS - 1), filters.window.last + timedelta(days=1))
    found = asking.asked(desk, kept, lambda house: looking.not_selling(house, scope_of(filters).over(year), quiet_days=int(days)))
    rows = [
        {
            "item": each.item,
            "last": each.last_day,
            "sales": each.sales_minor,
            "members": each.members,
            "_url": report_url(PRODUCT, filters, span="365", item=each.item, **{"from": None, "to": None}),
        }
        for each in found or []
    ]
    columns = [
        Column("item", _("Product")),
        Column("last", _("Last sold"), "date"),
        Column("sales", _("Sales in the year before"), "money"),
        Column("members", _("Members"), "count"),
    ]
    title = _("Not sold for %(days)s days") % {"days": days}
    note = _("Sold in the last 365 days, but not in the last %(days)s; what sold most stands first.") % {"days": days}
    links = [(report_url(SELLS, filters, quiet=each), _("%(days)s days") % {"days": each}) for each in QUIET]
    return Section(
        _("What does not sell"), tables=[Table("quiet", title, columns, rows, note, _("Everything sold."))], links=links
    )


def _item_tiles(desk: Desk, sold: Sold, found: ItemFigures, moved: Movement | None) -> list[Tile]:
    before = moved.items.get(found.item) if moved and moved.is_known else None
    return [
        Tile(
            _("Sales"), "till", write(found.sales_minor, "money", desk.currency), _("What was paid for it, after returns."),
            **change_of(found.sales_minor, before),
        ),
        Tile(_("Quantity"), "bag", write(found.quantity_milli / 1000, "decimal"), _("Pieces, litres or kilograms, after returns.")),
        Tile(
            _("Members"), "people", write(found.members, "count"), _("Members who bought it."),
            _("%(share)s of all who bought") % {"share": write(sold.member_share(found), "percent")},
        ),
        Tile(
            _("Bought again"), "undo", write(found.repeat_share, "percent"),
            _("Members who bought it on two days or more, of those who bought it."), is_soft=found.members < looking.SECOND_MIN,
        ),
        Tile(_("Margin"), "chart", write(found.margin_minor, "money", desk.currency), _("Sales × the margin told for its category, else for the shop. A dash until one is told.")),
        Tile(_("Margin after points"), "points", write(found.after_points_minor, "money", desk.currency), _("Margin less its part of the points that its bills earned.")),
        Tile(_("Returned"), "refresh", write(found.return_share, "percent"), _("Returns as a share of what was sold.")),
    ]  # fmt: skip


def _where_and_when(desk: Desk, detail: Detail) -> Section:
    names = asking.reader_of(desk).names
    months = Chart(
        "months", _("By month"), "bar", [_("Sales")], [(write(month, "month"), sales) for month, sales in detail.months], "money"
    )
    best = detail.stores[:CHART_ROWS]
    stores = Chart(
        "stores",
        _("By store"),
        "rows",
        [_("Sales")],
        [(names.get(store, store) or _("nowhere"), sales) for store, sales in best],
        "money",
    )
    sales = {(weekday, hour): amount for weekday, hour, amount in detail.hours}
    hours = sorted({hour for _weekday, hour in sales})
    weekdays = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    heat = Chart(
        "hours", _("By weekday and hour"), "heat", [f"{hour:02}" for hour in hours],
        [(weekdays[day], *[sales.get((day, hour)) for hour in hours]) for day in range(WEEKDAYS)], "money",
    )  # fmt: skip
    return Section(_("Where and when"), charts=[months, stores, *([heat] if hours else [])])


def _around(desk: Desk, filters: Filters, product: str) -> Section:
    with organization_scope(desk.organization_id):
        pairs = queries.find_pairs(organization_id=desk.organization_id) or []
        visits = queries.find_second_visits(organization_id=desk.organization_id, item="product")
    mine = [pair for pair in pairs if product in {pair.one, pair.other}]
    rows = [
        {
            "other": other,
            "lift": pair.lift,
            "both": pair.both,
            "_url": report_url(PRODUCT, filters, item=other),
        }
        for pair in mine
        for other in [pair.other if pair.one == product else pair.one]
    ]
    columns = [
        Column("other", _("Product")),
        Column("lift", _("Times as often as by chance"), "decimal"),
        Column("both", _("Bills with both"), "count"),
    ]
    tables = [Table("with", _("Goes with"), columns, rows, empty=_("Nothing stands on 20 bills with it in the last year."))]
    first = next((each for each in visits.items if each.item == product), None) if visits else None
    lead = ""
    if visits and first and first.share is not None:
        lead = _("After a first visit with it, %(share)s came again within 90 days; of all members %(all)s.") % {
            "share": write(first.share, "percent"),
            "all": write(visits.everybody.share, "percent"),
        }
    return Section(_("Around it"), lead, tables=tables)
