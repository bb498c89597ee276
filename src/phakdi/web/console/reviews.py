"""Reports that came too late to be booked by themselves: somebody looks at them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from phakdi.flows.review_activity import approve_activity, reject_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.loyalty.ledger.queries import activities_in_review
from phakdi.people.members.queries import members_by_id
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.requests import read_id
from phakdi.web.words import refusal_sentence

PAGE = 25


@require_safe
@staff_page(Permission.ACTIVITIES_REVIEW)
def reviews(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List what waits for a decision."""
    before = read_id(request.GET.get("before"))
    with organization_scope(desk.organization_id):
        rows = activities_in_review(organization_id=desk.organization_id, before=before, limit=PAGE + 1)
        who = members_by_id(organization_id=desk.organization_id, member_ids=[row.member_id for row in rows])
    context = {
        "rows": [(row, who.get(row.member_id)) for row in rows[:PAGE]],
        "next_before": rows[PAGE - 1].id if len(rows) > PAGE else None,
    }
    return render(request, "console/reviews.html", context)


@require_POST
@staff_page(Permission.ACTIVITIES_REVIEW)
def decide(request: HttpRequest, desk: Desk, member_id: UUID, activity_id: UUID) -> HttpResponse:
    """Book a late report by the rules of its day, or turn it down."""
    named = {
        "organization_id": desk.organization_id,
        "member_id": member_id,
        "activity_id": activity_id,
        "now": utc_now(),
        "actor": desk.actor(),
    }
    try:
        if request.POST.get("decision") == "approve":
            approve_activity(**named)
            messages.success(request, _("Booked."), "good")
        else:
            reject_activity(**named)
            messages.success(request, _("Turned down. It has no effects."), "good")
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    return redirect("web:reviews")
