"""The engine's writes: what `advance` decided, with its facts, in one transaction; the size of shared budgets."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from phakdi.kit.db.scope import in_transaction
from phakdi.loyalty.engine import channel, codec
from phakdi.loyalty.engine.models import BudgetSlice

POST = channel.Statement(
    b"engine_post_1",
    b"SELECT engine_post($1::uuid, $2::int, $3::json, $4::json, $5::int, $6::json, $7::json, $8::json, $9::json, $10::json,"
    b" $11::json, $12::json, $13::json)",
)
LOCK = """
    INSERT INTO member_state (organization_id, member_id, version) VALUES (%s, %s, 0)
    ON CONFLICT (member_id) DO UPDATE SET version = member_state.version
"""
SLICES_MAX = 16
RECEIPT_TAKEN, BUDGET_SPENT = "PH001", "PH003"
RETRYABLE = {RECEIPT_TAKEN, BUDGET_SPENT, "40P01", "40001", "55P03"}  # and deadlock, serialization failure, lock timeout


class WorldMoved(Exception):
    """Nothing was written: a receipt or a budget was taken meanwhile, or locks crossed. Load again and decide anew."""


def post(*, organization_id: UUID, groups: Sequence[codec.Group]) -> frozenset[UUID]:
    """Write the groups in one transaction and return the members left out because they had moved since they were loaded.

    Runs in autocommit or joins the caller's transaction, which a refusal leaves usable. Locks members in the order of their ids.

    Raises:
        WorldMoved: nothing of any group was written.
    """
    arguments = (str(organization_id), *codec.encode(groups))
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            (moved,) = channel.fetch_one(POST, arguments)
    except DatabaseError as error:
        code = getattr(error.__cause__, "sqlstate", None)
        if code in RETRYABLE:
            raise WorldMoved(code) from error
        raise
    return frozenset(map(UUID, moved.split(","))) if moved else frozenset()


def refresh_statistics() -> None:
    """Let the planner know of what was written in bulk; in autocommit or in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT engine_refresh_statistics()")


@in_transaction
def lock_member(*, organization_id: UUID, member_id: UUID) -> None:
    """Hold the member's row until the transaction ends, making it where the engine never saw the member."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, (organization_id, member_id))


@in_transaction
def set_budgets(*, organization_id: UUID, budgets: Mapping[str, int]) -> None:
    """Make the shared budgets as large as given; what was taken stays taken. Budgets not named stay as they are.

    A budget is cut into up to 16 slices so that no row is hot. One made smaller than what was taken has nothing left.
    """
    for budget, total in sorted(budgets.items()):
        found = BudgetSlice.objects.select_for_update().filter(organization_id=organization_id, budget=budget)
        slices = list(found.order_by("slice_no"))
        if slices:
            _resize(slices, total - sum(part.granted for part in slices))
        else:
            BudgetSlice.objects.bulk_create(_cut(organization_id, budget, total))


def _cut(organization_id: UUID, budget: str, total: int) -> list[BudgetSlice]:
    count = max(1, min(SLICES_MAX, total))
    sizes = [total // count + (number < total % count) for number in range(count)]
    return [
        BudgetSlice(organization_id=organization_id, budget=budget, slice_no=number, granted=size, remaining=size)
        for number, size in enumerate(sizes)
    ]


def _resize(slices: Sequence[BudgetSlice], change: int) -> None:
    """Add ``change`` to the budget evenly, or take as much of it as is left."""
    for number, part in enumerate(slices):
        share = change // (len(slices) - number)
        share = max(share, -part.remaining)
        if share:
            _change(part, share)
        change -= share
    for part in slices:  # what uneven slices could not give
        if change < 0 and (share := max(change, -part.remaining)):
            _change(part, share)
            change -= share


def _change(part: BudgetSlice, by: int) -> None:
    part.granted += by
    part.remaining += by
    same = BudgetSlice.objects.filter(organization_id=part.organization_id, budget=part.budget, slice_no=part.slice_no)
    same.update(granted=part.granted, remaining=part.remaining)
