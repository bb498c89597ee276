"""Who the member is: profile, phone and e-mail, consents, browsers, the brake."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.freeze_member import freeze_member, unfreeze_member
from phakdi.flows.member_session import end_session, sign_out_everywhere
from phakdi.flows.record_consent import Answer, Speaker, record_consent
from phakdi.flows.update_member import change_contact, update_member
from phakdi.flows.verify_code import verify_code
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member, identities_of
from phakdi.people.presence.queries import sessions_of
from phakdi.platform.connections.core import Provider
from phakdi.platform.connections.queries import find_settings
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web.naming import reader_for
from phakdi.web.portal import sessions
from phakdi.web.portal.access import is_sure, member_page, session_of
from phakdi.web.portal.consenting import questions
from phakdi.web.portal.entering import SOURCE, is_in_inbox, page, send_code
from phakdi.web.portal.forms import CodeForm, ConsentsForm, ContactForm, ProfileForm
from phakdi.web.portal.perks import BIRTHDAY, perks_of
from phakdi.web.requests import read_id, safe_next
from phakdi.web.words import add_refusal, language, refusal_sentence

CHANGE_CONTACT, STILL_ME = "CHANGE_CONTACT", "STILL_ME"
PROFILE = ("given_name", "family_name", "nickname", "birthday", "gender")


@require_safe
@member_page
def me(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show everything the member may set, see or ask."""
    with organization_scope(shop.id):
        known = {each.kind for each in identities_of(organization_id=shop.id, member_id=member.id)}
        line = find_settings(organization_id=shop.id, provider=Provider.LINE_LOGIN)
        try:
            program = version_at(organization_id=shop.id, at=utc_now())
        except NotFound:
            program = None
    context = {
        "member": member,
        "has_line": line is not None,
        "is_linked": "LINE" in known,
        "may_give": program is not None and any(each.definition.to == "anyone" for each in program.transfers.values()),
        "may_invite": program is not None and program.document.referral is not None,
    }
    return render(request, "portal/me.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def profile(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Let the member say who they are. A birthday that is known is changed by the shop: presents hang on it."""
    initial = {name: getattr(member, name) for name in PROFILE}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial={**initial, "birthday": ""})
    if member.birthday:
        del form.fields["birthday"]
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in PROFILE if name in form.cleaned_data}
        if not changes.get("birthday"):
            changes.pop("birthday", None)
        try:
            update_member(organization_id=shop.id, member_id=member.id, changes=changes, now=utc_now())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:portal_me", slug=shop.slug)
    return page(request, "portal/profile.html", {"form": form, "member": member, "gifts": _gifts(shop)}, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def consents(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show what the member agreed to, and note what they change; only changed answers are noted."""
    now = utc_now()
    with organization_scope(shop.id):
        asked = questions(organization_id=shop.id, now=now, language=language(), member_id=member.id)
    form = ConsentsForm(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        changed = [each for each in asked if each.is_outdated or form.cleaned_data[each.name] != each.is_granted]
        answers = [Answer(each.key.purpose, form.cleaned_data[each.name], each.key.channel, each.version) for each in changed]
        try:
            if answers:
                speaker = Speaker(language=language(), source=SOURCE)
                record_consent(organization_id=shop.id, member_id=member.id, answers=answers, speaker=speaker, now=now)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved. It counts from now on."), "good")
            return redirect("web:portal_consents", slug=shop.slug)
    return page(request, "portal/consents.html", {"form": form, "asked": asked, "member": member}, form)


# --- the brake ------------------------------------------------------------------------------------------------------------


@require_POST
@member_page
def freeze(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Freeze the membership with one tap; thaw what the member froze once it is sure that it is them."""
    if member.status == "FROZEN" and not is_sure(request, shop, utc_now()):
        response = redirect("web:portal_sure", slug=shop.slug)
        response["Location"] += "?then=thaw"
        return response
    try:
        if member.status == "FROZEN":
            unfreeze_member(organization_id=shop.id, member_id=member.id, now=utc_now())
        else:
            freeze_member(organization_id=shop.id, member_id=member.id, reason="", now=utc_now())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    return redirect("web:portal", slug=shop.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def sure(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Make sure that the member still sits there, by a code to what is known of them, before something that matters."""
    then = safe_next(request, f"/m/{shop.slug}/")
    contact = member.phone or member.email
    if not contact:
        return render(request, "portal/sure_line.html", {"member": member})
    joining = sessions.joining_of(request, shop, STILL_ME)
    form = CodeForm(request.POST if request.POST.get("code") is not None else None)
    if request.method == "POST" and request.POST.get("code") is None:
        browser = sessions.browser_of(request)
        try:
            started = send_code(request, shop, STILL_ME, contact, browser)
        except Refusal as refusal:
            messages.error(request, refusal_sentence(refusal), "bad")
        else:
            response = redirect(request.get_full_path())
            sessions.keep_joining(response, shop, sessions.Joining.from_started(started, STILL_ME), browser)
            return response
    if joining is not None and form.is_bound and form.is_valid():
        proof = joining.proof(sessions.browser_of(request))
        try:
            verify_code(organization_id=shop.id, purpose=STILL_ME, proof=proof, code=form.cleaned_data["code"], now=utc_now())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return _now_sure(request, shop, member, then)
    context = {
        "member": member,
        "form": form,
        "joining": joining,
        "then": request.GET.get("then", ""),
        "is_in_inbox": joining is not None and is_in_inbox(shop, joining.channel),
    }
    return page(request, "portal/sure.html", context, form if form.is_bound else None)


def _now_sure(request: HttpRequest, shop: OrganizationRef, member: Member, then: str) -> HttpResponse:
    if request.GET.get("then") == "thaw" and member.status == "FROZEN":
        try:
            unfreeze_member(organization_id=shop.id, member_id=member.id, now=utc_now())
        except Refusal as refusal:
            messages.error(request, refusal_sentence(refusal), "bad")
    response = redirect(then)
    sessions.keep_sure(response, shop, session_of(request))
    return response


# --- phone and e-mail -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def contact(request: HttpRequest, shop: OrganizationRef, member: Member, kind: str) -> HttpResponse:
    """Send a code to a new phone or e-mail, once it is sure that the member asks."""
    if not is_sure(request, shop, utc_now()):
        response = redirect("web:portal_sure", slug=shop.slug)
        response["Location"] += f"?next={request.path}"
        return response
    form = ContactForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        given, browser = form.cleaned_data["contact"], sessions.browser_of(request)
        if ("@" in given) != (kind == "email"):
            form.add_error("contact", _("Write an e-mail address.") if kind == "email" else _("Write a phone number."))
        else:
            try:
                started = send_code(request, shop, CHANGE_CONTACT, given, browser)
            except Refusal as refusal:
                form.add_error("contact", refusal_sentence(refusal))
            else:
                response = redirect("web:portal_contact_code", slug=shop.slug)
                sessions.keep_joining(response, shop, sessions.Joining.from_started(started, CHANGE_CONTACT), browser)
                return response
    context = {"form": form, "member": member, "kind": kind, "now": member.email if kind == "email" else member.phone}
    return page(request, "portal/contact.html", context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def contact_code(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Check the code that went to the new phone or e-mail, and make it the member's."""
    joining = sessions.joining_of(request, shop, CHANGE_CONTACT)
    if joining is None or not is_sure(request, shop, utc_now()):
        return redirect("web:portal_me", slug=shop.slug)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        proof = joining.proof(sessions.browser_of(request))
        code = form.cleaned_data["code"]
        try:
            if not joining.is_proved:
                verify_code(organization_id=shop.id, purpose=CHANGE_CONTACT, proof=proof, code=code, now=utc_now())
            change_contact(organization_id=shop.id, member_id=member.id, proof=proof, now=utc_now())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Changed: %(shown)s") % {"shown": joining.shown}, "good")
            response = redirect("web:portal_me", slug=shop.slug)
            with organization_scope(shop.id):
                changed = get_member(organization_id=shop.id, member_id=member.id)
            sessions.sign_in(response, shop, changed, session_of(request))
            return response
    context = {"form": form, "joining": joining, "member": member, "is_in_inbox": is_in_inbox(shop, joining.channel)}
    return page(request, "portal/contact_code.html", context, form)


# --- browsers -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@member_page
def browsers(request: HttpRequest, shop: OrganizationRef, member: Member) -> HttpResponse:
    """Show where the member is signed in; sign one browser out, or all of them."""
    here, now = session_of(request), utc_now()
    if request.method == "POST" and request.POST.get("which") == "all":
        sign_out_everywhere(organization_id=shop.id, member_id=member.id, now=now)
        messages.success(request, _("You are signed out everywhere, and your card has new codes."), "good")
        response = redirect("web:portal_enter", slug=shop.slug)
        sessions.sign_out(response, shop)
        return response
    if request.method == "POST" and (session_id := read_id(request.POST.get("which"))):
        end_session(organization_id=shop.id, member_id=member.id, session_id=session_id, now=now)
        messages.success(request, _("Signed out there."), "good")
        return redirect("web:portal_browsers", slug=shop.slug)
    with organization_scope(shop.id):
        found = sessions_of(organization_id=shop.id, member_id=member.id)
    return render(request, "portal/browsers.html", {"member": member, "sessions": found, "here": here.id})


def _gifts(shop: OrganizationRef) -> list[str]:
    try:
        program = version_at(organization_id=shop.id, at=utc_now())
    except NotFound:
        return []
    return perks_of(program, reader_for(shop, program), BIRTHDAY)
