"""Write to people who work here: about their sign-in, and about what needs an owner."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.operations import NewMessage, queue_message
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.thai.dates import format_datetime
from phakdi.platform.organizations.queries import get_organization
from phakdi.platform.staff.core import Role
from phakdi.platform.staff.models import User
from phakdi.platform.staff.queries import places_of, staff_of


def tell_owners(*, organization_id: UUID, template: str, params: Mapping[str, Any], now: datetime) -> int:
    """Queue a mail to every owner of the organization, in their language, and return how many."""
    with organization_scope(organization_id):
        owners = [
            each.user for each in staff_of(organization_id=organization_id) if each.role == Role.OWNER.value and each.is_active
        ]
        for user in owners:
            mail(organization_id=organization_id, user=user, template=template, params=params, now=now)
    return len(owners)


def tell_user(*, user: User, template: str, params: Mapping[str, Any], now: datetime, lives: timedelta | None = None) -> bool:
    """Queue a mail to somebody about their own sign-in, by way of an organization they work for; False where there is none."""
    places = places_of(user_id=user.id)
    if not places:
        return False
    organization_id = places[0].organization_id
    with organization_scope(organization_id):
        mail(organization_id=organization_id, user=user, template=template, params=params, now=now, lives=lives)
    return True


def mail(
    *,
    organization_id: UUID,
    user: User,
    template: str,
    params: Mapping[str, Any],
    now: datetime,
    lives: timedelta | None = None,
) -> UUID:
    """Queue a mail to one person within the caller's scope and return its id."""
    organization = get_organization(organization_id=organization_id)
    at = format_datetime(now, user.language, zone=ZoneInfo(organization.time_zone))
    message = NewMessage(
        kind=MessageClass.SECURITY,
        template=template,
        channel=MessageChannel.EMAIL,
        destination=user.email,
        language=user.language,
        params={"person": user.name, "organization": organization.name, "at": at, **params},
        expires_at=now + lives if lives else None,
    )
    return queue_message(organization_id=organization_id, message=message, now=now)
