"""Every read of organizations and stores. The first two need no scope, all others run in one of the organization."""

from uuid import UUID

from django.db import connection

from phakdi.kit.errors import NotFound
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.models import Organization, Store

STORES_MAX = 10_000


class UnknownOrganization(NotFound):
    """There is no such organization."""

    code = "organization_not_found"


class UnknownStore(NotFound):
    """There is no such store in this organization."""

    code = "store_not_found"


def find_organization(*, slug: str) -> OrganizationRef | None:
    """Return the organization with this slug, or None; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organization_find(%s)", [slug.strip().lower()])
        row = cursor.fetchone()
    return OrganizationRef(*row) if row else None


def all_organizations() -> list[OrganizationRef]:
    """Return every organization of the installation, for those who work for all; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organization_list()")
        return [OrganizationRef(*row) for row in cursor.fetchall()]


def get_organization(*, organization_id: UUID) -> Organization:
    """Return the organization, or raise UnknownOrganization."""
    found = Organization.objects.filter(organization_id=organization_id, id=organization_id).first()
    if found is None:
        raise UnknownOrganization("There is no such organization.", organization_id=str(organization_id))
    return found


def stores_of(*, organization_id: UUID, only_active: bool = False, after: str = "", limit: int = STORES_MAX) -> list[Store]:
    """Return the organization's stores by code; ``after`` is the last code of the page before."""
    found = Store.objects.filter(organization_id=organization_id, code__gt=after)
    if only_active:
        found = found.filter(is_active=True)
    return list(found.order_by("code")[: min(limit, STORES_MAX)])


def find_store(*, organization_id: UUID, code: str) -> Store | None:
    """Return the store with this code, or None."""
    return Store.objects.filter(organization_id=organization_id, code=code).first()


def get_store(*, organization_id: UUID, code: str) -> Store:
    """Return the store with this code, or raise UnknownStore."""
    found = find_store(organization_id=organization_id, code=code)
    if found is None:
        raise UnknownStore("There is no such store.", store=code)
    return found
