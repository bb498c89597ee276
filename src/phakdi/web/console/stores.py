"""Places of business in the console."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.manage_store import Store, add_store, change_store, close_store, reopen_store
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.platform.organizations.core.places import DAYS, read_place
from phakdi.platform.organizations.queries import get_store, stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.public.mapping import draw_map
from phakdi.web.public.places import let_tiles_in, map_context, points_of, show_stores
from phakdi.web.words import add_refusal, language

PAGE = 50
ON_MAP_MAX = 500
WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


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
    position = forms.CharField(
        label=gettext_lazy("Place on the map"),
        help_text=gettext_lazy("Click the map, paste a Google Maps link, or write coordinates such as 13.7563, 100.5018."),
        max_length=2000,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    opening_hours = forms.CharField(
        label=gettext_lazy("Note on opening hours"),
        help_text=gettext_lazy("For example: closed during Songkran."),
        max_length=200,
        required=False,
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        kept = (initial or {}).get("hours") or {}
        for day in DAYS:
            begins, ends = kept.get(day) or ("", "")
            for part, value in (("from", begins), ("to", ends)):
                widget = forms.TextInput(
                    attrs={"inputmode": "numeric", "placeholder": "09:00" if part == "from" else "18:00", "size": 5}
                )
                self.fields[f"{day}_{part}"] = forms.CharField(max_length=5, required=False, initial=value, widget=widget)

    @property
    def week(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """The hours of each day: what it is called, from, and to."""
        return [(str(name), self[f"{day}_from"], self[f"{day}_to"]) for day, name in zip(DAYS, WEEKDAYS, strict=True)]

    @property
    def plain(self) -> list[forms.BoundField]:
        """Every field but those of the hours."""
        return [self[name] for name in self.base_fields if name != "opening_hours"]

    def given(self) -> dict[str, Any]:
        """Return the store as it is written. Raises Invalid where the place cannot be read."""
        names = {"th": self.cleaned_data["name_th"], "en": self.cleaned_data["name_en"]}
        place = read_place(self.cleaned_data["position"]) or (None, None)
        hours = {day: [self.cleaned_data[f"{day}_from"], self.cleaned_data[f"{day}_to"]] for day in DAYS}
        if self.data.get("every_day"):
            hours = dict.fromkeys(DAYS, hours[DAYS[0]])
        fields = {name: self.cleaned_data[name] for name in ("area", "address", "phone", "opening_hours")}
        return {"name": names, "latitude": place[0], "longitude": place[1], "hours": hours, **fields}


@require_safe
@staff_page(Permission.STORES_READ)
def stores(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the places of business."""
    after = request.GET.get("after", "")
    with organization_scope(desk.organization_id):
        rows = stores_of(organization_id=desk.organization_id, after=after, limit=PAGE + 1)
        everywhere = stores_of(organization_id=desk.organization_id, only_active=True, limit=ON_MAP_MAX)
    next_after = rows[PAGE - 1].code if len(rows) > PAGE else ""
    shown = show_stores(everywhere, language=language(), now=timezone.localtime(utc_now()))
    points = points_of(shown)
    numbers = {store.code: store.number for store in shown if store.point}
    context = {"stores": rows[:PAGE], "next_after": next_after, "numbers": numbers, "map": map_context(points)}
    context["drawn"] = draw_map(points, _("Map of the stores"))
    return let_tiles_in(request, render(request, "console/stores.html", context))


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
    return _form_page(request, desk, form, None)


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
    return _form_page(request, desk, form, store)


def _form_page(request: HttpRequest, desk: Desk, form: StoreForm, store: Store | None) -> HttpResponse:
    """Show the form with a map of the other stores."""
    with organization_scope(desk.organization_id):
        others = [
            row
            for row in stores_of(organization_id=desk.organization_id, limit=ON_MAP_MAX)
            if store is None or row.id != store.id
        ]
    shown = show_stores(others, language=language(), now=timezone.localtime(utc_now()))
    context = {"form": form, "store": store, "map": map_context(points_of(shown))}
    return let_tiles_in(request, render(request, "console/store.html", context, status=422 if form.errors else 200))


def _values(store: Store) -> dict[str, Any]:
    plain = {name: getattr(store, name) for name in ("code", "area", "address", "phone", "opening_hours", "hours")}
    plain["position"] = f"{store.latitude}, {store.longitude}" if store.latitude is not None else ""
    return {**plain, "name_th": store.name.get("th", ""), "name_en": store.name.get("en", "")}


def _add(form: StoreForm, refusal: Refusal) -> None:
    field = str(refusal.details.get("field"))
    places = {"name": "name_th", "latitude": "position", "longitude": "position", **{day: f"{day}_from" for day in DAYS}}
    refusal.details["field"] = places.get(field, field)
    add_refusal(form, refusal)
