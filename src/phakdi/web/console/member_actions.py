"""What staff do to a member in the console: enroll, change, freeze, close, adjust."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from phakdi.flows.adjust_points import Adjustment, adjust_points
from phakdi.flows.close_member import close_member
from phakdi.flows.enroll_member import AlreadyMember, Enrollment, enroll_by_staff
from phakdi.flows.freeze_member import freeze_member, unfreeze_member
from phakdi.flows.record_by_staff import OwnMembership
from phakdi.flows.update_member import update_member
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.counter.forms import new_token
from phakdi.web.naming import reader_for
from phakdi.web.portal.forms import BirthdayField
from phakdi.web.words import add_refusal, refusal_sentence

GENDERS = (
    ("", gettext_lazy("Not said")),
    ("FEMALE", gettext_lazy("Female")),
    ("MALE", gettext_lazy("Male")),
    ("OTHER", gettext_lazy("Other")),
)
LANGUAGES = (("th", "ไทย"), ("en", "English"))
NAMES = ("given_name", "family_name", "nickname")


class ProfileForm(forms.Form):
    """What is known of a member."""

    given_name = forms.CharField(label=gettext_lazy("Given name"), max_length=100, required=False)
    family_name = forms.CharField(label=gettext_lazy("Family name"), max_length=100, required=False)
    nickname = forms.CharField(label=gettext_lazy("Nickname"), max_length=100, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone number"), max_length=40, required=False)
    email = forms.CharField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    birthday = BirthdayField()
    gender = forms.ChoiceField(label=gettext_lazy("Gender"), choices=GENDERS, required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language of messages"), choices=LANGUAGES, required=False)


class EnrollForm(ProfileForm):
    """What is known of somebody who becomes a member, and who speaks for a child."""

    guardian = forms.CharField(
        label=gettext_lazy("Parent or guardian who agrees"),
        help_text=gettext_lazy("Needed for a child under 10; kept as proof for anybody under 20."),
        max_length=200,
        required=False,
    )


class AdjustForm(forms.Form):
    """Points more or less, and why."""

    unit = forms.ChoiceField(label=gettext_lazy("Kind of points"))
    points = forms.IntegerField(label=gettext_lazy("Points"), help_text=gettext_lazy("More: 100. Less: -100."))
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The member and the audit show it."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.MEMBERS_WRITE)
def enroll(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make somebody a member."""
    form = EnrollForm(request.POST or None, initial={"language": "th"})
    if request.method == "POST" and form.is_valid():
        guardian = form.cleaned_data.pop("guardian")
        enrollment = Enrollment(profile=form.cleaned_data, source="console", guardian=guardian)
        try:
            enrolled = enroll_by_staff(
                organization_id=desk.organization_id, enrollment=enrollment, actor=desk.actor(), now=utc_now()
            )
        except AlreadyMember as known:
            messages.info(request, _("This person is a member already."), "warn")
            return redirect("web:member", known.details["member_id"])
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("web:member", enrolled.member.id)
    return _form(request, form, _("Enroll a new member"), None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.MEMBERS_WRITE)
def edit(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Change what is known of a member; only what differs is written."""
    member = _member(desk, member_id)
    before = {name: getattr(member, name) for name in ProfileForm.base_fields}
    shown = {**before, "birthday": before["birthday"].isoformat() if before["birthday"] else ""}
    form = ProfileForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        changes = {name: value for name, value in form.cleaned_data.items() if (value or None) != (before[name] or None)}
        try:
            if changes:
                update_member(
                    organization_id=desk.organization_id, member_id=member_id, changes=changes, now=utc_now(), actor=desk.actor()
                )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."), "good")
            return redirect("web:member", member_id)
    return _form(request, form, _("Change the member"), member)


@require_POST
@staff_page(Permission.MEMBERS_FREEZE)
def freeze(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Freeze the member, or thaw them."""
    member = _member(desk, member_id)
    try:
        if member.status == "FROZEN":
            unfreeze_member(organization_id=desk.organization_id, member_id=member_id, now=utc_now(), actor=desk.actor())
        else:
            freeze_member(
                organization_id=desk.organization_id,
                member_id=member_id,
                reason=request.POST.get("reason", "")[:200],
                now=utc_now(),
                actor=desk.actor(),
            )
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    return redirect("web:member", member_id)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.MEMBERS_WRITE)
def close(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Ask once more, then end the membership."""
    member = _member(desk, member_id)
    if request.method == "POST":
        try:
            reason = request.POST.get("reason", "")[:200]
            close_member(
                organization_id=desk.organization_id, member_id=member_id, reason=reason, now=utc_now(), actor=desk.actor()
            )
        except Refusal as refusal:
            messages.error(request, refusal_sentence(refusal), "bad")
        else:
            messages.success(request, _("The membership has ended."), "good")
        return redirect("web:member", member_id)
    return render(request, "console/member_close.html", {"member": member})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.POINTS_ADJUST)
def adjust(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Give or take points by hand, with a reason."""
    member = _member(desk, member_id)
    program = version_at(organization_id=desk.organization_id, at=utc_now())
    reader = reader_for(desk.organization, program)
    form = AdjustForm(request.POST or None, initial={"token": new_token()})
    form.fields["unit"].choices = [(key, reader.called(key)) for key in program.units]  # type: ignore[attr-defined]  # a ChoiceField
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        adjustment = Adjustment(given["points"], given["reason"], f"adjust-{given['token']}", given["unit"])
        try:
            adjusted = adjust_points(place=desk.place, member_id=member_id, adjustment=adjustment, now=utc_now())
        except OwnMembership:
            raise
        except Refusal as refusal:
            add_refusal(form, refusal, reader)
        else:
            if adjusted.held:
                messages.info(request, _("Somebody else has to agree first. Until then nothing is moved."), "warn")
            else:
                messages.success(request, _("Adjusted."), "good")
            return redirect("web:member", member_id)
    return _form(request, form, _("Adjust points"), member)


def _member(desk: Desk, member_id: UUID) -> Member:
    with organization_scope(desk.organization_id):
        return get_member(organization_id=desk.organization_id, member_id=member_id)


def _form(request: HttpRequest, form: forms.Form, title: str, member: Member | None) -> HttpResponse:
    context = {"form": form, "title": title, "member": member}
    return render(request, "console/member_form.html", context, status=422 if form.errors else 200)
