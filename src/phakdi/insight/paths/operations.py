"""Every write of figures of paths, inside the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.insight.paths.models import PathLook
from phakdi.kit.db.scope import in_transaction


@in_transaction
def keep(*, organization_id: UUID, kind: str, docs: Mapping[str, Any], as_of: datetime) -> None:
    """Put these documents, by name, in the place of all that were kept of a kind."""
    PathLook.objects.filter(organization_id=organization_id, kind=kind).delete()
    PathLook.objects.bulk_create(
        [PathLook(organization_id=organization_id, kind=kind, name=name, as_of=as_of, doc=doc) for name, doc in docs.items()],
        batch_size=100,
    )
