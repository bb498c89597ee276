"""The rows behind the overview's figures."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from phakdi.insight.daily import queries as daily
from phakdi.insight.daily.core import Holder, window_to
from phakdi.insight.daily.queries import Bought
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.ledger.queries import latest_activities
from phakdi.loyalty.programs.queries import version_at
from phakdi.loyalty.wording import Reader
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.dashboard import names_of_members, read_days
from phakdi.web.naming import reader_for
from phakdi.web.requests import read_id
from phakdi.web.words import language

PAGE = 50


@require_safe
@staff_page(Permission.MEMBERS_READ)
def rows(request: HttpRequest, desk: Desk, kind: str) -> HttpResponse:
    """List what a figure was made of, for those who may see members."""
    desk.place.require(Permission.INSIGHT_READ)
    show = {"bills": _bills, "activities": _activities, "ending": _holders, "holding": _holders}.get(kind)
    if show is None:
        raise Http404
    context = show(request, desk, kind)
    return render(request, "console/figure_rows.html", {"kind": kind, "days": read_days(request.GET.get("days")), **context})


def _bills(request: HttpRequest, desk: Desk, kind: str) -> dict[str, Any]:
    del kind
    window = window_to(utc_now().astimezone(desk.zone).date(), days=read_days(request.GET.get("days")))
    store = request.GET.get("store") or None
    with organization_scope(desk.organization_id):
        found = daily.bought_in(
            organization_id=desk.organization_id, window=window, store=store, before=_before(request), limit=PAGE + 1
        )
        stores = {each.code: each.name_in(language()) for each in stores_of(organization_id=desk.organization_id)}
    page = found[:PAGE]
    names = names_of_members(desk, [str(each.member_id) for each in page])
    last = page[-1] if len(found) > PAGE else None
    return {
        "title": _("What members bought"),
        "about": _("Each line is what a member bought on a day in a store, after returns."),
        "window": window,
        "store": stores.get(store, store) if store else "",
        "bought": [(each, names.get(str(each.member_id), "–"), stores.get(each.store, each.store)) for each in page],
        "next": f"{last.day.isoformat()}~{last.member_id}~{last.store}" if last else "",
    }


def _activities(request: HttpRequest, desk: Desk, kind: str) -> dict[str, Any]:
    del kind
    desk.place.require(Permission.ACTIVITIES_READ)
    with organization_scope(desk.organization_id):
        before = read_id(request.GET.get("before"))
        found = latest_activities(organization_id=desk.organization_id, before=before, limit=PAGE + 1)
    page, reader = found[:PAGE], _reader(desk)
    names = names_of_members(desk, [str(each.member_id) for each in page])
    return {
        "title": _("What members did"),
        "about": _("The latest first. Each opens with what it brought and why."),
        "activities": [
            (each, reader.called(each.kind) if reader else each.kind, names.get(str(each.member_id), "–")) for each in page
        ],
        "next": str(page[-1].id) if len(found) > PAGE else "",
    }


def _holders(request: HttpRequest, desk: Desk, kind: str) -> dict[str, Any]:
    del request
    with organization_scope(desk.organization_id):
        kept = daily.find_count(organization_id=desk.organization_id)
    found: list[Holder] = list((kept.counted.ending_first if kind == "ending" else kept.counted.holding_most) if kept else [])
    names, reader = names_of_members(desk, [each.member_id for each in found]), _reader(desk)
    titles = {"ending": _("Whose points end within 30 days"), "holding": _("Who holds most points")}
    return {
        "title": titles[kind],
        "about": _("Those with most of them. Every member's own page shows what ends when."),
        "holders": [(each, names.get(each.member_id, "–"), reader.called(each.unit) if reader else each.unit) for each in found],
        "counted_at": kept.counted_at if kept else None,
    }


def _before(request: HttpRequest) -> Bought | None:
    """Return the last line of the page before, as the link to this one says."""
    day, _mark, rest = request.GET.get("before", "").partition("~")
    member_id, _mark, store = rest.partition("~")
    try:
        return Bought(date.fromisoformat(day), UUID(member_id), store, 0, 0)
    except ValueError:
        return None


def _reader(desk: Desk) -> Reader | None:
    try:
        program = version_at(organization_id=desk.organization_id, at=utc_now())
    except NotFound:
        return None
    return reader_for(desk.organization, program)
