"""Versions of the program: what is in force, what was, and what will be."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.programs.queries import find_draft, get_version, version_at, versions_of
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.editing.drafts import Draft
from phakdi.web.console.editing.pages import lines_of
from phakdi.web.console.editing.sections import BEHIND_ANOTHER, BY_KEY


@require_safe
@staff_page(Permission.PROGRAMS_READ)
def programs(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the versions, the newest first."""
    now = utc_now()
    with organization_scope(desk.organization_id):
        versions = versions_of(organization_id=desk.organization_id)
        draft = find_draft(organization_id=desk.organization_id)
        names: dict[UUID | None, str] = {each.id: each.user.name for each in staff_of(organization_id=desk.organization_id)}
    rows = [(version, names.get(version.created_by_id, "")) for version in versions]
    context = {"rows": rows, "in_force": version_in_force(desk), "now": now, "draft": draft}
    return render(request, "console/programs.html", context)


@require_safe
@staff_page(Permission.PROGRAMS_READ)
def version(request: HttpRequest, desk: Desk, version_id: UUID) -> HttpResponse:
    """Show one version as it was written."""
    with organization_scope(desk.organization_id):
        found = get_version(organization_id=desk.organization_id, version_id=version_id)
        names: dict[UUID | None, str] = {each.id: each.user.name for each in staff_of(organization_id=desk.organization_id)}
    shown = Draft(desk, found.text, 0, None, None)
    room = shown.room()
    parts = [(section, lines_of(section, shown, room)) for section in BY_KEY.values() if section.key not in BEHIND_ANOTHER]
    context = {"version": found, "in_force": version_in_force(desk), "parts": parts, "by": names.get(found.created_by_id, "")}
    return render(request, "console/program_version.html", context)


def version_in_force(desk: Desk) -> UUID | None:
    """Return which version is in force now, or None."""
    try:
        return version_at(organization_id=desk.organization_id, at=utc_now()).version_id
    except NotFound:
        return None
