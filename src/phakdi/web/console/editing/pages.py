"""The pages of the editor: the program in plain words, its sections, and the form of one thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.edit_program import DraftMoved, discard_draft
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.text import pick
from phakdi.loyalty.programs import diff_programs
from phakdi.loyalty.programs.queries import get_version
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.editing import forming, posted
from phakdi.web.console.editing.drafts import Draft, draft_of, values_of
from phakdi.web.console.editing.items import ItemForm, say
from phakdi.web.console.editing.looking import Look, keep_trial, look_at, trial_of
from phakdi.web.console.editing.room import Room
from phakdi.web.console.editing.sections import BEHIND_ANOTHER, BY_KEY, LIST, MAP, SINGLE, Item, Section, only_as_text
from phakdi.web.requests import safe_next
from phakdi.web.words import language


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a section in plain words."""

    item: Item
    name: str
    said: str
    is_new: bool
    is_changed: bool


@require_safe
@staff_page(Permission.PROGRAMS_WRITE)
def home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the whole program in plain words, each section with a way into it."""
    draft = draft_of(desk)
    room = draft.room()
    parts = [(section, lines_of(section, draft, room)) for section in BY_KEY.values() if section.key not in BEHIND_ANOTHER]
    return _page(request, "console/program/home.html", draft, room, {"parts": parts, "text_only": only_as_text(draft.raw)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PROGRAMS_WRITE)
def section(request: HttpRequest, desk: Desk, key: str) -> HttpResponse:
    """List the things of a section; copy, move and take away."""
    found, draft = _section(key), draft_of(desk)
    if found.shape == SINGLE:
        return redirect("web:program_item", key, 0)
    if request.method == "POST":
        return _change(request, found, draft)
    room = draft.room()
    context = {"section": found, "lines": lines_of(found, draft, room), "is_ordered": found.shape in {LIST, MAP}}
    return _page(request, "console/program/section.html", draft, room, context)


def _change(request: HttpRequest, found: Section, draft: Draft) -> HttpResponse:
    verb, _sign, number = request.POST.get("do", "").partition(":")
    item = found.find(draft.raw, int(number)) if number.isdigit() else None
    if item is None or item.key != request.POST.get("key", item.key):
        messages.error(request, _("It is not there any more."), "bad")
        return redirect("web:program_section", found.key)
    raw, place = dict(draft.raw), None
    if verb == "copy":
        raw, place = found.copy(draft.raw, item.index)
    elif verb == "remove":
        raw = found.remove(draft.raw, item.index)
    elif verb in {"up", "down"}:
        raw = found.move(draft.raw, item.index, -1 if verb == "up" else 1)
    try:
        draft.keep(raw)
    except DraftMoved:
        messages.error(request, _moved(draft), "bad")
    else:
        if verb == "remove":
            messages.success(request, _("Taken out of the draft."), "good")
    return redirect("web:program_section", found.key) if place is None else redirect("web:program_item", found.key, place)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PROGRAMS_WRITE)
def item(request: HttpRequest, desk: Desk, key: str, index: int) -> HttpResponse:
    """Change one thing of a section."""
    found, draft = _section(key), draft_of(desk)
    there = _there(request, found, draft, index)
    if there is None:
        messages.error(request, _("It is not there any more."), "bad")
        return redirect("web:program_section", key) if found.shape != SINGLE else redirect("web:program_draft")
    value = there.value if isinstance(there.value, Mapping) else {}
    return _edit(request, found, draft, there, value)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.PROGRAMS_WRITE)
def new(request: HttpRequest, desk: Desk, key: str) -> HttpResponse:
    """Add a thing to a section."""
    found = _section(key)
    if found.shape == SINGLE:
        raise Http404
    return _edit(request, found, draft_of(desk), None, found.blank)


def _there(request: HttpRequest, found: Section, draft: Draft, index: int) -> Item | None:
    """Return the thing that is meant: at its place, or where it has moved to."""
    there = found.find(draft.raw, index)
    meant = request.POST.get("key")
    if meant is None or (there is not None and there.key == meant):
        return there
    return next((each for each in found.items(draft.raw) if each.key == meant), None)


def _edit(request: HttpRequest, found: Section, draft: Draft, there: Item | None, value: Mapping[str, Any]) -> HttpResponse:
    room = draft.room()
    form = ItemForm(found, value, room)
    context: dict[str, Any] = {"section": found, "form": form, "item": there, "code": request.POST.get("code", "")}
    context["codes"] = [("default", _("everybody else")), *room.levels()] if found.key == "membership" else []
    here = found.path_of(there) if there else ""
    if request.method != "POST":
        return _page(request, "console/program/item.html", draft, room, context, here=here)
    form.sent = posted.nest((name, request.POST.getlist(name)) for name in request.POST)
    button = request.POST.get("do", "save")
    if button.partition(":")[0] in {"add", "drop", "row", "group", "redraw"}:
        if ":" in button:
            forming.press(form.sent, button)
        return _page(request, _of_form(request), draft, room, context, here=here)
    changed, here = _candidate(request, found, draft, there, form)
    if button == "look":
        context["nobody"] = keep_trial(request, draft.desk)
        context["said"] = _said(found, changed, there, draft.room(changed))
        return _page(request, "console/program/looked.html", draft, draft.room(changed), context, raw=changed, here=here)
    return _save(request, draft, context, changed, here)


def _save(request: HttpRequest, draft: Draft, context: dict[str, Any], changed: Mapping[str, Any], here: str) -> HttpResponse:
    """Keep the draft as it would be, or show the form again with what stands against it."""
    found, form = context["section"], context["form"]
    look = look_at(changed, draft.room(changed), draft.desk, trial=None, here=here)
    for told in look.errors:
        if told.is_here:
            form.errors.setdefault(told.field, told.said)
    status = 422 if form.errors else 409
    if not form.errors and request.POST.get("revision") == str(draft.revision):
        try:
            draft.keep(changed)
        except DraftMoved:
            draft = draft_of(draft.desk)
        else:
            messages.success(request, _("Kept in the draft. Members see it once you put it in force."), "good")
            return redirect("web:program_section", found.key) if found.shape != SINGLE else redirect("web:program_draft")
    context = {**context, "wrong": bool(form.errors), "moved": "" if form.errors else _moved(draft)}
    return _page(request, "console/program/item.html", draft, draft.room(), context, raw=changed, here=here, status=status)


def _candidate(
    request: HttpRequest, found: Section, draft: Draft, there: Item | None, form: ItemForm
) -> tuple[Mapping[str, Any], str]:
    """Return the program as it would be, and the path of the thing in it."""
    value = form.result()
    if there is not None:
        return found.put(draft.raw, value, index=there.index), found.path_of(there)
    code = request.POST.get("code", "").strip() or pick(value.get("name"), "en")
    code = code if found.key == "membership" else found.free_key(draft.raw, code)
    changed = found.put(draft.raw, value, key=code or found.key)
    last = found.items(changed)[-1] if found.items(changed) else None
    return changed, found.path_of(last) if last else ""


def _said(found: Section, changed: Mapping[str, Any], there: Item | None, room: Room) -> str:
    """Return the thing that is being edited as a sentence."""
    items = found.items(changed)
    index = there.index if there is not None else items[-1].index if items else 0
    now = found.find(changed, index)
    return say(found, now.value, room) if now else ""


def _of_form(request: HttpRequest) -> str:
    """Return the template for a form that changed by a button: the form alone where a script asks."""
    return "console/program/item_form.html" if getattr(request, "htmx", False) else "console/program/item.html"


@require_POST
@staff_page(Permission.PROGRAMS_WRITE)
def trial(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose on whom and with what to try."""
    problem = keep_trial(request, desk)
    if getattr(request, "htmx", False):
        draft = draft_of(desk)
        return _page(request, "console/program/looked.html", draft, draft.room(), {"nobody": problem})
    if problem:
        messages.error(request, problem, "bad")
    return redirect(safe_next(request, "/console/programs/draft/"))


@require_POST
@staff_page(Permission.PROGRAMS_WRITE)
def discard(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Forget the draft."""
    discard_draft(organization_id=desk.organization_id)
    messages.success(request, _("The draft is gone. What is in force stays as it is."), "good")
    return redirect("web:programs")


@require_POST
@staff_page(Permission.PROGRAMS_WRITE)
def restore(request: HttpRequest, desk: Desk, version_id: Any) -> HttpResponse:
    """Make an older version the draft."""
    draft = draft_of(desk)
    with organization_scope(desk.organization_id):
        version = get_version(organization_id=desk.organization_id, version_id=version_id)
    try:
        draft.keep_text(version.text)
    except DraftMoved:
        messages.error(request, _moved(draft), "bad")
        return redirect("web:programs")
    messages.success(
        request, _("Version %(number)s is the draft now. Nothing changes for members yet.") % {"number": version.number}, "good"
    )
    return redirect("web:program_draft")


# --- what pages show ------------------------------------------------------------------------------------------------------


def lines_of(found: Section, draft: Draft, room: Room) -> list[Line]:
    """Return the things of a section in plain words, with what is new or changed against the version in force."""
    base = draft.base
    before = {each.key: each.value for each in found.items(values_of(draft.base_text))} if base else {}
    lines = []
    for each in found.items(draft.raw):
        if found.shape == SINGLE and not each.value and found.key != "returns":
            continue
        name = _name_of(each, room)
        is_new = bool(base) and each.key not in before
        is_changed = bool(base) and not is_new and before.get(each.key) != each.value
        lines.append(Line(each, name, say(found, each.value, room) or _told_plainly(found, each, room), is_new, is_changed))
    return lines


def _name_of(each: Item, room: Room) -> str:
    own = each.value.get("name") if isinstance(each.value, Mapping) else None
    said = pick(own, room.language) if isinstance(own, str | Mapping) else ""
    return said if said and isinstance(said, str) else (room.reader.called(each.key) if each.key else "")


def _told_plainly(found: Section, each: Item, room: Room) -> str:
    if found.key != "basics" or not isinstance(each.value, Mapping):
        return ""
    told = [pick(each.value.get("description"), language()), room.talk.unit(room.main_unit())]
    return " · ".join(part for part in told if part)


def _moved(draft: Draft) -> str:
    by = draft_of(draft.desk).changed_by
    return _("%(name)s changed the draft meanwhile. Look at it and save again.") % {"name": by or _("Somebody")}


def _section(key: str) -> Section:
    found = BY_KEY.get(key)
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    template: str,
    draft: Draft,
    room: Room,
    context: Mapping[str, Any],
    *,
    raw: Mapping[str, Any] | None = None,
    here: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Draw a page of the editor: what it is about, and beside it what the draft means."""
    trial_now = trial_of(request)
    looked_at = room if raw is None or room.raw is raw else draft.room(raw)
    look: Look = look_at(looked_at.raw, looked_at, draft.desk, trial=trial_now, here=here or "")
    changes = len(diff_programs(draft.base, look.document)) if draft.base and look.document else None
    shared = {
        "draft": draft,
        "room": room,
        "look": look,
        "trial": trial_now,
        "try_address": request.path if context.get("form") else reverse("web:program_try"),
        "changes": changes,
        "stores": room.stores,
        "sections": [each for each in BY_KEY.values() if each.key not in BEHIND_ANOTHER],
        "tab": getattr(context.get("section"), "key", "home"),
    }
    return render(request, template, {**shared, **context}, status=status)
