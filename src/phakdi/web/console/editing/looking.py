"""What a draft means and would bring about: errors and warnings at their fields, worked cases, a try on real members."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.flows.compare_program import MEMBERS_MAX, Answer, Compared, compare_for_members, recent_buyers
from phakdi.kit.clock import utc_now
from phakdi.kit.conditions import NoneOf, clash
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.kit.thai import parse_date
from phakdi.loyalty.casebook import CaseResult, run_case
from phakdi.loyalty.programs import Finding, compile_program, lint_program, load_program
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.weighing import reward_rates
from phakdi.loyalty.wording import Reader, finding_text, program_error_text
from phakdi.loyalty.wording.plain import condition_text
from phakdi.people.members.queries.search import search
from phakdi.web.access import Desk
from phakdi.web.console.editing.parts import write_number
from phakdi.web.console.editing.room import Room
from phakdi.web.console.editing.sections import place_of
from phakdi.web.naming import reader_for
from phakdi.web.receipts import Moved, VerdictLine, moved_by, notes_of, verdict_lines
from phakdi.web.requests import read_id
from phakdi.web.words import language, refusal_sentence

CASES_MAX = 60
TRY = "program_try"  # in the session: on whom and with what to try


@dataclass(frozen=True, slots=True)
class Told:
    """An error or a warning: where it leads, and whether that is in the thing that is being edited."""

    said: str
    href: str = ""
    place: str = ""
    field: str = ""
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """What one program answers, for a reader."""

    moved: tuple[Moved, ...] = ()
    notes: tuple[str, ...] = ()
    lines: tuple[VerdictLine, ...] = ()
    level: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One purchase under the draft and now, for a reader."""

    at: datetime
    amount_minor: int
    store: str
    repeats: datetime | None
    now: Side | None
    then: Side

    @property
    def is_same(self) -> bool:
        """Whether nothing changes for it."""
        now = self.now or Side()
        return (now.moved, now.notes, now.problem) == (self.then.moved, self.then.notes, self.then.problem)


@dataclass(frozen=True, slots=True)
class Person:
    """A member, and what their purchases would bring."""

    id: UUID
    name: str
    level: str
    purchases: tuple[Shown, ...]


@dataclass(slots=True)
class Look:
    """All of it. Without a document there are errors only."""

    errors: list[Told] = field(default_factory=list)
    warnings: list[Told] = field(default_factory=list)
    failed: list[CaseResult] = field(default_factory=list)
    passed: int = 0
    people: list[Person] = field(default_factory=list)
    problem: str = ""
    rates: list[tuple[str, str]] = field(default_factory=list)  # level, percent of what is paid that members get back
    document: ProgramDocument | None = None
    program: CompiledProgram | None = None

    @property
    def is_sound(self) -> bool:
        """Whether it can be put in force."""
        return self.program is not None and not self.errors


@dataclass(frozen=True, slots=True)
class Trial:
    """On whom and with what somebody tries the draft."""

    member_ids: tuple[UUID, ...] = ()
    amount: str = "500"
    store: str = ""
    category: str = ""
    on: str = ""


def trial_of(request: HttpRequest) -> Trial:
    """Return what the session says about trying."""
    kept = request.session.get(TRY) or {}
    ids = tuple(found for each in kept.get("members", ()) if (found := read_id(each)))
    return Trial(
        ids[:MEMBERS_MAX],
        *(str(kept.get(name, default)) for name, default in (("amount", "500"), ("store", ""), ("category", ""), ("on", ""))),
    )


def keep_trial(request: HttpRequest, desk: Desk) -> str:
    """Keep in the session what was sent about trying; return what is wrong with it, or an empty text."""
    before = request.session.get(TRY) or {}
    kept: dict[str, Any] = dict(before)
    for name in ("amount", "store", "category", "on"):
        if f"try_{name}" in request.POST:
            kept[name] = request.POST[f"try_{name}"].strip()[:40]
    if drop := request.POST.get("try_drop"):
        kept["members"] = [each for each in kept.get("members", ()) if each != drop]
    problem = ""
    if who := request.POST.get("try_who", "").strip():
        with organization_scope(desk.organization_id):
            found = search(organization_id=desk.organization_id, text=who, limit=1).members
        if found:
            others = [each for each in kept.get("members", ()) if each != str(found[0].id)]
            kept["members"] = [str(found[0].id), *others][:MEMBERS_MAX]
        else:
            problem = _("Nobody was found.")
    if kept != before:
        request.session[TRY] = kept
    return problem


def look_at(raw: Mapping[str, Any], room: Room, desk: Desk, *, trial: Trial | None, here: str = "") -> Look:
    """Return what can be said about a program; ``here`` is the path of the thing that is being edited."""
    reader = Reader(language(), desk.currency, desk.zone)
    now = utc_now()
    try:
        document = load_program(raw)
        program = compile_program(document)
        findings = lint_program(document, today=now.astimezone(desk.zone).date())
    except Invalid as refusal:
        return Look(errors=[_told(each, raw, here, reader) for each in _errors(refusal)])
    look = Look(document=document, program=program)
    named = reader_for(desk.organization, program)
    look.warnings = [_placed(_warning(each, raw, room, named), each.path, raw, here) for each in findings]
    look.warnings.sort(key=lambda told: not told.is_here)
    look.rates = [
        (named.called(level) if level else "", write_number(rate.quantize(Decimal("0.1"))))
        for level, rate in reward_rates(document).items()
    ]
    for case in document.cases[:CASES_MAX]:
        result = run_case(program, case)
        if result.passed:
            look.passed += 1
        else:
            look.failed.append(result)
    if trial is not None:
        _try(look, desk, program, trial, now)
    return look


def _warning(finding: Finding, raw: Mapping[str, Any], room: Room, reader: Reader) -> str:
    """Return a warning for the reader; what can never hold is told in the words of its condition."""
    if finding.code == "never_matches":
        of_line = finding.path.endswith("lines")
        node = room.read_condition(_value_at(raw, finding.path), of_line)
        asked = clash(node, room.catalogue(of_line=of_line)) if node else None
        if asked:
            told = [condition_text(leaf if holds else NoneOf((leaf,)), room.talk, of_line=of_line) for leaf, holds in asked]
            return _("This can never hold: %(told)s.") % {"told": room.talk.every(told)}
    return finding_text(finding.code, finding.params, finding.message, reader)


def _value_at(raw: Any, path: str) -> Any:
    """Return what stands at a path such as ``earning[3].when`` or ``vouchers.cup.lines``; None where nothing does."""
    for step in re.findall(r"\[\d+\]|[^.\[]+", path):
        if step.startswith("["):
            place = int(step[1:-1])
            raw = raw[place] if isinstance(raw, list) and place < len(raw) else raw if place == 0 else None
        else:
            raw = raw.get(step) if isinstance(raw, Mapping) else None
    return raw


def _errors(refusal: Invalid) -> list[dict[str, Any]]:
    alone = {"message": refusal.message, "path": refusal.details.get("path", "")}
    return list(refusal.details.get("errors") or [alone])


def _told(error: Mapping[str, Any], raw: Mapping[str, Any], here: str, reader: Reader) -> Told:
    return _placed(program_error_text(str(error["message"]), reader), str(error.get("path", "")), raw, here)


def _placed(said: str, path: str, raw: Mapping[str, Any], here: str) -> Told:
    """Return what is said with the form that shows its place."""
    is_here = bool(here) and (path == here or path.startswith((f"{here}.", f"{here}[")))
    found = place_of(raw, path)
    if found is None:
        return Told(said, reverse("web:program_edit"), path, is_here=is_here)
    section, index, name = found
    item = section.find(raw, index)
    label = next((str(part.label) for part in section.parts if part.key == name), "")
    place = " · ".join(part for part in (str(section.title), item.key if item else "", label) if part)
    anchor = f"#p-{name}" if name else ""
    return Told(said, reverse("web:program_item", args=[section.key, index]) + anchor, place, name, is_here)


# --- trying on members ----------------------------------------------------------------------------------------------------


def _try(look: Look, desk: Desk, program: CompiledProgram, trial: Trial, now: datetime) -> None:
    reader = reader_for(desk.organization, program)
    members = trial.member_ids or tuple(recent_buyers(organization_id=desk.organization_id, limit=2))
    try:
        made_up = _made_up(trial, desk, program, now)
        tried = compare_for_members(
            organization_id=desk.organization_id, draft=program, member_ids=members, made_up=made_up, now=now
        )
    except Refusal as refusal:
        look.problem = refusal_sentence(refusal, reader)
        return
    for each in tried:
        name = each.member.full_name or each.member.number
        level = reader.called(each.level) if each.level else ""
        look.people.append(Person(each.member.id, name, level, tuple(_shown(one, program, reader) for one in each.purchases)))


def _made_up(trial: Trial, desk: Desk, program: CompiledProgram, now: datetime) -> dict[str, Any] | None:
    """Return the made-up purchase as a report; on a named day at noon."""
    amount = trial.amount.replace(",", "")
    if not amount:
        return None
    report: dict[str, Any] = {"kind": "purchase", "amount": amount, "at": now, "channel": "store"}
    if trial.on:
        day = parse_date(trial.on, field="on")
        at = datetime(day.year, day.month, day.day, 12, tzinfo=desk.zone).astimezone(UTC)
        report["at"] = at if at > now else now + timedelta(seconds=1)
    if trial.store:
        report["store"] = trial.store
    if trial.category:
        report["lines"] = [{"id": "1", "amount": amount, "category": trial.category, "quantity": 1}]
    del program
    return report


def _shown(compared: Compared, program: CompiledProgram, reader: Reader) -> Shown:
    activity = compared.activity
    now = None if compared.now is None else _side(compared.now, program, reader)
    return Shown(activity.at, activity.amount or 0, activity.store, compared.repeats, now, _side(compared.then, program, reader))


def _side(answer: Answer, program: CompiledProgram, reader: Reader) -> Side:
    if answer.refusal is not None:
        return Side(problem=refusal_sentence(answer.refusal, reader))
    outcome = answer.outcome
    level = outcome.get("level") or ""
    return Side(
        tuple(moved_by(outcome, program, reader)),
        tuple(notes_of(outcome, reader)),
        tuple(verdict_lines(answer.verdicts, reader)),
        reader.called(level) if level else "",
    )
