"""Mail the week's figures to staff who want them: on Mondays, each in their language, for the stores that are theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing

from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.operations import NewMessage, queue_message
from phakdi.insight.daily import queries as daily
from phakdi.insight.daily.core import Flow, Sales, Window
from phakdi.insight.kpis.core.registry import FIGURES
from phakdi.insight.kpis.queries import targets_of
from phakdi.insight.lifetime.queries import latest_run
from phakdi.insight.views import operations, queries
from phakdi.insight.views.core import due_week
from phakdi.insight.views.wording import say
from phakdi.insight.warehouse.queries import status_of
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound, Rejected
from phakdi.kit.money import format_money
from phakdi.kit.thai import format_date
from phakdi.loyalty.programs.queries import version_at
from phakdi.platform.organizations.models import Organization
from phakdi.platform.organizations.queries import get_organization, stores_of
from phakdi.platform.outbox.queries import dead_jobs
from phakdi.platform.staff.core import Permission, Place, can
from phakdi.platform.staff.models import User
from phakdi.platform.staff.queries import get_staff, places_of

TEMPLATE, SALT = "staff_summary", "phakdi.insight.summary"
WEEK = timedelta(days=7)
THINGS, FELL, FEW, OLD = 3, 0.10, 30, timedelta(days=2)
REPORTS = "/console/insight/"


class LinkDead(Rejected):
    """The link is not one of ours."""

    code = "summary_link_dead"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a summary: of which organization, and whose stores."""

    place: Place
    organization: Organization
    language: str
    program_unit: str

    def covers(self, store: str) -> bool:
        """Tell whether a store's figures are for them."""
        return self.place.is_everywhere or self.place.works_in(store)


def set_summary(*, place: Place, is_wanted: bool, now: datetime) -> None:
    """Note whether somebody wants the weekly summary. Raises NotAllowed where they see no figures."""
    place.require(Permission.INSIGHT_READ)
    with organization_scope(place.organization_id):
        operations.set_summary(organization_id=place.organization_id, staff_id=place.staff_id, is_wanted=is_wanted, now=now)


def stop_summary(*, token: str, now: datetime) -> str:
    """End the summary of whoever got this link, and return the organization's name; no sign-in is needed.

    Raises:
        LinkDead: the link is not one of ours.
    """
    try:
        told = signing.loads(token, salt=SALT)
        organization_id, staff_id = UUID(told["o"]), UUID(told["s"])
    except (signing.BadSignature, KeyError, ValueError, TypeError):
        raise LinkDead("This link does not work.") from None
    with organization_scope(organization_id):
        operations.set_summary(organization_id=organization_id, staff_id=staff_id, is_wanted=False, now=now)
        return get_organization(organization_id=organization_id).name


def send_summaries(*, organization_id: UUID, now: datetime) -> int:
    """Mail the summary of the week before to everybody who wants it and has not had it, and return to how many. Safe to repeat."""
    with organization_scope(organization_id):
        organization = get_organization(organization_id=organization_id)
        week = due_week(now, ZoneInfo(organization.time_zone))
        wanted = queries.who_wants_summary(organization_id=organization_id) if week else set()
    if week is None:
        return 0
    sent = 0
    for staff_id in sorted(wanted):
        with organization_scope(organization_id):
            staff = get_staff(organization_id=organization_id, staff_id=staff_id)
            if not (staff.is_active and staff.user.is_active and can(staff.role, Permission.INSIGHT_READ)):
                continue
            if operations.claim_summary(organization_id=organization_id, staff_id=staff_id, week=week):
                _send(organization, staff.user, staff_id, week, now)
                sent += 1
    return sent


def send_one_now(*, place: Place, user: User, now: datetime) -> None:
    """Mail somebody the summary of the last whole week at once."""
    place.require(Permission.INSIGHT_READ)
    with organization_scope(place.organization_id):
        organization = get_organization(organization_id=place.organization_id)
        today = now.astimezone(ZoneInfo(organization.time_zone)).date()
        _send(organization, user, place.staff_id, today - timedelta(days=today.weekday()), now, is_asked=True)


def text_of(*, place: Place, language: str, now: datetime) -> str:
    """Return the words of the last whole week's summary, for somebody who wonders what it says."""
    with organization_scope(place.organization_id):
        organization = get_organization(organization_id=place.organization_id)
        today = now.astimezone(ZoneInfo(organization.time_zone)).date()
        reader = _reader(place, organization, language, now)
        told = _told(reader, today - timedelta(days=today.weekday()), now)
    return f"{told['figures']}\n\n{told['things']}"


def _send(organization: Organization, user: User, staff_id: UUID, monday: date, now: datetime, *, is_asked: bool = False) -> None:
    place = next((each for each in places_of(user_id=user.id) if each.staff_id == staff_id), None)
    if place is None:
        return
    reader = _reader(place, organization, user.language, now)
    base = settings.PUBLIC_URL.rstrip("/")
    token = signing.dumps({"o": str(place.organization_id), "s": str(staff_id)}, salt=SALT)
    stop = f"{base}{REPORTS}summary/stop/{quote(token)}/"
    params = {
        "person": user.name,
        "organization": organization.name,
        "link": f"{base}{REPORTS}",
        "stop": stop,
        **_told(reader, monday, now),
    }
    message = NewMessage(
        kind=MessageClass.SERVICE,
        template=TEMPLATE,
        channel=MessageChannel.EMAIL,
        destination=user.email,
        language=user.language,
        params=params,
        key=None if is_asked else f"summary:{staff_id}:{monday}",
        expires_at=now + WEEK,
        unsubscribe_url=stop,
    )
    queue_message(organization_id=place.organization_id, message=message, now=now)


def _reader(place: Place, organization: Organization, language: str, now: datetime) -> Reader:
    try:
        unit = version_at(organization_id=place.organization_id, at=now).main_unit
    except NotFound:
        unit = ""
    return Reader(place, organization, language, unit)


def _told(reader: Reader, monday: date, now: datetime) -> dict[str, str]:
    """Return the parameters of the mail: which days, figures with their change, what to look at."""
    window, language = Window(monday - WEEK, monday - timedelta(days=1)), reader.language
    found = _things(reader, window, now)
    things = "\n\n".join(f"{number}. {words}\n   {link}" for number, (words, link) in enumerate(found, 1))
    return {
        "days": say(language, "days", first=format_date(window.first, language), last=format_date(window.last, language)),
        "figures": "\n".join(_figures(reader, window)),
        "things": things or say(language, "nothing"),
    }


def _figures(reader: Reader, window: Window) -> list[str]:
    """Return one line for each figure of the week: what it was and how much it changed."""
    organization_id, currency = reader.place.organization_id, reader.organization.currency
    by_store, before = (_sales(reader, each) for each in (window, window.before))
    now, then = (sum(found.values(), Sales()) for found in (by_store, before))

    def money(minor: float) -> str:
        return format_money(round(minor), currency, reader.language)

    lines = [
        _line(say(reader.language, "sales"), now.sales_minor, then.sales_minor, money),
        _line(say(reader.language, "bills"), now.bills, then.bills),
        _line(say(reader.language, "average"), now.average_minor, then.average_minor, money),
    ]
    if reader.place.is_everywhere:
        buyers, buyers_then = (
            daily.buyers_in(organization_id=organization_id, window=each).once for each in (window, window.before)
        )
        lines.append(_line(say(reader.language, "buyers"), buyers, buyers_then))
        if kept := daily.find_count(organization_id=organization_id):
            joined = [kept.counted.joined_in(each) for each in (window, window.before)]
            lines.append(_line(say(reader.language, "joined"), joined[0], joined[1]))
    if reader.program_unit:
        flow, flow_then = (_flow(reader, each) for each in (window, window.before))
        lines.append(_line(say(reader.language, "given"), flow.issued, flow_then.issued))
        lines.append(_line(say(reader.language, "used"), flow.spent, flow_then.spent))
    return lines


def _sales(reader: Reader, window: Window) -> dict[str, Sales]:
    found = daily.sales_by_store(organization_id=reader.place.organization_id, window=window)
    return {store: sales for store, sales in found.items() if reader.covers(store)}


def _flow(reader: Reader, window: Window) -> Flow:
    found = daily.flow_by_store(organization_id=reader.place.organization_id, window=window, unit=reader.program_unit)
    kept = [flow for store, flow in found.items() if reader.covers(store)]
    return Flow(sum(flow.issued for flow in kept), sum(flow.spent for flow in kept), sum(flow.expired for flow in kept))


def _line(name: str, now: float | None, before: float | None, shown: Callable[[float], str] = "{:,}".format) -> str:
    if now is None:
        return f"{name}: –"
    moved = f" ({_change(now, before)})" if before else ""
    return f"{name}: {shown(now)}{moved}"


def _change(now: float, before: float) -> str:
    return f"{(now - before) / before * 100:+.0f}%".replace("-", "−")


def _things(reader: Reader, window: Window, now: datetime) -> list[tuple[str, str]]:
    """Return at most three things to look at, what weighs most first, each with where."""
    base = settings.PUBLIC_URL.rstrip("/")
    found = [*_broken(reader, now)]
    if reader.place.is_everywhere:
        found += _out_of_band(reader)
    found += _fallen(reader, window)
    if reader.place.is_everywhere:
        found += [*_leaving(reader), *_ending(reader)]
    return [(words, base + path) for words, path in found[:THINGS]]


def _broken(reader: Reader, now: datetime) -> Sequence[tuple[str, str]]:
    organization_id, found = reader.place.organization_id, []
    if reader.place.can(Permission.JOBS_MANAGE) and (dead := len(dead_jobs(organization_id=organization_id))):
        found.append((say(reader.language, "failed", number=dead), "/console/failures/"))
    as_of = status_of(organization_id).as_of
    if as_of is not None and now - as_of > OLD:
        day = format_date(as_of.astimezone(ZoneInfo(reader.organization.time_zone)).date(), reader.language)
        found.append((say(reader.language, "old", day=day), f"{REPORTS}warehouse/"))
    return found


def _out_of_band(reader: Reader) -> Sequence[tuple[str, str]]:
    out = [each for each in targets_of(organization_id=reader.place.organization_id) if each.out_since is not None]
    names = [FIGURES[each.figure].title.told(reader.language) for each in out if each.figure in FIGURES]
    return [(say(reader.language, "out", figures=", ".join(names)), REPORTS)] if names else []


def _fallen(reader: Reader, window: Window) -> Sequence[tuple[str, str]]:
    """Name the store whose sales fell most, by a tenth or more; of stores with bills enough to say so."""
    now, before = _sales(reader, window), _sales(reader, window.before)
    fell = [
        (now.get(store, Sales()).sales_minor - then.sales_minor, store)
        for store, then in before.items()
        if store and then.bills >= FEW and now.get(store, Sales()).sales_minor < then.sales_minor * (1 - FELL)
    ]
    if not fell:
        return []
    store = min(fell)[1]
    names = {each.code: each.name_in(reader.language) for each in stores_of(organization_id=reader.place.organization_id)}
    moved = _change(now.get(store, Sales()).sales_minor, before[store].sales_minor)
    return [(say(reader.language, "fell", store=names.get(store, store), change=moved), "/console/?days=7")]


def _leaving(reader: Reader) -> Sequence[tuple[str, str]]:
    run = latest_run(organization_id=reader.place.organization_id)
    high = next((each for each in run.doc["risk"] if each["risk"] == "high"), None) if run else None
    if not high or not high["members"]:
        return []
    told = {
        "number": f"{high['members']:,}",
        "amount": format_money(round(high["at_risk"] / 100) * 100, reader.organization.currency, reader.language),
    }
    return [(say(reader.language, "leaving", **told), f"{REPORTS}leaving/?risk=high")]


def _ending(reader: Reader) -> Sequence[tuple[str, str]]:
    kept = daily.find_count(organization_id=reader.place.organization_id)
    points = kept.counted.ending.get(reader.program_unit, {}).get(30, 0) if kept else 0
    if not points:
        return []
    return [(say(reader.language, "ending", points=f"{points:,}"), "/console/figures/ending/")]
