"""What a member may be, and what may become of it."""

from datetime import timedelta
from enum import StrEnum

SPENDING_HOLD_MAX = timedelta(hours=72)  # nobody spends for so long, at most, after a phone or e-mail was changed or added


class Status(StrEnum):
    """Where a member stands."""

    SHADOW = "SHADOW"  # earned before enrolling: known by an identity only (R16)
    ACTIVE = "ACTIVE"
    FROZEN = "FROZEN"  # neither earns nor spends (R125)
    CLOSED = "CLOSED"  # left; comes back as the same member
    MERGED = "MERGED"  # became part of another member


class FrozenBy(StrEnum):
    """Who froze a member: what staff froze, the member cannot thaw."""

    NOBODY = ""
    MEMBER = "MEMBER"
    STAFF = "STAFF"


FORGOTTEN = "forgotten"  # why a member is closed who had everything personal destroyed: nobody comes back to that row
CAN_FREEZE = frozenset({Status.ACTIVE})
CAN_CLOSE = frozenset({Status.ACTIVE, Status.FROZEN, Status.SHADOW})
CAN_ENROLL = frozenset({Status.SHADOW, Status.CLOSED})
