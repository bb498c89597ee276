"""Places of business in the console."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.manage_store import Store, add_store, change_store, close_store, reopen_store
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.platform.organizations.queries import get_store, stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.words import add_refusal

PAGE = 50


class StoreForm(forms.Form):
    """A place of business."""

    code = forms.CharField(
        label=gettext_lazy("Code"), help_text=gettext_lazy("As tills and the program name it, for example BKK-01."), max_length=40
    )
    name_th = forms.CharField(label=gettext_lazy("Name in Thai"), max_length=120, required=False)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=120, required=False)
    area = forms.CharField(label=gettext_lazy("Area"), max_length=100, required=False)
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    phone = forms.CharField(label=gettext_lazy("Phone number"), max_length=100, required=False)
    opening_hours = forms.CharField(label=gettext_lazy("Opening hours"), max_length=200, required=False)
    latitude = forms.CharField(label=gettext_lazy("Latitude"), max_length=20, required=False)
    longitude = forms.CharField(label=gettext_lazy("Longitude"), max_length=20, required=False)

    def given(self) -> dict[str, Any]:
        """Return the store as it is written."""
        fields = ("area", "address", "phone", "opening_hours", "latitude", "longitude")
        names = {"th": self.cleaned_data["name_th"], "en": self.cleaned_data["name_en"]}
        return {"name": names, **{name: self.cleaned_data[name] for name in fields}}


@require_safe
@staff_page(Permission.STORES_READ)
def stores(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the places of business."""
    after = request.GET.get("after", "")
    with organization_scope(desk.organization_id):
        rows = stores_of(organization_id=desk.organization_id, after=after, limit=PAGE + 1)
    next_after = rows[PAGE - 1].code if len(rows) > PAGE else ""
    return render(request, "console/stores.html", {"stores": rows[:PAGE], "next_after": next_after})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.STORES_WRITE)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Add a place of business."""
    form = StoreForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        try:
            add_store(organization_id=desk.organization_id, code=code, given=form.given(), now=utc_now(), actor=desk.actor())
        except Refusal as refusal:
            _add(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:stores")
    return render(request, "console/store.html", {"form": form, "store": None}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.STORES_WRITE)
def edit(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """Change a place of business, close it or open it again."""
    with organization_scope(desk.organization_id):
        store = get_store(organization_id=desk.organization_id, code=code)
    if switch := request.POST.get("switch"):
        act = close_store if switch == "close" else reopen_store
        act(organization_id=desk.organization_id, code=code, now=utc_now(), actor=desk.actor())
        return redirect("web:store_edit", code)
    form = StoreForm(request.POST or None, initial=_values(store))
    form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            change_store(organization_id=desk.organization_id, code=code, changes=form.given(), now=utc_now(), actor=desk.actor())
        except Refusal as refusal:
            _add(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:stores")
    return render(request, "console/store.html", {"form": form, "store": store}, status=422 if form.errors else 200)


def _values(store: Store) -> dict[str, Any]:
    plain = {
        name: getattr(store, name) for name in ("code", "area", "address", "phone", "opening_hours", "latitude", "longitude")
    }
    return {**plain, "name_th": store.name.get("th", ""), "name_en": store.name.get("en", "")}


def _add(form: StoreForm, refusal: Refusal) -> None:
    if refusal.details.get("field") == "name":
        refusal.details["field"] = "name_th"
    add_refusal(form, refusal)
