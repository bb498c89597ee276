"""The text editor of a program: check it, try it on a member, put it in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from phakdi.flows.apply_program import publish_draft
from phakdi.flows.edit_program import DraftMoved, DraftOutdated
from phakdi.flows.rehearse_program import rehearse_program
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.kit.thai import parse_date
from phakdi.loyalty.casebook import CaseResult, run_file
from phakdi.loyalty.programs import Finding, compile_program, lint_program, load_program
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.wording import Reader, finding_text, program_error_text
from phakdi.people.members.models import Member
from phakdi.people.members.queries.search import search
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.editing.drafts import Draft, draft_of, is_readable
from phakdi.web.console.editing.publishing import text_diff
from phakdi.web.console.editing.sections import BEHIND_ANOTHER, BY_KEY
from phakdi.web.naming import reader_for
from phakdi.web.receipts import Moved, VerdictLine, moved_by, notes_of, verdict_lines
from phakdi.web.words import language, refusal_sentence

TEXT_MAX = 500_000


class ProgramForm(forms.Form):
    """A program as a text, and from when on it is to count."""

    text = forms.CharField(
        label=gettext_lazy("Program"),
        max_length=TEXT_MAX,
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false", "wrap": "off", "autocapitalize": "off"}),
    )
    effective = forms.CharField(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy("A day such as 1/1/2027. Empty: at once."),
        max_length=20,
        required=False,
    )
    note = forms.CharField(label=gettext_lazy("What changes, for colleagues"), max_length=300, required=False)


class RehearsalForm(forms.Form):
    """An activity to try on a real member."""

    who = forms.CharField(label=gettext_lazy("Member: phone, number or name"), max_length=100, required=False)
    amount = forms.CharField(label=gettext_lazy("Amount of the bill"), max_length=20, required=False, initial="1000")
    store = forms.CharField(label=gettext_lazy("Store"), max_length=40, required=False)
    on = forms.CharField(
        label=gettext_lazy("On which day"),
        help_text=gettext_lazy("It may lie in the future. Empty: now."),
        max_length=20,
        required=False,
    )


@dataclass(slots=True)
class Checked:
    """What looking at the text showed."""

    errors: list[dict[str, Any]] = field(default_factory=list)
    findings: list[tuple[Finding, str]] = field(default_factory=list)
    cases: tuple[CaseResult, ...] = ()
    diff: list[tuple[str, str]] = field(default_factory=list)
    program: CompiledProgram | None = None

    @property
    def is_sound(self) -> bool:
        """Whether it can be put in force."""
        return not self.errors


@dataclass(slots=True)
class Rehearsed:
    """What an activity would bring a member under the text."""

    member: Member | None = None
    moved: list[Moved] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: list[VerdictLine] = field(default_factory=list)
    level: str = ""
    problem: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PROGRAMS_WRITE)
def edit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Edit the draft as a text: nothing counts until it is put in force."""
    draft = draft_of(desk)
    if request.method != "POST":
        return _page(request, draft, ProgramForm(initial={"text": draft.text}), RehearsalForm(), None, None)
    form, rehearsal = ProgramForm(request.POST), RehearsalForm(request.POST)
    if not form.is_valid() or not rehearsal.is_valid():
        return _page(request, draft, form, rehearsal, None, None)
    text, button = form.cleaned_data["text"].replace("\r\n", "\n"), request.POST.get("do")
    checked = check(text, draft.base_text, utc_now(), desk)
    tried = None
    if checked.is_sound and button == "try":
        tried = _rehearse(desk, text, checked, rehearsal.cleaned_data)
    if button == "save" and is_readable(text) and _keep(request, draft, text, form) is not None:
        messages.success(request, _("Kept in the draft. Members see it once you put it in force."), "good")
        return redirect("web:program_draft")
    if checked.is_sound and button == "apply" and _apply(request, draft, text, form):
        messages.success(request, _("The program is kept. It counts from the day you named."), "good")
        return redirect("web:programs")
    return _page(request, draft, form, rehearsal, checked, tried)


def check(text: str, in_force: str, now: datetime, desk: Desk) -> Checked:
    """Return what can be said about a text: errors at their lines, warnings, its cases, and what changes."""
    reader = Reader(language(), desk.currency, desk.zone)
    try:
        document = load_program(text)
        program = compile_program(document)
        findings = lint_program(document, today=now.astimezone(desk.zone).date())
        cases = run_file(text).cases
    except Invalid as refusal:
        return Checked(errors=_errors(refusal, reader))
    told = [(each, finding_text(each.code, each.params, each.message, reader)) for each in findings]
    return Checked([], told, cases, text_diff(in_force, text), program)


def _errors(refusal: Invalid, reader: Reader) -> list[dict[str, Any]]:
    alone = {"message": refusal.message, "path": refusal.details.get("path", ""), "line": refusal.details.get("line")}
    found = refusal.details.get("errors") or [alone]
    return [{**each, "message": program_error_text(each["message"], reader)} for each in found]


def _keep(request: HttpRequest, draft: Draft, text: str, form: ProgramForm) -> int | None:
    """Keep the text as the draft that was looked at and return its revision; None where somebody else was quicker."""
    if request.POST.get("revision", str(draft.revision)) == str(draft.revision):
        try:
            return draft.keep_text(text)
        except DraftMoved:
            pass
    form.add_error(None, _("Somebody changed the draft meanwhile; what you wrote was not kept."))
    return None


def _apply(request: HttpRequest, draft: Draft, text: str, form: ProgramForm) -> bool:
    desk = draft.desk
    try:
        written = form.cleaned_data["effective"]
        begins = _start_of(written, desk, "effective") if written else None
        revision = _keep(request, draft, text, form)
        if revision is None:
            return False
        publish_draft(
            organization_id=desk.organization_id,
            revision=revision or draft.begin(),
            now=utc_now(),
            effective_from=begins,
            created_by_id=desk.place.staff_id,
            note=form.cleaned_data["note"],
        )
    except DraftOutdated:
        form.add_error(None, _("Another version was put in force since this draft was begun. Look at what it changed."))
        return False
    except Refusal as refusal:
        is_about_day = refusal.details.get("field") in {"effective", "effective_from"}
        form.add_error("effective" if is_about_day else None, refusal_sentence(refusal))
        return False
    return True


def _rehearse(desk: Desk, text: str, checked: Checked, given: Mapping[str, Any]) -> Rehearsed:
    assert checked.program is not None
    with organization_scope(desk.organization_id):
        found = search(organization_id=desk.organization_id, text=given["who"], limit=1).members
    if not found:
        return Rehearsed(problem=_("Nobody was found."))
    member, reader = found[0], reader_for(desk.organization, checked.program)
    try:
        at = _start_of(given["on"], desk, "on") + timedelta(hours=12) if given["on"] else utc_now()
        activity = {
            "kind": "purchase",
            "at": at,
            "amount": given["amount"].replace(",", ""),
            "channel": "store",
            "store": given["store"],
        }
        said = {name: value for name, value in activity.items() if value != ""}
        receipt = rehearse_program(
            organization_id=desk.organization_id, text=text, member_id=member.id, activity=said, now=max(at, utc_now())
        )
    except Refusal as refusal:
        return Rehearsed(member, problem=refusal_sentence(refusal, reader))
    moved = moved_by(receipt.outcome, checked.program, reader)
    level = receipt.outcome.get("level") or ""
    notes = notes_of(receipt.outcome, reader)
    return Rehearsed(member, moved, notes, verdict_lines(receipt.verdicts, reader), reader.called(level) if level else "")


def _start_of(written: str, desk: Desk, name: str) -> datetime:
    day = parse_date(written, field=name)
    return datetime(day.year, day.month, day.day, tzinfo=desk.zone).astimezone(UTC)


def _page(
    request: HttpRequest,
    draft: Draft,
    form: ProgramForm,
    rehearsal: RehearsalForm,
    checked: Checked | None,
    tried: Rehearsed | None,
) -> HttpResponse:
    sections = [each for each in BY_KEY.values() if each.key not in BEHIND_ANOTHER]
    context = {
        "draft": draft,
        "sections": sections,
        "tab": "text",
        "changes": None,
        "form": form,
        "rehearsal": rehearsal,
        "checked": checked,
        "tried": tried,
    }
    has_errors = bool(form.errors or rehearsal.errors or (checked and checked.errors))
    return render(request, "console/program_edit.html", context, status=422 if has_errors else 200)
