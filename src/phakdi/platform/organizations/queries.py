"""Every read of organizations and stores. The first four need no scope, all others run in one of the organization."""

import json
from uuid import UUID

from django.db import connection

from phakdi.kit.errors import NotFound
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.core.brand import ShownBrand
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.organizations.models import Organization, Store

STORES_MAX = 10_000
JSON_COLUMNS = frozenset({"names", "greeting", "welcome", "choices"})


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


def find_by_domain(*, domain: str) -> OrganizationRef | None:
    """Return the organization whose pages answer under this host name, or None; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organization_find_by_domain(%s)", [domain])
        row = cursor.fetchone()
    return OrganizationRef(*row) if row else None


def brand_of(*, organization_id: UUID) -> ShownBrand:
    """Return how the organization shows itself, or raise UnknownOrganization; before a scope or in one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM organization_face(%s)", [organization_id])
        row, names = cursor.fetchone(), [column.name for column in cursor.description]
    if row is None:
        raise UnknownOrganization("There is no such organization.", organization_id=str(organization_id))
    return ShownBrand(*(json.loads(value) if name in JSON_COLUMNS else value for name, value in zip(names, row, strict=True)))


def modules_of(organization_id: UUID) -> frozenset[Module]:
    """Return what the organization has switched on; before a scope or in one."""
    return brand_of(organization_id=organization_id).modules


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
