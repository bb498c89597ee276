"""The organization's own accounts with outside services."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from phakdi.flows.manage_connection import Provider, connect_provider, disconnect_provider
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.platform.connections.models import ProviderConnection
from phakdi.platform.connections.queries import find_row
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.words import add_refusal


class LineForm(forms.Form):
    """A LINE Login channel."""

    channel_id = forms.CharField(
        label=gettext_lazy("Channel ID"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    channel_secret = forms.CharField(
        label=gettext_lazy("Channel secret"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    liff_id = forms.CharField(
        label=gettext_lazy("LIFF ID (optional)"),
        help_text=gettext_lazy("With it members who open the card inside LINE need not press anything."),
        required=False,
        max_length=41,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "1234567890-AbCdEfGh"}),
    )
    base_url = forms.CharField(label=gettext_lazy("Test server (optional)"), required=False, max_length=200)

    def __init__(self, data: object = None, *, row: ProviderConnection | None) -> None:
        super().__init__(data, initial=row.settings if row else {})  # type: ignore[arg-type]  # a QueryDict or None
        if row is not None and row.sealed_secrets:
            self.fields["channel_secret"].help_text = _("Kept and sealed. Leave it empty to keep it.")
        if not settings.PHAKDI_ALLOW_LOCAL_PROVIDERS:
            del self.fields["base_url"]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.CHANNELS_WRITE)
def connections(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show how members sign in with LINE, how LINE answers, and what to enter on LINE's side; change it."""
    with organization_scope(desk.organization_id):
        row = find_row(organization_id=desk.organization_id, provider=Provider.LINE_LOGIN)
    form = LineForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        secret = given.pop("channel_secret")
        try:
            connect_provider(
                organization_id=desk.organization_id,
                provider=Provider.LINE_LOGIN,
                settings=given,
                secrets={"channel_secret": secret},
                now=utc_now(),
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("LINE is connected. Try it once on your own phone."), "good")
            return redirect("web:connections")
    slug = desk.organization.slug
    context = {
        "form": form,
        "row": row,
        "back": request.build_absolute_uri(reverse("web:portal_line_back", args=[slug])),
        "inside": request.build_absolute_uri(reverse("web:portal_liff", args=[slug])),
        "is_secure": request.is_secure(),
    }
    return render(request, "console/connections.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Permission.CHANNELS_WRITE)
def disconnect(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Stop letting members sign in with LINE, and forget the secret."""
    try:
        disconnect_provider(organization_id=desk.organization_id, provider=Provider.LINE_LOGIN, now=utc_now(), actor=desk.actor())
    except Refusal:
        messages.error(request, _("LINE was not connected."), "bad")
    else:
        messages.success(request, _("LINE is disconnected. Members sign in by phone or e-mail."), "good")
    return redirect("web:connections")
