"""The text editor of a program: check it, try it on a member, put it in force."""

import difflib
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

from phakdi.flows.apply_program import apply_program
from phakdi.flows.rehearse_program import rehearse_program
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.kit.thai import parse_date
from phakdi.loyalty.casebook import CaseResult, run_file
from phakdi.loyalty.programs import Finding, compile_program, lint_program, load_program
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import get_version
from phakdi.loyalty.wording import Reader, finding_text, program_error_text
from phakdi.people.members.models import Member
from phakdi.people.members.queries import search
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.programs import version_in_force
from phakdi.web.naming import reader_for
from phakdi.web.receipts import Moved, VerdictLine, moved_by, notes_of, verdict_lines
from phakdi.web.requests import read_id
from phakdi.web.words import language, refusal_sentence

TEXT_MAX = 500_000
DIFF_MAX = 400
FIRST = """phakdi: 1
key: {key}
name: {{th: "{name}", en: "{name}"}}
units:
  points:
    expires: {{after: 2 years}}
earning:
  - key: base
    name: {{th: "1 แต้มทุก 25 บาท", en: "1 point for each 25 baht"}}
    on: purchase
    give: {{points: 1, per: 25}}
"""


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
    """Edit a program: nothing counts until it is put in force."""
    in_force = _text_in_force(desk)
    if request.method != "POST":
        form = ProgramForm(initial={"text": _first_text(desk, in_force, read_id(request.GET.get("from")))})
        return _page(request, form, RehearsalForm(), None, None)
    form, rehearsal = ProgramForm(request.POST), RehearsalForm(request.POST)
    if not form.is_valid() or not rehearsal.is_valid():
        return _page(request, form, rehearsal, None, None)
    text = form.cleaned_data["text"].replace("\r\n", "\n")
    checked = check(text, in_force, utc_now(), desk)
    tried = None
    if checked.is_sound and request.POST.get("do") == "try":
        tried = _rehearse(desk, text, checked, rehearsal.cleaned_data)
    if checked.is_sound and request.POST.get("do") == "apply" and _apply(desk, text, form):
        messages.success(request, _("The program is kept. It counts from the day you named."), "good")
        return redirect("web:programs")
    return _page(request, form, rehearsal, checked, tried)


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
    return Checked([], told, cases, _diff(in_force, text), program)


def _errors(refusal: Invalid, reader: Reader) -> list[dict[str, Any]]:
    alone = {"message": refusal.message, "path": refusal.details.get("path", ""), "line": refusal.details.get("line")}
    found = refusal.details.get("errors") or [alone]
    return [{**each, "message": program_error_text(each["message"], reader)} for each in found]


def _diff(before: str, after: str) -> list[tuple[str, str]]:
    kinds = {"+": "added", "-": "removed", "@": "place"}
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
    return [(kinds.get(line[:1], ""), line) for line in lines[:DIFF_MAX]]


def _apply(desk: Desk, text: str, form: ProgramForm) -> bool:
    try:
        written = form.cleaned_data["effective"]
        begins = _start_of(written, desk, "effective") if written else None
        apply_program(
            organization_id=desk.organization_id,
            text=text,
            now=utc_now(),
            effective_from=begins,
            created_by_id=desk.place.staff_id,
            note=form.cleaned_data["note"],
        )
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


def _text_in_force(desk: Desk) -> str:
    version_id = version_in_force(desk)
    if version_id is None:
        return ""
    with organization_scope(desk.organization_id):
        return get_version(organization_id=desk.organization_id, version_id=version_id).text


def _first_text(desk: Desk, in_force: str, wanted: Any) -> str:
    if wanted:
        with organization_scope(desk.organization_id):
            return get_version(organization_id=desk.organization_id, version_id=wanted).text
    return in_force or FIRST.format(key=desk.organization.slug, name=desk.organization.name.replace('"', "'"))


def _page(
    request: HttpRequest, form: ProgramForm, rehearsal: RehearsalForm, checked: Checked | None, tried: Rehearsed | None
) -> HttpResponse:
    context = {"form": form, "rehearsal": rehearsal, "checked": checked, "tried": tried}
    has_errors = bool(form.errors or rehearsal.errors or (checked and checked.errors))
    return render(request, "console/program_edit.html", context, status=422 if has_errors else 200)
