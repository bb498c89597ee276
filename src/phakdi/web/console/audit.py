"""Who did what to whom, when; as a file; and whether anything of it was changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from phakdi.flows.export_audit import check_audit, export_audit
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.thai import parse_date
from phakdi.people.members.queries import search
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.keys.queries import keys_of
from phakdi.platform.staff.core import Permission
from phakdi.platform.staff.queries import staff_of
from phakdi.web.access import Desk, staff_page
from phakdi.web.actions import ACTIONS, SUBJECTS
from phakdi.web.console.people import actor_names, named_entries, subject_names
from phakdi.web.proof import proved
from phakdi.web.requests import read_id

PAGE = 50
FIELDS = ("who", "action", "kind", "about", "since", "until")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the filter says, as typed; ``problems`` names the fields that cannot be read."""

    wanted: AuditFilter
    typed: Mapping[str, str]
    problems: tuple[str, ...]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was chosen."""
        return any(self.typed.values())


@require_safe
@staff_page(Permission.AUDIT_READ)
def audit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the audit, newest first, by person, action, thing and day."""
    return _page(request, desk, _asked(request.GET, desk))


@require_safe
@staff_page(Permission.AUDIT_READ)
@proved
def export(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Give the audit out as a file, as it is filtered."""
    asked = _asked(request.GET, desk)
    rows = export_audit(organization_id=desk.organization_id, wanted=asked.wanted, now=utc_now(), actor=desk.actor())
    answer = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{utc_now():%Y-%m-%d}.csv"'
    return answer


@require_POST
@staff_page(Permission.AUDIT_READ)
def check(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Follow the chain of seals and say whether anything was changed."""
    report, seal = check_audit(organization_id=desk.organization_id, now=utc_now(), actor=desk.actor())
    return _page(request, desk, _asked(QueryDict(), desk), {"report": report, "seal": seal})


def _page(request: HttpRequest, desk: Desk, asked: Asked, more: Mapping[str, object] | None = None) -> HttpResponse:
    before = read_id(request.GET.get("before"))
    with organization_scope(desk.organization_id):
        rows = entries(organization_id=desk.organization_id, wanted=asked.wanted, before=before, limit=PAGE + 1)
        names = actor_names(desk, rows)
        about = subject_names(desk, rows[:PAGE])
        people = [(str(each.id), each.user.name) for each in staff_of(organization_id=desk.organization_id)]
        programs = [(str(key.id), key.name) for key in keys_of(organization_id=desk.organization_id)]
    context = {
        "entries": named_entries(desk, rows[:PAGE], names, about),
        "next_before": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "actions": sorted(ACTIONS.items(), key=lambda each: str(each[1])),
        "kinds": sorted(SUBJECTS.items(), key=lambda each: str(each[1])),
        "people": people,
        "programs": programs,
        "asked": asked,
        "typed": asked.typed,
        "problems": [PROBLEMS[each]() for each in asked.problems],
        **(more or {}),
    }
    return render(request, "console/audit.html", context)


PROBLEMS = {
    "day": lambda: _("This is no date. Write it like 24/11/2026."),
    "about": lambda: _("That is not exactly one member: use the member number."),
}


def _asked(given: QueryDict, desk: Desk) -> Asked:
    typed = {name: given.get(name, "").strip() for name in FIELDS}
    since, until = _day(typed["since"]), _day(typed["until"])
    problems = ["day"] if (typed["since"] and since is None) or (typed["until"] and until is None) else []
    kind, subject_id = typed["kind"], typed["about"]
    if subject_id and kind in {"", "member"} and read_id(subject_id) is None:
        with organization_scope(desk.organization_id):
            found = search(organization_id=desk.organization_id, text=subject_id, limit=2).members
        if len(found) == 1:
            kind, subject_id = "member", str(found[0].id)
        elif kind == "member":
            problems.append("about")
    wanted = AuditFilter(
        action=typed["action"],
        actor_id=typed["who"],
        subject_kind=kind,
        subject_id=subject_id,
        since=_start(since, desk) if since else None,
        until=_start(until + timedelta(days=1), desk) if until else None,
    )
    return Asked(wanted, typed, tuple(problems))


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except Refusal:
        return None


def _start(day: date, desk: Desk) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=desk.zone)
