"""Points that wait for a second person."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from phakdi.flows.adjust_points import OwnMembership, OwnRequest, approve_adjustment, refuse_adjustment
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members.queries import members_by_id
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.models import HeldGrant
from phakdi.platform.staff.queries import held_grants
from phakdi.web.access import Desk, staff_page
from phakdi.web.naming import reader_for
from phakdi.web.words import refusal_sentence

PAGE = 50


@require_safe
@staff_page(Permission.POINTS_ADJUST)
def approvals(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what waits for a second person, and what was decided lately."""
    with organization_scope(desk.organization_id):
        waiting = held_grants(organization_id=desk.organization_id, is_waiting=True, limit=PAGE)
        decided = held_grants(organization_id=desk.organization_id, is_waiting=False, limit=PAGE)
        ids = list({each.member_id for each in (*waiting, *decided)})
        members = members_by_id(organization_id=desk.organization_id, member_ids=ids)
    try:
        program = version_at(organization_id=desk.organization_id, at=utc_now())
    except NotFound:
        program = None
    reader = reader_for(desk.organization, program)

    def shown(rows: list[HeldGrant]) -> list[dict[str, object]]:
        return [
            {
                "row": row,
                "member": members.get(row.member_id),
                "unit": reader.called(row.unit or (program.main_unit if program else "")),
                "is_mine": row.requested_by_id == desk.place.staff_id,
            }
            for row in rows
        ]

    return render(request, "console/approvals.html", {"waiting": shown(waiting), "decided": shown(decided)})


@require_POST
@staff_page(Permission.POINTS_ADJUST)
def decide(request: HttpRequest, desk: Desk, held_id: UUID) -> HttpResponse:
    """Post what waits, or refuse it."""
    is_yes = request.POST.get("decision") == "approve"
    try:
        if is_yes:
            approve_adjustment(place=desk.place, held_id=held_id, now=utc_now())
        else:
            refuse_adjustment(place=desk.place, held_id=held_id, now=utc_now())
    except (NotFound, OwnRequest, OwnMembership):
        raise
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    else:
        messages.success(request, _("Approved: the points are moved.") if is_yes else _("Refused. Nothing was moved."), "good")
    return redirect("web:approvals")
