"""A day at the counter: what was given, used and undone, by whom and where, and what somebody should look at."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.ledger.counters import CounterSum, Often, Span, counters_between, often_served, recorded_by_staff
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at
from phakdi.loyalty.wording import Reader
from phakdi.people.members.models import Member
from phakdi.people.members.queries import members_by_id
from phakdi.platform.audit.queries import PAGE_MAX, AuditFilter, entries
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.platform.tills.queries import bills_to_look_at
from phakdi.web.access import Desk, staff_page
from phakdi.web.counter.desk import current_store, own_stores
from phakdi.web.naming import reader_for

LISTED = 100
ENROLLED_MAX = 1000


@dataclass(slots=True)
class ShownUnit:
    """Points of one unit: given, used, moved back."""

    name: str
    is_money: bool
    given: int = 0
    used: int = 0
    undone: int = 0


@dataclass(slots=True)
class ShownSum:
    """One line of the day: a person, a store, or all."""

    name: str
    bills: int = 0
    amount_minor: int = 0
    redemptions: int = 0
    undone: int = 0
    new_members: int = 0
    units: dict[str, ShownUnit] = field(default_factory=dict)


@require_safe
@staff_page(Permission.ACTIVITIES_READ)
def day(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show one day: a cashier's own by default, all of their store on request; it can be printed."""
    now, stores = utc_now(), own_stores(desk)
    wanted = _wanted(request.GET.get("day", ""), timezone.localdate(now))
    store = next((each for each in stores if each.code == request.GET.get("store")), None) or current_store(request, stores)
    everywhere = request.GET.get("store") == "" and not desk.place.stores
    codes = () if everywhere or store is None else (store.code,)
    since = timezone.make_aware(datetime.combine(wanted, time.min))
    span = Span(since, since + timedelta(days=1), codes or desk.place.stores)
    only_mine = request.GET.get("who", "mine") == "mine"
    mine = desk.place.staff_id if only_mine else None
    with organization_scope(desk.organization_id):
        names = {str(each.id): each.user.name for each in staff_of(organization_id=desk.organization_id)}
        sums = counters_between(organization_id=desk.organization_id, span=span)
        joined = _enrolled(desk, span)
        often = often_served(organization_id=desk.organization_id, span=span)
        rows = recorded_by_staff(organization_id=desk.organization_id, span=span, staff_id=mine, limit=LISTED)
        bills = bills_to_look_at(organization_id=desk.organization_id, stores=span.stores)
        people = members_by_id(
            organization_id=desk.organization_id,
            member_ids=[*{row.member_id for row in rows}, *{each.member_id for each in often}],
        )
    program = _program(desk, now)
    reader = reader_for(desk.organization, program, stores)
    if only_mine:
        sums = {key: each for key, each in sums.items() if key[0] == str(mine)}
        joined = {key: count for key, count in joined.items() if key[0] == str(mine)}
        often = [each for each in often if each.staff_id == str(mine)]
    else:
        joined = {key: count for key, count in joined.items() if not span.stores or key[1] in span.stores}
    shown_often = _often(often, people, names)
    context = {
        "day": wanted,
        "before": wanted - timedelta(days=1),
        "after": wanted + timedelta(days=1) if wanted < timezone.localdate(now) else None,
        "stores": stores,
        "store": None if everywhere else store,
        "everywhere": everywhere,
        "only_mine": only_mine,
        "total": _sum("", sums.values(), sum(joined.values()), program, reader),
        "people": _by_person(sums, joined, names, program, reader),
        "rows": [
            (row, reader.called(row.kind), people.get(row.member_id), names.get((row.actor or {}).get("id", ""), ""))
            for row in rows
        ],
        "undone": [(row, reader.called(row.kind), people.get(row.member_id)) for row in rows if row.of],
        "often": shown_often,
        "late": [(row, people.get(row.member_id)) for row in rows if row.state == "REVIEW"],
        "bills": bills,
        "now": now,
        "is_all_well": not (shown_often or bills or any(row.of or row.state == "REVIEW" for row in rows)),
    }
    return render(request, "counter/day.html", context)


def _wanted(text: str, today: date) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    return min(found, today) if found else today


def _enrolled(desk: Desk, span: Span) -> dict[tuple[str, str], int]:
    """Return how many people were enrolled by (staff id, store). In the organization's scope."""
    wanted, before = AuditFilter(action="member.enrolled", actor_kind="staff", since=span.since, until=span.until), None
    found: list[tuple[str, UUID]] = []
    for _ in range(ENROLLED_MAX // PAGE_MAX):
        page = entries(organization_id=desk.organization_id, wanted=wanted, limit=PAGE_MAX, before=before)
        found += [(each.actor_id, UUID(each.subject_id)) for each in page]
        if len(page) < PAGE_MAX:
            break
        before = page[-1].id
    members = members_by_id(organization_id=desk.organization_id, member_ids=[member for _, member in found])
    stores = {member.id: member.home_store for member in members.values()}
    return dict(Counter((staff, stores.get(member, "")) for staff, member in found))


def _program(desk: Desk, now: datetime) -> CompiledProgram | None:
    try:
        with organization_scope(desk.organization_id):
            return version_at(organization_id=desk.organization_id, at=now)
    except NotFound:
        return None


def _by_person(
    sums: dict[tuple[str, str], CounterSum],
    joined: dict[tuple[str, str], int],
    names: dict[str, str],
    program: CompiledProgram | None,
    reader: Reader,
) -> list[ShownSum]:
    grouped: dict[str, list[CounterSum]] = defaultdict(list)
    for (staff, _store), each in sums.items():
        grouped[staff].append(each)
    new: dict[str, int] = defaultdict(int)
    for (staff, _store), count in joined.items():
        new[staff] += count
    everybody = {*grouped, *new}
    lines = [_sum(names.get(staff, "?"), grouped[staff], new[staff], program, reader) for staff in everybody]
    return sorted(lines, key=lambda line: (-line.bills, line.name))


def _sum(name: str, sums: Iterable[CounterSum], new_members: int, program: CompiledProgram | None, reader: Reader) -> ShownSum:
    line = ShownSum(name, new_members=new_members)
    for each in sums:
        line.bills += each.bills
        line.amount_minor += each.amount_minor
        line.redemptions += each.redemptions
        line.undone += each.undone
        for unit, moved in each.units.items():
            kind = program.units[unit].kind if program and unit in program.units else ""
            here = line.units.setdefault(unit, ShownUnit(reader.called(unit), kind == "credit"))
            here.given, here.used, here.undone = here.given + moved.given, here.used + moved.used, here.undone + moved.undone
    return line


def _often(often: list[Often], people: dict[UUID, Member], names: dict[str, str]) -> list[tuple[Often, Member | None, str]]:
    return [(each, people.get(each.member_id), names.get(each.staff_id, "?")) for each in often]
