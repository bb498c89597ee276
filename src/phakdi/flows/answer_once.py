"""Answer a call with an idempotency key once, however often it is made (RELIABILITY: writes without a natural key)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from phakdi.kit.db.scope import organization_scope
from phakdi.platform.keys.operations import Answer, Call, begin_call, finish_call

__all__ = ["KEPT", "KEPT_FOR_LEDGER", "Answer", "Answered", "Call", "answer_once"]

KEPT = timedelta(hours=24)
KEPT_FOR_LEDGER = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer, and whether it was given before."""

    answer: Answer
    is_replay: bool


def answer_once(*, call: Call, act: Callable[[], Answer], now: datetime, kept: timedelta = KEPT) -> Answered:
    """Return what ``act`` answers, which happens in this transaction, or what it answered when the call was made before.

    What ``act`` raises undoes its effect and frees the key, so a refused call may be made again.

    Raises:
        Invalid: the idempotency key cannot be read.
        KeyReused: it came before with other content.
        KeyInFlight: the same call is still being answered; ask again in a second.
    """
    with organization_scope(call.organization_id):
        before = begin_call(call=call, now=now, kept=kept)
        if before is not None:
            return Answered(before, is_replay=True)
        answer = act()
        finish_call(call=call, answer=answer)
    return Answered(answer, is_replay=False)
