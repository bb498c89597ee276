"""Every write of organizations and stores, inside the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Conflict
from phakdi.platform.organizations import core, queries
from phakdi.platform.organizations.core.brand import read_brand
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.organizations.models import Brand, Organization, Store


class SlugTaken(Conflict):
    """Another organization is called so."""

    code = "slug_taken"


class StoreCodeTaken(Conflict):
    """Another store of the organization has this code."""

    code = "store_code_taken"


@in_transaction
def create_organization(
    *,
    organization_id: UUID,
    slug: str,
    name: str,
    now: datetime,
    legal_name: str = "",
    time_zone: str = core.TIME_ZONE,
    currency: str = core.CURRENCY,
    language: str = core.LANGUAGE,
) -> Organization:
    """Create an organization under an id that the caller made, in a scope of that id, and return it.

    Raises:
        Invalid: a field cannot be read.
        SlugTaken: another organization is called so.
    """
    organization = Organization(
        id=organization_id,
        organization_id=organization_id,
        slug=core.read_slug(slug),
        name=core.read_name(name),
        legal_name=core.read_text(legal_name, field="legal_name"),
        time_zone=core.read_time_zone(time_zone),
        currency=core.read_currency(currency),
        language=core.read_language(language),
        created_at=now,
    )
    try:
        with transaction.atomic():
            organization.save(force_insert=True)
    except IntegrityError as error:
        raise SlugTaken("Another organization is called so.", field="slug", slug=organization.slug) from error
    return organization


class DomainTaken(Conflict):
    """Another organization answers under this host name."""

    code = "domain_taken"


@in_transaction
def change_brand(
    *, organization_id: UUID, changes: Mapping[str, object], now: datetime, logo: tuple[UUID | None, str] | None = None
) -> list[str]:
    """Write the given fields of the brand, and the logo's file and digest if given; return the names of what differs now.

    Raises:
        Invalid, DomainTaken: nothing was changed.
    """
    columns = read_brand(changes)
    if logo is not None:
        columns["logo_file_id"], columns["logo_hash"] = logo
    row = Brand.objects.select_for_update().filter(organization_id=organization_id).first()
    row = row or Brand(organization_id=organization_id)
    changed = sorted(name for name, value in columns.items() if getattr(row, name) != value)
    if changed:
        for name in changed:
            setattr(row, name, columns[name])
        row.changed_at = now
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise DomainTaken("Another organization answers under this name.", field="domain") from error
    return changed


@in_transaction
def change_organization(*, organization_id: UUID, name: str, language: str) -> list[str]:
    """Write an organization's name and first language and return the names of what differs now. Raises Invalid."""
    organization = queries.get_organization(organization_id=organization_id)
    columns = {"name": core.read_name(name), "language": core.read_language(language)}
    changed = sorted(field for field, value in columns.items() if getattr(organization, field) != value)
    for field in changed:
        setattr(organization, field, columns[field])
    if changed:
        organization.save(update_fields=changed)
    return changed


@in_transaction
def switch_module(*, organization_id: UUID, module: Module, is_on: bool) -> bool:
    """Switch a module on or off and return whether that changed anything."""
    organization = Organization.objects.select_for_update().get(organization_id=organization_id, id=organization_id)
    was = organization.modules.get(module.value)
    organization.modules = {**organization.modules, module.value: is_on}
    organization.save(update_fields=["modules"])
    return was is not is_on


@in_transaction
def add_store(*, organization_id: UUID, code: str, given: Mapping[str, object], now: datetime) -> Store:
    """Add a store and return it.

    Raises:
        Invalid: a field cannot be read.
        StoreCodeTaken: the organization has a store with this code.
    """
    columns = core.read_store(given, is_new=True)
    store = Store(organization_id=organization_id, code=core.read_store_code(code), created_at=now, **columns)
    try:
        with transaction.atomic():
            store.save(force_insert=True)
    except IntegrityError as error:
        raise StoreCodeTaken("There is a store with this code.", field="code", store=store.code) from error
    return store


@in_transaction
def change_store(*, organization_id: UUID, code: str, changes: Mapping[str, object]) -> tuple[Store, list[str]]:
    """Write the given fields of a store and return it with the names of those that differ now.

    Raises:
        UnknownStore, Invalid: nothing was changed.
    """
    store = queries.get_store(organization_id=organization_id, code=code)
    columns = core.read_store(changes, is_new=False)
    changed = [name for name, value in columns.items() if getattr(store, name) != value]
    for name in changed:
        setattr(store, name, columns[name])
    if changed:
        store.save(update_fields=changed)
    return store, changed


@in_transaction
def set_store_active(*, organization_id: UUID, code: str, is_active: bool) -> Store:
    """Open a store for business, or close it; what happened there stays. Raises UnknownStore."""
    store = queries.get_store(organization_id=organization_id, code=code)
    store.is_active = is_active
    store.save(update_fields=["is_active"])
    return store
