"""Keep views of reports under a name: one's own, or shared with everybody who sees figures."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.insight.views import operations, queries
from phakdi.insight.views.core import TooManyViews, View, read_name, read_query
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.staff.core import LEADERS, NotAllowed, Permission, Place


@dataclass(frozen=True, slots=True)
class NewView:
    """What is to be kept."""

    name: str
    report: str
    query: str
    is_shared: bool = False
    is_pinned: bool = False


def keep_view(*, place: Place, view: NewView, now: datetime) -> UUID:
    """Keep a view and return its id.

    Raises:
        NotAllowed: this person sees no figures.
        Invalid: the name is empty or too long, or the query is.
        TooManyViews: they keep as many as one may.
    """
    place.require(Permission.INSIGHT_READ)
    name, query = read_name(view.name), read_query(view.query)
    with organization_scope(place.organization_id):
        if not queries.has_room(organization_id=place.organization_id, staff_id=place.staff_id):
            raise TooManyViews("At most 100 views are kept; remove one first.")
        return operations.keep_view(
            organization_id=place.organization_id,
            staff_id=place.staff_id,
            name=name,
            report=view.report,
            query=query,
            is_shared=view.is_shared,
            is_pinned=view.is_pinned,
            now=now,
        )


def change_view(*, place: Place, view_id: UUID, name: str, is_shared: bool) -> None:
    """Rename a view and say who sees it.

    Raises:
        NotAllowed: it is another's, and this person leads nobody.
        UnknownView: there is none.
        Invalid: the name is empty or too long.
    """
    with organization_scope(place.organization_id):
        _mine(place, view_id)
        operations.change_view(organization_id=place.organization_id, view_id=view_id, name=read_name(name), is_shared=is_shared)


def pin_view(*, place: Place, view_id: UUID, is_pinned: bool) -> None:
    """Put a view on one's own first page, or take it off. Raises UnknownView."""
    place.require(Permission.INSIGHT_READ)
    with organization_scope(place.organization_id):
        queries.get_view(organization_id=place.organization_id, view_id=view_id, staff_id=place.staff_id)
        operations.set_pinned(
            organization_id=place.organization_id, view_id=view_id, staff_id=place.staff_id, is_pinned=is_pinned
        )


def forget_view(*, place: Place, view_id: UUID) -> None:
    """Forget a view, for everybody. Raises NotAllowed and UnknownView as `change_view` does."""
    with organization_scope(place.organization_id):
        _mine(place, view_id)
        operations.forget_view(organization_id=place.organization_id, view_id=view_id)


def may_change(place: Place, view: View) -> bool:
    """Tell whether somebody may rename and remove a view: their own, and as owner or manager any that is shared."""
    return view.staff_id == place.staff_id or place.role in LEADERS


def _mine(place: Place, view_id: UUID) -> View:
    place.require(Permission.INSIGHT_READ)
    view = queries.get_view(organization_id=place.organization_id, view_id=view_id, staff_id=place.staff_id)
    if not may_change(place, view):
        raise NotAllowed("Only who made a view, an owner or a manager may change it.", view_id=str(view_id))
    return view
