"""Which items of a first visit are followed by a second (K35)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from phakdi.insight.products import looking, queries, refreshing
from phakdi.insight.products.core.figures import SECOND_DAYS, SecondVisit
from phakdi.insight.products.documents import SecondVisits
from phakdi.kit.db.scope import organization_scope
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages import asking
from phakdi.web.console.insight.pages.asking import SHOWN
from phakdi.web.console.insight.pages.products import CHART_ROWS, PRODUCT, item_of
from phakdi.web.console.insight.report import Chart, Column, Filters, Report, Section, Table, Tile, write

SECOND = "second-visits"


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show which items of a first visit are followed by a second."""
    del now
    title = _("What brings members back")
    lead = _("Of members whose first visit had an item: how many bought again on another day within %(days)s days.") % {
        "days": SECOND_DAYS
    }
    item = item_of(filters)
    with organization_scope(desk.organization_id):
        kept = queries.find_second_visits(organization_id=desk.organization_id, item=item)
        as_of = queries.as_of(organization_id=desk.organization_id)
    found = asking.asked(
        desk, kept, lambda house: SecondVisits(*looking.second_visits(house, item, today=refreshing.today_of(house)))
    )
    if found is None or not found.everybody.members:
        will_be = _("Here you will see after which products newcomers come again, 90 days after the first visits.")
        return Report(title, lead, [], empty=asking.empty(will_be, filters), ranges=False)
    other = "category" if item == "product" else "product"
    words = _("By category") if other == "category" else _("By product")
    everybody = found.everybody
    low, high = everybody.interval or (0.0, 0.0)
    tile = Tile(
        _("All who came again"),
        "undo",
        write(everybody.share, "percent"),
        _(
            "Members with a second purchase day within 90 days of the first, of all whose 90 days are over; with the interval in which it lies 95 times in 100 (Wilson)."
        ),
        _("%(back)s of %(all)s members; %(low)s to %(high)s")
        % {
            "back": f"{everybody.back:,}",
            "all": f"{everybody.members:,}",
            "low": write(low, "percent"),
            "high": write(high, "percent"),
        },
        url=report_url("second-purchase"),
        is_soft=everybody.members < looking.SECOND_MIN,
    )
    ranked = [each for each in found.items if each.members >= looking.SECOND_MIN]
    chart = Chart(
        "share", _("Who came again, by what they bought first"), "rows", [_("Came again")],
        [(each.item, float(each.share or 0)) for each in ranked[:CHART_ROWS]], "percent",
        urls=[report_url(PRODUCT, item=each.item, by=item) for each in ranked[:CHART_ROWS]],
    )  # fmt: skip
    section = Section(
        _("At a glance"),
        tiles=[tile],
        charts=[chart] if ranked else [],
        tables=[_second_table(found, item)],
        links=[(report_url(SECOND, by=other), words)],
    )
    return Report(title, lead, [section], as_of=as_of, ranges=False)


def _second_table(found: SecondVisits, item: str) -> Table:
    columns = [
        Column("item", _("Category") if item == "category" else _("Product")),
        Column("members", _("First visits"), "count"),
        Column("back", _("Came again"), "count"),
        Column("share", _("Part that came again"), "percent"),
        Column("low", _("at least"), "percent"),
        Column("high", _("at most"), "percent"),
        Column("against", _("More than all"), "percent"),
        Column("says", _("What it says")),
    ]
    note = _(
        "At least and at most: the interval in which the share lies 95 times in 100 (Wilson). It describes; that the item makes members come again only an experiment can show. Fewer than %(least)s first visits are too few to say."
    ) % {"least": looking.SECOND_MIN}
    rows = [_second_row(each, found.everybody, item) for each in found.items[:SHOWN]]
    return Table("second", _("By what was bought first"), columns, rows, note, _("No products are named on first visits."))


def _second_row(each: SecondVisit, everybody: SecondVisit, item: str) -> dict[str, Any]:
    low, high = each.interval or (None, None)
    against = each.against(everybody)
    if each.members < looking.SECOND_MIN:
        says = _("too few")
    elif not each.is_clear(everybody):
        says = _("as all")
    else:
        says = _("more") if against is not None and against > 0 else _("fewer")
    return {
        "item": each.item,
        "members": each.members,
        "back": each.back,
        "share": each.share,
        "low": low,
        "high": high,
        "against": against,
        "says": says,
        "_url": report_url(PRODUCT, item=each.item, by=item),
    }
