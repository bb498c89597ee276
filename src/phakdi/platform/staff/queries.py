"""Every read of staff. What asks for a user's places or for a user needs no scope, the others run in one."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.functions import Abs

from phakdi.kit.errors import NotFound
from phakdi.platform.staff.core import HeldState, Permission, Place, Role, can, read_email
from phakdi.platform.staff.models import Authenticator, HeldGrant, Policy, StaffMember, User

STAFF_MAX = 10_000


class UnknownStaff(NotFound):
    """Nobody of the organization is known so."""

    code = "staff_not_found"


class UnknownHeldGrant(NotFound):
    """Nothing waits for a second person under this name."""

    code = "held_grant_not_found"


def places_of(*, user_id: UUID) -> list[Place]:
    """Return for which organizations somebody works, and as what; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM staff_places(%s)", [user_id])
        rows = cursor.fetchall()
    return [
        Place(id_, slug, name, staff_id, Role(role), tuple(stores), tuple(areas), lacks_factor)
        for id_, slug, name, staff_id, role, stores, areas, lacks_factor in rows
    ]


def find_user(*, email: str) -> User | None:
    """Return who signs in with this e-mail, or None; raises Invalid where it is none."""
    return User.objects.filter(email=read_email(email)).first()


def staff_of(*, organization_id: UUID, limit: int = STAFF_MAX) -> list[StaffMember]:
    """Return the organization's staff with their users, by e-mail."""
    found = StaffMember.objects.filter(organization_id=organization_id).select_related("user")
    return list(found.order_by("user__email")[: min(limit, STAFF_MAX)])


def get_staff(*, organization_id: UUID, staff_id: UUID) -> StaffMember:
    """Return one of the organization's staff with their user, or raise UnknownStaff."""
    found = StaffMember.objects.filter(organization_id=organization_id, id=staff_id).select_related("user").first()
    if found is None:
        raise UnknownStaff("There is nobody known so.", staff_id=str(staff_id))
    return found


def active_owners(*, organization_id: UUID) -> int:
    """Return how many people own the organization at present."""
    return StaffMember.objects.filter(organization_id=organization_id, role=Role.OWNER.value, is_active=True).count()


def people_with_factor(*, user_ids: Collection[UUID]) -> set[UUID]:
    """Return who of these people has a second factor."""
    return set(Authenticator.objects.filter(user_id__in=user_ids).values_list("user_id", flat=True))


def policy_of(*, organization_id: UUID) -> Policy:
    """Return what the organization demands of its people; the defaults where it never said."""
    found = Policy.objects.filter(organization_id=organization_id).first()
    return found or Policy(organization_id=organization_id)


def held_grants(*, organization_id: UUID, is_waiting: bool, limit: int = 100) -> list[HeldGrant]:
    """Return points that wait for a second person, oldest first, or those that were decided about, newest first."""
    found = HeldGrant.objects.filter(organization_id=organization_id).select_related("requested_by__user", "decided_by__user")
    if is_waiting:
        return list(found.filter(state=HeldState.WAITING.value).order_by("requested_at", "id")[:limit])
    return list(found.exclude(state__in=[HeldState.WAITING.value, HeldState.ALONE.value]).order_by("-decided_at", "-id")[:limit])


def count_waiting(*, organization_id: UUID) -> int:
    """Return how many requests wait for a second person."""
    return HeldGrant.objects.filter(organization_id=organization_id, state=HeldState.WAITING.value).count()


def get_held_grant(*, organization_id: UUID, held_id: UUID) -> HeldGrant:
    """Return one request with who made it, or raise UnknownHeldGrant."""
    found = HeldGrant.objects.filter(organization_id=organization_id, id=held_id)
    row = found.select_related("requested_by__user", "decided_by__user").first()
    if row is None:
        raise UnknownHeldGrant("Nothing waits under this name.", held_id=str(held_id))
    return row


def granted_since(*, organization_id: UUID, staff_id: UUID, since: datetime) -> tuple[int, int]:
    """Return how many points somebody has moved by hand since, given and taken together, and how often; refused ones aside."""
    found = HeldGrant.objects.filter(organization_id=organization_id, requested_by_id=staff_id, requested_at__gt=since)
    told = found.exclude(state=HeldState.REFUSED.value).aggregate(points=Sum(Abs("points")), times=Count("id"))
    return int(told["points"] or 0), int(told["times"])


def others_who_can(*, place: Place, permission: Permission) -> bool:
    """Tell whether anybody else who works here at present has a permission."""
    roles = [role.value for role in Role if can(role, permission)]
    others = StaffMember.objects.filter(organization_id=place.organization_id, is_active=True, role__in=roles)
    return others.exclude(id=place.staff_id).exists()


def find_held_grant(*, organization_id: UUID, key: str) -> HeldGrant | None:
    """Return what was asked for under a key, or None."""
    return HeldGrant.objects.filter(organization_id=organization_id, key=key).first()
