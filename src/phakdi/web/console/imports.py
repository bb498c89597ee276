"""Files that were brought in: how far each came, and which rows were left out and why."""

import math
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.adapters.commerce.files.wording import reason_of
from phakdi.flows.request_import import request_undo
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.files.core import FileKind
from phakdi.platform.files.queries import UnknownFile, files_of, get_file, path_of
from phakdi.platform.imports.models import Import
from phakdi.platform.imports.queries import get_import, imports_of, rejects_of, slices_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.requests import read_id
from phakdi.web.words import language

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
        files = files_of(organization_id=desk.organization_id, kind=FileKind.REJECTS)
        rejects = rejects_of(organization_id=desk.organization_id, import_id=import_id)
        done = slices_of(organization_id=desk.organization_id, import_id=import_id)
    context = {
        "found": found,
        "counts": [(count_name(name), number) for name, number in found.counts.items() if isinstance(number, int)],
        "rejects": [(each, reason_of(each.code, each.details, language())) for each in rejects[:REJECTS_SHOWN]],
        "more": max(0, len(rejects) - REJECTS_SHOWN),
        "done": len(done),
        "progress": _progress(found, len(done), sum(each.get("rows", 0) for each in done.values()), utc_now()),
        "rejects_file": next((each for each in files if each.name.startswith(str(import_id))), None),
    }
    return render(request, "console/import_now.html" if request.GET.get("part") == "now" else "console/import.html", context)


@require_safe
@staff_page(Permission.IMPORTS_RUN)
def rejects(request: HttpRequest, desk: Desk, file_id: UUID) -> HttpResponseBase:
    """Hand out the rows that an import left out, each with its reason."""
    del request
    with organization_scope(desk.organization_id):
        kept = get_file(organization_id=desk.organization_id, file_id=file_id)
    if kept.kind != FileKind.REJECTS:
        raise UnknownFile("There is no such file.")
    return FileResponse(path_of(kept).open("rb"), as_attachment=True, filename=kept.name, content_type="text/csv; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.IMPORTS_RUN)
def undo(request: HttpRequest, desk: Desk, import_id: UUID) -> HttpResponse:
    """Ask once more, then have an import taken back."""
    if request.method != "POST":
        with organization_scope(desk.organization_id):
            found = get_import(organization_id=desk.organization_id, import_id=import_id)
        counts = [(count_name(name), number) for name, number in found.counts.items() if isinstance(number, int) and number]
        return render(request, "console/import_undo.html", {"found": found, "counts": counts})
    request_undo(organization_id=desk.organization_id, import_id=import_id, now=utc_now(), actor=desk.actor())
    messages.success(request, _("It is taken back in a moment."), "good")
    return redirect("web:import", import_id)


@dataclass(frozen=True, slots=True)
class Under:
    """How far an import under way is: percent, rows a second, and when it is through at that pace (minutes; None: not known yet)."""

    percent: int
    rate: int
    minutes: int | None


def _progress(found: Import, done: int, rows: int, now: datetime) -> Under | None:
    if found.state not in {"RUNNING", "UNDOING"}:
        return None
    seconds = max((now - found.started_at).total_seconds(), 1)
    share = done / found.slices if found.slices else 0
    left = math.ceil(seconds * (1 - share) / share / 60) if 0 < share < 1 and found.state == "RUNNING" else None
    return Under(int(100 * share), int(rows / seconds), left)


def count_name(name: str) -> str:
    """Return what a count of an import is called."""
    names = {
        "rows": _("rows read"),
        "purchases": _("purchases recorded"),
        "refunds": _("returns recorded"),
        "activities": _("other activities recorded"),
        "members_created": _("members created"),
        "shadows_created": _("people whose points wait until they enroll"),
        "members_updated": _("members updated"),
        "consents": _("consents noted"),
        "unchanged": _("found as they were"),
        "walk_ins": _("rows without a customer, left out"),
        "rejected": _("rows left out"),
        "restored": _("members as they were before"),
        "returned": _("purchases returned of members who did more since"),
        "kept": _("members kept because of what they did since"),
        "deleted": _("members taken away"),
    }
    if name.startswith("earned."):
        return _("earned: %(unit)s") % {"unit": name.removeprefix("earned.")}
    return names.get(name, name)
