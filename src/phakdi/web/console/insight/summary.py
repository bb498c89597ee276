"""The weekly summary by mail: wanting it, seeing what it says, getting one now, and ending it by its link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from phakdi.flows.keep_daily import freshen
from phakdi.flows.send_summary import send_one_now, set_summary, stop_summary, text_of
from phakdi.insight.views.queries import wants_summary
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.words import language, refusal_sentence


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.INSIGHT_READ)
def summary(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what the summary of last week says, and whether it comes."""
    now = utc_now()
    if request.method == "POST":
        if request.POST.get("do") == "now":
            freshen(organization_id=desk.organization_id, now=now)
            send_one_now(place=desk.place, user=desk.user, now=now)
            messages.success(request, _("It is on its way to %(email)s.") % {"email": desk.user.email}, "good")
        else:
            wanted = request.POST.get("do") == "on"
            set_summary(place=desk.place, is_wanted=wanted, now=now)
            said = _("It comes every Monday at 8 in the morning.") if wanted else _("It will not come any more.")
            messages.success(request, said, "good")
        return redirect("web:insight_summary")
    freshen(organization_id=desk.organization_id, now=now)
    with organization_scope(desk.organization_id):
        is_wanted = wants_summary(organization_id=desk.organization_id, staff_id=desk.place.staff_id)
    text = text_of(place=desk.place, language=language(), now=now)
    return render(request, "console/insight/summary.html", {"is_wanted": is_wanted, "text": text})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """End the summary by the link in the mail: a page asks (mail programs open links by themselves), or one click (RFC 8058)."""
    organization = refused = ""
    if request.method == "POST":
        try:
            organization = stop_summary(token=token, now=utc_now())
        except Refusal as refusal:
            refused = refusal_sentence(refusal)
    return render(
        request,
        "console/insight/summary_stop.html",
        {"organization": organization, "refused": refused},
        status=404 if refused else 200,
    )


stop.is_public = True  # type: ignore[attr-defined]  # a test reads it; the link itself is the right
