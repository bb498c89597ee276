"""The first page of the console: how the program stands, each figure with what it means and the way to its rows."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from phakdi.flows.keep_daily import freshen
from phakdi.insight.daily.core import WINDOWS
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.requests.queries import waiting_requests
from phakdi.platform.outbox.queries import dead_jobs
from phakdi.platform.staff.core import Permission
from phakdi.web.access import CONSOLE, Desk, staff_page
from phakdi.web.console.dashboard import dashboard_of, read_days
from phakdi.web.console.way import is_shown_to, way_of
from phakdi.web.qr import qr_code

FAILURES_SHOWN = 99
DUE_SOON_DAYS = 7


@require_safe
@staff_page(*CONSOLE)
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the figures to those who may see them, the guide until it is done, and what waits for somebody."""
    link = request.build_absolute_uri(reverse("web:portal", args=[desk.organization.slug]))
    context: dict[str, Any] = {"link": link, "link_code": qr_code(link), "windows": WINDOWS}
    now, sees_figures = utc_now(), desk.place.can(Permission.INSIGHT_READ)
    if sees_figures:
        freshen(organization_id=desk.organization_id, now=now)
    with organization_scope(desk.organization_id):  # one for all that is read
        context["failures"] = _failures(desk)
        context["requests_due"] = _requests_due(desk)
        if is_shown_to(desk):
            way = way_of(desk)
            context["way"] = None if way.is_done or way.is_dismissed else way
            context["is_guide_away"] = way.is_dismissed and not way.is_done
        if sees_figures:
            context["board"] = dashboard_of(desk, days=read_days(request.GET.get("days")), now=now)
    return render(request, "console/overview.html", context)


def _requests_due(desk: Desk) -> int:
    """Return how many data requests have to be answered within a week, or are late."""
    if not desk.place.can(Permission.PRIVACY_MANAGE):
        return 0
    due_by = timezone.localdate() + timedelta(days=DUE_SOON_DAYS)
    return len(waiting_requests(organization_id=desk.organization_id, due_by=due_by))


def _failures(desk: Desk) -> int:
    """Return how many pieces of work failed for good, for those who may do something about it."""
    if not desk.place.can(Permission.JOBS_MANAGE):
        return 0
    return len(dead_jobs(organization_id=desk.organization_id)[:FAILURES_SHOWN])
