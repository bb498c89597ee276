"""A member's points: wallets, movements with their reasons, lots, vouchers."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from phakdi.api.paging import read_cursor, write_cursor
from phakdi.api.request import call_of
from phakdi.api.routers.activities import read_id
from phakdi.api.schemas import wallets as wire
from phakdi.api.schemas.paging import Cursor, Limit
from phakdi.api.showing.reader import reader_of
from phakdi.api.showing.wallets import show_entry, show_lot, show_voucher, show_wallets
from phakdi.api.terms import terms
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.ledger import queries
from phakdi.people.members.queries import find_surviving, get_member
from phakdi.platform.keys.core import Scope

router = Router(tags=["points"])
Unit = Annotated[str, Query("", max_length=80, description="Only this kind of points.")]
VoucherState = Annotated[
    Literal["ISSUED", "HELD", "USED", "EXPIRED", "CANCELLED"] | None, Query(None, description="Only vouchers in this state.")
]


@router.get("/members/{member_id}/wallets", response=wire.WalletsOut)
@terms(Scope.LEDGER_READ, refuses=(404,))
def list_wallets(request: HttpRequest, member_id: UUID) -> wire.WalletsOut:
    """Tell a member's points by kind: what may be spent now, what waits, what ends next; of merged members the surviving one's."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        member_id = find_surviving(organization_id=call.organization_id, member_id=member_id).id
    snapshot = snapshot_of(organization_id=call.organization_id, member_id=member_id, now=call.now)
    return show_wallets(snapshot, reader_of(call.organization_id, call.now, call.language))


@router.get("/members/{member_id}/entries", response=wire.EntriesOut)
@terms(Scope.LEDGER_READ, refuses=(404,))
def list_entries(request: HttpRequest, member_id: UUID, unit: Unit, cursor: Cursor, limit: Limit) -> wire.EntriesOut:
    """List a member's movements of points, the latest first, each with why it was made."""
    call = call_of(request)
    organization_id = call.organization_id
    kind = f"entries:{organization_id}:{member_id}:{unit}"
    before = read_id(kind, cursor)
    with organization_scope(organization_id):
        get_member(organization_id=organization_id, member_id=member_id)
        found = queries.entries_of(
            organization_id=organization_id, member_id=member_id, unit=unit or None, before=before, limit=limit + 1
        )
    reader = reader_of(organization_id, call.now, call.language)
    following = write_cursor(kind, str(found[limit - 1].id)) if len(found) > limit else None
    return wire.EntriesOut(items=[show_entry(entry, reader) for entry in found[:limit]], next_cursor=following)


@router.get("/members/{member_id}/activities/{activity_id}/entries", response=wire.EntriesOut)
@terms(Scope.LEDGER_READ, refuses=(404,))
def activity_entries(request: HttpRequest, member_id: UUID, activity_id: UUID) -> wire.EntriesOut:
    """List the movements that one activity caused, in order."""
    call = call_of(request)
    organization_id = call.organization_id
    with organization_scope(organization_id):
        queries.get_activity(organization_id=organization_id, member_id=member_id, activity_id=activity_id)
        found = queries.entries_of_activity(organization_id=organization_id, member_id=member_id, activity_id=activity_id)
    reader = reader_of(organization_id, call.now, call.language)
    return wire.EntriesOut(items=[show_entry(entry, reader) for entry in found], next_cursor=None)


@router.get("/members/{member_id}/lots", response=wire.LotsOut)
@terms(Scope.LEDGER_READ, refuses=(404,))
def list_lots(request: HttpRequest, member_id: UUID, unit: Unit, cursor: Cursor, limit: Limit) -> wire.LotsOut:
    """List a member's open lots in the order in which they are spent: the first to end first."""
    call = call_of(request)
    organization_id = call.organization_id
    kind = f"lots:{organization_id}:{member_id}:{unit}"
    after = read_cursor(kind, cursor)
    with organization_scope(organization_id):
        member_id = find_surviving(organization_id=organization_id, member_id=member_id).id
        found = queries.lots_of(organization_id=organization_id, member_id=member_id, unit=unit or None)
    start = next((at + 1 for at, lot in enumerate(found) if str(lot.id) == after), 0)
    page = found[start : start + limit]
    following = write_cursor(kind, str(page[-1].id)) if start + limit < len(found) else None
    return wire.LotsOut(items=[show_lot(lot) for lot in page], next_cursor=following)


@router.get("/members/{member_id}/vouchers", response=wire.VouchersOut)
@terms(Scope.LEDGER_READ, refuses=(404,))
def list_vouchers(request: HttpRequest, member_id: UUID, state: VoucherState, cursor: Cursor, limit: Limit) -> wire.VouchersOut:
    """List a member's vouchers, the latest first."""
    call = call_of(request)
    organization_id = call.organization_id
    kind = f"vouchers:{organization_id}:{member_id}:{state}"
    before = read_id(kind, cursor)
    with organization_scope(organization_id):
        member_id = find_surviving(organization_id=organization_id, member_id=member_id).id
        found = queries.vouchers_of(
            organization_id=organization_id, member_id=member_id, state=state, before=before, limit=limit + 1
        )
    reader = reader_of(organization_id, call.now, call.language)
    following = write_cursor(kind, str(found[limit - 1].id)) if len(found) > limit else None
    return wire.VouchersOut(items=[show_voucher(voucher, reader, call.now) for voucher in found[:limit]], next_cursor=following)
