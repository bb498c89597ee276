"""Stores, who is calling, and whether anybody answers."""

from typing import Annotated

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router, Status

import phakdi
from phakdi.api.paging import read_cursor, write_cursor
from phakdi.api.request import call_of
from phakdi.api.schemas import places as wire
from phakdi.api.schemas.paging import Cursor, Limit
from phakdi.api.terms import Repeats, terms
from phakdi.flows import manage_store as flow
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.programs.queries import version_at
from phakdi.platform.keys.core import Scope
from phakdi.platform.organizations import queries

router = Router(tags=["stores"])
me_router = Router(tags=["about"])
Code = Annotated[str, Path(..., min_length=1, max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]


@router.get("/stores", response=wire.StoresOut)
@terms(Scope.STORES_READ)
def list_stores(request: HttpRequest, cursor: Cursor, limit: Limit) -> wire.StoresOut:
    """List the organization's stores by code, closed ones as well."""
    call = call_of(request)
    kind = f"stores:{call.organization_id}"
    after = read_cursor(kind, cursor) or ""
    with organization_scope(call.organization_id):
        found = queries.stores_of(organization_id=call.organization_id, after=after, limit=limit + 1)
    following = write_cursor(kind, found[limit - 1].code) if len(found) > limit else None
    return wire.StoresOut(items=[show_store(store) for store in found[:limit]], next_cursor=following)


@router.post("/stores", response={201: wire.StoreOut})
@terms(Scope.STORES_WRITE, repeats=Repeats.MAY_BE_NAMED, for_all_stores=True)
def add_store(request: HttpRequest, data: wire.NewStoreIn) -> Status[wire.StoreOut]:
    """Add a store. Its code is its natural key: added again, it is refused with `store_code_taken`."""
    call = call_of(request)
    store = flow.add_store(
        organization_id=call.organization_id, code=data.code, given=data.given(), now=call.now, actor=call.actor()
    )
    return Status(201, show_store(store))


@router.get("/stores/{code}", response=wire.StoreOut)
@terms(Scope.STORES_READ, refuses=(404,))
def get_store(request: HttpRequest, code: Code) -> wire.StoreOut:
    """Tell one store."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        return show_store(queries.get_store(organization_id=call.organization_id, code=code))


@router.patch("/stores/{code}", response=wire.StoreOut)
@terms(Scope.STORES_WRITE, refuses=(404,), for_all_stores=True)
def change_store(request: HttpRequest, code: Code, data: wire.StoreIn) -> wire.StoreOut:
    """Write the fields that are sent."""
    call = call_of(request)
    changes = data.given()
    store = flow.change_store(organization_id=call.organization_id, code=code, changes=changes, now=call.now, actor=call.actor())
    return show_store(store)


@router.delete("/stores/{code}", response={204: None})
@terms(Scope.STORES_WRITE, refuses=(404,), for_all_stores=True)
def close_store(request: HttpRequest, code: Code) -> None:
    """Close a store for new business; what happened there stays, and it can be reopened. Safe to repeat."""
    call = call_of(request)
    flow.close_store(organization_id=call.organization_id, code=code, now=call.now, actor=call.actor())


@router.post("/stores/{code}/reopen", response=wire.StoreOut)
@terms(Scope.STORES_WRITE, refuses=(404,), for_all_stores=True, requires_body=False)
def reopen_store(request: HttpRequest, code: Code) -> wire.StoreOut:
    """Open a closed store again. Safe to repeat."""
    call = call_of(request)
    return show_store(flow.reopen_store(organization_id=call.organization_id, code=code, now=call.now, actor=call.actor()))


@me_router.get("/me", response=wire.MeOut)
@terms(None)
def who_am_i(request: HttpRequest) -> wire.MeOut:
    """Tell whose data the key opens and what it may do. Every key may ask."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        organization = queries.get_organization(organization_id=call.organization_id)
    try:
        version_id = version_at(organization_id=call.organization_id, at=call.now).version_id
    except NotFound:
        version_id = None
    own = {name: getattr(organization, name) for name in wire.OrganizationOut.model_fields}
    key = call.principal
    return wire.MeOut(
        organization=wire.OrganizationOut(**own),
        key=wire.KeyOut(id=key.key_id, name=key.name, scopes=sorted(key.scopes), stores=list(key.stores)),
        program_version_id=version_id,
    )


@me_router.get("/health", response=wire.HealthOut)
@terms(None, refuses=(503,), is_open=True)
def health(request: HttpRequest) -> wire.HealthOut:
    """Tell whether the API and its database answer. No key is needed."""
    del request
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return wire.HealthOut(status="ok", version=phakdi.__version__)


def show_store(store: flow.Store) -> wire.StoreOut:
    """Return a store."""
    values = {name: getattr(store, name) for name in wire.StoreOut.model_fields}
    for name in ("latitude", "longitude"):
        values[name] = None if values[name] is None else str(values[name])
    return wire.StoreOut(**values)
