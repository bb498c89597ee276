"""The way in: a code to a phone or e-mail, then joining. With LINE see `lining`."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.queries import find_connection
from phakdi.flows.enroll_member import EnrolledMember, Enrollment, GivenConsent, enroll_with_line, enroll_with_proof
from phakdi.flows.member_session import SignedInBy, begin_session, end_session
from phakdi.flows.sign_in_with_line import link_line
from phakdi.flows.update_member import update_member
from phakdi.flows.verify_code import Asker, StartedCode, start_code, verify_code
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.cards.queries import find_inviter
from phakdi.people.codes.core import CodeGone
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member
from phakdi.platform.connections.core import Provider
from phakdi.platform.connections.queries import find_settings
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.queries import find_store
from phakdi.web.branding.shown import switches
from phakdi.web.naming import reader_for
from phakdi.web.portal import sessions
from phakdi.web.portal.access import find_visitor, shop_page
from phakdi.web.portal.consenting import Asked, questions
from phakdi.web.portal.forms import CodeForm, EnterForm, JoinForm
from phakdi.web.portal.perks import perks_of
from phakdi.web.qr import qr_code
from phakdi.web.requests import client_address, safe_next
from phakdi.web.words import add_refusal, language, refusal_sentence

SIGN_IN = "SIGN_IN"
SOURCE = "portal"


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def enter(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Ask for a phone or e-mail and send a code there; the answer is the same whether or not anybody is known."""
    if request.method != "POST" and find_visitor(request, shop):
        return redirect("web:portal", slug=shop.slug)
    form = EnterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        browser = sessions.browser_of(request)
        try:
            started = send_code(request, shop, SIGN_IN, form.cleaned_data["contact"], browser)
        except Refusal as refusal:
            form.add_error("contact", refusal_sentence(refusal))
        else:
            response = redirect("web:portal_code", slug=shop.slug)
            sessions.keep_joining(response, shop, sessions.Joining.from_started(started), browser)
            return response
    with organization_scope(shop.id):
        line = find_settings(organization_id=shop.id, provider=Provider.LINE_LOGIN)
    context = {
        "form": form,
        "has_line": line is not None,
        "line_step": sessions.line_step_of(request, shop),
        "perks": _welcome(shop),
    }
    return page(request, "portal/enter.html", context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def code(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Check the code: a member is let in, anybody else joins."""
    joining = sessions.joining_of(request, shop)
    if joining is None:
        return redirect("web:portal_enter", slug=shop.slug)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        browser = sessions.browser_of(request)
        proof = joining.proof(browser)
        try:
            verified = verify_code(
                organization_id=shop.id, purpose=SIGN_IN, proof=proof, code=form.cleaned_data["code"], now=utc_now()
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            if verified.member_id:
                with organization_scope(shop.id):
                    member = get_member(organization_id=shop.id, member_id=verified.member_id)
                _link_waiting_line(request, shop, member)
                return let_in(request, shop, member, SignedInBy.CODE)
            if not switches(request)["self_enrollment"]:
                messages.warning(
                    request, _("There is no card yet with this phone or e-mail. You get one at the counter."), "warn"
                )
                return redirect("web:portal_enter", slug=shop.slug)
            response = redirect("web:portal_join", slug=shop.slug)
            sessions.keep_joining(response, shop, proved(joining), browser)
            return response
    context = {"form": form, "joining": joining, "is_in_inbox": is_in_inbox(shop, joining.channel)}
    return page(request, "portal/code.html", context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def join(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Make somebody a member who proved a phone, an e-mail or a LINE; whoever has not is led to the way in and remembered."""
    joining, line = sessions.joining_of(request, shop), sessions.line_step_of(request, shop)
    if joining is not None and not joining.is_proved:
        joining = None
    if joining is None and not line.user_id:
        return _from_poster(request, shop)
    now = utc_now()
    with organization_scope(shop.id):
        asked = questions(organization_id=shop.id, now=now, language=language())
    form = JoinForm(request.POST if request.method == "POST" else None, asked=asked, called=line.name)
    if request.method == "POST" and form.is_valid():
        enrollment = _enrollment(request, shop, form.cleaned_data, asked)
        try:
            enrolled = _enroll(request, shop, enrollment, joining, line)
        except CodeGone as gone:
            messages.error(request, refusal_sentence(gone), "bad")
            return redirect("web:portal_enter", slug=shop.slug)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Welcome! You are a member now."), "good")
            return let_in(request, shop, enrolled.member, SignedInBy.CODE if joining else SignedInBy.LINE)
    context = {"form": form, "asked": asked, "joining": joining, "line_step": line, "perks": _welcome(shop)}
    return page(request, "portal/join.html", context, form)


@require_safe
@shop_page
def poster(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Show the code that staff hold out or print: whoever scans it joins, at the store that the address names."""
    with organization_scope(shop.id):
        wanted = request.GET.get("store", "")
        store = find_store(organization_id=shop.id, code=wanted) if wanted else None
    link = request.build_absolute_uri(reverse("web:portal_join", args=[shop.slug]))
    if store is not None:
        link += "?" + urlencode({"store": store.code})
    context = {"code": qr_code(link), "perks": _welcome(shop), "store": store.name_in(language()) if store else ""}
    return render(request, "portal/poster.html", context)


@require_POST
@shop_page
def leave(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Sign the browser out."""
    visitor = find_visitor(request, shop)
    if visitor is not None:
        end_session(organization_id=shop.id, member_id=visitor.member.id, session_id=visitor.session.id, now=utc_now())
    response = redirect("web:portal_enter", slug=shop.slug)
    sessions.sign_out(response, shop)
    return response


@require_POST
@shop_page
def choose_language(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Show pages in another language from now on; to a member, messages as well."""
    chosen = request.POST.get("language", "")
    response = redirect(safe_next(request, f"/m/{shop.slug}/"))
    if chosen not in dict(settings.LANGUAGES):
        return response
    visitor = find_visitor(request, shop)
    if visitor is not None and visitor.member.language != chosen:
        update_member(organization_id=shop.id, member_id=visitor.member.id, changes={"language": chosen}, now=utc_now())
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax")
    return response


# --- pieces -------------------------------------------------------------------------------------------------------------


def page(request: HttpRequest, template: str, context: dict[str, Any], form: object) -> HttpResponse:
    """Show a page with a form; one that was refused answers 422."""
    status = 422 if request.method == "POST" and getattr(form, "errors", None) else 200
    return render(request, template, context, status=status)


def send_code(request: HttpRequest, shop: OrganizationRef, purpose: str, contact: str, browser: str) -> StartedCode:
    """Send a code for ``purpose`` to a phone or an e-mail, bound to this browser. Raises as `start_code`."""
    return start_code(
        organization_id=shop.id,
        purpose=purpose,
        channel="EMAIL" if "@" in contact else "SMS",
        destination=contact,
        asker=Asker(browser, client_address(request)),
        now=utc_now(),
        language=language(),
    )


def let_in(request: HttpRequest, shop: OrganizationRef, member: Member, way: SignedInBy) -> HttpResponse:
    """Sign the member in in this browser and show the card."""
    agent = request.headers.get("User-Agent", "")
    session = begin_session(organization_id=shop.id, member_id=member.id, agent=agent, way=way, now=utc_now())
    response = redirect("web:portal", slug=shop.slug)
    sessions.sign_in(response, shop, member, session)
    return response


def proved(joining: sessions.Joining) -> sessions.Joining:
    """Return the step after a right code."""
    return sessions.Joining(
        joining.challenge,
        joining.channel,
        joining.destination,
        joining.ref,
        joining.shown,
        joining.resend_at,
        is_proved=True,
        purpose=joining.purpose,
    )


def is_in_inbox(shop: OrganizationRef, channel: str) -> bool:
    """Tell whether codes go to the development inbox: only where no real channel carries them."""
    if settings.PHAKDI_CHANNELS.get(channel, {}).get("provider") != "console":
        return False
    with organization_scope(shop.id):
        return find_connection(organization_id=shop.id, channel=MessageChannel(channel)) is None


def _from_poster(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Remember the store or the friend that an address names, and lead to the way in."""
    if find_visitor(request, shop):
        return redirect("web:portal", slug=shop.slug)
    response = redirect("web:portal_enter", slug=shop.slug)
    origin = sessions.Origin(request.GET.get("store", "")[:40], request.GET.get("friend", "")[:40])
    if origin.store or origin.friend:
        sessions.keep_origin(response, shop, origin)
    return response


def _enrollment(request: HttpRequest, shop: OrganizationRef, given: dict[str, Any], asked: list[Asked]) -> Enrollment:
    origin = sessions.origin_of(request, shop)
    with organization_scope(shop.id):
        friend = find_inviter(organization_id=shop.id, word=origin.friend) if origin.friend else None
        store = find_store(organization_id=shop.id, code=origin.store) if origin.store else None
    profile = {name: given[name] for name in ("given_name", "family_name", "birthday")}
    return Enrollment(
        profile={**profile, "language": language(), "home_store": store.code if store else ""},
        consents=[GivenConsent(each.key.purpose, given[each.name], each.key.channel, each.version) for each in asked],
        source=SOURCE,
        referred_by=friend,
        guardian=given["guardian"],
    )


def _enroll(
    request: HttpRequest, shop: OrganizationRef, enrollment: Enrollment, joining: sessions.Joining | None, line: sessions.LineStep
) -> EnrolledMember:
    if joining is None:
        return enroll_with_line(organization_id=shop.id, line_user_id=line.user_id, enrollment=enrollment, now=utc_now())
    proof = joining.proof(sessions.browser_of(request))
    return enroll_with_proof(
        organization_id=shop.id, proof=proof, enrollment=enrollment, now=utc_now(), line_user_id=line.user_id
    )


def _link_waiting_line(request: HttpRequest, shop: OrganizationRef, member: Member) -> None:
    """Link the LINE that somebody came back from, now that a code proved whose card it is."""
    if not (line := sessions.line_step_of(request, shop)).user_id:
        return
    try:
        link_line(organization_id=shop.id, member_id=member.id, user_id=line.user_id, now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    else:
        messages.success(request, _("LINE is linked: next time one tap is enough."), "good")


def _welcome(shop: OrganizationRef) -> list[str]:
    """Return what joining brings, in the program's words."""
    try:
        program = version_at(organization_id=shop.id, at=utc_now())
    except NotFound:
        return []
    return perks_of(program, reader_for(shop, program), ("join",))
