"""What the organization has switched on: one switch for each module."""

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from phakdi.flows.change_brand import switch_module
from phakdi.kit.clock import utc_now
from phakdi.platform.organizations.core.modules import NEEDS, Module
from phakdi.platform.organizations.queries import brand_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.modules import SWITCHES, Switch


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.ORGANIZATION_WRITE)
def modules(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the switches; turn the one that was pressed."""
    if request.method == "POST":
        is_on = request.POST.get("is_on") == "yes"
        wanted = request.POST.get("module", "")
        module = switch_module(
            organization_id=desk.organization_id, module=wanted, is_on=is_on, now=utc_now(), actor=desk.actor()
        )
        said = _("%(module)s: on.") if is_on else _("%(module)s: off.")
        messages.success(request, said % {"module": _label(module)}, "good")
        return redirect("web:modules")
    on = brand_of(organization_id=desk.organization_id).modules
    rows = [(switch, switch.module in on, _needed(switch, on)) for switch in SWITCHES]
    return render(request, "console/modules.html", {"rows": rows})


def _needed(switch: Switch, on: Collection[Module]) -> str:
    """Return the name of what must be on first, or nothing."""
    needed = NEEDS.get(switch.module)
    return _label(needed) if needed and needed not in on else ""


def _label(module: Module) -> str:
    return next(str(switch.label) for switch in SWITCHES if switch.module is module)
