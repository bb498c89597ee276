"""Every read of staff. What asks for a user's places or for a user needs no scope, the others run in one."""

from uuid import UUID

from django.db import connection

from phakdi.kit.errors import NotFound
from phakdi.platform.staff.core import Place, Role, read_email
from phakdi.platform.staff.models import StaffMember, User

STAFF_MAX = 10_000


class UnknownStaff(NotFound):
    """Nobody of the organization is known so."""

    code = "staff_not_found"


def places_of(*, user_id: UUID) -> list[Place]:
    """Return for which organizations somebody works, and as what; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM staff_places(%s)", [user_id])
        rows = cursor.fetchall()
    return [Place(id_, slug, name, staff_id, Role(role), tuple(stores)) for id_, slug, name, staff_id, role, stores in rows]


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
