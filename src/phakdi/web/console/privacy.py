"""Privacy in one place: the log of breaches with its 72 hours, and the record of processing, ready to be printed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.engagement.messaging.queries import find_connection
from phakdi.flows.log_breach import change_breach, log_breach
from phakdi.flows.member_record import PARTS
from phakdi.flows.set_code_policy import set_code_policy
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.people.codes.core import HOLD_HOURS_MAX, HOLD_HOURS_MIN
from phakdi.people.codes.queries import policy_of, sent_on
from phakdi.people.members.queries import attribute_definitions
from phakdi.people.requests.core import breach_due
from phakdi.people.requests.models import Breach
from phakdi.people.requests.queries import breaches_of, erasures_of, get_breach, waiting_requests
from phakdi.platform.organizations.queries import get_organization
from phakdi.platform.staff.core import Permission
from phakdi.platform.webhooks.queries import endpoints_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.words import add_refusal

RISKS = (
    ("", gettext_lazy("Not judged yet")),
    ("LOW", gettext_lazy("None: nobody is harmed")),
    ("SOME", gettext_lazy("Some: tell the authority")),
    ("HIGH", gettext_lazy("High: tell the authority and the members")),
)
TIMES = ("happened_at", "known_at", "authority_told_at", "members_told_at", "closed_at")
SHOWN_ERASURES = 10


@dataclass(frozen=True, slots=True)
class Clock:
    """How long there is left to tell the authority of a breach."""

    due_at: datetime
    left: timedelta
    is_running: bool

    @property
    def hours(self) -> int:
        """Whole hours left; negative where it is too late."""
        return int(self.left.total_seconds() // 3600)

    @property
    def percent(self) -> float:
        """How much of the 72 hours is gone."""
        return max(0.0, min(100.0, (72 - self.left.total_seconds() / 3600) * 100 / 72))

    @property
    def tone(self) -> str:
        """How urgent it is."""
        return "bad" if self.hours < 24 else "warn"  # noqa: PLR2004 - the last day


def _instant(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=required, help_text=help_text, widget=widget)


class BreachForm(forms.Form):
    """What happened, and what was done about it."""

    title = forms.CharField(label=gettext_lazy("What happened"), max_length=200)
    known_at = _instant(
        gettext_lazy("When you learned of it"), required=True, help_text=gettext_lazy("The 72 hours run from then.")
    )
    happened_at = _instant(gettext_lazy("When it happened, if known"))
    description = forms.CharField(
        label=gettext_lazy("Which data, of whom, and how"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    members_count = forms.IntegerField(label=gettext_lazy("How many members"), required=False, min_value=0)
    risk = forms.ChoiceField(label=gettext_lazy("Risk for these people"), choices=RISKS, required=False)
    measures = forms.CharField(
        label=gettext_lazy("What was done about it"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    authority_told_at = _instant(gettext_lazy("When the authority (PDPC) was told"))
    members_told_at = _instant(gettext_lazy("When the members were told"))
    closed_at = _instant(gettext_lazy("When it was closed"))


@require_safe
@staff_page(Permission.PRIVACY_MANAGE)
def privacy(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what there is to look after: requests, breaches, erasures, and where the records are."""
    now = utc_now()
    with organization_scope(desk.organization_id):
        breaches = breaches_of(organization_id=desk.organization_id)
        context = {
            "breaches": [(row, clock_of(row, now)) for row in breaches],
            "waiting": waiting_requests(organization_id=desk.organization_id),
            "erasures": erasures_of(organization_id=desk.organization_id, limit=SHOWN_ERASURES),
        }
    return render(request, "console/privacy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PRIVACY_MANAGE)
def breach(request: HttpRequest, desk: Desk, breach_id: UUID | None = None) -> HttpResponse:
    """Log a breach, or write what became known or was done since."""
    now = utc_now()
    row = None
    if breach_id is not None:
        with organization_scope(desk.organization_id):
            row = get_breach(organization_id=desk.organization_id, breach_id=breach_id)
    initial = {name: getattr(row, name) for name in BreachForm.base_fields} if row else {"known_at": now}
    form = BreachForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if row is None:
                row = log_breach(organization_id=desk.organization_id, values=form.cleaned_data, now=now, actor=desk.actor())
            else:
                values = form.cleaned_data
                change_breach(organization_id=desk.organization_id, breach_id=row.id, values=values, now=now, actor=desk.actor())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:privacy")
    context = {"form": form, "row": row, "clock": clock_of(row, now) if row else None}
    return render(request, "console/breach.html", context, status=422 if form.errors else 200)


class CodesForm(forms.Form):
    """Limits that keep strangers out of members' accounts and the bill for messages small."""

    daily_budget = forms.IntegerField(
        label=gettext_lazy("One-time codes a day, at most"),
        min_value=0,
        max_value=1_000_000,
        help_text=gettext_lazy(
            "Each costs an SMS. When they are used up, members sign in with LINE or a QR at the counter; it begins anew at midnight."
        ),
    )
    countries = forms.CharField(
        label=gettext_lazy("To phones of these countries only"),
        max_length=400,
        required=False,
        help_text=gettext_lazy("Calling codes with spaces between, for example +66 +856."),
    )
    hold_hours = forms.IntegerField(
        label=gettext_lazy("Hours without spending after a phone or e-mail changed"),
        min_value=HOLD_HOURS_MIN,
        max_value=HOLD_HOURS_MAX,
        help_text=gettext_lazy("24 to 72. Whoever steals a SIM card cannot take the points at once, and the member was warned."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PRIVACY_MANAGE)
def codes(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show and set the limits of one-time codes and how long spending is held."""
    now = utc_now()
    with organization_scope(desk.organization_id):
        policy = policy_of(organization_id=desk.organization_id)
        sent = sent_on(organization_id=desk.organization_id, day=timezone.localdate(now))
    initial = {"daily_budget": policy.daily_budget, "countries": " ".join(policy.countries), "hold_hours": policy.hold_hours}
    form = CodesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "countries": form.cleaned_data["countries"].replace(",", " ").split()}
        try:
            set_code_policy(organization_id=desk.organization_id, now=now, actor=desk.actor(), **values)
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:privacy_codes")
    context = {"form": form, "sent": sent, "policy": policy}
    return render(request, "console/privacy_codes.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(Permission.PRIVACY_MANAGE)
def records(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the record of processing (PDPA s. 39): which data, what for, on which ground, how long, and who gets them."""
    with organization_scope(desk.organization_id):
        organization = get_organization(organization_id=desk.organization_id)
        attributes = attribute_definitions(organization_id=desk.organization_id)
        found = (find_connection(organization_id=desk.organization_id, channel=channel) for channel in MessageChannel)
        carriers = sorted({connection.provider for connection in found if connection is not None})
        endpoints = endpoints_of(organization_id=desk.organization_id)
    context = {
        "organization": organization,
        "parts": PARTS,
        "attributes": attributes,
        "carriers": carriers,
        "endpoints": endpoints,
        "made_at": utc_now(),
    }
    return render(request, "console/records.html", context)


def clock_of(row: Breach, now: datetime) -> Clock | None:
    """Return the clock of a breach; None where nobody need be told."""
    if row.risk == "LOW":
        return None
    due_at = breach_due(row.known_at)
    is_running = row.authority_told_at is None and row.closed_at is None
    return Clock(due_at, due_at - (row.authority_told_at or now), is_running)
