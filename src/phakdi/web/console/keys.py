"""Keys for programs that call the API."""

from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from phakdi.flows.issue_api_key import issue_api_key
from phakdi.flows.revoke_api_key import revoke_api_key
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.platform.keys.queries import keys_of
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.roles import scope_choices
from phakdi.web.words import add_refusal, language

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


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.KEYS_WRITE)
def keys(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the keys and issue a new one; its token is shown once, on this very answer."""
    now = utc_now()
    form = KeyForm(request.POST or None)
    token = ""
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
            token, form = issued.token, KeyForm()
            form.fields["stores"].choices = offered  # type: ignore[attr-defined]  # as above
    with organization_scope(desk.organization_id):
        rows = keys_of(organization_id=desk.organization_id)
    context = {"keys": rows, "form": form, "token": token, "now": now}
    return render(request, "console/keys.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Permission.KEYS_WRITE)
def revoke(request: HttpRequest, desk: Desk, key_id: UUID) -> HttpResponse:
    """Take a key back."""
    revoke_api_key(organization_id=desk.organization_id, key_id=key_id, now=utc_now(), actor=desk.actor())
    messages.success(request, _("Revoked. It opens nothing any more."), "good")
    return redirect("web:keys")


def _end(life: str, now: datetime) -> datetime | None:
    return now + timedelta(days=int(life)) if life else None
