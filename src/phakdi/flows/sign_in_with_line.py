"""Know members by their LINE: who comes back, who is new, and whose LINE it is from now on.

``user_id`` is what LINE vouched for (see `adapters/line`), never what a browser says.
"""

from datetime import datetime
from uuid import UUID

from phakdi.flows.member_trail import Cause, audit, notify
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict
from phakdi.people.members.core.identities import LINE, IdentityKey
from phakdi.people.members.core.status import Status
from phakdi.people.members.models import Member
from phakdi.people.members.operations import IdentityTaken, bind_identity, unbind_identity
from phakdi.people.members.queries import find_by_identity, get_member, identities_of

__all__ = ["LastWayIn", "LineTaken", "find_by_line", "link_line", "unlink_line"]

SIGNS_IN = frozenset({Status.ACTIVE.value, Status.FROZEN.value})
WAYS_IN = frozenset({"PHONE", "EMAIL", LINE})


class LineTaken(Conflict):
    """This LINE is another member's."""

    code = "line_taken"


class LastWayIn(Conflict):
    """Without it nobody could sign in as this member."""

    code = "last_way_in"


def find_by_line(*, organization_id: UUID, user_id: str) -> Member | None:
    """Return the member whose LINE it is, or None where they would join by it."""
    with organization_scope(organization_id):
        member = find_by_identity(organization_id=organization_id, kind=LINE, value=user_id)
    return member if member is not None and member.status in SIGNS_IN else None


def link_line(*, organization_id: UUID, member_id: UUID, user_id: str, now: datetime) -> Member:
    """Let the member sign in with this LINE, and tell them; safe to repeat.

    Raises:
        UnknownMember: no such member.
        LineTaken: it is another member's; nothing was changed.
    """
    cause = Cause(organization_id, now)
    key = IdentityKey(LINE, user_id)
    with organization_scope(organization_id):
        member = get_member(organization_id=organization_id, member_id=member_id)
        known = find_by_identity(organization_id=organization_id, kind=LINE, value=user_id)
        if known is not None and known.id == member_id:
            return member
        try:
            bind_identity(organization_id=organization_id, member_id=member_id, key=key, now=now, verified_at=now)
        except IdentityTaken as taken:
            raise LineTaken("This LINE is another member's.") from taken
        audit(cause, "member.changed", member_id, {"fields": ["line"]})
        notify(cause, member, "line_linked", {})
    return member


def unlink_line(*, organization_id: UUID, member_id: UUID, now: datetime) -> None:
    """Let nobody sign in as the member with LINE any more.

    Raises:
        LastWayIn: the member has neither phone nor e-mail to sign in by.
        NotFound: no LINE is linked.
    """
    cause = Cause(organization_id, now)
    with organization_scope(organization_id):
        known = identities_of(organization_id=organization_id, member_id=member_id)
        if not any(each.kind in WAYS_IN and each.kind != LINE for each in known):
            raise LastWayIn("Give a phone or e-mail first.")
        values = [each.value for each in known if each.kind == LINE] or [""]
        for value in values:
            unbind_identity(organization_id=organization_id, member_id=member_id, key=IdentityKey(LINE, value))
        audit(cause, "member.changed", member_id, {"fields": ["line"]})
