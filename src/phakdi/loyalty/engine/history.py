"""What members bought, as the ledger keeps it: for imports whose returns belong to orders of earlier files or tills."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.loyalty.ledger.models import Activity

# An order's lines with what was given back of each. An order without lines is one line without id. Those of imports that
# were taken back never happened.
_BOUGHT = """
WITH mine AS (
    SELECT id, kind, ref, of, member_id, occurred_at, amount_minor, data -> 'lines' AS lines FROM activity
    WHERE organization_id = %(organization)s AND member_id = ANY (%(members)s) AND kind IN ('purchase', 'refund') AND state = 'BOOKED'
      AND ref <> '' AND (import_id IS NULL OR import_id <> ALL (%(without)s))
), parts AS (
    SELECT m.kind, m.id AS activity_id, CASE m.kind WHEN 'purchase' THEN m.ref ELSE m.of END AS ref,
        CASE WHEN m.kind = 'refund' AND right(m.ref, length(m.of) + 1) = '/' || m.of THEN left(m.ref, -length(m.of) - 1) ELSE m.ref END AS own_ref, m.member_id,
        m.occurred_at, coalesce(l.line ->> 'id', '') AS line_id, coalesce(l.line ->> 'product', '') AS product,
        coalesce((l.line ->> 'quantity')::bigint, m.amount_minor) AS quantity,
        coalesce((l.line ->> 'amount')::bigint, m.amount_minor) AS amount, coalesce(l.position, 0) AS position
    FROM mine AS m LEFT JOIN LATERAL jsonb_array_elements(m.lines) WITH ORDINALITY AS l (line, position) ON true
)
SELECT b.member_id, b.ref, b.occurred_at, b.line_id, b.product, b.quantity, b.amount, coalesce((
    SELECT sum(r.quantity)::bigint FROM parts AS r
    WHERE r.kind = 'refund' AND r.member_id = b.member_id AND r.ref = b.ref AND r.line_id = b.line_id AND r.own_ref <> ALL (%(told)s)
), 0)
FROM parts AS b WHERE b.kind = 'purchase' AND b.quantity > 0 AND b.ref <> ALL (%(told)s)
ORDER BY b.member_id, b.occurred_at, b.activity_id, b.position
"""

_ACTIVE = """
SELECT a.member_id FROM activity AS a JOIN member AS m ON m.id = a.member_id AND m.organization_id = a.organization_id
WHERE a.organization_id = %(organization)s AND m.import_id = %(import)s
UNION
SELECT a.member_id FROM activity AS a JOIN member_before AS b ON b.member_id = a.member_id AND b.organization_id = a.organization_id
WHERE a.organization_id = %(organization)s AND b.import_id = %(import)s AND a.recorded_at >= b.changed_at
"""


@dataclass(frozen=True, slots=True)
class BoughtLine:
    """A line of an order: thousandths, minor units, and how many thousandths came back since."""

    member_id: UUID
    ref: str
    at: datetime
    line_id: str
    product: str
    quantity: int
    amount: int
    returned: int


@in_transaction
def bought_lines(
    *, organization_id: UUID, member_ids: Sequence[UUID], without_imports: Collection[UUID], told: Collection[str]
) -> list[BoughtLine]:
    """Return what these members bought, the oldest first for each, less the orders and refunds that are ``told`` elsewhere."""
    values: dict[str, Any] = {
        "organization": organization_id,
        "members": list(member_ids),
        "without": list(without_imports),
        "told": list(told),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOUGHT, values)
        return [BoughtLine(*row) for row in cursor.fetchall()]


@in_transaction
def members_with_activities(*, organization_id: UUID, import_id: UUID) -> list[UUID]:
    """Return which of the members that an import created or changed have done anything since."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVE, {"organization": organization_id, "import": import_id})
        return [member_id for (member_id,) in cursor.fetchall()]


@in_transaction
def imported_orders(*, organization_id: UUID, member_id: UUID, import_id: UUID) -> list[tuple[str, str]]:
    """Return the member's orders of an import, as (reference, origin), the latest first."""
    found = Activity.objects.filter(organization_id=organization_id, member_id=member_id, import_id=import_id, kind="purchase")
    return list(found.exclude(ref="").order_by("-occurred_at", "-id").values_list("ref", "origin"))
