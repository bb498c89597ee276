"""What the shop holds about a member: to be seen, taken along, corrected, erased."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.export_member import export_member
from phakdi.flows.request_data import open_request, withdraw_request
from phakdi.flows.what_is_held import what_is_held
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.kit.text import pick
from phakdi.people.members.models import Member
from phakdi.people.requests.core import UNDONE, RequestKind
from phakdi.people.requests.names import KINDS, STATES
from phakdi.people.requests.queries import requests_of
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web.portal.access import is_sure, member_page
from phakdi.web.portal.entering import page
from phakdi.web.portal.forms import AskForm
from phakdi.web.requests import read_id
from phakdi.web.words import add_refusal, language, refusal_sentence

ASKABLE = {
    "correction": RequestKind.CORRECTION,
    "objection": RequestKind.OBJECTION,
    "restriction": RequestKind.RESTRICTION,
    "erasure": RequestKind.ERASURE,
}


@require_safe
@member_page
def held(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show everything that is held about the member: what, why, how long, and the latest of it."""
    parts = what_is_held(organization_id=shop.id, member_id=member.id, language=language())
    return render(request, "portal/held.html", {"member": member, "parts": parts})


@require_POST
@member_page
def take_along(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Hand over a copy of the member's data, once it is sure that they ask."""
    if not is_sure(request, shop, utc_now()):
        response = redirect("web:portal_sure", slug=shop.slug)
        response["Location"] += f"?next=/m/{shop.slug}/me/data/"
        return response
    made = export_member(organization_id=shop.id, member_id=member.id, now=utc_now())
    return HttpResponse(
        made.content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{made.name}"'},
    )


@require_safe
@member_page
def requests(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show what the member has asked about their data and how far it is, and what else may be asked."""
    with organization_scope(shop.id):
        rows = requests_of(organization_id=shop.id, member_id=member.id)
    asked = [(row, pick(KINDS[RequestKind(row.kind)], language()), _state(row.state), row.state in UNDONE) for row in rows]
    askable = [(name, pick(KINDS[kind], language())) for name, kind in ASKABLE.items()]
    return render(request, "portal/requests.html", {"member": member, "asked": asked, "askable": askable})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def ask(request: HttpRequest, shop: OrganizationRef, member: Member, name: str) -> HttpResponse:
    """Keep what the member asks about their data; for an erasure it has to be sure that they ask."""
    kind = ASKABLE.get(name)
    if kind is None:
        raise NotFound("Such a request is not known.", code="request_kind_unknown")
    if kind is RequestKind.ERASURE and not is_sure(request, shop, utc_now()):
        response = redirect("web:portal_sure", slug=shop.slug)
        response["Location"] += f"?next={request.path}"
        return response
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        details = form.cleaned_data["details"]
        try:
            open_request(organization_id=shop.id, member_id=member.id, kind=kind.value, details=details, now=utc_now())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("We received your request."), "good")
            return redirect("web:portal_requests", slug=shop.slug)
    context = {"form": form, "member": member, "name": name, "title": pick(KINDS[kind], language())}
    return page(request, "portal/ask.html", context, form)


@require_POST
@member_page
def withdraw(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Take a request back."""
    request_id = read_id(request.POST.get("request"))
    if request_id is None:
        raise NotFound("There is no such request.", code="request_not_found")
    try:
        withdraw_request(organization_id=shop.id, member_id=member.id, request_id=request_id, now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    else:
        messages.success(request, _("Taken back."), "good")
    return redirect("web:portal_requests", slug=shop.slug)


def _state(state: str) -> str:
    found = {each.value: pick(text, language()) for each, text in STATES.items()}
    return found.get(state, state)
