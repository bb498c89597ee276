"""The people who work here."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from phakdi.flows.manage_staff import Person, StaffMember, add_staff, change_staff, dismiss_staff
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import get_staff, staff_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.roles import ROLES, role_name
from phakdi.web.words import add_refusal, language, refusal_sentence


class RoleForm(forms.Form):
    """What somebody is here, and where."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, name) for role, name in ROLES.items()])
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Stores"),
        help_text=gettext_lazy("None chosen: all stores. A cashier needs at least one."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class PersonForm(RoleForm):
    """Somebody new."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput)
    password = forms.CharField(
        label=gettext_lazy("First password"),
        help_text=gettext_lazy("At least 12 characters. Who signs in elsewhere with this e-mail already keeps their own."),
        max_length=200,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ("name", "email", "password", "role", "stores")


@require_safe
@staff_page(Permission.STAFF_READ)
def people(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List who works here."""
    with organization_scope(desk.organization_id):
        rows = [(each, role_name(each.role)) for each in staff_of(organization_id=desk.organization_id)]
    return render(request, "console/staff.html", {"people": rows})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.STAFF_WRITE)
def new(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Let somebody work here."""
    form = PersonForm(request.POST or None)
    _offer_stores(form, desk)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        person = Person(given["email"], given["name"], given["password"], language())
        try:
            add_staff(
                organization_id=desk.organization_id,
                person=person,
                role=given["role"],
                stores=given["stores"],
                now=utc_now(),
                by=desk.place.role,
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:staff")
    return render(request, "console/staff_form.html", {"form": form, "person": None}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.STAFF_WRITE)
def edit(request: HttpRequest, desk: Desk, staff_id: UUID) -> HttpResponse:
    """Give somebody another role or other stores, or let them go."""
    with organization_scope(desk.organization_id):
        person = get_staff(organization_id=desk.organization_id, staff_id=staff_id)
    if request.POST.get("dismiss"):
        return _dismiss(request, desk, person)
    form = RoleForm(request.POST or None, initial={"role": person.role, "stores": person.stores})
    _offer_stores(form, desk)
    if request.method == "POST" and form.is_valid():
        try:
            change_staff(
                organization_id=desk.organization_id,
                staff_id=staff_id,
                role=form.cleaned_data["role"],
                stores=form.cleaned_data["stores"],
                now=utc_now(),
                by=desk.place.role,
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:staff")
    return render(request, "console/staff_form.html", {"form": form, "person": person}, status=422 if form.errors else 200)


def _dismiss(request: HttpRequest, desk: Desk, person: StaffMember) -> HttpResponse:
    try:
        dismiss_staff(
            organization_id=desk.organization_id, staff_id=person.id, now=utc_now(), by=desk.place.role, actor=desk.actor()
        )
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
        return redirect("web:staff_edit", person.id)
    messages.success(request, _("They work here no longer."), "good")
    return redirect("web:staff")


def _offer_stores(form: forms.Form, desk: Desk) -> None:
    with organization_scope(desk.organization_id):
        offered = [(store.code, store.name_in(language())) for store in stores_of(organization_id=desk.organization_id)]
    form.fields["stores"].choices = offered  # type: ignore[attr-defined]  # a MultipleChoiceField
