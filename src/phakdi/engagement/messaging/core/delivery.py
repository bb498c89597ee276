"""What becomes of a message after a provider answered, or did not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from phakdi.engagement.messaging.core.kinds import AttemptState, MessageState

TRIES_MAX = 8
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 300.0


class OutcomeKind(StrEnum):
    """What a provider's answer comes to."""

    ACCEPTED = "ACCEPTED"
    PERMANENT = "PERMANENT"  # it will never be accepted
    RETRY = "RETRY"  # certainly not sent, and worth another try
    QUOTA = "QUOTA"  # the account is empty
    AMBIGUOUS = "AMBIGUOUS"  # it may have been sent


@dataclass(frozen=True, slots=True)
class Outcome:
    """A provider's answer to one try. ``code`` is short and carries nothing personal."""

    kind: OutcomeKind
    provider_ref: str = ""
    code: str = ""
    status: int | None = None
    retry_after_seconds: float | None = None
    quota_left: int | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The states that follow from an outcome, and when to try again if at all."""

    message: MessageState
    attempt: AttemptState
    due_at: datetime | None = None


def settle_outcome(outcome: Outcome, *, tries: int, now: datetime, expires_at: datetime | None, chance: float) -> Settled:
    """Return what follows from the outcome of try number ``tries`` (1 is the first).

    A temporary failure is tried again after half a second doubling to five minutes, more or less half by ``chance`` (0 to
    1), or as late as the provider asked for; never after the last try or after the message has expired.
    """
    match outcome.kind:
        case OutcomeKind.ACCEPTED:
            return Settled(MessageState.SENT, AttemptState.SENT)
        case OutcomeKind.AMBIGUOUS:
            return Settled(MessageState.AMBIGUOUS, AttemptState.AMBIGUOUS)
        case OutcomeKind.RETRY:
            due_at = now + timedelta(seconds=_delay(outcome, tries, chance))
            if tries < TRIES_MAX and (expires_at is None or due_at < expires_at):
                return Settled(MessageState.QUEUED, AttemptState.FAILED, due_at)
    return Settled(MessageState.FAILED, AttemptState.FAILED)


def _delay(outcome: Outcome, tries: int, chance: float) -> float:
    doubled = min(FIRST_DELAY_SECONDS * 2 ** (tries - 1), LONGEST_DELAY_SECONDS)
    return max(doubled * (0.5 + chance), outcome.retry_after_seconds or 0.0)
