"""Views of reports that are kept under a name: saving, renaming, sharing, pinning, removing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from phakdi.flows.manage_views import NewView, change_view, forget_view, keep_view, may_change, pin_view
from phakdi.insight.views.core import View
from phakdi.insight.views.queries import views_of
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.insight import registry
from phakdi.web.console.insight.links import report_url
from phakdi.web.words import refusal_sentence


def address(view: View) -> str:
    """Return where a view opens."""
    return report_url(view.report) + (f"?{view.query}" if view.query else "")


def open_to(desk: Desk) -> list[View]:
    """Return the views of reports that somebody may open: their own, and those shared with them."""
    with organization_scope(desk.organization_id):
        found = views_of(organization_id=desk.organization_id, staff_id=desk.place.staff_id)
    return [view for view in found if registry.is_open(desk, view.report)]


@require_safe
@staff_page(Permission.INSIGHT_READ)
def views(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List somebody's views and those of others that they may see."""
    found = open_to(desk)
    with organization_scope(desk.organization_id):
        names = {each.id: each.user.name for each in staff_of(organization_id=desk.organization_id)}
    rows = [
        {
            "view": view,
            "url": address(view),
            "report": registry.BY_KEY[view.report].title,
            "by": "" if view.staff_id == desk.place.staff_id else names.get(view.staff_id, "–"),
            "may_change": may_change(desk.place, view),
        }
        for view in found
    ]
    return render(request, "console/insight/views.html", {"rows": rows})


@require_POST
@staff_page(Permission.INSIGHT_READ)
def keep(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep what a report shows under a name, and go back to it."""
    report, query = request.POST.get("report", ""), request.POST.get("query", "")
    if not registry.is_open(desk, report):
        return redirect("web:insight")
    told: dict[str, Any] = {name: request.POST.get(name) == "on" for name in ("is_shared", "is_pinned")}
    try:
        keep_view(place=desk.place, view=NewView(request.POST.get("name", ""), report, query, **told), now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("The view is kept. You find it on the first page of Insight."), "good")
    return redirect(report_url(report) + (f"?{query}" if query else ""))


@require_POST
@staff_page(Permission.INSIGHT_READ)
def change(request: HttpRequest, desk: Desk, view_id: UUID) -> HttpResponse:
    """Rename, share, pin or remove a view."""
    what = request.POST.get("do", "")
    try:
        if what == "forget":
            forget_view(place=desk.place, view_id=view_id)
        elif what in {"pin", "unpin"}:
            pin_view(place=desk.place, view_id=view_id, is_pinned=what == "pin")
        else:
            shared = request.POST.get("is_shared") == "on"
            change_view(place=desk.place, view_id=view_id, name=request.POST.get("name", ""), is_shared=shared)
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("The view is removed.") if what == "forget" else _("Kept."), "good")
    return redirect("web:insight_views")
