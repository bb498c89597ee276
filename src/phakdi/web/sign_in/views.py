"""Staff sign in, choose for whom they work, and sign out."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from phakdi.flows.manage_sign_in import (
    ask_for_reset,
    change_password,
    check_code,
    choose_password,
    find_link,
    forget_session,
    has_app,
    has_passkey,
    move_session,
)
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.platform.guides.queries import is_empty
from phakdi.platform.staff.authentication import TooManyTries, WrongCredentials
from phakdi.platform.staff.authentication import sign_in as check_credentials
from phakdi.platform.staff.factors import factors_of
from phakdi.platform.staff.models import User
from phakdi.platform.staff.queries import places_of
from phakdi.web.access import CHOSEN, find_desk
from phakdi.web.proof import ask_again, is_fresh, prove
from phakdi.web.requests import client_address, safe_next
from phakdi.web.sign_in.entering import PENDING, await_factor, awaited, enter
from phakdi.web.sign_in.forms import AgainForm, CodeForm, ForgottenForm, NewPasswordForm, PasswordForm, SignInForm
from phakdi.web.words import add_refusal, refusal_sentence


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Let somebody of the staff in; what is wrong is told in the same words whether or not the e-mail is known."""
    if request.user.is_authenticated:
        return redirect(safe_next(request, "/"))
    request.session.pop(PENDING, None)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user = check_credentials(
                email=given["email"], password=given["password"], address=client_address(request), now=utc_now()
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            if factors_of(user_id=user.id):
                await_factor(request, user)
                return redirect(_with_next("web:second", safe_next(request, "")))
            return enter(request, user, redirect(safe_next(request, "/")))
    context = {"form": form, "next": safe_next(request, "")}
    return render(request, "sign_in/sign_in.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponseBase:
    """Ask whoever gave the right password for their second factor."""
    now = utc_now()
    user = awaited(request, now)
    if user is None:
        return redirect("web:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check_code(user=user, code=form.cleaned_data["code"], now=now)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return enter(request, user, redirect(safe_next(request, "/")))
    return _ask(request, form, user, "sign_in/second.html")


@sensitive_post_parameters("code", "password")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponseBase:
    """Ask somebody who is signed in to prove once more who they are, and go on to where that is needed."""
    assert isinstance(request.user, User)
    user, now = request.user, utc_now()
    has_factor = bool(factors_of(user_id=user.id))
    form = CodeForm(request.POST or None) if has_factor else AgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if has_factor:
                check_code(user=user, code=form.cleaned_data["code"], now=now)
            else:
                check_credentials(
                    email=user.email, password=form.cleaned_data["password"], address=client_address(request), now=now
                )
        except WrongCredentials:
            form.add_error("password", _("This is not your password."))
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            prove(request)
            return redirect(safe_next(request, "/"))
    return _ask(request, form, user, "sign_in/again.html")


def _ask(request: HttpRequest, form: CodeForm | AgainForm, user: User, template: str) -> HttpResponse:
    found = factors_of(user_id=user.id)
    context = {
        "form": form,
        "next": safe_next(request, ""),
        "has_passkey": has_passkey(found),
        "has_app": has_app(found),
        "person": user,
    }
    return render(request, template, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Mail a link for a new password; the answer is the same whether or not anybody is known by the e-mail."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_for_reset(
                email=form.cleaned_data["email"],
                address=client_address(request),
                link=lambda token: request.build_absolute_uri(reverse("web:link", args=[token])),
                now=utc_now(),
            )
        except TooManyTries as refusal:
            add_refusal(form, refusal)
        else:
            return render(request, "sign_in/mailed.html")
    return render(request, "sign_in/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("new")
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever opened a mailed link choose a password; opening it alone uses nothing up."""
    now = utc_now()
    try:
        found = find_link(token=token, now=now)
        form = NewPasswordForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                choose_password(token=token, password=form.cleaned_data["new"], now=now)
            except Refusal as refusal:
                if refusal.details.get("field") != "password":
                    raise
                form.add_error("new", refusal_sentence(refusal))
            else:
                messages.success(request, _("Your password is set. Sign in with it."), "good")
                return redirect("web:sign_in")
    except Refusal as refusal:
        return render(request, "sign_in/dead.html", {"sentence": refusal_sentence(refusal)}, status=410)
    context = {"form": form, "person": found.user, "is_invitation": found.kind == "INVITE"}
    return render(request, "sign_in/link.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out of the staff's pages."""
    forget_session(session_key=request.session.session_key or "")
    logout(request)
    answer = redirect("web:sign_in")
    answer.headers["Clear-Site-Data"] = '"cache"'  # kept bills of a till stay: they are sealed, and somebody waits for them
    return answer


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest) -> HttpResponse:
    """Choose the organization to work for."""
    assert isinstance(request.user, User)
    places = places_of(user_id=request.user.id)
    if request.method == "POST":
        wanted = request.POST.get("organization", "")
        if any(str(each.organization_id) == wanted for each in places):
            request.session[CHOSEN] = wanted
            return redirect("web:home")
    title = _("Choose an organization") if places else _("You work for no organization yet")
    return render(request, "sign_in/place.html", {"places": places, "title": title})


@sensitive_post_parameters("old", "new")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponseBase:
    """Choose a new password; every other browser of theirs is signed out."""
    assert isinstance(request.user, User)
    user = request.user
    if factors_of(user_id=user.id) and not is_fresh(request):
        return ask_again(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, now = form.cleaned_data, utc_now()
        before = request.session.session_key or ""
        try:
            check_credentials(email=user.email, password=given["old"], address=client_address(request), now=now)
            change_password(user=user, password=given["new"], session_key=before, now=now)
        except WrongCredentials:
            form.add_error("old", _("This is not your password."))
        except Refusal as refusal:
            form.add_error("new" if refusal.details.get("field") == "password" else None, refusal_sentence(refusal))
        else:
            update_session_auth_hash(request, user)
            move_session(before=before, after=request.session.session_key or "")
            messages.success(request, _("Your password is changed. Your other browsers are signed out."), "good")
            return redirect("web:security")
    return render(request, "sign_in/password.html", {"form": form}, status=422 if form.errors else 200)


def home(request: HttpRequest) -> HttpResponse:
    """Lead everybody to their face; who is not signed in sees what this is."""
    if not request.user.is_authenticated:
        return (
            redirect("web:sign_up") if is_empty() else render(request, "public/home.html", {"may_sign_up": settings.OPEN_SIGN_UP})
        )
    desk = find_desk(request)
    if desk is None:
        return redirect("web:place")
    if desk.has_console:
        return redirect("web:console")
    if desk.has_counter:
        return redirect("web:counter")
    if desk.has_checks:
        return redirect("web:check_voucher")
    request.desk = desk  # type: ignore[attr-defined]  # for the template
    return render(request, "sign_in/nothing.html")


def _with_next(name: str, wanted: str) -> str:
    return reverse(name) + (f"?{urlencode({'next': wanted})}" if wanted else "")
