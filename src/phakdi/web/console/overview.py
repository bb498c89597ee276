"""The first page of the console: real numbers, each with the way to its rows."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.ledger.figures import UnitFlow, activities_since, flows_between, outstanding
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members.queries.counting import count_members
from phakdi.platform.outbox.queries import dead_jobs
from phakdi.web.access import CONSOLE, Desk, staff_page
from phakdi.web.naming import reader_for
from phakdi.web.qr import qr_code
from phakdi.web.standing import unit_name

KEPT_SECONDS = 60.0
NOTHING = UnitFlow(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the overview shows, as counted at an instant."""

    counted_at: datetime
    members: dict[str, int]
    activities_today: int
    flows: dict[str, UnitFlow]
    outstanding: dict[str, int]
    failures: int


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit's figures."""

    name: str
    is_money: bool
    flow: UnitFlow
    outstanding: int


_kept: dict[UUID, tuple[float, Figures]] = {}


@require_safe
@staff_page(*CONSOLE)
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show how the program stands today and this month."""
    now = utc_now()
    figures = _figures(desk, now)
    link = request.build_absolute_uri(reverse("web:portal", args=[desk.organization.slug]))
    context = {"figures": figures, "units": [], "program": None, "link": link, "link_code": qr_code(link)}
    try:
        program = version_at(organization_id=desk.organization_id, at=now)
    except NotFound:
        return render(request, "console/overview.html", context)
    reader = reader_for(desk.organization, program)
    lines = [
        UnitLine(
            reader.names.get(key) or unit_name(unit.kind),
            unit.kind == "credit",
            figures.flows.get(key, NOTHING),
            figures.outstanding.get(key, 0),
        )
        for key, unit in program.units.items()
    ]
    return render(request, "console/overview.html", context | {"units": lines, "program": program})


def _figures(desk: Desk, now: datetime) -> Figures:
    """Count, at most once a minute in each process: some of it reads a whole table."""
    kept = _kept.get(desk.organization_id)
    if kept and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    today = now.astimezone(desk.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    with organization_scope(desk.organization_id):
        figures = Figures(
            now,
            count_members(organization_id=desk.organization_id, joined_since=month),
            activities_since(organization_id=desk.organization_id, since=today),
            flows_between(organization_id=desk.organization_id, since=month, until=now + timedelta(days=1)),
            outstanding(organization_id=desk.organization_id),
            len(dead_jobs(organization_id=desk.organization_id)),
        )
    _kept[desk.organization_id] = (time.monotonic(), figures)
    return figures
