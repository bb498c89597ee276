"""Asking for a what-if."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from phakdi.flows.backtest_program import Draft, Wanted, ask
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.kit.thai import parse_date
from phakdi.loyalty.programs.queries import find_draft, get_version
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages.whatif import DRAFT, KEY, VERSION, programs_to_try
from phakdi.web.requests import read_id
from phakdi.web.words import refusal_sentence

FILE_MAX = 400_000  # bytes


@require_POST
@staff_page(Permission.PROGRAMS_WRITE)
def begin(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Have one or two programs tried on the history, and lead to where the answer will be."""
    try:
        drafts = [draft for side in ("a", "b") if (draft := _draft(request, desk, side)) is not None]
        wanted = Wanted(drafts, _day(request, "first"), _day(request, "last"))
        asked = ask(organization_id=desk.organization_id, wanted=wanted, now=utc_now(), actor=desk.actor())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
        return redirect(report_url(KEY))
    messages.success(request, _("It begins in a moment. You may leave this page."), "good")
    return redirect(report_url(KEY, run=asked))


def _draft(request: HttpRequest, desk: Desk, side: str) -> Draft | None:
    """Return what was chosen for a side, or None; a file comes before a choice."""
    uploaded: Any = request.FILES.get(f"file_{side}")
    if isinstance(uploaded, UploadedFile):
        if (uploaded.size or 0) > FILE_MAX:
            raise Invalid("The file is too large for a program.", code="file_not_text", file=uploaded.name)
        try:
            return Draft((uploaded.name or side)[:80], uploaded.read().decode("utf-8"))
        except UnicodeDecodeError:
            raise Invalid("The file is no text in UTF-8.", code="file_not_text", file=uploaded.name) from None
    chosen = request.POST.get(side, "")
    with organization_scope(desk.organization_id):
        names = dict(programs_to_try(desk))
        if chosen == DRAFT and (draft := find_draft(organization_id=desk.organization_id)):
            return Draft(names[chosen], draft.text)
        version_id = read_id(chosen.removeprefix(VERSION)) if chosen.startswith(VERSION) else None
        if version_id is not None:
            version = get_version(organization_id=desk.organization_id, version_id=version_id)
            return Draft(names.get(chosen, str(version)), version.text)
    return None


def _day(request: HttpRequest, name: str) -> date:
    try:
        return parse_date(request.POST.get(name, ""))
    except (Invalid, ValueError):
        raise Invalid("These days are no time to look at.", code="backtest_days", field=name) from None
