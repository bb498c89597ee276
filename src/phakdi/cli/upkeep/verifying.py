"""Replaying what is kept, organization by organization."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connections

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.engine.verification import differences_of
from phakdi.platform.audit.queries import verify_chain


def verify(*, slug: str = "") -> Iterator[str]:
    """Yield a line for each difference and one for each organization; nothing is changed.

    Raises:
        NotFound: there is no organization of that short name.
    """
    found = _organizations(slug)
    if slug and not found:
        raise NotFound("There is no such organization.", code="organization_not_found", slug=slug)
    for organization_id, name in found:
        with organization_scope(organization_id):
            differences = [str(difference) for difference in differences_of(organization_id=organization_id)]
            audit = verify_chain(organization_id=organization_id)
        if not audit.is_sound:
            differences.append(f"audit: the chain breaks at seal {audit.broken_at}")
        yield from (f"DIFFERS {name}: {difference}" for difference in differences)
        yield f"ok      {name}" if not differences else f"failed  {name}: {len(differences)} differences"


def _organizations(slug: str) -> list[tuple[UUID, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT id, slug FROM organization WHERE %s IN ('', slug) ORDER BY slug", [slug])
        return list(cursor.fetchall())
