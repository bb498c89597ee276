"""Every read of one-time codes. All run in a scope of the organization."""

from datetime import date
from uuid import UUID

from phakdi.people.codes.core import CodePolicy
from phakdi.people.codes.models import Budget, Challenge, KeptPolicy


def policy_of(*, organization_id: UUID) -> CodePolicy:
    """Return the limits that the organization set, else the usual ones."""
    kept = KeptPolicy.objects.filter(organization_id=organization_id).first()
    if kept is None:
        return CodePolicy()
    return CodePolicy(daily_budget=kept.daily_budget, countries=tuple(kept.countries), hold_hours=kept.hold_hours)


def sent_on(*, organization_id: UUID, day: date) -> int:
    """Return how many codes the organization sent on that day of its own."""
    found = Budget.objects.filter(organization_id=organization_id, day=day).values_list("sent", flat=True).first()
    return found or 0


def find_challenge(*, organization_id: UUID, challenge_id: UUID) -> Challenge | None:
    """Return a code that was sent, or None."""
    return Challenge.objects.filter(organization_id=organization_id, id=challenge_id).first()
