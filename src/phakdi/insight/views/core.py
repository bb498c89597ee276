"""What a saved view is, and when a summary is due: pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import parse_qsl, urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.kit.errors import Invalid, Rejected

NAME_MAX, QUERY_MAX, VIEWS_MAX = 80, 1_000, 100
NOT_KEPT = frozenset({"export", "table", "before", "page"})
SUMMARY_AT = time(8, 0)  # on Mondays, in the shop's time
LATE_DAYS = 2  # so long a summary is still sent, where no worker ran on Monday


class TooManyViews(Rejected):
    """Somebody keeps as many views as one may."""

    code = "views_too_many"


@dataclass(frozen=True, slots=True)
class View:
    """A report with its days and filters, under a name."""

    id: UUID
    staff_id: UUID
    name: str
    report: str
    query: str
    is_shared: bool
    is_pinned: bool  # by whoever asks


def read_name(name: str) -> str:
    """Return a name in one line, or raise Invalid."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= NAME_MAX:
        raise Invalid("A name has 1 to 80 characters.", code="view_name", field="name")
    return cleaned


def read_query(query: str) -> str:
    """Return a query as it is kept: what asks for files and pages is left out; or raise Invalid."""
    kept = urlencode([(name, value) for name, value in parse_qsl(query.removeprefix("?")) if name not in NOT_KEPT])
    if len(kept) > QUERY_MAX:
        raise Invalid("This view asks for too much to be kept.", code="view_query", field="query")
    return kept


def due_week(now: datetime, zone: ZoneInfo) -> date | None:
    """Return the Monday of the week whose summary may be sent now; None before Monday 08:00 and from Wednesday on."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    begins = datetime.combine(monday, SUMMARY_AT, zone)
    return monday if begins <= local < begins + timedelta(days=LATE_DAYS) else None
