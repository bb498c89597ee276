"""Showing reports, and giving their tables out as files."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from phakdi.flows.export_report import note_export
from phakdi.flows.refresh_insight import request_refresh
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Forbidden, NotFound
from phakdi.loyalty.programs.queries import version_at
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.insight import files, registry, saved
from phakdi.web.console.insight.boards import board_of
from phakdi.web.console.insight.filters import PRESETS, USUAL, Filters, read_filters
from phakdi.web.console.insight.links import FILTERS
from phakdi.web.console.insight.report import Report, Table
from phakdi.web.naming import reader_for
from phakdi.web.proof import ask_again, is_fresh
from phakdi.web.words import language

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@require_safe
@staff_page(Permission.INSIGHT_READ)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what somebody of this role has to know first, the views they pinned, and every report that is open to them."""
    now = utc_now()
    filters = _read(request, desk, USUAL, now)
    groups = [
        (
            str(title),
            [entry for entry in registry.REPORTS if entry.group == key and entry.is_listed and registry.is_open(desk, entry.key)],
        )
        for key, title in registry.GROUPS
    ]
    context = {
        "groups": [(title, found) for title, found in groups if found],
        "board": board_of(desk, filters, now),
        "pinned": [(view, saved.address(view)) for view in saved.open_to(desk) if view.is_pinned],
        "filters": filters,
        "report": {"ranges": True},
        "presets": _presets(),
        "choices": _stores_only(desk, filters),
    }
    return render(request, "console/insight/home.html", context)


@require_safe
@staff_page(Permission.INSIGHT_READ)
def report(request: HttpRequest, desk: Desk, key: str) -> HttpResponseBase:
    """Show one report, or give one of its tables out as a file."""
    entry = registry.BY_KEY.get(key)
    if entry is None:
        raise Http404
    desk.place.require(entry.permission)
    if not registry.is_open(desk, key):
        raise Forbidden("This report is about all stores.", code="report_of_all_stores")
    now = utc_now()
    filters = _read(request, desk, entry.usual, now)
    built = entry.build(desk, filters, now)
    if wanted := request.GET.get("export"):
        return _export(request, desk, key, built, wanted)
    context = {
        "entry": entry,
        "report": built,
        "filters": filters,
        "presets": _presets(),
        "choices": _choices(desk, built, filters),
        "kept": [(name, value) for name, value in request.GET.items() if name not in {*FILTERS, "export", "table"}],
    }
    return render(request, "console/insight/report.html", context)


@require_POST
@staff_page(Permission.INSIGHT_READ)
def refresh(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask a worker to refresh the figures."""
    request_refresh(place=desk.place, now=utc_now())
    messages.success(request, _("The figures are being refreshed. Come back in a moment."), "good")
    return redirect("web:insight_report", "warehouse")


def _read(request: HttpRequest, desk: Desk, usual: str, now: datetime) -> Filters:
    """Return what the query asks, narrowed to a store of theirs for who works in some only."""
    filters = read_filters(request.GET.dict(), today=now.astimezone(desk.zone).date(), usual=usual)
    mine = desk.place.is_everywhere or (filters.store and desk.place.works_in(filters.store))
    return filters if mine else narrowed(desk, filters)


def _presets() -> list[tuple[str, str]]:
    return [(name, str(title)) for name, title in PRESETS.items()]


def narrowed(desk: Desk, filters: Filters) -> Filters:
    """Return the filters of somebody who works in some stores only: the first of theirs.

    Raises:
        Forbidden: they work in an area without a store yet.
    """
    with organization_scope(desk.organization_id):
        mine = [store.code for store in stores_of(organization_id=desk.organization_id) if desk.place.works_in(store.code)]
    if not mine:
        raise Forbidden("There is no store of yours.", code="store_out_of_reach")
    told = {**filters.told, "store": mine[0]}
    return read_filters(told, today=filters.window.last, usual=filters.preset)


def choices_of_stores(desk: Desk) -> list[tuple[str, str]]:
    """Return the stores that somebody may look at, by code, with their names."""
    with organization_scope(desk.organization_id):
        found = stores_of(organization_id=desk.organization_id)
    return [
        (store.code, store.name_in(language())) for store in found if desk.place.is_everywhere or desk.place.works_in(store.code)
    ]


def _stores_only(desk: Desk, filters: Filters) -> list[dict[str, Any]]:
    """Return the choice among their stores, for who works in some only."""
    if desk.place.is_everywhere:
        return []
    return [{"name": "store", "label": _label("store"), "value": filters.store, "options": choices_of_stores(desk)}]


def _choices(desk: Desk, built: Report, filters: Filters) -> list[dict[str, Any]]:
    """Return what can be chosen for each filter that the report obeys."""
    found = []
    for name in built.narrows:
        value = getattr(filters, name)
        options = _OPTIONS[name](desk) if name in _OPTIONS else []
        if value and value not in dict(options):
            options = [*options, (value, value)]
        if not options:
            continue
        everything = [] if name == "store" and not desk.place.is_everywhere else [("", _("All"))]
        found.append({"name": name, "label": _label(name), "value": value, "options": [*everything, *options]})
    return found


def _label(name: str) -> str:
    return {"store": _("Store"), "channel": _("Channel"), "level": _("Level"), "segment": _("Group")}[name]


def _levels(desk: Desk) -> list[tuple[str, str]]:
    try:
        program = version_at(organization_id=desk.organization_id, at=utc_now())
    except NotFound:
        return []
    reader = reader_for(desk.organization, program)
    return [(level.key, reader.called(level.key)) for level in program.levels]


def _channels(desk: Desk) -> list[tuple[str, str]]:
    del desk
    return [
        ("store", _("In the store")),
        ("online", _("Online")),
        ("line", "LINE"),
        ("app", _("App")),
        ("delivery", _("Delivery")),
    ]


_OPTIONS = {"store": choices_of_stores, "channel": _channels, "level": _levels}


def _export(request: HttpRequest, desk: Desk, key: str, built: Report, wanted: str) -> HttpResponseBase:
    if wanted not in KINDS:
        raise Http404
    name = request.GET.get("table", "")
    tables = [table for table in built.tables() if not name or table.key == name]
    if not tables or (wanted == "csv" and len(tables) != 1):
        raise Http404
    if any(table.is_personal for table in tables):
        desk.place.require(Permission.EXPORTS_RUN)
        if not is_fresh(request):
            return ask_again(request)
        note_export(place=desk.place, report=key, tables=[table.key for table in tables], now=utc_now())
    body = files.as_csv(tables[0], desk.currency) if wanted == "csv" else files.as_xlsx(tables, desk.currency)
    answer = HttpResponse(body, content_type=KINDS[wanted])
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(key, tables)}.{wanted}"'
    return answer


def _file_name(key: str, tables: list[Table]) -> str:
    return f"{key}-{tables[0].key}" if len(tables) == 1 else key
