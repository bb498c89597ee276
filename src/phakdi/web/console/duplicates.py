"""Members who may be one person: the list, two of them side by side, making them one, and taking them apart again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from phakdi.flows.comparing import compare_pair
from phakdi.flows.find_duplicates import decide_pair, read_all_again
from phakdi.flows.merge_members import KeepLevel, look_at_parting, merge_members, unmerge_members
from phakdi.flows.note_look import note_look
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Refusal
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.duplicates.core import strength_of
from phakdi.people.duplicates.queries import open_pairs, pair_counts, scan_of
from phakdi.people.members.queries import get_member, members_by_id, search
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console import alike
from phakdi.web.naming import reader_for
from phakdi.web.requests import read_id
from phakdi.web.words import refusal_sentence

PAGE = 20
STRENGTHS = ("CERTAIN", "LIKELY", "PERHAPS")
SAID = {"different": "DIFFERENT", "later": "LATER", "open": "OPEN"}


@require_safe
@staff_page(Permission.MEMBERS_WRITE)
def duplicates(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List pairs that may be one person, the likeliest first."""
    organization_id, shown = desk.organization_id, request.GET.get("show", "").upper()
    written = request.GET.get("page", "")
    number = min(int(written), 1000) if written.isdecimal() else 0
    state = shown if shown in {"LATER", "DIFFERENT"} else "OPEN"
    strength = shown if shown in STRENGTHS else ""
    with organization_scope(organization_id):
        counts = pair_counts(organization_id=organization_id)
        found = open_pairs(organization_id=organization_id, strength=strength, state=state, skip=number * PAGE, limit=PAGE + 1)
        members = members_by_id(
            organization_id=organization_id, member_ids=[each for pair in found[:PAGE] for each in (pair.low_id, pair.high_id)]
        )
        scan = scan_of(organization_id=organization_id)
    pairs = [
        {
            "pair": pair,
            "members": (members[pair.low_id], members[pair.high_id]),
            "evidence": alike.evidence_of(pair.evidence)[:5],
            "strength": alike.strength_words(pair.strength),
        }
        for pair in found[:PAGE]
        if pair.low_id in members and pair.high_id in members
    ]
    waiting = sum(counts[each] for each in STRENGTHS)
    tabs = [("", _("All"), waiting), *((each, alike.strength_words(each)[0], counts[each]) for each in STRENGTHS)]
    tabs += [("LATER", _("Put off"), counts["LATER"]), ("DIFFERENT", _("Different people"), counts["DIFFERENT"])]
    context = {
        "pairs": pairs, "tabs": tabs, "shown": strength or (state if state != "OPEN" else ""), "scan": scan, "waiting": waiting,
        "state": state, "next_page": number + 1 if len(found) > PAGE else None,
    }  # fmt: skip
    return render(request, "console/duplicates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.MEMBERS_WRITE)
def duplicate(request: HttpRequest, desk: Desk, one_id: UUID, other_id: UUID) -> HttpResponse:
    """Show two members side by side; make them one, or say that they are not, or later."""
    if request.method == "POST" and (answer := _decided(request, desk, one_id, other_id)) is not None:
        return answer
    now, organization_id = utc_now(), desk.organization_id
    with organization_scope(organization_id):
        members = [get_member(organization_id=organization_id, member_id=each) for each in (one_id, other_id)]
        pair = compare_pair(*members)
        sides = alike.kept_first(*(alike.side_of(desk, member, now) for member in members))
        for member in members:
            note_look(organization_id=organization_id, member_id=member.id, actor=desk.actor(), now=now)
    first, second = (side.member for side in sides)
    levels = {side.level for side in sides if side.level}
    context = {
        "sides": sides,
        "lines": alike.lines_of(first, second),
        "evidence": alike.evidence_of({each.field: (each.level, each.code) for each in pair.likenesses}),
        "strength": alike.strength_words(strength_of(pair.probability) or ""),
        "percent": min(int(pair.probability * 100), 99),
        "units": _units(sides),
        "has_levels": len(levels) > 1,
        "can_merge": all(side.member.status in {"ACTIVE", "SHADOW", "CLOSED"} for side in sides),
    }
    return render(request, "console/duplicate.html", context)


@require_POST
@staff_page(Permission.MEMBERS_WRITE)
def say(request: HttpRequest, desk: Desk, one_id: UUID, other_id: UUID) -> HttpResponse:
    """Note from the list that two members are different people, or to look later."""
    _say(request, desk, (one_id, other_id), SAID.get(request.POST.get("do", ""), "LATER"))
    return redirect(f"{reverse('web:duplicates')}?show={request.POST.get('show', '')}")


@require_POST
@staff_page(Permission.MEMBERS_WRITE)
def look_again(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Have all members compared again."""
    read_all_again(organization_id=desk.organization_id, now=utc_now(), actor=desk.actor())
    messages.success(request, _("All members are compared again, a few at a time. You may leave this page."), "good")
    return redirect("web:duplicates")


@require_safe
@staff_page(Permission.MEMBERS_WRITE)
def pick(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Find the other member who is the same person, by hand."""
    wanted = request.GET.get("q", "").strip()
    with organization_scope(desk.organization_id):
        who = get_member(organization_id=desk.organization_id, member_id=member_id)
        page = search(organization_id=desk.organization_id, text=wanted, limit=PAGE) if wanted else None
    found = [member for member in page.members if member.id != member_id] if page else []
    return render(request, "console/duplicate_pick.html", {"member": who, "wanted": wanted, "found": found})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.MEMBERS_WRITE)
def merge_undo(request: HttpRequest, desk: Desk, merge_id: UUID) -> HttpResponse:
    """Show what taking two members apart means and whose each later activity is; then do it."""
    now, organization_id = utc_now(), desk.organization_id
    theirs = {found for each in request.POST.getlist("theirs") if (found := read_id(each))} if request.method == "POST" else None
    if request.method == "POST" and request.POST.get("do") == "apart":
        try:
            unmerge_members(organization_id=organization_id, merge_id=merge_id, theirs=theirs, now=now, actor=desk.actor())
        except Refusal as refusal:
            messages.error(request, refusal_sentence(refusal), "bad")
            return redirect("web:duplicates")
        parting_member = request.POST.get("merged", "")
        messages.success(request, _("They are two members again."), "good")
        return redirect("web:member", parting_member) if read_id(parting_member) else redirect("web:duplicates")
    parting = look_at_parting(organization_id=organization_id, merge_id=merge_id, now=now, theirs=theirs)
    with organization_scope(organization_id):
        reader = reader_for(desk.organization, _program(desk, now))
    names = alike.names_by_id([parting.survivor, parting.merged])
    labels = {"survivor": names[parting.survivor.id], "merged": names[parting.merged.id]}
    called = _Called(reader)
    context: dict[str, Any] = {
        "merge": parting.merge,
        "survivor": parting.survivor,
        "merged": parting.merged,
        "names": labels,
        "later": [
            (each, reader.called(each.kind), each.is_theirs if theirs is None else each.id in theirs) for each in parting.later
        ],
        "differences": [alike.difference_words(each.code, each.details, labels, called) for each in parting.differences],
    }
    return render(request, "console/merge_undo.html", context)


class _Called(dict[str, str]):
    """What units and vouchers are called, by key."""

    def __init__(self, reader: Any) -> None:
        super().__init__()
        self._reader = reader

    def get(self, key: str, default: Any = None) -> Any:
        """Return what something is called."""
        return self._reader.called(key) or default


def _program(desk: Desk, now: Any) -> Any:
    try:
        return version_at(organization_id=desk.organization_id, at=now)
    except NotFound:
        return None


def _decided(request: HttpRequest, desk: Desk, one_id: UUID, other_id: UUID) -> HttpResponse | None:
    """Do what was decided on the page of two members, and return where to go; None to show it again."""
    do = request.POST.get("do", "")
    if do in SAID:
        _say(request, desk, (one_id, other_id), SAID[do])
        return redirect("web:duplicates")
    kept = read_id(request.POST.get("keep"))
    if do != "merge" or kept not in {one_id, other_id}:
        messages.error(request, _("Choose whom to keep."), "bad")
        return None
    gone = other_id if kept == one_id else one_id
    take = [name for name in alike.FIELDS if request.POST.get(f"take_{name}") == str(gone)]
    keep = KeepLevel.OWN if request.POST.get("level") == "own" else KeepLevel.HIGHER
    try:
        merge = merge_members(
            organization_id=desk.organization_id, survivor_id=kept, merged_id=gone, take=take, keep=keep, now=utc_now(),
            actor=desk.actor(),
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
        return None
    messages.success(request, _("They are one member now. If this was a mistake, take them apart again below."), "good")
    return redirect("web:member", merge.survivor_id)


def _say(request: HttpRequest, desk: Desk, pair: tuple[UUID, UUID], state: str) -> None:
    try:
        decide_pair(organization_id=desk.organization_id, member_ids=pair, state=state, now=utc_now(), actor=desk.actor())
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal), "bad")
        return
    said = {
        "DIFFERENT": _("Noted: different people. They are not proposed again until one of them changes."),
        "LATER": _("Put off. It waits under “Put off”."),
        "OPEN": _("It waits for a decision again."),
    }
    messages.success(request, said[state], "good")


def _units(sides: tuple[alike.Side, alike.Side]) -> list[tuple[str, Any, Any]]:
    """Return each unit that either of the two has, with both balances."""
    found: dict[str, list[Any]] = {}
    for place, side in enumerate(sides):
        for balance in side.balances:
            if not balance.is_empty:
                found.setdefault(balance.unit, [balance.name, None, None])[place + 1] = balance
    return [(name, one, other) for name, one, other in found.values()]
