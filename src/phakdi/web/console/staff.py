"""The people who work here: as what, where, and what the organization demands of them."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.manage_staff import (
    Person,
    Rules,
    StaffMember,
    add_staff,
    change_staff,
    dismiss_staff,
    invite,
    invite_again,
    link_staff_to_member,
    set_rules,
)
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.people.members.queries import members_by_id, search
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import FactorPolicy, Permission, Role
from phakdi.platform.staff.queries import get_staff, people_with_factor, policy_of, staff_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.proof import ask_again, is_fresh, proved
from phakdi.web.requests import read_id
from phakdi.web.roles import ROLES, role_name, role_table
from phakdi.web.words import add_refusal, language, refusal_sentence

MATCHES = 5


class RoleForm(forms.Form):
    """What somebody is here, and where."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[(role.value, name) for role, name in ROLES.items()])
    areas = forms.MultipleChoiceField(
        label=gettext_lazy("All stores of an area"),
        help_text=gettext_lazy("Also those that open there later."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    stores = forms.MultipleChoiceField(
        label=gettext_lazy("Single stores"),
        help_text=gettext_lazy("Neither area nor store chosen: everywhere. A cashier needs at least one."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    phone = forms.CharField(
        label=gettext_lazy("Their own phone number"),
        help_text=gettext_lazy("Nobody gives points to the member with their own number."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )


class PersonForm(RoleForm):
    """Somebody new."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.CharField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("They get a link there and choose a password themselves."),
        max_length=254,
        widget=forms.EmailInput,
    )
    field_order = ("name", "email", "role", "areas", "stores", "phone")


class RulesForm(forms.Form):
    """What the organization demands of its people."""

    second_factor = forms.ChoiceField(
        label=gettext_lazy("Who needs a second step at sign-in"),
        choices=[
            (FactorPolicy.NOBODY.value, gettext_lazy("Nobody has to")),
            (FactorPolicy.LEADERS.value, gettext_lazy("Owners and managers")),
            (FactorPolicy.EVERYBODY.value, gettext_lazy("Everybody who works here")),
        ],
    )
    adjust_alone_max = forms.IntegerField(
        label=gettext_lazy("Points that one person may move by hand alone"),
        help_text=gettext_lazy("More than that waits until somebody else agrees."),
        min_value=0,
        max_value=10**9,
    )
    grants_a_day_max = forms.IntegerField(
        label=gettext_lazy("How often one person may do so in a day"),
        help_text=gettext_lazy("From the next one on, somebody else has to agree."),
        min_value=0,
        max_value=10**6,
    )


@require_safe
@staff_page(Permission.STAFF_READ)
def people(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List who works here."""
    with organization_scope(desk.organization_id):
        found = staff_of(organization_id=desk.organization_id)
    safe = people_with_factor(user_ids=[each.user_id for each in found])
    rows = [(each, role_name(each.role), each.user_id in safe) for each in found]
    return render(request, "console/staff.html", {"people": rows})


@require_safe
@staff_page(Permission.STAFF_READ)
def roles(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what each role may do, in plain words."""
    del desk
    rows = role_table()
    lists = [(role, name, [duty for duty, cells in rows if cells[place]]) for place, (role, name) in enumerate(ROLES.items())]
    return render(request, "console/staff_roles.html", {"roles": ROLES.items(), "rows": rows, "lists": lists})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.STAFF_WRITE)
def new(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Let somebody work here, and send them a link."""
    form = PersonForm(request.POST or None, initial={"role": Role.CASHIER.value})
    _offer_stores(form, desk)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given["role"] == Role.OWNER.value and not is_fresh(request):
            return ask_again(request)
        try:
            staff = add_staff(
                organization_id=desk.organization_id,
                person=Person(given["email"], given["name"], language=language()),
                role=given["role"],
                stores=given["stores"],
                areas=given["areas"],
                phone=given["phone"],
                now=utc_now(),
                by=desk.place.role,
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            link = invite(
                organization_id=desk.organization_id, staff=staff, link=_link_maker(request), home=_home(request), now=utc_now()
            )
            return _invited(request, staff, link)
    return render(request, "console/staff_form.html", {"form": form, "person": None}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.STAFF_WRITE)
def edit(request: HttpRequest, desk: Desk, staff_id: UUID) -> HttpResponseBase:
    """Give somebody another role or other stores, or let them go."""
    with organization_scope(desk.organization_id):
        person = get_staff(organization_id=desk.organization_id, staff_id=staff_id)
    if request.POST.get("dismiss"):
        return _dismiss(request, desk, person)
    initial = {"role": person.role, "stores": person.stores, "areas": person.areas, "phone": person.phone}
    form = RoleForm(request.POST or None, initial=initial)
    _offer_stores(form, desk)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given["role"] == Role.OWNER.value != person.role and not is_fresh(request):
            return ask_again(request)
        try:
            change_staff(
                organization_id=desk.organization_id,
                staff_id=staff_id,
                role=given["role"],
                stores=given["stores"],
                areas=given["areas"],
                phone=given["phone"],
                now=utc_now(),
                by=desk.place.role,
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:staff")
    return _show_person(request, desk, person, form)


@require_POST
@staff_page(Permission.STAFF_WRITE)
def invite_person(request: HttpRequest, desk: Desk, staff_id: UUID) -> HttpResponse:
    """Send somebody their link again."""
    now = utc_now()
    with organization_scope(desk.organization_id):
        person = get_staff(organization_id=desk.organization_id, staff_id=staff_id)
    link = invite_again(
        organization_id=desk.organization_id,
        staff_id=staff_id,
        link=_link_maker(request),
        home=_home(request),
        now=now,
        actor=desk.actor(),
    )
    return _invited(request, person, link)


@require_POST
@staff_page(Permission.STAFF_WRITE)
def link_member(request: HttpRequest, desk: Desk, staff_id: UUID) -> HttpResponse:
    """Note which member somebody is, so that they give nothing to themselves."""
    wanted = request.POST.get("member", "").strip()
    with organization_scope(desk.organization_id):
        get_staff(organization_id=desk.organization_id, staff_id=staff_id)
        found = search(organization_id=desk.organization_id, text=wanted, limit=MATCHES).members if wanted else []
    member_id = read_id(request.POST.get("member_id")) or (found[0].id if len(found) == 1 else None)
    if wanted and member_id is None:
        messages.error(request, _("That is not exactly one member: use the member number."), "bad")
        return redirect("web:staff_edit", staff_id)
    link_staff_to_member(
        organization_id=desk.organization_id, staff_id=staff_id, member_id=member_id, now=utc_now(), actor=desk.actor()
    )
    messages.success(request, _("Saved."), "good")
    return redirect("web:staff_edit", staff_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.ORGANIZATION_WRITE)
@proved
def rules(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Say what the organization demands of its people."""
    with organization_scope(desk.organization_id):
        policy = policy_of(organization_id=desk.organization_id)
    form = RulesForm(request.POST or None, initial={name: getattr(policy, name) for name in RulesForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            set_rules(organization_id=desk.organization_id, rules=Rules(**form.cleaned_data), now=utc_now(), actor=desk.actor())
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:staff")
    return render(request, "console/staff_rules.html", {"form": form}, status=422 if form.errors else 200)


def _show_person(request: HttpRequest, desk: Desk, person: StaffMember, form: RoleForm) -> HttpResponse:
    member = None
    if person.member_id:
        with organization_scope(desk.organization_id):
            found = members_by_id(organization_id=desk.organization_id, member_ids=[person.member_id])
        member = found.get(person.member_id)
    context = {"form": form, "person": person, "member": member, "waits": not person.user.has_usable_password()}
    return render(request, "console/staff_form.html", context, status=422 if form.errors else 200)


def _invited(request: HttpRequest, person: StaffMember, link: str) -> HttpResponse:
    """Show the link once, to be handed over where mails do not arrive."""
    return render(request, "console/staff_invited.html", {"person": person, "link": link})


def _link_maker(request: HttpRequest) -> Callable[[str], str]:
    return lambda token: request.build_absolute_uri(reverse("web:link", args=[token]))


def _home(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("web:sign_in"))


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


def _offer_stores(form: RoleForm, desk: Desk) -> None:
    with organization_scope(desk.organization_id):
        stores = stores_of(organization_id=desk.organization_id)
    areas = sorted({store.area for store in stores if store.area})
    form.fields["stores"].choices = [(store.code, store.name_in(language())) for store in stores]  # type: ignore[attr-defined]  # MultipleChoiceFields
    form.fields["areas"].choices = [(area, area) for area in areas]  # type: ignore[attr-defined]  # as above
    if not areas:
        form.fields["areas"].widget = forms.MultipleHiddenInput()
