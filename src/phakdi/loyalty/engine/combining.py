"""Reports that come at the same moment, recorded together, as a database writes several commits with one flush.

One thread of the process works for all that wait: it takes what is waiting, records it as a batch, and hands out the answers;
meanwhile the next reports gather. Who is alone is recorded at once, so nobody waits for company. A report that is recorded
together with others costs less than half of what it costs alone, and is answered exactly the same.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from phakdi.kit.errors import Refusal
from phakdi.loyalty.engine.batches import record_many
from phakdi.loyalty.engine.recording import Busy, Context, Receipt, Report, record

TOGETHER_MAX = 32  # so that nobody waits long for others' sake
WAIT_SECONDS = 30.0  # longer than any statement may take
QUEUES_MAX = 10_000

Caller = tuple[UUID, tuple[tuple[str, str], ...]]  # organization and actor: what a batch has in common


@dataclass(slots=True, eq=False)
class _Waiting:
    """A report that waits to be recorded, or for its thread to be told to do so for all."""

    member_id: UUID
    report: Report
    context: Context
    answer: Receipt | BaseException | None = None
    sleeping: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class _Queue:
    """Who waits for the same caller, and whether a thread is at work for them."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: deque[_Waiting] = field(default_factory=deque)
    has_worker: bool = False


_queues: dict[Caller, _Queue] = {}


def record_together(*, member_id: UUID, report: Report, context: Context) -> Receipt:
    """Record one report, together with others of the same caller that wait at this moment, and return its own answer.

    Inside a transaction it is recorded alone, as part of it.

    Raises:
        UnknownMember, ReceiptConflict, Busy, and every `Rejected` of the engine.
    """
    if connection.in_atomic_block:
        return record(member_id=member_id, report=report, context=context)
    queue, mine = _queue_of(context), _Waiting(member_id, report, context)
    with queue.lock:
        must_work = not queue.has_worker
        queue.has_worker = True
        if not must_work:
            mine.sleeping.acquire()
            queue.waiting.append(mine)
    if not must_work:
        _sleep(queue, mine)
        must_work = mine.answer is None  # woken to work, not with an answer
    if must_work:
        _work(queue, mine)
    assert mine.answer is not None
    if isinstance(mine.answer, BaseException):
        raise mine.answer
    return mine.answer


def _give_up(queue: _Queue, mine: _Waiting) -> None:
    """Leave the queue with `Busy`; who was taken out of it meanwhile waits for the answer, or works for those behind."""
    with queue.lock:
        if mine in queue.waiting:
            queue.waiting.remove(mine)
            raise Busy("Others are being recorded.", member_id=str(mine.member_id))
    mine.sleeping.acquire()


def _sleep(queue: _Queue, mine: _Waiting) -> None:
    """Wait to be woken, with an answer or to work; raises Busy after too long a time."""
    if mine.sleeping.acquire(timeout=WAIT_SECONDS):
        return
    with queue.lock:
        nobody_took_it = mine in queue.waiting
        if nobody_took_it:
            queue.waiting.remove(mine)
    if nobody_took_it or not mine.sleeping.acquire(timeout=WAIT_SECONDS):
        raise Busy("Others are being recorded.", member_id=str(mine.member_id))


def _queue_of(context: Context) -> _Queue:
    caller: Caller = (context.organization_id, tuple(sorted((context.actor or {}).items())))
    found = _queues.get(caller)
    if found is None:
        if len(_queues) >= QUEUES_MAX:
            _queues.clear()  # those at work keep theirs; new reports gather anew
        found = _queues.setdefault(caller, _Queue())
    return found


def _work(queue: _Queue, mine: _Waiting) -> None:
    """Record my report with all that wait, wake them, and let the next that waits work on."""
    with queue.lock:
        group = [mine]
        while queue.waiting and len(group) < TOGETHER_MAX:
            group.append(queue.waiting.popleft())
    try:
        _answer(group)
    finally:
        for other in group[1:]:
            other.sleeping.release()
        with queue.lock:
            following = queue.waiting.popleft() if queue.waiting else None
            queue.has_worker = following is not None
        if following is not None:
            following.sleeping.release()


def _answer(group: list[_Waiting]) -> None:
    """Give everybody in the group an answer, whatever happens to one of them."""
    if len(group) > 1:
        try:
            answers = record_many(items=[(item.member_id, item.report) for item in group], context=group[-1].context)
        except Exception:  # noqa: BLE001 - one of them broke it: each by itself finds out which
            answers = []
        for item, answer in zip(group, answers, strict=False):
            item.answer = answer
    for item in group:
        if item.answer is None:
            item.answer = _alone(item)


def _alone(item: _Waiting) -> Receipt | BaseException:
    try:
        return record(member_id=item.member_id, report=item.report, context=item.context)
    except Refusal as refusal:
        return refusal
    except BaseException as error:  # noqa: BLE001 - raised again in the thread that it concerns
        return error
