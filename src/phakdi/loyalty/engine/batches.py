"""Recording many reports at once: one load, the engine in between, one post; members keep their order.

Whoever moved meanwhile, and everybody when a receipt or a budget was taken meanwhile, is recorded one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from phakdi.kit.errors import Invalid, Refusal
from phakdi.loyalty.engine import codec, operations, queries
from phakdi.loyalty.engine.core.state import MemberState
from phakdi.loyalty.engine.recording import MERGED, Context, Receipt, ReceiptConflict, Report, answer_to, decide, record, replay

BATCH_MAX = 1000

Answer = Receipt | Refusal
Item = tuple[int, UUID, Report]  # position in the batch, member, report


@dataclass(slots=True)
class _Batch:
    """The work in progress of one call."""

    context: Context
    answers: dict[int, Answer] = field(default_factory=dict)
    booked: dict[UUID, list[tuple[Item, codec.Booking]]] = field(default_factory=dict)
    groups: list[codec.Group] = field(default_factory=list)
    budgets: dict[str, int] = field(default_factory=dict)
    led_on: list[Item] = field(default_factory=list)  # for members who became part of others


def record_many(*, items: Sequence[tuple[UUID, Report]], context: Context) -> list[Answer]:
    """Record up to 1,000 reports and return an answer or a refusal for each, in their order.

    Reports of one member are decided in the order given. Each member's are written together or not at all; a refusal
    changes nothing and does not stop the others.
    """
    if len(items) > BATCH_MAX:
        raise Invalid(f"At most {BATCH_MAX} activities at once.", field="items", maximum=BATCH_MAX)
    batch = _Batch(context)
    fresh, repeats = _apart([(position, *item) for position, item in enumerate(items)])
    _decide_all(fresh, batch)
    _post_all(batch)
    for item in batch.led_on:
        batch.answers[item[0]] = _one(item, context)
    for item in repeats:  # the same receipt once more in this batch: by now it has its answer
        batch.answers[item[0]] = _one(item, context)
    return [batch.answers[position] for position in range(len(items))]


def _apart(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Return the items whose receipt comes for the first time, and the others."""
    seen: set[tuple[str, str]] = set()
    fresh: list[Item] = []
    repeats: list[Item] = []
    for item in items:
        receipt = item[2].receipt
        key = (receipt.origin, receipt.number) if receipt else None
        (repeats if key in seen else fresh).append(item)
        if key:
            seen.add(key)
    return fresh, repeats


def _decide_all(items: Sequence[Item], batch: _Batch) -> None:
    organization_id = batch.context.organization_id
    receipts = [(receipt.origin, receipt.number) for _, _, report in items if (receipt := report.receipt)]
    wanted_budgets = {budget for _, _, report in items for budget in report.program.budgets}
    shared = queries.load_shared(organization_id=organization_id, receipts=receipts, budgets=wanted_budgets)
    batch.budgets = shared.budgets
    by_member: dict[UUID, list[Item]] = {}
    for item in items:
        receipt = item[2].receipt
        if receipt and (first := shared.answers.get((receipt.origin, receipt.number))):
            batch.answers[item[0]] = _replayed(first, item, receipt, batch.context)
        else:
            by_member.setdefault(item[1], []).append(item)
    wanted = {member_id: {ref for _, _, report in mine for ref in report.refs} for member_id, mine in by_member.items()}
    states = queries.load_many(organization_id=organization_id, wanted=wanted)
    asked = {name for _, _, report in items for name in report.program.traits}
    queries.add_traits(states, organization_id=organization_id, wanted=asked)
    for member_id, mine in by_member.items():
        if (state := states.get(member_id)) and state.profile.status == MERGED:
            batch.led_on += mine
        elif state:
            _decide_member(state, mine, batch)
        else:
            unknown = queries.UnknownMember("There is no such member.", member_id=str(member_id))
            batch.answers.update((position, unknown) for position, _, _ in mine)


def _decide_member(state: MemberState, items: Sequence[Item], batch: _Batch) -> None:
    group = codec.Group(state.member_id, state.version)
    booked = batch.booked[state.member_id] = []
    for item in items:
        state.budgets = dict(batch.budgets)
        try:
            booking = decide(state, item[2], batch.context, group)
        except Refusal as refusal:
            batch.answers[item[0]] = refusal
            continue
        booked.append((item, booking))
        state = booking.step.state
        for budget, amount in booking.step.budget_takes.items():
            batch.budgets[budget] = batch.budgets.get(budget, 0) - amount
    if group.bookings:
        batch.groups.append(group)


def _post_all(batch: _Batch) -> None:
    moved: frozenset[UUID] | set[UUID]
    try:
        moved = operations.post(organization_id=batch.context.organization_id, groups=batch.groups) if batch.groups else set()
    except operations.WorldMoved:
        moved = {group.member_id for group in batch.groups}
    for member_id, booked in batch.booked.items():
        for item, booking in booked:
            batch.answers[item[0]] = _one(item, batch.context) if member_id in moved else answer_to(member_id, booking)


def _one(item: Item, context: Context) -> Answer:
    try:
        return record(member_id=item[1], report=item[2], context=context)
    except Refusal as refusal:
        return refusal


def _replayed(first: queries.FirstAnswer, item: Item, receipt: codec.ReceiptKey, context: Context) -> Answer:
    try:
        return replay(first, member_id=item[1], receipt=receipt, context=context)
    except ReceiptConflict as refusal:
        return refusal
