"""Forgetting a member: what is open ends through the engine; then words and snapshots are destroyed, figures stay."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import codec, operations, queries
from phakdi.loyalty.engine.core import advance
from phakdi.loyalty.engine.core.state import Activity
from phakdi.loyalty.engine.models import StateBefore, StateMerge
from phakdi.loyalty.programs.compiled import CompiledProgram

KIND = "forget_member"
KEPT_WORDS = (
    "reward", "voucher", "vouchers", "level", "plan", "unit", "wallet", "rule", "tender", "tenders", "tier", "product", "category",
)  # fmt: skip
_FORGET_WORDS = "SELECT ledger_forget_words(%(organization)s, %(members)s::uuid[], %(kept)s::text[])"
_FORGET_ORDERS = "DELETE FROM order_state WHERE organization_id = %(organization)s AND member_id = ANY (%(members)s)"


@in_transaction
def end_everything(*, organization_id: UUID, member_id: UUID, program: CompiledProgram, now: datetime) -> None:
    """Give back holds, expire points and cancel vouchers, as an activity of its own in the books.

    Raises:
        WorldMoved: somebody changed the member meanwhile; the caller begins again.
    """
    operations.lock_member(organization_id=organization_id, member_id=member_id)
    loaded = queries.load_many(organization_id=organization_id, wanted={member_id: ()})
    state = loaded.get(member_id)
    if state is None:
        return
    activity = Activity(new_id(), KIND, now, "", "", "phakdi", "", "", "", None, (), {})
    step = advance(state, activity, program=program, now=now)
    group = codec.Group(member_id, state.version, [codec.Booking(step, now, program.version_id)])
    if operations.post(organization_id=organization_id, groups=[group]):
        raise operations.WorldMoved


@in_transaction
def forget_words(*, organization_id: UUID, member_ids: Collection[UUID]) -> int:
    """Destroy free words in the members' activities and entries, and what was kept to undo imports; return how many activities.

    Amounts, products, dates, points and reasons by code stay: the books must add up.
    """
    values: dict[str, Any] = {"organization": organization_id, "members": list(member_ids), "kept": list(KEPT_WORDS)}
    StateBefore.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()
    merges = StateMerge.objects.filter(organization_id=organization_id)
    merges.filter(Q(survivor_id__in=member_ids) | Q(merged_id__in=member_ids)).update(doc={})
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_ORDERS, values)
        cursor.execute(_FORGET_WORDS, values)
        (count,) = cursor.fetchone()
    return int(count)
