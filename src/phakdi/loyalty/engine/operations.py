"""The engine's one write: what `advance` decided, with its facts, in one transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.db import DatabaseError, connection

from phakdi.kit.db.scope import in_transaction
from phakdi.loyalty.engine import channel, codec

POST = channel.Statement(
    b"engine_post_1",
    b"SELECT engine_post($1::uuid, $2::int, $3::json, $4::json, $5::int, $6::json, $7::json, $8::json, $9::json, $10::json,"
    b" $11::json, $12::json, $13::json)",
)
LOCK = """
    INSERT INTO member_state (organization_id, member_id, version) VALUES (%s, %s, 0)
    ON CONFLICT (member_id) DO UPDATE SET version = member_state.version
"""
RECEIPT_TAKEN, BUDGET_SPENT = "PH001", "PH003"
RETRYABLE = {RECEIPT_TAKEN, BUDGET_SPENT, "40P01", "40001", "55P03"}  # and deadlock, serialization failure, lock timeout


class WorldMoved(Exception):
    """Nothing was written: a receipt or a budget was taken meanwhile, or locks crossed. Load again and decide anew."""


def post(*, organization_id: UUID, groups: Sequence[codec.Group]) -> frozenset[UUID]:
    """Write the groups in one transaction and return the members left out because they had moved since they were loaded.

    Runs in autocommit or joins the caller's transaction. Locks members in the order of their ids.

    Raises:
        WorldMoved: nothing of any group was written.
    """
    try:
        (moved,) = channel.fetch_one(POST, (str(organization_id), *codec.encode(groups)))
    except DatabaseError as error:
        code = getattr(error.__cause__, "sqlstate", None)
        if code in RETRYABLE:
            raise WorldMoved(code) from error
        raise
    return frozenset(map(UUID, moved.split(","))) if moved else frozenset()


@in_transaction
def lock_member(*, organization_id: UUID, member_id: UUID) -> None:
    """Hold the member's row until the transaction ends, making it where the engine never saw the member."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, (organization_id, member_id))
