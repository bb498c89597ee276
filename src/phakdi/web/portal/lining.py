"""The way in with LINE: in a browser by way of LINE's own page, inside LINE by the page's ID token."""

import hmac

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.adapters.line.connected import Attempt, LinePerson, LineRefused, LineUnavailable, line_finish, line_of, line_person
from phakdi.flows.member_session import SignedInBy
from phakdi.flows.sign_in_with_line import LineTaken, find_by_line, link_line, unlink_line
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.people.members.models import Member
from phakdi.platform.connections.core import Provider
from phakdi.platform.connections.queries import find_settings
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web.branding.shown import switches
from phakdi.web.middleware import POLICY
from phakdi.web.portal import sessions
from phakdi.web.portal.access import find_visitor, member_page, shop_page
from phakdi.web.portal.entering import let_in
from phakdi.web.words import language, refusal_sentence

SDK = "https://static.line-scdn.net/liff/edge/2/sdk.js"
SDK_ORIGIN = "https://static.line-scdn.net"
SDK_ASKS = "https://api.line.me"


@require_safe
@shop_page
def go(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Lead the browser to LINE."""
    attempt = Attempt.begin()
    there = line_of(organization_id=shop.id).authorize_url(
        attempt, redirect_uri=_back_address(request, shop), language=language()
    )
    response = redirect(there)
    sessions.keep_line_step(response, shop, sessions.LineStep(attempt.state, attempt.nonce, attempt.verifier))
    return response


@require_safe
@shop_page
def back(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Take in whoever comes back from LINE: who left from this very browser, and whom LINE vouches for."""
    step = sessions.line_step_of(request, shop)
    given = request.GET
    if not step.state or not hmac.compare_digest(step.state.encode(), given.get("state", "").encode()):
        return _not_in(request, shop, _("This sign-in was begun elsewhere or too long ago. Please begin again."))
    if given.get("error") or not given.get("code"):
        return _not_in(request, shop, _("You did not agree at LINE. You can use your phone number instead."))
    attempt = Attempt(step.state, step.nonce, step.verifier)
    try:
        person = line_finish(
            organization_id=shop.id,
            attempt=attempt,
            code=given["code"],
            redirect_uri=_back_address(request, shop),
            now=utc_now(),
        )
    except (LineRefused, LineUnavailable) as refusal:
        return _not_in(request, shop, refusal_sentence(refusal))
    return _take_in(request, shop, person)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def inside(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Sign in by the ID token of a page inside LINE. Only this page, and only where a LIFF is connected, loads LINE's script."""
    with organization_scope(shop.id):
        settings = find_settings(organization_id=shop.id, provider=Provider.LINE_LOGIN) or {}
    if not settings.get("liff_id"):
        raise NotFound("No LIFF is connected.", code="provider_not_connected", provider=Provider.LINE_LOGIN.value)
    if request.method == "POST":
        try:
            person = line_person(organization_id=shop.id, id_token=request.POST.get("id_token", ""), now=utc_now())
        except (LineRefused, LineUnavailable) as refusal:
            return _not_in(request, shop, refusal_sentence(refusal))
        return _take_in(request, shop, person)
    response = render(request, "portal/liff.html", {"liff_id": settings["liff_id"], "sdk": SDK})
    response.headers["Content-Security-Policy"] = _policy_with_line(request)
    return response


@require_POST
@member_page
def unlink(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Let nobody sign in with the member's LINE any more."""
    try:
        unlink_line(organization_id=shop.id, member_id=member.id, now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    else:
        messages.success(request, _("LINE is no longer linked."), "good")
    return redirect("web:portal_me", slug=shop.slug)


def _take_in(request: HttpRequest, shop: OrganizationRef, person: LinePerson) -> HttpResponse:
    """Let a known LINE in; link a new one to who is signed in; else lead on to joining."""
    known = find_by_line(organization_id=shop.id, user_id=person.user_id)
    visitor = find_visitor(request, shop)
    if visitor is not None and (known is None or known.id == visitor.member.id):
        return _linked(request, shop, visitor.member, person)
    if visitor is not None:
        messages.error(request, refusal_sentence(LineTaken("This LINE is another member's.")), "bad")
        return redirect("web:portal_me", slug=shop.slug)
    if known is not None:
        return let_in(request, shop, known, SignedInBy.LINE)
    way = "web:portal_join" if switches(request)["self_enrollment"] else "web:portal_enter"
    response = redirect(way, slug=shop.slug)
    sessions.keep_line_step(response, shop, sessions.LineStep(user_id=person.user_id, name=person.name))
    return response


def _linked(request: HttpRequest, shop: OrganizationRef, member: Member, person: LinePerson) -> HttpResponse:
    try:
        link_line(organization_id=shop.id, member_id=member.id, user_id=person.user_id, now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
        return redirect("web:portal_me", slug=shop.slug)
    messages.success(request, _("LINE is linked: next time one tap is enough."), "good")
    return let_in(request, shop, member, SignedInBy.LINE)


def _not_in(request: HttpRequest, shop: OrganizationRef, why: str) -> HttpResponse:
    messages.error(request, why, "bad")
    signed_in = find_visitor(request, shop) is not None
    return redirect("web:portal_me" if signed_in else "web:portal_enter", slug=shop.slug)


def _back_address(request: HttpRequest, shop: OrganizationRef) -> str:
    return request.build_absolute_uri(reverse("web:portal_line_back", args=[shop.slug]))


def _policy_with_line(request: HttpRequest) -> str:
    policy = POLICY.format(nonce=request.csp_nonce)  # type: ignore[attr-defined]  # put there by the middleware
    return policy.replace("script-src ", f"script-src {SDK_ORIGIN} ", 1).replace("connect-src ", f"connect-src {SDK_ASKS} ", 1)
