"""Staff sign in, choose for whom they work, and sign out."""

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from phakdi.flows.manage_staff import set_password
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.platform.guides.queries import is_empty
from phakdi.platform.staff.authentication import WrongCredentials
from phakdi.platform.staff.authentication import sign_in as check_credentials
from phakdi.platform.staff.models import User
from phakdi.platform.staff.queries import places_of
from phakdi.web.access import CHOSEN, find_desk
from phakdi.web.requests import client_address, safe_next
from phakdi.web.sign_in.forms import PasswordForm, SignInForm
from phakdi.web.words import add_refusal, refusal_sentence

BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody of the staff in; what is wrong is told in the same words whether or not the e-mail is known."""
    if request.user.is_authenticated:
        return redirect(safe_next(request, "/"))
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
            login(request, user, backend=BACKEND)
            return redirect(safe_next(request, "/"))
    context = {"form": form, "next": safe_next(request, "")}
    return render(request, "sign_in/sign_in.html", context, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out of the staff's pages."""
    logout(request)
    return redirect("web:sign_in")


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
def password(request: HttpRequest) -> HttpResponse:
    """Choose a new password; every other browser of theirs is signed out."""
    desk = find_desk(request)
    if desk is None:
        return redirect("web:place")
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, now = form.cleaned_data, utc_now()
        try:
            check_credentials(email=desk.user.email, password=given["old"], address=client_address(request), now=now)
            set_password(organization_id=desk.organization_id, user=desk.user, password=given["new"], now=now)
        except WrongCredentials:
            form.add_error("old", _("This is not your password."))
        except Refusal as refusal:
            form.add_error("new" if refusal.details.get("field") == "password" else None, refusal_sentence(refusal))
        else:
            update_session_auth_hash(request, desk.user)
            messages.success(request, _("Your password is changed."), "good")
            return redirect("web:home")
    return render(request, "sign_in/password.html", {"form": form}, status=422 if form.errors else 200)


def home(request: HttpRequest) -> HttpResponse:
    """Lead everybody to their face; who is not signed in sees what this is."""
    if not request.user.is_authenticated:
        return redirect("web:sign_up") if is_empty() else render(request, "public/home.html")
    desk = find_desk(request)
    if desk is None:
        return redirect("web:place")
    if desk.has_console:
        return redirect("web:console")
    if desk.has_counter:
        return redirect("web:counter")
    request.desk = desk  # type: ignore[attr-defined]  # for the template
    return render(request, "sign_in/nothing.html")
