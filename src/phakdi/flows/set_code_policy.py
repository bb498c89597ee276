"""Set how many one-time codes an organization sends, to where, and how long spending is held after a contact changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.people.codes.core import CodePolicy
from phakdi.people.codes.operations import set_policy
from phakdi.people.codes.queries import policy_of
from phakdi.platform.audit.core import Actor


def set_code_policy(
    *,
    organization_id: UUID,
    daily_budget: int,
    countries: Sequence[str],
    hold_hours: int,
    now: datetime,
    actor: Actor | None = None,
) -> CodePolicy:
    """Keep the organization's limits and return what holds from now on.

    Raises:
        Invalid: a budget below zero, a calling code not written like ``+66``, or a hold outside of 24 to 72 hours.
    """
    with organization_scope(organization_id):
        set_policy(organization_id=organization_id, daily_budget=daily_budget, countries=countries, hold_hours=hold_hours)
        data = {"daily_budget": daily_budget, "countries": list(countries), "hold_hours": hold_hours}
        subject = ("organization", str(organization_id))
        note(organization_id=organization_id, action="code_policy.set", subject=subject, now=now, actor=actor, data=data)
        return policy_of(organization_id=organization_id)
