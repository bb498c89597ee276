"""Members in the console: the list, and one member's whole story."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from phakdi.engagement.messaging.queries import messages_of
from phakdi.flows.note_look import note_look
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.engine.snapshots import Snapshot, snapshot_of
from phakdi.loyalty.ledger import queries as ledger
from phakdi.people.consents.queries import current_consents
from phakdi.people.duplicates.queries import pairs_of
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member, identities_of, members_by_id, search
from phakdi.people.members.queries.merging import merges_into
from phakdi.platform.audit.queries import AuditFilter
from phakdi.platform.audit.queries import entries as audit_entries
from phakdi.platform.staff.core import Permission
from phakdi.web import standing
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.people import actor_names, named_entries
from phakdi.web.expecting import expected_of
from phakdi.web.levels import level_of
from phakdi.web.naming import reader_for
from phakdi.web.portal.consenting import consent_name
from phakdi.web.receipts import verdict_lines
from phakdi.web.requests import read_id

PAGE, FEW = 25, 8


@require_safe
@staff_page(Permission.MEMBERS_READ)
def members(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List members by name, or those found by number, phone, e-mail, card or part of a name."""
    wanted = request.GET.get("q", "").strip()
    with organization_scope(desk.organization_id):
        page = search(organization_id=desk.organization_id, text=wanted, limit=PAGE, cursor=request.GET.get("after", ""))
    return render(request, "console/members.html", {"page": page, "wanted": wanted})


@require_safe
@staff_page(Permission.MEMBERS_READ)
def member(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show everything about one member, each part with the way to the rest of it."""
    now, organization_id = utc_now(), desk.organization_id
    with organization_scope(organization_id):
        who = get_member(organization_id=organization_id, member_id=member_id)
        snapshot = _snapshot(desk, member_id)
        audit = audit_entries(
            organization_id=organization_id, wanted=AuditFilter(subject_kind="member", subject_id=str(member_id)), limit=FEW
        )
        said = current_consents(organization_id=organization_id, member_id=member_id)
        context: dict[str, Any] = {
            "member": who,
            "identities": [
                (identity_name(each.kind), each) for each in identities_of(organization_id=organization_id, member_id=member_id)
            ],
            "consents": [(consent_name(key), state) for key, state in said.items()],
            "messages_sent": messages_of(organization_id=organization_id, member_id=member_id, limit=FEW),
            "audit": named_entries(desk, audit, actor_names(desk, audit)),
            "activities": ledger.activities_by_time(organization_id=organization_id, member_id=member_id, limit=FEW),
        }
        rows = ledger.entries_by_time(organization_id=organization_id, member_id=member_id, limit=FEW)
        lots = ledger.lots_of(organization_id=organization_id, member_id=member_id)
        context |= _others(desk, who)
        if desk.place.can(Permission.INSIGHT_READ):
            today = now.astimezone(desk.zone).date()
            context["expected"] = expected_of(
                organization_id=organization_id, member_id=member_id, currency=desk.currency, now=now, today=today
            )
    note_look(organization_id=organization_id, member_id=member_id, actor=desk.actor(), now=now)
    if snapshot:
        reader = reader_for(desk.organization, snapshot.program)
        context |= {
            "balances": standing.balances(snapshot, reader, now),
            "vouchers": standing.own_vouchers(snapshot, reader, now),
            "movements": standing.movements(rows, snapshot.program, reader),
            "level": level_of(snapshot, reader, now),
            "lots": [(lot, reader.called(lot.unit), reader.called(lot.rule)) for lot in lots[:FEW]],
            "more_lots": max(0, len(lots) - FEW),
            "activities": [(each, reader.called(each.kind)) for each in context["activities"]],
        }
    return render(request, "console/member.html", context)


@require_safe
@staff_page(Permission.MEMBERS_READ)
def entries(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show every movement of the member's points with its reason, page by page."""
    with organization_scope(desk.organization_id):
        who = get_member(organization_id=desk.organization_id, member_id=member_id)
        snapshot = _snapshot(desk, member_id)
        before = read_id(request.GET.get("before"))
        rows = ledger.entries_by_time(organization_id=desk.organization_id, member_id=member_id, before=before, limit=PAGE + 1)
    found = standing.movements(rows[:PAGE], snapshot.program, reader_for(desk.organization, snapshot.program)) if snapshot else []
    next_before = found[-1].id if len(rows) > PAGE else None
    return render(request, "console/member_entries.html", {"member": who, "movements": found, "next_before": next_before})


@require_safe
@staff_page(Permission.MEMBERS_READ)
def activities(request: HttpRequest, desk: Desk, member_id: UUID) -> HttpResponse:
    """Show everything the member did, page by page."""
    with organization_scope(desk.organization_id):
        who = get_member(organization_id=desk.organization_id, member_id=member_id)
        snapshot = _snapshot(desk, member_id)
        before = read_id(request.GET.get("before"))
        rows = ledger.activities_by_time(organization_id=desk.organization_id, member_id=member_id, before=before, limit=PAGE + 1)
    reader = reader_for(desk.organization, snapshot.program if snapshot else None)
    context = {
        "member": who,
        "activities": [(each, reader.called(each.kind)) for each in rows[:PAGE]],
        "next_before": rows[PAGE - 1].id if len(rows) > PAGE else None,
    }
    return render(request, "console/member_activities.html", context)


@require_safe
@staff_page(Permission.MEMBERS_READ)
def activity(request: HttpRequest, desk: Desk, member_id: UUID, activity_id: UUID) -> HttpResponse:
    """Show one activity as it was reported, what it caused, and why each rule did or did not apply."""
    with organization_scope(desk.organization_id):
        who = get_member(organization_id=desk.organization_id, member_id=member_id)
        found = ledger.get_activity(organization_id=desk.organization_id, member_id=member_id, activity_id=activity_id)
        rows = ledger.entries_of_activity(organization_id=desk.organization_id, member_id=member_id, activity_id=activity_id)
        snapshot = _snapshot(desk, member_id)
        names = actor_names(desk, [found.actor] if found.actor else [])
    reader = reader_for(desk.organization, snapshot.program if snapshot else None)
    actor = found.actor or {}
    context = {
        "member": who,
        "activity": found,
        "kind": reader.called(found.kind),
        "by": names.get(actor.get("id", ""), actor.get("kind", "")) or _("the member"),
        "lines": found.data.get("lines", []),
        "fields": sorted(found.data.get("fields", {}).items()),
        "movements": standing.movements(rows, snapshot.program, reader) if snapshot else [],
        "verdicts": verdict_lines(found.verdicts, reader),
    }
    return render(request, "console/activity.html", context)


def _others(desk: Desk, who: Member) -> dict[str, Any]:
    """Return who may be the same person, and who became part of this member."""
    if not desk.place.can(Permission.MEMBERS_WRITE):
        return {}
    pairs = pairs_of(organization_id=desk.organization_id, member_id=who.id)
    merges = merges_into(organization_id=desk.organization_id, survivor_id=who.id)
    ids = [each for pair in pairs for each in (pair.low_id, pair.high_id)] + [merge.merged_id for merge in merges]
    members = members_by_id(organization_id=desk.organization_id, member_ids=ids)
    alike = [members[other] for pair in pairs if (other := pair.high_id if pair.low_id == who.id else pair.low_id) in members]
    return {"alike": alike, "merges": [(merge, members[merge.merged_id]) for merge in merges if merge.merged_id in members]}


def _snapshot(desk: Desk, member_id: UUID) -> Snapshot | None:
    try:
        return snapshot_of(organization_id=desk.organization_id, member_id=member_id, now=utc_now())
    except NotFound:  # no program yet; an unknown member was told before
        return None


def identity_name(kind: str) -> str:
    """Return what a way of knowing a member is called."""
    names = {"PHONE": _("Phone"), "EMAIL": _("E-mail"), "CARD": _("Card"), "LINE": "LINE", "FACEBOOK": "Facebook"}
    return names.get(kind) or kind.removeprefix("EXTERNAL:")
