"""How the organization shows itself: a form with what it will look like beside it."""

from collections.abc import Mapping

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.change_brand import change_brand, remove_logo
from phakdi.kit.clock import utc_now
from phakdi.kit.errors import Invalid, Refusal
from phakdi.platform.files.images import BYTES_MAX, PictureTooLarge
from phakdi.platform.organizations.core.brand import GREETING_MAX, NAME_MAX, WELCOME_MAX, ShownBrand
from phakdi.platform.organizations.core.colors import DEFAULT, read_color
from phakdi.platform.organizations.queries import brand_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.branding.drawing import sheet
from phakdi.web.branding.hosts import is_own_host, own_address
from phakdi.web.branding.shown import show
from phakdi.web.words import add_refusal

LANGUAGES = (("th", gettext_lazy("Thai")), ("en", gettext_lazy("English")))
TEXTS = ("names", "greeting", "welcome")
PREVIEW = ".brand-preview"


class BrandForm(forms.Form):
    """Everything that an organization decides about its look."""

    names_th = forms.CharField(label=gettext_lazy("Name in Thai"), max_length=NAME_MAX, required=False)
    names_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=NAME_MAX, required=False)
    logo = forms.FileField(
        label=gettext_lazy("Logo"),
        help_text=gettext_lazy("PNG, JPEG or WebP, up to 8 MB. Square looks best."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    accent = forms.CharField(
        label=gettext_lazy("Color"),
        help_text=gettext_lazy("Any color: words on it stay readable, by day and by night."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    greeting_th = forms.CharField(label=gettext_lazy("Greeting in Thai"), max_length=GREETING_MAX, required=False)
    greeting_en = forms.CharField(label=gettext_lazy("Greeting in English"), max_length=GREETING_MAX, required=False)
    welcome_th = forms.CharField(
        label=gettext_lazy("Welcome in Thai"), max_length=WELCOME_MAX, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    welcome_en = forms.CharField(
        label=gettext_lazy("Welcome in English"), max_length=WELCOME_MAX, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    language = forms.ChoiceField(
        label=gettext_lazy("First language"),
        help_text=gettext_lazy("For members whose phone speaks neither Thai nor English."),
        choices=LANGUAGES,
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone for members"), required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    line_url = forms.CharField(label=gettext_lazy("LINE account"), help_text=gettext_lazy("@name or its address"), required=False)
    website = forms.CharField(label=gettext_lazy("Website"), required=False, widget=forms.TextInput(attrs={"inputmode": "url"}))
    domain = forms.CharField(
        label=gettext_lazy("Own host name"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "card.example.com", "autocapitalize": "none"}),
    )

    def changes(self) -> dict[str, object]:
        """Return what was filled in as a brand's fields."""
        given = self.cleaned_data
        texts: dict[str, object] = {
            name: {language: given[f"{name}_{language}"] for language, _label in LANGUAGES} for name in TEXTS
        }
        accent = given["accent"].lower()
        plain = {name: given[name] for name in ("phone", "line_url", "website", "domain")}
        return {**texts, **plain, "accent": "" if accent == DEFAULT else accent}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.ORGANIZATION_WRITE)
def brand(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the brand with its form; keep what is sent."""
    now_shown = brand_of(organization_id=desk.organization_id)
    form = BrandForm(request.POST or None, request.FILES or None, initial=_initial(now_shown, desk.organization.language))
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_brand(
                organization_id=desk.organization_id,
                changes=form.changes(),
                logo=_uploaded(request),
                language=form.cleaned_data["language"],
                is_reserved=is_own_host,
                now=utc_now(),
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Your look is saved.") if changed else _("Nothing was changed."), "good")
            return redirect("web:brand")
    context = {
        "form": form,
        "shown": show(now_shown),
        "themes": ("light", "dark"),
        "address": request.build_absolute_uri(reverse("web:portal", args=[now_shown.slug])),
        "own_address": own_address(now_shown),
        "points_to": settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0],
        "preview": f"{reverse('web:brand_preview')}?accent={_color(form)[1:]}",
    }
    return render(request, "console/brand.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Permission.ORGANIZATION_WRITE)
def take_logo_away(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take the logo away."""
    remove_logo(organization_id=desk.organization_id, now=utc_now(), actor=desk.actor())
    messages.success(request, _("The logo is removed."), "good")
    return redirect("web:brand")


@require_safe
@staff_page(Permission.ORGANIZATION_WRITE)
def preview(request: HttpRequest, desk: Desk) -> HttpResponse:  # noqa: ARG001 - nothing of the desk is shown
    """Answer the stylesheet of a color that is only tried: it reaches the preview and nothing else."""
    color = read_color(request.GET.get("accent", ""))
    return HttpResponse(sheet(color, within=PREVIEW), content_type="text/css; charset=utf-8")


def _initial(shown: ShownBrand, language: str) -> dict[str, object]:
    texts: Mapping[str, Mapping[str, str]] = {"names": shown.names, "greeting": shown.greeting, "welcome": shown.welcome}
    written = {f"{name}_{code}": text.get(code, "") for name, text in texts.items() for code, _label in LANGUAGES}
    if not shown.names:
        written[f"names_{language}"] = shown.default_name
    plain = {"phone": shown.phone, "line_url": shown.line_url, "website": shown.website, "domain": shown.domain}
    return {**written, **plain, "accent": shown.accent or DEFAULT, "language": language}


def _uploaded(request: HttpRequest) -> bytes:
    """Return the bytes of the logo that was sent, if any; too many are not even read."""
    sent = request.FILES.get("logo")
    if sent is None:
        return b""
    if (sent.size or 0) > BYTES_MAX:
        raise PictureTooLarge("The picture is too large.", field="logo", most=BYTES_MAX // 1024 // 1024)
    data: bytes = sent.read()
    return data


def _color(form: BrandForm) -> str:
    """Return the color in the form, the product's own where it cannot be read."""
    try:
        return read_color(str(form["accent"].value()))
    except Invalid:
        return DEFAULT
