"""The list of products that are never recommended."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from phakdi.flows.change_never_shown import change_never_shown
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.insight.links import report_url
from phakdi.web.words import refusal_sentence


@require_POST
@staff_page(Permission.PROGRAMS_WRITE)
def save(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep the codes that were written, one a line."""
    try:
        change_never_shown(place=desk.place, products=request.POST.get("products", "").splitlines(), now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("Kept. Members' lists follow at the next refresh."))
    return redirect(report_url("recommendations"))
