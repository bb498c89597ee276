"""Kinds of messages and their lives (R131)."""

from enum import StrEnum


class MessageClass(StrEnum):
    """Why a message is sent. Caps, quiet hours and consent bind marketing; what is above goes first."""

    SECURITY = "SECURITY"
    TRANSACTIONAL = "TRANSACTIONAL"
    SERVICE = "SERVICE"
    LOYALTY = "LOYALTY"
    MARKETING = "MARKETING"


class MessageChannel(StrEnum):
    """The way a message goes; which provider carries it is the connection's matter."""

    SMS = "SMS"
    EMAIL = "EMAIL"
    LINE = "LINE"
    PUSH = "PUSH"


class MessageState(StrEnum):
    """Where a message is."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"
    AMBIGUOUS = "AMBIGUOUS"  # handed over, and nobody said whether it arrived: never sent again by itself
    CANCELLED = "CANCELLED"


class AttemptState(StrEnum):
    """Where one try to hand a message over is."""

    PREPARED = "PREPARED"
    SENT = "SENT"
    FAILED = "FAILED"
    AMBIGUOUS = "AMBIGUOUS"


PRIORITIES = {kind: number for number, kind in enumerate(MessageClass)}
