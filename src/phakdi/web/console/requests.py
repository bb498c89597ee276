"""What members ask about their data: the register with its clock, and a page for each that does what was asked."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.erase_member import erase_member
from phakdi.flows.export_member import export_member
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.note_look import note_look
from phakdi.flows.record_consent import withdraw_consent
from phakdi.flows.request_data import (
    answer_request,
    assign_request,
    note_identity,
    open_request,
    refuse_request,
    withdraw_request,
)
from phakdi.flows.what_is_held import what_is_held
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.text import pick
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member, members_by_id
from phakdi.people.requests.core import UNDONE, IdentityCheck, RefusalReason, RequestKind, RequestState, days_left
from phakdi.people.requests.models import DataRequest
from phakdi.people.requests.names import CHECKS, KINDS, REASONS, STATES
from phakdi.people.requests.queries import find_erasure, finished_requests, get_request, requests_of, waiting_requests
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.requests import read_id
from phakdi.web.words import add_refusal, language, refusal_sentence

PAGE = 50
URGENT_DAYS, SOON_DAYS = 3, 7
OPEN_STATES = frozenset(state.value for state in UNDONE)
PERSONAL = (RequestKind.ACCESS, RequestKind.COPY)
TONES = {"ANSWERED": "good", "REFUSED": "bad", "WITHDRAWN": "", "OPEN": "warn", "IN_PROGRESS": "info"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as the register shows it."""

    row: DataRequest
    name: str
    what: str
    state: str
    tone: str
    days: int
    urgency: str
    percent: float
    assigned: str

    @property
    def late(self) -> int:
        """How many days too late it is already."""
        return max(0, -self.days)

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.row.state in OPEN_STATES


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, pick(KINDS[kind], language())) for kind in RequestKind]


def _ways() -> list[tuple[str, str]]:
    return [(way.value, pick(CHECKS[way], language())) for way in IdentityCheck if way is not IdentityCheck.SIGNED_IN]


def _reasons() -> list[tuple[str, str]]:
    return [(reason.value, pick(REASONS[reason], language())) for reason in RefusalReason]


class NewForm(forms.Form):
    """What a member asked at the counter, by phone or by letter."""

    kind = forms.ChoiceField(label=gettext_lazy("What the member asks"), choices=_kinds)
    identity_check = forms.ChoiceField(label=gettext_lazy("How you made sure who is asking"), choices=_ways)
    details = forms.CharField(
        label=gettext_lazy("In the member's words"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    """What the member is told."""

    answer = forms.CharField(
        label=gettext_lazy("What you tell the member"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefuseForm(forms.Form):
    """Why it cannot be done: kept in the register and told to the member."""

    reason = forms.ChoiceField(label=gettext_lazy("Why"), choices=_reasons)
    answer = forms.CharField(
        label=gettext_lazy("More, for the member"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


@require_safe
@staff_page(Permission.PRIVACY_MANAGE, Permission.MEMBERS_WRITE)
def requests(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List what waits for an answer, the most urgent first, and below it the register of what was answered."""
    before = read_id(request.GET.get("before"))
    with organization_scope(desk.organization_id):
        waiting = [] if before else waiting_requests(organization_id=desk.organization_id)
        done = finished_requests(organization_id=desk.organization_id, before=before, limit=PAGE + 1)
        shown = _show(desk, [*waiting, *done[:PAGE]])
    context = {
        "waiting": [each for each in shown if each.is_open],
        "done": [each for each in shown if not each.is_open],
        "next_before": done[PAGE - 1].id if len(done) > PAGE else None,
    }
    return render(request, "console/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PRIVACY_MANAGE, Permission.MEMBERS_WRITE)
def new(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Note what a member asks, who is not in their own pages, and how it was made sure who is asking."""
    with organization_scope(desk.organization_id):
        member = get_member(organization_id=desk.organization_id, member_id=member_id)
        earlier = _show(desk, requests_of(organization_id=desk.organization_id, member_id=member_id))
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = open_request(
                organization_id=desk.organization_id,
                member_id=member_id,
                kind=form.cleaned_data["kind"],
                details=form.cleaned_data["details"],
                identity_check=IdentityCheck(form.cleaned_data["identity_check"]),
                now=utc_now(),
                actor=desk.actor(),
            )
        except Refusal as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Noted. The member was told by when we answer."), "good")
            return redirect("web:request", row.id)
    context = {"form": form, "member": member, "earlier": earlier}
    return render(request, "console/request_new.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(Permission.PRIVACY_MANAGE, Permission.MEMBERS_WRITE)
def detail(request: HttpRequest, desk: Desk, request_id: UUID) -> HttpResponse:
    """Show one request: its clock, who answers for it, and what there is to do."""
    return _page(request, desk, request_id)


@require_POST
@staff_page(Permission.PRIVACY_MANAGE, Permission.MEMBERS_WRITE)
def act(request: HttpRequest, desk: Desk, request_id: UUID, step: str) -> HttpResponse:
    """Take, check, answer, refuse or withdraw a request, or do what it asks."""
    do = STEPS.get(step)
    if do is None:
        return redirect("web:request", request_id)
    with organization_scope(desk.organization_id):
        row = get_request(organization_id=desk.organization_id, request_id=request_id)
    try:
        do(request, desk, row)
    except _BadForm as bad:
        return _page(request, desk, request_id, **bad.forms, status=422)
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
    return redirect("web:request", request_id)


@require_POST
@staff_page(Permission.PRIVACY_MANAGE)
def copy(_: HttpRequest, desk: Desk, request_id: UUID) -> HttpResponse:
    """Hand out the member's copy: one file with everything. Nothing of it stays here."""
    with organization_scope(desk.organization_id):
        row = get_request(organization_id=desk.organization_id, request_id=request_id)
    made = export_member(organization_id=desk.organization_id, member_id=row.member_id, now=utc_now(), actor=desk.actor())
    response = HttpResponse(made.content, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PRIVACY_MANAGE)
def erase(request: HttpRequest, desk: Desk, request_id: UUID) -> HttpResponse:
    """Say what will be destroyed and what stays, and destroy it once the member's number was typed."""
    with organization_scope(desk.organization_id):
        row = get_request(organization_id=desk.organization_id, request_id=request_id)
        member = get_member(organization_id=desk.organization_id, member_id=row.member_id)
    parts = what_is_held(organization_id=desk.organization_id, member_id=member.id, language=language())
    wrong = ""
    if request.method == "POST":
        if request.POST.get("number", "").strip() != member.number:
            wrong = _("This is not the member's number.")
        else:
            try:
                erase_member(
                    organization_id=desk.organization_id,
                    member_id=member.id,
                    now=utc_now(),
                    actor=desk.actor(),
                    request_id=row.id,
                )
            except Refusal as refusal:
                messages.error(request, refusal_sentence(refusal), "bad")
            else:
                messages.success(request, _("Erased. The books are kept under a pseudonym."), "good")
            return redirect("web:request", row.id)
    context = {"row": row, "member": member, "parts": parts, "wrong": wrong}
    return render(request, "console/request_erase.html", context, status=422 if wrong else 200)


@require_safe
@staff_page(Permission.PRIVACY_MANAGE)
def held(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show what is held about a member, as the member would see it."""
    now = utc_now()
    with organization_scope(desk.organization_id):
        member = get_member(organization_id=desk.organization_id, member_id=member_id)
    parts = what_is_held(organization_id=desk.organization_id, member_id=member_id, language=language())
    note_look(organization_id=desk.organization_id, member_id=member_id, actor=desk.actor(), now=now)
    return render(request, "console/held.html", {"member": member, "parts": parts})


# --- steps ------------------------------------------------------------------------------------------------------------


class _BadForm(Exception):
    """A form of the page has to be filled in differently."""

    def __init__(self, **bad: forms.Form) -> None:
        super().__init__("a form is not valid")
        self.forms = bad


def _take(request: HttpRequest, desk: Desk, row: DataRequest) -> None:
    chosen = read_id(request.POST.get("staff")) or desk.place.staff_id
    assign_request(organization_id=desk.organization_id, request_id=row.id, staff_id=chosen, now=utc_now(), actor=desk.actor())
    messages.success(request, _("Saved."), "good")


def _check(request: HttpRequest, desk: Desk, row: DataRequest) -> None:
    way = IdentityCheck(request.POST.get("way", "")) if request.POST.get("way") in set(IdentityCheck) else IdentityCheck.NONE
    note_identity(organization_id=desk.organization_id, request_id=row.id, identity_check=way, now=utc_now(), actor=desk.actor())
    messages.success(request, _("Saved."), "good")


def _answer(request: HttpRequest, desk: Desk, row: DataRequest) -> None:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise _BadForm(answer_form=form)
    text = form.cleaned_data["answer"]
    answer_request(organization_id=desk.organization_id, request_id=row.id, answer=text, now=utc_now(), actor=desk.actor())
    messages.success(request, _("Answered, and the member was told."), "good")


def _refuse(request: HttpRequest, desk: Desk, row: DataRequest) -> None:
    form = RefuseForm(request.POST)
    if not form.is_valid():
        raise _BadForm(refuse_form=form)
    refuse_request(
        organization_id=desk.organization_id, request_id=row.id, now=utc_now(), actor=desk.actor(), **form.cleaned_data
    )
    messages.success(request, _("Refused. The reason is kept, and the member was told."), "good")


def _withdraw(request: HttpRequest, desk: Desk, row: DataRequest) -> None:
    withdraw_request(
        organization_id=desk.organization_id, member_id=row.member_id, request_id=row.id, now=utc_now(), actor=desk.actor()
    )
    messages.success(request, _("Withdrawn."), "good")


def _stop(request: HttpRequest, desk: Desk, row: DataRequest) -> None:
    withdraw_consent(
        organization_id=desk.organization_id, member_id=row.member_id, now=utc_now(), source="objection", actor=desk.actor()
    )
    messages.success(request, _("Every consent was taken back: nothing more is sent or evaluated."), "good")


def _restrict(request: HttpRequest, desk: Desk, row: DataRequest) -> None:
    freeze_member(
        organization_id=desk.organization_id, member_id=row.member_id, reason=_("data request"), now=utc_now(), actor=desk.actor()
    )
    messages.success(request, _("Frozen: the data are kept, and nobody uses them."), "good")


STEPS = {
    "take": _take,
    "check": _check,
    "answer": _answer,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "stop": _stop,
    "restrict": _restrict,
}


# --- pieces -----------------------------------------------------------------------------------------------------------


def _page(request: HttpRequest, desk: Desk, request_id: UUID, *, status: int = 200, **given: forms.Form) -> HttpResponse:
    with organization_scope(desk.organization_id):
        row = get_request(organization_id=desk.organization_id, request_id=request_id)
        member = get_member(organization_id=desk.organization_id, member_id=row.member_id)
        shown = _show(desk, [row])[0]
        erasure = find_erasure(organization_id=desk.organization_id, member_id=member.id)
        staff = [person for person in staff_of(organization_id=desk.organization_id) if person.is_active]
    reads = language()
    context = {
        "shown": shown,
        "row": row,
        "member": member,
        "erasure": erasure,
        "staff": staff,
        "check": pick(CHECKS[IdentityCheck(row.identity_check)], reads),
        "ways": _ways(),
        "is_checked": row.identity_check != IdentityCheck.NONE,
        "is_personal": row.kind in PERSONAL,
        "reason": pick(REASONS[RefusalReason(row.refusal_reason)], reads) if row.refusal_reason else "",
        "answer_form": given.get("answer_form") or AnswerForm(),
        "refuse_form": given.get("refuse_form") or RefuseForm(),
    }
    return render(request, "console/request.html", context, status=status)


def _show(desk: Desk, rows: list[DataRequest]) -> list[Shown]:
    """Return requests for the page; in a scope."""
    people = members_by_id(organization_id=desk.organization_id, member_ids=list({row.member_id for row in rows}))
    staff = {person.id: person.user.name for person in staff_of(organization_id=desk.organization_id)}
    today, reads = timezone.localdate(), language()
    return [_one(row, people.get(row.member_id), staff, today, reads) for row in rows]


def _one(row: DataRequest, member: Member | None, staff: dict[UUID, str], today: date, reads: str) -> Shown:
    left = days_left(row.due_date, today=today)
    urgency = "bad" if left <= URGENT_DAYS else "warn" if left <= SOON_DAYS else "good"
    return Shown(
        row,
        (member.full_name or member.number) if member else "",
        pick(KINDS[RequestKind(row.kind)], reads),
        pick(STATES[RequestState(row.state)], reads),
        TONES[row.state],
        left,
        urgency,
        max(0, min(100, (30 - left) * 100 / 30)),
        staff.get(row.assigned_to, "") if row.assigned_to else "",
    )
