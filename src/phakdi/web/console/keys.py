"""Keys for programs that call the API."""

from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.issue_api_key import IssuedKey, issue_api_key
from phakdi.flows.revoke_api_key import revoke_api_key
from phakdi.flows.rotate_api_key import OVERLAP, rotate_api_key
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.platform.keys.queries import keys_of
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.proof import proved
from phakdi.web.roles import scope_choices, scope_name
from phakdi.web.words import add_refusal, language, refusal_sentence

LIVES = (("365", gettext_lazy("One year")), ("90", gettext_lazy("90 days")), ("", gettext_lazy("Until revoked")))


class KeyForm(forms.Form):
    """A new key."""

    name = forms.CharField(
        label=gettext_lazy("Name"), help_text=gettext_lazy("Which program uses it, for example: till in Siam."), max_length=120
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"), choices=scope_choices(), widget=forms.CheckboxSelectMultiple
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Stores"),
        help_text=gettext_lazy("None chosen: all stores."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    life = forms.ChoiceField(label=gettext_lazy("Valid for"), choices=LIVES, required=False, initial="365")


@require_safe
@staff_page(Permission.KEYS_WRITE)
def keys(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the keys, those that open something first."""
    now = utc_now()
    with organization_scope(desk.organization_id):
        rows = keys_of(organization_id=desk.organization_id)
    shown = [
        {
            "key": key,
            "scopes": [scope_name(scope) for scope in key.scopes],
            "is_over": key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now),
            "ends_soon": key.expires_at is not None and key.expires_at - now < timedelta(days=14),
        }
        for key in rows
    ]
    shown.sort(key=lambda each: bool(each["is_over"]))
    return render(request, "console/keys.html", {"keys": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.KEYS_WRITE)
@proved
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Issue a key; its token is shown once, on this very answer."""
    now = utc_now()
    form = KeyForm(request.POST or None)
    with organization_scope(desk.organization_id):
        offered = [(store.code, store.name_in(language())) for store in stores_of(organization_id=desk.organization_id)]
    form.fields["stores"].choices = offered  # type: ignore[attr-defined]  # a MultipleChoiceField
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            issued = issue_api_key(
                organization_id=desk.organization_id,
                name=given["name"],
                scopes=given["scopes"],
                stores=given["stores"],
                expires_at=_end(given["life"], now),
                now=now,
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return _issued(request, issued, None)
    return render(request, "console/key_form.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@staff_page(Permission.KEYS_WRITE)
@proved
def rotate(request: HttpRequest, desk: Desk, key_id: UUID) -> HttpResponseBase:
    """Replace a key; the old one works for a week yet, so that nothing stands still."""
    now = utc_now()
    try:
        issued = rotate_api_key(organization_id=desk.organization_id, key_id=key_id, now=now, actor=desk.actor())
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
        return redirect("web:keys")
    return _issued(request, issued, now + OVERLAP)


@require_POST
@staff_page(Permission.KEYS_WRITE)
def revoke(request: HttpRequest, desk: Desk, key_id: UUID) -> HttpResponse:
    """Take a key back."""
    revoke_api_key(organization_id=desk.organization_id, key_id=key_id, now=utc_now(), actor=desk.actor())
    messages.success(request, _("Revoked. It opens nothing any more."), "good")
    return redirect("web:keys")


def _issued(request: HttpRequest, issued: IssuedKey, old_until: datetime | None) -> HttpResponse:
    context = {"key": issued.key, "token": issued.token, "old_until": old_until}
    return render(request, "console/key_issued.html", context)


def _end(life: str, now: datetime) -> datetime | None:
    return now + timedelta(days=int(life)) if life else None
