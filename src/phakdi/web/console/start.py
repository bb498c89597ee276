"""The owner's first hour: the guide, the first store, and a code to put beside the till."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.manage_store import add_store
from phakdi.flows.show_the_way import put_guide_away, take_guide_out
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.kit.thai import to_slug
from phakdi.loyalty.programs.queries import version_at
from phakdi.loyalty.programs.starting import WELCOME
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.way import way_of
from phakdi.web.naming import reader_for
from phakdi.web.qr import qr_code
from phakdi.web.standing import unit_name
from phakdi.web.words import add_refusal

ON_THE_WAY = "on_the_way"  # in the session: somebody came from the guide
_PLACE = re.compile(r"(?:!3d|@|[?&=/, ]|^)(-?\d{1,2}\.\d{3,})(?:!4d|,\s*|%2C)(-?\d{1,3}\.\d{3,})")


class FirstStoreForm(forms.Form):
    """What must be known of a first store; the rest can be added later."""

    name_th = forms.CharField(label=gettext_lazy("Name in Thai"), max_length=120)
    name_en = forms.CharField(
        label=gettext_lazy("Name in English"), help_text=gettext_lazy("Empty: the Thai name."), max_length=120, required=False
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    opening_hours = forms.CharField(
        label=gettext_lazy("Opening hours"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "8:00–18:00"}),
    )
    place = forms.CharField(
        label=gettext_lazy("Place on the map"),
        help_text=gettext_lazy("A link from a map, or latitude and longitude such as 13.7563, 100.5018."),
        max_length=1000,
        required=False,
    )

    def clean_place(self) -> tuple[str, str] | None:
        """Return latitude and longitude as written in a link or by hand."""
        written = str(self.cleaned_data["place"]).strip()
        found = list(_PLACE.finditer(written))
        if written and not found:
            raise forms.ValidationError(_("There is no place in this. Open your shop on a map and copy the whole link."))
        return (found[-1][1], found[-1][2]) if found else None

    def given(self) -> dict[str, Any]:
        """Return the store as it is written."""
        values = self.cleaned_data
        latitude, longitude = values["place"] or ("", "")
        return {
            "name": {"th": values["name_th"], "en": values["name_en"] or values["name_th"]},
            **{name: values[name] for name in ("address", "phone", "opening_hours")},
            "latitude": latitude,
            "longitude": longitude,
        }


@require_safe
@staff_page(Permission.PROGRAMS_WRITE)
def start(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what is done, what is next and how long it takes."""
    way = way_of(desk)
    if way.is_done:
        request.session.pop(ON_THE_WAY, None)
    else:
        request.session[ON_THE_WAY] = True  # other pages lead back
    return render(request, "console/start.html", {"way": way})


@require_POST
@staff_page(Permission.PROGRAMS_WRITE)
def dismiss(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Put the guide away, or take it out again."""
    act = take_guide_out if request.POST.get("again") else put_guide_away
    request.session.pop(ON_THE_WAY, None)
    act(organization_id=desk.organization_id, now=utc_now(), actor=desk.actor())
    return redirect("web:start" if request.POST.get("again") else "web:console")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.STORES_WRITE)
def store(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Add the first store with what is needed of it."""
    form = FirstStoreForm(request.POST or None, initial={"name_th": desk.organization.name})
    if request.method == "POST" and form.is_valid():
        code = free_code(desk, form.cleaned_data["name_en"] or form.cleaned_data["name_th"])
        try:
            add_store(organization_id=desk.organization_id, code=code, given=form.given(), now=utc_now(), actor=desk.actor())
        except Refusal as refusal:
            if refusal.details.get("field") == "name":
                refusal.details["field"] = "name_th"
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Your store is there. Tills know it as %(code)s.") % {"code": code}, "good")
            return redirect("web:start")
    return render(request, "console/start_store.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@staff_page(Permission.PROGRAMS_WRITE, Permission.MEMBERS_READ)
def poster(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show a code to print: whoever scans it joins."""
    link = request.build_absolute_uri(reverse("web:portal", args=[desk.organization.slug]))
    context = {"link": link, "link_code": qr_code(link), "gift": _gift(desk)}
    return render(request, "console/start_poster.html", context)


def free_code(desk: Desk, name: str) -> str:
    """Return a short code for a store of this name that no other store has."""
    with organization_scope(desk.organization_id):
        taken = {each.code for each in stores_of(organization_id=desk.organization_id)}
    stem = to_slug(name, most=16).upper() or "STORE"
    return next(code for number in range(1, len(taken) + 2) if (code := stem if number == 1 else f"{stem}-{number}") not in taken)


def _gift(desk: Desk) -> str:
    """Return what joining brings, such as ``20 points``; nothing where it brings nothing."""
    try:
        program = version_at(organization_id=desk.organization_id, at=utc_now())
    except NotFound:
        return ""
    rule = next((rule for rule in program.document.earning if rule.key == WELCOME and "join" in rule.on), None)
    points = next((give.points for give in rule.give if give.points is not None), None) if rule else None
    if not points:
        return ""
    names = reader_for(desk.organization, program).names
    return f"{int(points):,} {names.get(program.main_unit) or unit_name('points')}"  # type: ignore[arg-type]  # a plain number in templates
