"""Every write of what points cost, inside the caller's transaction."""

from datetime import datetime
from uuid import UUID

from phakdi.insight.points import documents
from phakdi.insight.points.documents import KeptPoints
from phakdi.insight.points.models import KeptAccount, KeptClosing
from phakdi.kit.db.scope import in_transaction


@in_transaction
def keep(*, organization_id: UUID, points: KeptPoints, now: datetime) -> None:
    """Keep the account of one kind of points, and close the months that have ended; closed ones stay as they are."""
    KeptAccount.objects.update_or_create(
        organization_id=organization_id, unit=points.unit, defaults={"as_of": points.as_of, "doc": documents.write(points)}
    )
    KeptClosing.objects.bulk_create(
        [
            KeptClosing(
                organization_id=organization_id,
                unit=points.unit,
                month=closing.month,
                closed_at=now,
                doc=documents.write_closing(closing),
            )
            for closing in points.months[:-1]
        ],
        ignore_conflicts=True,
    )
