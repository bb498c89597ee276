"""What failed behind the scenes, and in development what would have been sent."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from phakdi.engagement.messaging.queries import development_inbox
from phakdi.flows.settle_failure import discard_failure, retry_failure, retry_failures
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.loyalty.wording import refusal_text
from phakdi.platform.outbox.queries import dead_jobs
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.words import language, refusal_sentence

PAGE = 50
WORK: Mapping[str, str | Promise] = {
    "record_caused": gettext_lazy("Give what another member’s activity brings"),
    "record_join": gettext_lazy("Give what joining brings"),
    "tell_points_left": gettext_lazy("Tell a member of points that left"),
    "tell_level": gettext_lazy("Tell a member of a new level"),
    "tell_webhooks": gettext_lazy("Tell webhooks"),
    "refresh_insight": gettext_lazy("Refresh the figures"),
    "import_file": gettext_lazy("Import a file"),
    "undo_import": gettext_lazy("Take an import back"),
}


@require_safe
@staff_page(Permission.JOBS_MANAGE)
def failures(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the work that failed for good."""
    written = request.GET.get("before", "")
    before = int(written) if written.isdecimal() else None
    with organization_scope(desk.organization_id):
        rows = dead_jobs(organization_id=desk.organization_id, before=before, limit=PAGE + 1)
    shown = [(job, WORK.get(job.consumer, job.consumer), refusal_text(job.last_error, {}, language())) for job in rows[:PAGE]]
    next_before = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render(request, "console/failures.html", {"jobs": shown, "next_before": next_before})


@require_POST
@staff_page(Permission.JOBS_MANAGE)
def settle(request: HttpRequest, desk: Desk, job_id: int) -> HttpResponse:
    """Try failed work again, or give it up."""
    act = discard_failure if request.POST.get("decision") == "discard" else retry_failure
    try:
        act(organization_id=desk.organization_id, job_id=job_id, now=utc_now(), actor=desk.actor())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    else:
        done = _("Given up.") if act is discard_failure else _("It is tried again now.")
        messages.success(request, done, "good")
    return redirect("web:failures")


@require_POST
@staff_page(Permission.JOBS_MANAGE)
def retry_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Try all failed work again: mostly what was wrong is mended by now."""
    count = retry_failures(organization_id=desk.organization_id, now=utc_now(), actor=desk.actor())
    messages.success(request, _("Tried again now: %(count)s.") % {"count": count}, "good")
    return redirect("web:failures")


@require_safe
@staff_page(Permission.JOBS_MANAGE)
def inbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what the console channel "sent", with codes: in development only."""
    if not any(each.get("provider") == "console" for each in settings.PHAKDI_CHANNELS.values()):
        raise NotFound("Messages are really sent here.")
    with organization_scope(desk.organization_id):
        rows = development_inbox(organization_id=desk.organization_id, limit=PAGE)
    return render(request, "console/inbox.html", {"items": rows})
