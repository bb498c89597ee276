"""What members see and do: the way in, the card, its history, consents, and the brake."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.queries import find_connection
from phakdi.flows.enroll_member import Enrollment, GivenConsent, enroll_with_proof
from phakdi.flows.freeze_member import freeze_member, unfreeze_member
from phakdi.flows.record_consent import Answer, Speaker, record_consent
from phakdi.flows.verify_code import Asker, start_code, verify_code
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.ledger.queries import entries_by_time
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.codes.core import CodeGone
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web import standing
from phakdi.web.levels import level_of
from phakdi.web.naming import reader_for
from phakdi.web.portal import sessions
from phakdi.web.portal.access import member_page, shop_page, signed_in_member
from phakdi.web.portal.consenting import questions
from phakdi.web.portal.forms import CodeForm, ConsentsForm, EnterForm, JoinForm
from phakdi.web.qr import qr_code
from phakdi.web.requests import client_address, read_id
from phakdi.web.words import add_refusal, language, refusal_sentence

SIGN_IN = "SIGN_IN"
SOURCE = "portal"
PAGE = 20
FEW = 5


# --- the way in -----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def enter(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Ask for a phone or e-mail and send a code there; the answer is the same whether or not anybody is known."""
    if request.method != "POST" and signed_in_member(request, shop):
        return redirect("web:portal", slug=shop.slug)
    form = EnterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        contact, browser = form.cleaned_data["contact"], sessions.browser_of(request)
        try:
            started = start_code(
                organization_id=shop.id,
                purpose=SIGN_IN,
                channel="EMAIL" if "@" in contact else "SMS",
                destination=contact,
                asker=Asker(browser, client_address(request)),
                now=utc_now(),
                language=language(),
            )
        except Refusal as refusal:
            form.add_error("contact", refusal_sentence(refusal))
        else:
            response = redirect("web:portal_code", slug=shop.slug)
            sessions.keep_joining(response, shop, sessions.Joining.from_started(started), browser)
            return response
    return _page(request, "portal/enter.html", {"form": form}, form)


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
        try:
            verified = verify_code(
                organization_id=shop.id,
                purpose=SIGN_IN,
                proof=joining.proof(browser),
                code=form.cleaned_data["code"],
                now=utc_now(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            if verified.member_id:
                with organization_scope(shop.id):
                    member = get_member(organization_id=shop.id, member_id=verified.member_id)
                return _let_in(shop, member)
            response = redirect("web:portal_join", slug=shop.slug)
            sessions.keep_joining(response, shop, _proved(joining), browser)
            return response
    context = {"form": form, "joining": joining, "is_in_inbox": _is_in_inbox(shop, joining.channel)}
    return _page(request, "portal/code.html", context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@shop_page
def join(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Make somebody a member who proved a phone or e-mail."""
    joining = sessions.joining_of(request, shop)
    if joining is None or not joining.is_proved:
        return redirect("web:portal_enter", slug=shop.slug)
    now = utc_now()
    with organization_scope(shop.id):
        asked = questions(organization_id=shop.id, now=now, language=language())
    form = JoinForm(request.POST or None, asked=asked)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        names = {name: given[name] for name in ("given_name", "family_name", "birthday")}
        enrollment = Enrollment(
            profile={**names, "language": language()},
            consents=[GivenConsent(each.key.purpose, given[each.name], each.key.channel, each.version) for each in asked],
            source=SOURCE,
            guardian=given["guardian"],
        )
        proof = joining.proof(sessions.browser_of(request))
        try:
            enrolled = enroll_with_proof(organization_id=shop.id, proof=proof, enrollment=enrollment, now=now)
        except CodeGone as gone:
            messages.error(request, refusal_sentence(gone), "bad")
            return redirect("web:portal_enter", slug=shop.slug)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Welcome! You are a member now."), "good")
            return _let_in(shop, enrolled.member)
    return _page(request, "portal/join.html", {"form": form, "asked": asked, "joining": joining}, form)


@require_POST
@shop_page
def leave(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:  # noqa: ARG001 - every view has a request
    """Sign the browser out."""
    response = redirect("web:portal_enter", slug=shop.slug)
    sessions.sign_out(response, shop)
    return response


# --- the card -----------------------------------------------------------------------------------------------------------


@require_safe
@member_page
def card(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show the member's card: what they have, what it is worth, what ends when, where they stand and why."""
    now = utc_now()
    context = {"member": member, "qr": qr_code(member.number)}
    with organization_scope(shop.id):
        try:
            snapshot = snapshot_of(organization_id=shop.id, member_id=member.id, now=now)
        except NotFound:  # no program yet
            return render(request, "portal/card.html", context)
        entries = entries_by_time(organization_id=shop.id, member_id=member.id, limit=FEW + 1)
    reader = reader_for(shop, snapshot.program)
    found = standing.balances(snapshot, reader, now)
    context |= {
        "main": found[0],
        "others": [each for each in found[1:] if not each.is_empty],
        "level": level_of(snapshot, reader, now),
        "vouchers": standing.own_vouchers(snapshot, reader, now),
        "movements": standing.movements(entries[:FEW], snapshot.program, reader),
        "has_more": len(entries) > FEW,
    }
    return render(request, "portal/card.html", context)


@require_safe
@member_page
def history(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show every movement of the member's points with its why, page by page."""
    with organization_scope(shop.id):
        program = version_at(organization_id=shop.id, at=utc_now())
        before = read_id(request.GET.get("before"))
        entries = entries_by_time(organization_id=shop.id, member_id=member.id, before=before, limit=PAGE + 1)
    found = standing.movements(entries[:PAGE], program, reader_for(shop, program))
    next_before = found[-1].id if len(entries) > PAGE else None
    return render(request, "portal/history.html", {"member": member, "movements": found, "next_before": next_before})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def consents(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show what the member agreed to, and note what they change; only changed answers are noted."""
    now = utc_now()
    with organization_scope(shop.id):
        asked = questions(organization_id=shop.id, now=now, language=language(), member_id=member.id)
    form = ConsentsForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        changed = [each for each in asked if form.cleaned_data[each.name] != each.is_granted]
        answers = [Answer(each.key.purpose, not each.is_granted, each.key.channel, each.version) for each in changed]
        try:
            if answers:
                speaker = Speaker(language=language(), source=SOURCE)
                record_consent(organization_id=shop.id, member_id=member.id, answers=answers, speaker=speaker, now=now)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved. It counts from now on."), "good")
            return redirect("web:portal_consents", slug=shop.slug)
    return _page(request, "portal/consents.html", {"form": form, "asked": asked, "member": member}, form)


@require_POST
@member_page
def freeze(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Freeze the membership, or thaw what the member froze."""
    try:
        if member.status == "FROZEN":
            unfreeze_member(organization_id=shop.id, member_id=member.id, now=utc_now())
        else:
            freeze_member(organization_id=shop.id, member_id=member.id, reason="", now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    return redirect("web:portal", slug=shop.slug)


# --- pieces -------------------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, template: str, context: dict[str, object], form: object) -> HttpResponse:
    status = 422 if request.method == "POST" and getattr(form, "errors", None) else 200
    return render(request, template, context, status=status)


def _let_in(shop: OrganizationRef, member: Member) -> HttpResponse:
    response = redirect("web:portal", slug=shop.slug)
    sessions.sign_in(response, shop, member)
    return response


def _proved(joining: sessions.Joining) -> sessions.Joining:
    return sessions.Joining(
        joining.challenge, joining.channel, joining.destination, joining.ref, joining.shown, joining.resend_at, is_proved=True
    )


def _is_in_inbox(shop: OrganizationRef, channel: str) -> bool:
    """Tell whether codes go to the development inbox: only where no real channel carries them."""
    if settings.PHAKDI_CHANNELS.get(channel, {}).get("provider") != "console":
        return False
    with organization_scope(shop.id):
        return find_connection(organization_id=shop.id, channel=MessageChannel(channel)) is None
