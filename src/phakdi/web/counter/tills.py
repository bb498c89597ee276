"""What the counter's browser needs to go on without a network: its keys, its worker, and where it sends kept bills."""

import base64
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi import __version__
from phakdi.flows.reconcile_bill import Reconciled, reconcile_bill
from phakdi.flows.register_till import close_till, register_till
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal, Unavailable
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.platform.tills.core import BillState
from phakdi.platform.tills.queries import find_till, open_tills
from phakdi.web.access import Desk, find_desk, staff_page
from phakdi.web.branding.shown import app_icons
from phakdi.web.counter.categories import categories_of
from phakdi.web.counter.desk import current_store, own_stores
from phakdi.web.counter.forms import TENDERS
from phakdi.web.modules import require_on
from phakdi.web.requests import read_id
from phakdi.web.words import refusal_sentence

AT_ONCE = 25  # bills in one request
LABEL_MAX = 200
WORKER = ("till.js", "counter-worker.js")
WORKER_POLICY = "default-src 'none'; connect-src 'self'; script-src 'self'"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.ACTIVITIES_WRITE)
def till(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Tell who is signed in; asked with POST, give this browser the keys to keep their bills."""
    store = current_store(request, own_stores(desk))
    told: dict[str, Any] = {
        "organization": str(desk.organization_id),
        "staff": str(desk.place.staff_id),
        "name": desk.user.name,
        "store": store.code if store else "",
        "csrf": get_token(request),
    }
    if request.method == "POST":
        label = request.headers.get("User-Agent", "")[:LABEL_MAX]
        known = read_id(request.POST.get("till"))
        if not _is_known(desk, known):  # one that is may open what it kept before this was switched off
            require_on(request, Module.COUNTER_OFFLINE)
        registered = register_till(place=desk.place, till_id=known, label=label, now=utc_now())
        told |= {
            "till": str(registered.id),
            "signing": base64.b64encode(registered.keys.signing).decode(),
            "sealing": base64.b64encode(registered.keys.sealing).decode(),
        }
    return JsonResponse(told)


@require_POST
@staff_page(Permission.ACTIVITIES_WRITE)
def bills(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Book the bills that a till kept, in their order; each is answered by itself, so that one does not stop the others."""
    sent = _sent(request)
    return JsonResponse({"answers": [_reconciled(desk, text, signature) for text, signature in sent]})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.KEYS_WRITE)
def devices(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the devices that may keep bills; close one that is lost."""
    if request.method == "POST":
        till_id = read_id(request.POST.get("till"))
        if till_id is None:
            raise Invalid("Say which device.", code="till_unknown", field="till")
        close_till(place=desk.place, till_id=till_id, now=utc_now())
        messages.success(request, _("The device is closed. What it keeps from now on is only looked at."), "good")
        return redirect("web:counter_devices")
    with organization_scope(desk.organization_id):
        names = {each.id: each.user.name for each in staff_of(organization_id=desk.organization_id)}
        found = [(each, names.get(each.created_by_id, "")) for each in open_tills(organization_id=desk.organization_id)]
    return render(request, "counter/devices.html", {"devices": found})


@require_safe
@staff_page(Permission.ACTIVITIES_WRITE)
def offline(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the page that stands in for all others while there is no network. It names no member."""
    stores = own_stores(desk)
    context = {"store": current_store(request, stores), "categories": categories_of(desk), "tenders": TENDERS[1:]}
    return render(request, "counter/offline.html", context)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Return the counter's service worker: one file, so that it runs with a policy without exceptions."""
    parts = [f'const VERSION = "{__version__}";']
    for name in WORKER:
        path = finders.find(f"phakdi/{name}")
        assert isinstance(path, str), f"{name} is a static file of ours"
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a path as Django tells it
            parts.append(file.read())
    headers = {"Content-Security-Policy": WORKER_POLICY, "Cache-Control": "no-cache", "Service-Worker-Allowed": "/counter/"}
    return HttpResponse("\n".join(parts), content_type="text/javascript; charset=utf-8", headers=headers)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Return by what the counter is installed as an app: with the shop's own name and icons for who works there."""
    desk = find_desk(request) if request.user.is_authenticated else None
    request.desk = desk  # type: ignore[attr-defined]  # whose icons they are
    icons = [
        {"src": src, "sizes": f"{side}x{side}", "type": "image/png", "purpose": use} for src, side, use in app_icons(request)
    ]
    told = {
        "name": f"{desk.organization.name if desk else 'Phakdi'} · {_('Counter')}",
        "short_name": str(_("Counter")),
        "id": "/counter/",
        "start_url": "/counter/",
        "scope": "/counter/",
        "display": "standalone",
        "background_color": "#f6f4ee",
        "theme_color": "#0b6b62",
        "icons": icons or [{"src": static("phakdi/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return HttpResponse(orjson.dumps(told), content_type="application/manifest+json")


worker.is_public = manifest.is_public = True  # type: ignore[attr-defined]  # a test reads it; they tell nothing


def _is_known(desk: Desk, till_id: UUID | None) -> bool:
    if till_id is None:
        return False
    with organization_scope(desk.organization_id):
        return find_till(organization_id=desk.organization_id, till_id=till_id) is not None


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    try:
        told = orjson.loads(request.body)["bills"]
        found = [(str(each["text"]), str(each["signature"])) for each in told]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Invalid("Bills are sent as a list.", code="bill_unreadable", field="bills") from error
    if len(found) > AT_ONCE:
        raise Invalid("Too many bills at once.", code="bill_unreadable", field="bills")
    return found


def _reconciled(desk: Desk, text: str, signature: str) -> dict[str, Any]:
    try:
        answer = reconcile_bill(place=desk.place, text=text, signature=signature, now=utc_now())
    except Unavailable:
        return {"state": "BUSY"}
    except Invalid as refusal:
        return {"state": "UNREADABLE", "sentence": refusal_sentence(refusal)}
    return {"state": answer.state.value, "number": answer.number, "sentence": _sentence(answer), "bill": str(answer.bill_id)}


def _sentence(answer: Reconciled) -> str:
    if answer.state is not BillState.CONFLICT:
        return ""
    return refusal_sentence(Refusal(answer.reason, code=answer.reason, **answer.details))
