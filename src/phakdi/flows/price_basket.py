"""Tell what a basket costs, before it is paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine.core import advance_time
from phakdi.loyalty.engine.core.price import Priced, price
from phakdi.loyalty.engine.core.state import MemberState
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import version_at
from phakdi.people.members.queries import find_by_identity

__all__ = ["Priced", "PricedBasket", "price_basket"]

PURCHASE = "purchase"


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """The price, and the program by which it was found."""

    priced: Priced
    program: CompiledProgram
    member_id: UUID | None


def price_basket(
    *,
    organization_id: UUID,
    basket: Mapping[str, Any],
    now: datetime,
    member_id: UUID | None = None,
    identity: tuple[str, str] | None = None,
) -> PricedBasket:
    """Return what the basket costs the member, or anybody where none is named or nobody has the identity yet.

    Vouchers named in it and points offered (``pay_points``) must be usable; nothing is used up. ``now`` may lie in the
    future. ``Priced.activity`` is the purchase to record once it is paid.

    Raises:
        Invalid: the basket cannot be read.
        NotFound: no such member, or no program.
        Rejected: a named voucher or the points offered may not be used.
    """
    if basket.get("kind", PURCHASE) != PURCHASE:
        raise Invalid("A basket is a purchase.", code="kind_unknown", field="kind")
    program = version_at(organization_id=organization_id, at=now)
    activity = program.read_activity({**basket, "kind": PURCHASE}, id=new_id(), now=now)
    if member_id is None and identity is not None:
        with organization_scope(organization_id):
            found = find_by_identity(organization_id=organization_id, kind=identity[0], value=identity[1])
        member_id = found.id if found else None
    state = _state(organization_id, member_id, program, now)
    return PricedBasket(price(state, activity, program=program, now=now), program, member_id)


def _state(organization_id: UUID, member_id: UUID | None, program: CompiledProgram, now: datetime) -> MemberState:
    if member_id is not None:
        return snapshot_of(organization_id=organization_id, member_id=member_id, now=now).state
    stranger = MemberState(organization_id, new_id())
    return advance_time(stranger, program=program, now=now).state
