"""What the pages about members' figures share: reading a run and its lists, tiles, the ten groups."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.lifetime.core import groups
from phakdi.insight.lifetime.documents import Run
from phakdi.insight.lifetime.queries import latest_run, list_of
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.money import exponent
from phakdi.people.members.queries import members_by_id
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.report import Column, Empty, Filters, Report, Table, Tile, write
from phakdi.web.expecting import value_name

LEAVING, WORTH, GROUPS = "leaving", "worth", "groups"
SHOWN = 100  # of a list on a page; a file has all that are kept


def read(desk: Desk, filters: Filters, key: str) -> tuple[Run | None, list[dict[str, Any]], dict[UUID, str]]:
    """Return the latest run, the list of that key where the reader may see members, and the members' names."""
    with organization_scope(desk.organization_id):
        run = latest_run(organization_id=desk.organization_id)
        if run is None or not key or not desk.place.can(Permission.MEMBERS_READ):
            return run, [], {}
        rows = list_of(organization_id=desk.organization_id, key=key)
        wanted = rows if filters.get("export") or filters.get("risk") or filters.get("group") else rows[:SHOWN]
        found = members_by_id(organization_id=desk.organization_id, member_ids=[UUID(row["id"]) for row in wanted])
    names = {member_id: member.full_name or member.number for member_id, member in found.items() if member.status != "CLOSED"}
    return run, [row for row in wanted if UUID(row["id"]) in names], names


def nothing(title: str, lead: str, will_be: str) -> Report:
    """Return a page before there is anything to show; ``will_be`` says what there will be."""
    empty = Empty(
        _("Here you will see %(what)s.") % {"what": will_be},
        _("It takes purchases of members. They come from the till, the API or a file; figures are worked out every night."),
        reverse("web:imports"),
        _("Import purchases"),
    )
    return Report(title, lead, [], empty=empty, ranges=False)


def tile(desk: Desk, name: str, icon: str, value: Any, how: str, kind: Any = "count", url: str = "") -> Tile:
    """Return one figure; sums of money in whole units."""
    if kind == "money" and value is not None:  # sums and estimates: whole units of money are enough
        unit = 10 ** exponent(desk.currency)
        value = round(value / unit) * unit
    return Tile(name, icon, write(value, kind, desk.currency), how, url=url)


def group_table(run: Run, filters: Filters) -> Table:
    """Return the ten groups with what is in them and what to do."""
    everybody = sum(each["members"] for each in run.doc["grid"])
    rows = []
    for name in groups.NAMES:
        cells = [each for each in run.doc["grid"] if each["name"] == name]
        members, spent = sum(each["members"] for each in cells), sum(each["spent"] for each in cells)
        rows.append(
            {
                "name": value_name(name),
                "members": members,
                "share": members / everybody if everybody else None,
                "spent": spent,
                "each": spent / members if members else None,
                "high": sum(each["high_risk"] for each in cells),
                "do": advice(name),
                "_urls": {"high": report_url(LEAVING, filters, group=name, risk="high")},
            }
        )
    columns = [
        Column("name", _("Group")),
        Column("members", _("Members"), "count"),
        Column("share", _("Share"), "percent"),
        Column("spent", _("Spent in 365 days"), "money"),
        Column("each", _("For each"), "money"),
        Column("high", _("High risk"), "count"),
        Column("do", _("What helps")),
    ]
    return Table("groups", _("Groups"), columns, rows, note=_("Members without a purchase in the last 365 days are in no group."))


def advice(name: str) -> str:
    """Return what helps with a group."""
    return {
        "champions": _("Thank them, let them try first, ask them to bring friends."),
        "loyal": _("Show the next level and what is left to it."),
        "potential": _("Bring them back within their rhythm, with a small gift."),
        "new": _("Welcome them; win the second purchase."),
        "promising": _("Say what else there is."),
        "needs_attention": _("Remind them of points they can use."),
        "about_to_sleep": _("Ask what was missing, with an offer that ends soon."),
        "cannot_lose": _("Call or write in person."),
        "at_risk": _("Win them back with what they used to buy."),
        "hibernating": _("Little cost: a message now and then."),
    }[name]
