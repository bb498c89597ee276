"""The living page of the visual language: every part, in both themes, in the reader's language. Open to staff who are signed in."""

from django import forms
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from phakdi.web.icons import icons

VISITS = [31, 42, 38, 55, 61, 48, 70, 66, 74, 81, 69, 90, 96]
BEFORE = [28, 35, 40, 44, 50, 47, 52, 60, 58, 66, 63, 71, 75]


class SampleForm(forms.Form):
    """One field of each kind, some of them wrong."""

    name = forms.CharField(label=_("Name"), help_text=_("As on the member's card."))
    phone = forms.CharField(label=_("Phone number"), widget=forms.TextInput(attrs={"inputmode": "tel"}))
    store = forms.ChoiceField(label=_("Store"), choices=[("a", "Siam"), ("b", "Ari")])
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    agrees = forms.BooleanField(label=_("I have read it"), help_text=_("It takes two minutes."), required=False)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every part of the visual language."""
    if not (request.user.is_authenticated or settings.DEBUG):
        return redirect_to_login(request.get_full_path())
    forms_by_theme = {
        theme: SampleForm({"name": "สมชาย ใจดี", "phone": "", "store": "b"}, auto_id=f"{theme}_%s") for theme in ("light", "dark")
    }
    context = {
        "icons": sorted(icons()),
        "forms": forms_by_theme,
        "weeks": [(str(at + 1), now, before) for at, (now, before) in enumerate(zip(VISITS, BEFORE, strict=True))],
        "sales": [(str(at + 1), amount * 12_500) for at, amount in enumerate(VISITS[:7])],
        "visits": VISITS,
    }
    return render(request, "design/page.html", context)
