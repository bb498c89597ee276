"""Files that were brought in: how far each came, and which rows were left out and why."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from phakdi.kit.db.scope import organization_scope
from phakdi.platform.imports.queries import get_import, imports_of, rejects_of, slices_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.requests import read_id
from phakdi.web.words import refusal_word

PAGE = 25
REJECTS_SHOWN = 200


@require_safe
@staff_page(Permission.IMPORTS_RUN)
def imports(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List imports, the latest first."""
    before = read_id(request.GET.get("before"))
    with organization_scope(desk.organization_id):
        rows = imports_of(organization_id=desk.organization_id, before=before, limit=PAGE + 1)
    next_before = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render(request, "console/imports.html", {"imports": rows[:PAGE], "next_before": next_before})


@require_safe
@staff_page(Permission.IMPORTS_RUN)
def detail(request: HttpRequest, desk: Desk, import_id: UUID) -> HttpResponse:
    """Show one import: what came of its rows, and those that were left out."""
    with organization_scope(desk.organization_id):
        found = get_import(organization_id=desk.organization_id, import_id=import_id)
        rejects = rejects_of(organization_id=desk.organization_id, import_id=import_id)
        done = slices_of(organization_id=desk.organization_id, import_id=import_id)
    context = {
        "found": found,
        "counts": sorted(found.counts.items()),
        "rejects": [(each, refusal_word(each.code, each.details)) for each in rejects[:REJECTS_SHOWN]],
        "more": max(0, len(rejects) - REJECTS_SHOWN),
        "done": len(done),
    }
    return render(request, "console/import.html", context)
