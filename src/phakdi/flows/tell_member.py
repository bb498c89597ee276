"""Tell members of what happened to their points and their level (R131: loyalty state)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.operations import NewMessage, queue_message
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.text import Text, pick
from phakdi.kit.thai.dates import format_date
from phakdi.loyalty.engine.queries import Expiring, expiring_points
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members.core.status import Status
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member, members_by_id
from phakdi.platform.organizations.queries import get_organization

OLD = timedelta(hours=24)  # nobody wants to hear today of what left last week
REMINDERS_A_SLICE = 200
PAID_FROM_POINTS = 1000  # an SMS costs money: it goes where somebody else may have taken much
TEMPLATES = {
    "SPEND": "points_spent",
    "TRANSFER": "points_transferred",
    "EXPIRE": "points_expired",
    "REVERSE": "points_taken_back",
    "ADJUST": "points_taken_back",
    "CANCEL": "points_taken_back",
}
BY_SOMEBODY = frozenset({"SPEND", "TRANSFER", "ADJUST"})
REACHED = frozenset({Status.ACTIVE.value, Status.FROZEN.value})


def tell_points_left(
    *, organization_id: UUID, fact_id: UUID, member_id: UUID, data: Mapping[str, Any], now: datetime
) -> UUID | None:
    """Queue a notice of points that left a member's wallet, once per fact; None where there is nobody to tell or nothing new.

    By e-mail; by SMS only where there is none and much was taken by somebody. What an import booked is not told.
    """
    template = TEMPLATES.get(data["kind"])
    if template is None or _is_old(data, now):
        return None
    pays_for_sms = data["kind"] in BY_SOMEBODY and data["points"] >= PAID_FROM_POINTS
    program = version_at(organization_id=organization_id, at=now)
    with organization_scope(organization_id):
        member = get_member(organization_id=organization_id, member_id=member_id)
        unit = _name(getattr(program.document.units.get(data["unit"]), "name", None), data["unit"], member)
        params = {"points": f"{data['points']:,}", "unit": unit}
        return _queue(member, template, params, f"fact:{fact_id}", now, pays_for_sms=pays_for_sms)


def tell_level(*, organization_id: UUID, fact_id: UUID, member_id: UUID, data: Mapping[str, Any], now: datetime) -> UUID | None:
    """Queue a notice of a level that a member has reached, once per fact; None where there is nobody to tell."""
    if not data.get("level") or _is_old(data, now):
        return None
    program = version_at(organization_id=organization_id, at=now)
    with organization_scope(organization_id):
        member = get_member(organization_id=organization_id, member_id=member_id)
        level = _name(_level_name(program, data["level"]), data["level"], member)
        return _queue(member, "level_reached", {"level": level}, f"fact:{fact_id}", now, pays_for_sms=False)


def remind_of_expiry(*, organization_id: UUID, now: datetime, days: int) -> int:
    """Queue notices of points that can be used for ``days`` more days after today, and return how many members were looked at.

    Today is the organization's; each member is told once of a day and unit, by e-mail. Safe to repeat.
    """
    program = version_at(organization_id=organization_id, at=now)
    with organization_scope(organization_id):
        zone = ZoneInfo(get_organization(organization_id=organization_id).time_zone)
    last_day = now.astimezone(zone).date() + timedelta(days=days)
    begins = datetime.combine(last_day, time(), tzinfo=zone)
    ends = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=zone)  # what ends at midnight is good all day
    seen, beyond = 0, None
    while True:
        with organization_scope(organization_id):
            found = expiring_points(
                organization_id=organization_id, after=begins, until=ends, beyond=beyond, limit=REMINDERS_A_SLICE
            )
            members = members_by_id(organization_id=organization_id, member_ids=[one.member_id for one in found])
            for one in found:
                if (member := members.get(one.member_id)) is not None:
                    _remind(program, member, one, last_day, now)
        seen += len(found)
        if len(found) < REMINDERS_A_SLICE:
            return seen
        beyond = (found[-1].member_id, found[-1].unit)


def _remind(program: CompiledProgram, member: Member, expiring: Expiring, last_day: date, now: datetime) -> None:
    unit = _name(getattr(program.document.units.get(expiring.unit), "name", None), expiring.unit, member)
    params = {"points": f"{expiring.points:,}", "unit": unit, "date": format_date(last_day, member.language)}
    key = f"expiring:{member.id}:{expiring.unit}:{last_day}"
    _queue(member, "points_expiring", params, key, now, pays_for_sms=False)


def _queue(
    member: Member, template: str, params: Mapping[str, Any], key: str, now: datetime, *, pays_for_sms: bool
) -> UUID | None:
    if member.status not in REACHED:
        return None
    if member.email:
        channel, destination = MessageChannel.EMAIL, member.email
    elif member.phone and pays_for_sms:
        channel, destination = MessageChannel.SMS, member.phone
    else:
        return None
    organization = get_organization(organization_id=member.organization_id)
    message = NewMessage(
        kind=MessageClass.LOYALTY,
        template=template,
        channel=channel,
        destination=destination,
        language=member.language,
        params={"organization": organization.name, "number": member.number, **params},
        member_id=member.id,
        key=key,
        expires_at=now + OLD,
    )
    return queue_message(organization_id=member.organization_id, message=message, now=now)


def _is_old(data: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether an import booked it, or it became true too long ago to be news."""
    since = data.get("since")
    return bool(data.get("import_id")) or (since is not None and datetime.fromisoformat(since) < now - OLD)


def _level_name(program: CompiledProgram, key: str) -> Text | None:
    level = program.level_by_key.get(key)
    return level.definition.name if level else None


def _name(name: Text | None, key: str, member: Member) -> str:
    return pick(name, member.language) or key
