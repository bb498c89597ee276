"""Who did what, when."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.thai import parse_date
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.actions import ACTIONS
from phakdi.web.console.people import actor_names, named_entries
from phakdi.web.requests import read_id

PAGE = 50


@require_safe
@staff_page(Permission.AUDIT_READ)
def audit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the audit, newest first, by action and by day."""
    action = request.GET.get("action", "")
    since, until = _day(request.GET.get("since", "")), _day(request.GET.get("until", ""))
    wanted = AuditFilter(
        action=action,
        since=_start(since, desk) if since else None,
        until=_start(until + timedelta(days=1), desk) if until else None,
    )
    before = read_id(request.GET.get("before"))
    with organization_scope(desk.organization_id):
        rows = entries(organization_id=desk.organization_id, wanted=wanted, before=before, limit=PAGE + 1)
        names = actor_names(desk, rows)
    context = {
        "entries": named_entries(desk, rows[:PAGE], names),
        "next_before": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "actions": sorted(ACTIONS.items(), key=lambda each: str(each[1])),
        "action": action,
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "bad_since": bool(request.GET.get("since")) and since is None,
        "bad_until": bool(request.GET.get("until")) and until is None,
    }
    return render(request, "console/audit.html", context)


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text.strip() else None
    except Refusal:
        return None


def _start(day: date, desk: Desk) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=desk.zone)
