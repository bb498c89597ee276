"""Making a shop of one's own: the first visitor with the terminal's code, later ones where the operator lets everybody in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.sign_up import Business, Person, Shop, sign_up_first, sign_up_openly
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Refusal
from phakdi.kit.thai import to_slug
from phakdi.platform.guides.queries import is_empty
from phakdi.platform.organizations.queries import find_organization
from phakdi.platform.staff.queries import find_user
from phakdi.web.access import CHOSEN
from phakdi.web.businesses import BUSINESSES
from phakdi.web.requests import client_address
from phakdi.web.sign_in.entering import enter
from phakdi.web.sign_up.forms import SignUpForm
from phakdi.web.words import language, refusal_sentence

SUGGESTIONS_MAX = 50
FIELDS = {"slug_taken": "slug", "slug_unreadable": "slug", "password_weak": "password", "set_up_code_wrong": "code"}


@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Make a shop and sign its owner in."""
    is_first = is_empty()
    if not is_first and not settings.OPEN_SIGN_UP:
        return render(request, "sign_up/closed.html", status=403)
    form = SignUpForm(request.POST or None, initial={"code": request.GET.get("code", "")})
    if not is_first:
        del form.fields["code"]
    if request.method == "POST" and form.is_valid():
        try:
            organization_id = _make(request, form.cleaned_data, is_first=is_first)
        except Refusal as refusal:
            _tell(form, refusal)
        else:
            return _let_in(request, form.cleaned_data["email"], str(organization_id))
    context = {
        "form": form,
        "is_first": is_first,
        "is_invited": bool(request.GET.get("code")) and not form.errors.get("code"),
        "kinds": [(business.value, name, icon) for business, (name, icon) in BUSINESSES.items()],
        "chosen": form["business"].value(),
        "address": request.build_absolute_uri("/m/"),
    }
    return render(request, "sign_up/sign_up.html", context, status=422 if form.errors else 200)


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Return a name for addresses made of a shop's name, one that nobody has yet."""
    if not is_empty() and not settings.OPEN_SIGN_UP:
        return JsonResponse({"slug": ""}, status=403)
    return JsonResponse({"slug": free_slug(request.GET.get("name", "")[:200])})


def free_slug(name: str) -> str:
    """Return the name in Latin letters, with a number behind it where somebody is called so; shop-1 where nothing is left."""
    stem = to_slug(name, most=36)
    stem = stem if len(stem) > 1 else f"shop-{stem}".rstrip("-")
    for number in range(1, SUGGESTIONS_MAX):
        slug = stem if number == 1 else f"{stem}-{number}"
        if find_organization(slug=slug) is None:
            return slug
    return ""


def _make(request: HttpRequest, given: dict[str, Any], *, is_first: bool) -> Any:
    shop = Shop(given["slug"] or free_slug(given["name"]), given["name"], language=language())
    owner = Person(given["email"], given["person"], given["password"], language())
    business = Business(given["business"])
    if is_first:
        return sign_up_first(shop=shop, owner=owner, business=business, code=given["code"], now=utc_now()).id
    return sign_up_openly(shop=shop, owner=owner, business=business, address=client_address(request), now=utc_now()).id


def _tell(form: SignUpForm, refusal: Refusal) -> None:
    field = FIELDS.get(refusal.code) or str(refusal.details.get("field") or "")
    said = _("Somebody signs in with this e-mail already. Sign in, or use another one.") if refusal.code == "email_taken" else ""
    form.add_error(field if field in form.fields else None, said or refusal_sentence(refusal))


def _let_in(request: HttpRequest, email: str, organization_id: str) -> HttpResponseBase:
    user = find_user(email=email)
    assert user is not None, "was made just now"
    answer = enter(request, user, redirect("web:start"))
    request.session[CHOSEN] = organization_id
    return answer
