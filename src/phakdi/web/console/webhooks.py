"""Who outside is told of what: endpoints, what was sent to them, and sending it again."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.manage_webhooks import (
    Endpoint,
    NewEndpoint,
    Wish,
    add_webhook,
    change_webhook,
    pause_webhook,
    ping_webhook,
    remove_webhook,
    replay_webhook,
    replay_webhook_period,
    resume_webhook,
    rotate_webhook_secret,
)
from phakdi.flows.webhook_kinds import EVENT_KINDS
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.kit.thai import parse_date
from phakdi.platform.staff.core import Permission
from phakdi.platform.webhooks import queries
from phakdi.platform.webhooks.core import EVERYTHING, DeliveryState
from phakdi.platform.webhooks.models import Delivery
from phakdi.web.access import Desk, staff_page
from phakdi.web.proof import proved
from phakdi.web.requests import read_id
from phakdi.web.webhook_words import groups, kind_name
from phakdi.web.words import add_refusal, language, refusal_sentence

PAGE = 50
ERRORS: Mapping[str, str | Promise] = {
    "address_refused": gettext_lazy("The name leads into a private network: that is not called."),
    "name_unknown": gettext_lazy("There is no server of this name."),
    "timeout": gettext_lazy("No answer within ten seconds."),
    "tls": gettext_lazy("The certificate of the server is not good."),
    "unreachable": gettext_lazy("The server does not take the call."),
    "no_answer": gettext_lazy("The server took the call and did not answer."),
    "internal": gettext_lazy("A mistake of ours; it is tried again."),
}
STATES = (
    ("", gettext_lazy("All")),
    (DeliveryState.WAITING.value, gettext_lazy("Waiting")),
    (DeliveryState.DONE.value, gettext_lazy("Delivered")),
    (DeliveryState.FAILED.value, gettext_lazy("Failed")),
)


class EndpointForm(forms.Form):
    """Who is told of what."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Which system listens, for example: accounting."),
        max_length=120,
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("It begins with https:// and is reachable from the internet."),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    everything = forms.BooleanField(label=gettext_lazy("Everything, also kinds that come later"), required=False)
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("What it hears of"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reads = language()
        self.fields["topics"].choices = [(key, kind.meaning(reads)) for key, kind in EVENT_KINDS.items()]  # type: ignore[attr-defined]  # a MultipleChoiceField

    def grouped(self) -> list[tuple[str, list[Any]]]:
        """Return the boxes of the kinds of events under their groups' titles."""
        boxes = {str(box.data["value"]): box for box in self["topics"]}
        return [(title, [boxes[topic] for topic in topics]) for title, topics in groups()]

    def wish(self) -> Wish:
        """Return what the form says."""
        given = self.cleaned_data
        topics = [EVERYTHING] if given["everything"] else given["topics"]
        return Wish(given["name"], given["url"], topics, settings.WEBHOOK_TRUSTED)


@require_safe
@staff_page(Permission.WEBHOOKS_WRITE)
def webhooks(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the endpoints and how they are doing."""
    with organization_scope(desk.organization_id):
        found = queries.endpoints_of(organization_id=desk.organization_id)
        waiting = queries.waiting_of(organization_id=desk.organization_id)
    rows = [(each, waiting.get(each.id), heard(each)) for each in found]
    return render(request, "console/webhooks.html", {"endpoints": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.WEBHOOKS_WRITE)
@proved
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Add an endpoint; its secret is shown once, on this very answer."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            added = add_webhook(organization_id=desk.organization_id, wish=form.wish(), now=utc_now(), actor=desk.actor())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return _secret(request, added, is_rotation=False)
    return render(request, "console/webhook_form.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@staff_page(Permission.WEBHOOKS_WRITE)
def webhook(request: HttpRequest, desk: Desk, endpoint_id: UUID) -> HttpResponse:
    """Show one endpoint and what was sent to it."""
    state = request.GET.get("state", "")
    with organization_scope(desk.organization_id):
        endpoint = queries.get_endpoint(organization_id=desk.organization_id, endpoint_id=endpoint_id)
        rows = queries.deliveries_of(
            organization_id=desk.organization_id,
            endpoint_id=endpoint_id,
            state=state if state in set(DeliveryState) else "",
            before=read_id(request.GET.get("before")),
            limit=PAGE + 1,
        )
    now = utc_now()
    context = {
        "endpoint": endpoint,
        "heard": heard(endpoint),
        "deliveries": [(each, kind_name(each.event.topic), why(each)) for each in rows[:PAGE]],
        "next_before": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "states": STATES,
        "state": state,
        "has_two_secrets": endpoint.secret_before_until is not None and endpoint.secret_before_until > now,
        "today": now,
        "week_ago": now - timedelta(days=7),
    }
    return render(request, "console/webhook.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.WEBHOOKS_WRITE)
def edit(request: HttpRequest, desk: Desk, endpoint_id: UUID) -> HttpResponse:
    """Give an endpoint another name, address or kinds of events."""
    with organization_scope(desk.organization_id):
        endpoint = queries.get_endpoint(organization_id=desk.organization_id, endpoint_id=endpoint_id)
    hears_all = EVERYTHING in endpoint.topics
    initial = {"name": endpoint.name, "url": endpoint.url, "everything": hears_all, "topics": endpoint.topics}
    form = EndpointForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_webhook(
                organization_id=desk.organization_id, endpoint_id=endpoint_id, wish=form.wish(), now=utc_now(), actor=desk.actor()
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:webhook", endpoint_id)
    context = {"form": form, "endpoint": endpoint}
    return render(request, "console/webhook_form.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Permission.WEBHOOKS_WRITE)
def act(request: HttpRequest, desk: Desk, endpoint_id: UUID) -> HttpResponse:
    """Test an endpoint, switch it off or on, or remove it."""
    wanted = request.POST.get("do", "")
    who = {"organization_id": desk.organization_id, "endpoint_id": endpoint_id, "now": utc_now()}
    try:
        if wanted == "ping":
            delivery = ping_webhook(**who)
            messages.success(request, _("A test is on its way. Reload this page in a moment to see how it went."), "good")
            return redirect("web:webhook_delivery", delivery.id)
        if wanted == "remove":
            remove_webhook(**who, actor=desk.actor())
            messages.success(request, _("Removed."), "good")
            return redirect("web:webhooks")
        if wanted == "resume":
            resume_webhook(**who, actor=desk.actor())
            messages.success(request, _("Switched on. What has been waiting is sent now."), "good")
        else:
            pause_webhook(**who, actor=desk.actor())
            messages.success(request, _("Switched off. What happens meanwhile waits."), "good")
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    return redirect("web:webhook", endpoint_id)


@require_POST
@staff_page(Permission.WEBHOOKS_WRITE)
@proved
def rotate(request: HttpRequest, desk: Desk, endpoint_id: UUID) -> HttpResponse:
    """Make a new secret; for a day the one before signs as well."""
    rotated = rotate_webhook_secret(
        organization_id=desk.organization_id, endpoint_id=endpoint_id, now=utc_now(), actor=desk.actor()
    )
    return _secret(request, rotated, is_rotation=True)


@require_POST
@staff_page(Permission.WEBHOOKS_WRITE)
def replay(request: HttpRequest, desk: Desk, endpoint_id: UUID) -> HttpResponse:
    """Send all that happened on some days again."""
    with organization_scope(desk.organization_id):
        queries.get_endpoint(organization_id=desk.organization_id, endpoint_id=endpoint_id)
    try:
        since, until = (parse_date(request.POST.get(name, "")) for name in ("since", "until"))
        told = replay_webhook_period(
            organization_id=desk.organization_id,
            endpoint_id=endpoint_id,
            since=_start(since, desk),
            until=_start(until + timedelta(days=1), desk),
            now=utc_now(),
            actor=desk.actor(),
        )
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    else:
        messages.success(request, _("Events that are sent again: %(count)s.") % {"count": told}, "good")
    return redirect("web:webhook", endpoint_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.WEBHOOKS_WRITE)
def delivery(request: HttpRequest, desk: Desk, delivery_id: UUID) -> HttpResponseBase:
    """Show what was sent and what was answered, try by try; or send it again."""
    with organization_scope(desk.organization_id):
        found = queries.get_delivery(organization_id=desk.organization_id, delivery_id=delivery_id)
        tries = queries.attempts_of(organization_id=desk.organization_id, delivery_id=delivery_id)
    if request.method == "POST":
        try:
            replay_webhook(organization_id=desk.organization_id, delivery_id=delivery_id, now=utc_now(), actor=desk.actor())
        except NotFound:
            raise
        except Refusal as refusal:
            messages.error(request, refusal_sentence(refusal), "bad")
        else:
            messages.success(request, _("It is sent again now, under the same id."), "good")
        return redirect("web:webhook_delivery", delivery_id)
    context = {
        "delivery": found,
        "kind": kind_name(found.event.topic),
        "body": orjson.dumps(orjson.loads(found.event.body), option=orjson.OPT_INDENT_2).decode(),
        "attempts": [(each, ERRORS.get(each.error, each.error)) for each in tries],
    }
    return render(request, "console/webhook_delivery.html", context)


def heard(endpoint: Endpoint) -> list[str]:
    """Return what an endpoint hears of, in words."""
    return [kind_name(topic) for topic in endpoint.topics]


def why(found: Delivery) -> str:
    """Return what the last try came to, where it was no success."""
    if found.last_error:
        return str(ERRORS.get(found.last_error, found.last_error))
    return f"HTTP {found.last_status}" if found.last_status and found.state != DeliveryState.DONE.value else ""


def _secret(request: HttpRequest, made: NewEndpoint, *, is_rotation: bool) -> HttpResponse:
    context = {"endpoint": made.endpoint, "secret": made.secret, "is_rotation": is_rotation}
    return render(request, "console/webhook_secret.html", context)


def _start(day: date, desk: Desk) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=desk.zone)
