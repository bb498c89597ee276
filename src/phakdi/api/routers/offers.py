"""What the program in force offers: levels, kinds of points, rewards; where a member stands; what a basket costs."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from phakdi.api.reports import read_member, read_object
from phakdi.api.request import call_of
from phakdi.api.routers.activities import LINES, PURCHASE, body_of, read_clock
from phakdi.api.schemas import programs as wire
from phakdi.api.showing.programs import show_levels, show_priced, show_rewards, show_standing, show_units
from phakdi.api.showing.reader import reader_of
from phakdi.api.terms import terms
from phakdi.flows.price_basket import price_basket as price
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.codec import verdict_values
from phakdi.loyalty.engine.core.standing import standing_of
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members.queries import UnknownMember, find_by_number
from phakdi.platform.keys.core import Scope

router = Router(tags=["offers"])


@router.get("/tiers", response=wire.LevelsOut)
@terms(Scope.PROGRAMS_READ, refuses=(404,))
def list_tiers(request: HttpRequest) -> wire.LevelsOut:
    """List the program's levels, the lowest first."""
    call = call_of(request)
    program = version_at(organization_id=call.organization_id, at=call.now)
    return show_levels(program, reader_of(call.organization_id, call.now, call.language))


@router.get("/units", response=wire.UnitsOut)
@terms(Scope.PROGRAMS_READ, refuses=(404,))
def list_units(request: HttpRequest) -> wire.UnitsOut:
    """List the program's kinds of points."""
    call = call_of(request)
    program = version_at(organization_id=call.organization_id, at=call.now)
    return show_units(program, reader_of(call.organization_id, call.now, call.language))


@router.get("/rewards", response=wire.RewardsOut)
@terms(Scope.PROGRAMS_READ, refuses=(404,))
def list_rewards(request: HttpRequest) -> wire.RewardsOut:
    """List what may be taken for points."""
    call = call_of(request)
    program = version_at(organization_id=call.organization_id, at=call.now)
    return show_rewards(program, reader_of(call.organization_id, call.now, call.language), call.now)


@router.get("/members/{member_id}/standing", response=wire.StandingOut)
@terms(Scope.LEDGER_READ, refuses=(404,))
def get_standing(request: HttpRequest, member_id: UUID) -> wire.StandingOut:
    """Tell the member's level, what keeps them there, and what is missing for the next one."""
    call = call_of(request)
    snapshot = snapshot_of(organization_id=call.organization_id, member_id=member_id, now=call.now)
    view = standing_of(snapshot.state, program=snapshot.program, now=call.now)
    return show_standing(view, snapshot.program, reader_of(call.organization_id, call.now, call.language))


@router.post(
    "/baskets/price", response=wire.PricedOut, openapi_extra=body_of("BasketIn", {"member": PURCHASE["member"], "lines": LINES})
)
@terms(Scope.BASKETS_PRICE, refuses=(404, 409))
def price_basket(request: HttpRequest) -> wire.PricedOut:
    """Tell what a basket costs: discounts, vouchers and points taken off, and why the others did not apply. Nothing is used up."""
    call = call_of(request)
    raw = read_object(request)
    now = read_clock(raw.pop("now", None), call.now)
    named = raw.pop("member", None)
    name = read_member(named) if named is not None else None
    member_id = name.id if name else None
    if name is not None and name.number:
        with organization_scope(call.organization_id):
            found = find_by_number(organization_id=call.organization_id, number=name.number)
        if found is None:
            raise UnknownMember("There is no such member.")
        member_id = found.id
    identity = name.identity if name else None
    priced = price(organization_id=call.organization_id, basket=raw, now=now, member_id=member_id, identity=identity)
    reader = reader_of(call.organization_id, now, call.language)
    return show_priced(priced.priced, priced.program, reader, priced.member_id, verdict_values(priced.priced.verdicts))
