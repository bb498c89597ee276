"""What pages of products and paths have in common: the warehouse, names, members behind a figure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.products.core.figures import Span
from phakdi.insight.products.expressions import Scope
from phakdi.insight.warehouse.folder import NoWarehouse
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.programs.queries import version_at
from phakdi.loyalty.wording import Reader
from phakdi.people.members.queries import members_by_id
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.filters import Filters
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.report import Column, Empty, Table
from phakdi.web.naming import reader_for

T = TypeVar("T")
KEPT_SPANS = frozenset({"30", "90", "365"})
SHOWN, MEMBERS_MAX = 100, 5_000
NARROWS = ("store", "channel", "level", "segment")


def kept_days(filters: Filters) -> int | None:
    """Return the days of a span that is worked out at every refresh; None for anything else, which is asked on the spot."""
    return int(filters.preset) if filters.preset in KEPT_SPANS and not filters.dimension[0] else None


def scope_of(filters: Filters) -> Scope:
    """Return what the filters ask."""
    span = Span(filters.window.first, filters.window.last + timedelta(days=1))
    return Scope(span, filters.store, filters.channel, filters.level, filters.segment)


def find_warehouse(desk: Desk) -> Warehouse | None:
    """Return the warehouse; None before the first refresh."""
    try:
        return open_warehouse(desk.organization_id)
    except NoWarehouse:
        return None


def asked(desk: Desk, kept: T | None, ask: Callable[[Warehouse], T]) -> T | None:
    """Return what was kept, else what the warehouse answers; None before the first refresh."""
    if kept is not None:
        return kept
    warehouse = find_warehouse(desk)
    return None if warehouse is None else ask(warehouse)


def empty(will_be: str, filters: Filters) -> Empty:
    """Return what a page says before the first refresh, and without any purchase."""
    return Empty(
        will_be,
        _("It takes purchases of members. They come from the till, the API or a file; figures are worked out every night."),
        report_url("warehouse", filters),
        _("Refresh the figures"),
    )


def reader_of(desk: Desk) -> Reader:
    """Return what the program and the shop call things."""
    with organization_scope(desk.organization_id):
        stores = stores_of(organization_id=desk.organization_id)
        try:
            program = version_at(organization_id=desk.organization_id, at=utc_now())
        except NotFound:
            program = None
    return reader_for(desk.organization, program, stores)


def members_table(
    desk: Desk, title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], *, is_whole: bool = False
) -> Table:
    """Return members by their names, with a link to each; nothing for who may not see members.

    ``rows`` have ``member_id``; on a page the first are shown, in a file (``is_whole``) all.
    """
    all_columns = [Column("name", _("Member")), *columns]
    if not desk.place.can(Permission.MEMBERS_READ):
        return Table("members", title, all_columns, [], empty=_("Your role shows figures, not members."), is_personal=True)
    wanted = list(rows)
    shown = wanted if is_whole else wanted[:SHOWN]
    with organization_scope(desk.organization_id):
        found = members_by_id(organization_id=desk.organization_id, member_ids=[UUID(row["member_id"]) for row in shown])
    listed = []
    for row in shown:
        member = found.get(UUID(row["member_id"]))
        if member is not None and member.status != "CLOSED":
            url = reverse("web:member", args=[row["member_id"]])
            listed.append({**row, "name": member.full_name or member.number, "_url": url})
    note = ""
    if len(wanted) > len(shown):
        note = _("The first %(shown)s on the page; the file has up to %(kept)s.") % {"shown": SHOWN, "kept": f"{MEMBERS_MAX:,}"}
    return Table("members", title, all_columns, listed, note, _("Nobody."), is_personal=True)
