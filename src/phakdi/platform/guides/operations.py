"""Every write of guides, inside the caller's transaction."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.platform.guides.core import Business
from phakdi.platform.guides.models import Guide


@in_transaction
def let_one_in() -> None:
    """Let nobody else make the first organization until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('first_organization'))")


@in_transaction
def keep_business(*, organization_id: UUID, business: Business) -> None:
    """Keep what kind of shop it is."""
    Guide.objects.update_or_create(organization_id=organization_id, defaults={"business": business.value})


@in_transaction
def dismiss(*, organization_id: UUID, now: datetime) -> None:
    """Show the guide on the dashboard no longer. Safe to repeat."""
    Guide.objects.update_or_create(organization_id=organization_id, defaults={"dismissed_at": now})


@in_transaction
def recall(*, organization_id: UUID) -> None:
    """Show the guide again. Safe to repeat."""
    Guide.objects.filter(organization_id=organization_id).update(dismissed_at=None)
