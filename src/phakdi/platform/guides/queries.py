"""Every read of guides. The first needs no scope."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from phakdi.platform.guides.core import Business
from phakdi.platform.guides.models import Guide


@dataclass(frozen=True, slots=True)
class GuideView:
    """What is known of an organization's start."""

    business: Business
    is_dismissed: bool


def is_empty() -> bool:
    """Tell whether the installation has no organization yet; before a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT guide_installation_is_empty()")
        found: bool = cursor.fetchone()[0]
    return found


def guide_of(*, organization_id: UUID) -> GuideView:
    """Return the organization's guide; one that said nothing is of another kind and was not dismissed."""
    found = Guide.objects.filter(organization_id=organization_id).first()
    if found is None:
        return GuideView(Business.OTHER, is_dismissed=False)
    return GuideView(Business(found.business or Business.OTHER), found.dismissed_at is not None)
