"""Find the member whom a till names, or keep a shadow for somebody who has not enrolled yet (R16)."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.forgotten import demand_not_forgotten
from phakdi.flows.member_trail import Cause, tell
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members import facts, operations
from phakdi.people.members.core import read_identity
from phakdi.people.members.models import Member


def find_or_shadow(*, organization_id: UUID, kind: str, value: str, now: datetime, source: str = "") -> Member:
    """Return the member known by the identity; where nobody is, a new shadow, which becomes the member on enrolling.

    Safe to repeat and to call at once from many tills: one identity, one member.

    Raises:
        Invalid: the identity cannot be read.
        PersonForgotten: they had their data erased: nothing is kept for them.
        Unavailable: others kept enrolling the same person.
    """
    key = read_identity(kind, value)
    cause = Cause(organization_id, now)
    with organization_scope(organization_id):
        demand_not_forgotten(organization_id=organization_id, keys=[key])
        found = operations.find_or_create_shadow(organization_id=organization_id, key=key, now=now, source=source)
        if found.is_new:
            tell(cause, facts.SHADOWED, found.member.id, {"kind": key.kind})
    return found.member
