"""Putting a draft in force: what changes in plain words and as text, from when on, and what it would have meant."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from phakdi.flows.apply_program import publish_draft
from phakdi.flows.compare_program import Impact, impact_of
from phakdi.flows.edit_program import DraftMoved, DraftOutdated, rebase_draft
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.thai import parse_date
from phakdi.loyalty.programs.merging import merge
from phakdi.loyalty.programs.queries import find_version
from phakdi.loyalty.programs.rewriting import rewrite
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.editing.drafts import Draft, draft_of, values_of
from phakdi.web.console.editing.items import say
from phakdi.web.console.editing.looking import Look, look_at
from phakdi.web.console.editing.room import Room
from phakdi.web.console.editing.sections import BEHIND_ANOTHER, BY_KEY, only_as_text
from phakdi.web.words import refusal_sentence

DIFF_MAX = 400


class PublishForm(forms.Form):
    """From when on, why, and who said so."""

    effective = forms.CharField(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy("A day such as 1/1/2027. Empty: at once."),
        max_length=20,
        required=False,
    )
    note = forms.CharField(label=gettext_lazy("What changes, for colleagues"), max_length=300, required=False)
    approved_by = forms.CharField(
        label=gettext_lazy("Who approved it"),
        help_text=gettext_lazy("Empty where nobody had to."),
        max_length=100,
        required=False,
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """One thing that is new, gone, changed or moved, in plain words."""

    kind: str  # added removed changed moved
    section: str
    name: str
    before: str = ""
    after: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PROGRAMS_WRITE)
def publish(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what the draft changes, and put it in force."""
    draft = draft_of(desk)
    if not draft.is_begun:
        return redirect("web:program_draft")
    form = PublishForm(request.POST or None)
    if request.method == "POST":
        if request.POST.get("do") in {"keep-mine", "take-both"}:
            return _rebase(request, draft)
        if form.is_valid() and _publish(request, draft, form):
            messages.success(request, _("The program is kept. It counts from the day you named."), "good")
            return redirect("web:programs")
        draft = draft_of(desk)
    return _page(request, draft, form)


def _publish(request: HttpRequest, draft: Draft, form: PublishForm) -> bool:
    desk = draft.desk
    try:
        written = form.cleaned_data["effective"]
        publish_draft(
            organization_id=desk.organization_id,
            revision=int(request.POST.get("revision", "0")),
            now=utc_now(),
            created_by_id=desk.place.staff_id,
            effective_from=_start_of(written, desk) if written else None,
            note=form.cleaned_data["note"],
            approved_by=form.cleaned_data["approved_by"],
        )
    except DraftMoved:
        form.add_error(None, _("The draft was changed meanwhile. This is how it stands now."))
    except DraftOutdated:
        form.add_error(None, _("Another version was put in force since this draft was begun. Look at what it changed."))
    except (Refusal, ValueError) as refusal:
        said = refusal_sentence(refusal) if isinstance(refusal, Refusal) else _("This cannot be done.")
        is_about_day = isinstance(refusal, Refusal) and refusal.details.get("field") in {"effective", "effective_from"}
        form.add_error("effective" if is_about_day else None, said)
    else:
        return True
    return False


def _rebase(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Let the draft follow the newest version: as it stands, or put together with what that changed."""
    try:
        revision = int(request.POST.get("revision", "0"))
        if revision == draft.revision and request.POST.get("do") == "take-both":
            merged, clashes = merge(values_of(_base_of(draft)), draft.raw, values_of(draft.base_text))
            revision = draft.keep_text(rewrite(draft.base_text, merged))
            if clashes:
                said = _("Both changed %(places)s: there, what the draft says stands.") % {"places": ", ".join(clashes[:10])}
                messages.warning(request, said, "warn")
        rebase_draft(organization_id=draft.desk.organization_id, revision=revision)
    except (DraftMoved, ValueError):
        messages.error(request, _("The draft was changed meanwhile. This is how it stands now."), "bad")
    return redirect("web:program_publish")


def _start_of(written: str, desk: Desk) -> datetime:
    day = parse_date(written, field="effective")
    return datetime(day.year, day.month, day.day, tzinfo=desk.zone).astimezone(UTC)


def _page(request: HttpRequest, draft: Draft, form: PublishForm) -> HttpResponse:
    desk = draft.desk
    room = draft.room()
    look: Look = look_at(draft.raw, room, desk, trial=None)
    impact: Impact | None = None
    if look.program is not None:
        impact = impact_of(organization_id=desk.organization_id, draft=look.program, now=utc_now())
    theirs = []
    if draft.is_outdated and draft.newest is not None:
        theirs = changes_between(_base_of(draft), draft.base_text, room)
    context = {
        "draft": draft,
        "form": form,
        "look": look,
        "changes": changes_between(draft.base_text, draft.text, room),
        "diff": text_diff(draft.base_text, draft.text),
        "impact": impact,
        "units": _units(impact, room) if impact else [],
        "theirs": theirs,
        "sections": [each for each in BY_KEY.values() if each.key not in BEHIND_ANOTHER],
        "tab": "publish",
    }
    return render(request, "console/program/publish.html", context, status=422 if form.errors else 200)


def _base_of(draft: Draft) -> str:
    """Return the text of the version that the draft was begun from."""
    with organization_scope(draft.desk.organization_id):
        found = (
            find_version(organization_id=draft.desk.organization_id, version_id=draft.based_on_id) if draft.based_on_id else None
        )
    return found.text if found else ""


def _units(impact: Impact, room: Room) -> list[dict[str, Any]]:
    """Return, by kind of points, what the sample brings now and would bring, with how much more or less that is."""
    found = []
    for unit in dict.fromkeys([*impact.now, *impact.then]):
        now, then = impact.now.get(unit, 0), impact.then.get(unit, 0)
        percent = round((then - now) * 100 / now) if now else None
        found.append({"name": room.talk.unit(unit), "now": now, "then": then, "percent": percent})
    return found


def changes_between(before: str, after: str, room: Room) -> list[Changed]:
    """Return what changed from one text to another, thing by thing, in plain words."""
    old, new = values_of(before), values_of(after)
    rooms = (
        Room(old, room.language, room.currency, room.stores, room.fallback),
        Room(new, room.language, room.currency, room.stores, room.fallback),
    )
    found: list[Changed] = []
    for section in BY_KEY.values():
        title = str(section.title)
        olds = {each.key: each.value for each in section.items(old)}
        news = {each.key: each.value for each in section.items(new)}
        for key in [*olds, *(key for key in news if key not in olds)]:
            name = rooms[1].reader.called(key) if key in news else rooms[0].reader.called(key)
            told = [
                say(section, values[key], each) if key in values else "" for values, each in zip((olds, news), rooms, strict=True)
            ]
            if key not in news:
                found.append(Changed("removed", title, name, told[0]))
            elif key not in olds:
                found.append(Changed("added", title, name, after=told[1]))
            elif olds[key] != news[key] and not (section.key == "tiers" and _without(olds[key]) == _without(news[key])):
                found.append(Changed("changed", title, name, *told))
        if [key for key in olds if key in news] != [key for key in news if key in olds]:
            found.append(Changed("moved", title, ""))
    rest = dict.fromkeys([*only_as_text(old), *only_as_text(new)])
    found += [Changed("changed", _("In the text"), key) for key in rest if old.get(key) != new.get(key)]
    return found


def _without(value: Any) -> Any:
    return {key: each for key, each in value.items() if key != "levels"} if isinstance(value, Mapping) else value


def text_diff(before: str, after: str) -> list[tuple[str, str]]:
    """Return the lines that differ, with some around them."""
    kinds = {"+": "added", "-": "removed", "@": "place"}
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
    return [(kinds.get(line[:1], ""), line) for line in lines[:DIFF_MAX]]
