"""Members in the order in which they were written, for whoever reads them all and then only what changed. In a scope."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

START = ("0", UUID(int=0))

# As far as nothing older can still be committed: whoever goes on from the last one never misses any.
_WRITTEN = """
SELECT id, written_by::text FROM member
WHERE organization_id = %s AND written_by >= %s::xid8 AND (written_by, id) > (%s::xid8, %s)
  AND written_by < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY written_by, id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A member, and where to go on after them."""

    member_id: UUID
    written_by: str

    @property
    def place(self) -> tuple[str, UUID]:
        """Return where to go on."""
        return self.written_by, self.member_id


def members_written(*, organization_id: UUID, after: tuple[str, UUID], limit: int) -> list[Written]:
    """Return up to ``limit`` members that were written after a place, in the order in which they were."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [organization_id, after[0], *after, limit])
        return [Written(*row) for row in cursor.fetchall()]
