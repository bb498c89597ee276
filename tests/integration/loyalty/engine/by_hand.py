"""Steps made by hand, for tests of the store that must not depend on what the engine would decide."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar
from uuid import UUID

from django.db import connections

from phakdi.kit.errors import Rejected
from phakdi.kit.ids import new_id, nth
from phakdi.loyalty.engine import codec, operations, queries
from phakdi.loyalty.engine.core.state import Activity, Entry, Fact, Lot, MemberState, Step, Verdict, Wallet

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ATTEMPTS_MAX = 400  # a hundred threads on one member: the last one may lose ninety-nine times

Answer = TypeVar("Answer")


def earn(state: MemberState, points: int, *, ref: str = "", at: datetime = NOW) -> Step:
    """Return the step of a purchase that earns ``points``, as `advance` would make it."""
    activity = Activity(new_id(), "purchase", at, ref=ref, origin="pos", amount=points * 100)
    lot = Lot(
        nth(activity.id, 1),
        "points",
        points,
        points,
        at,
        at,
        at + timedelta(days=365),
        rule="base",
        activity_id=activity.id,
        ref=ref,
    )
    wallet = state.wallets.setdefault("points", Wallet("points"))
    wallet.active += points
    wallet.earned += points
    state.lots[lot.id] = lot
    state.clock = at
    state.meters.setdefault("visits", {})["all"] = state.meters.get("visits", {}).get("all", 0) + 1
    entry = Entry(
        nth(activity.id, 2),
        "EARN",
        "points",
        points,
        "ISSUED",
        "ACTIVE",
        at,
        "base",
        "earned",
        {"points": points},
        uses=((lot.id, points),),
        ref=ref,
    )
    order = {ref: {"amount": points * 100, "lots": [[str(lot.id), points]]}} if ref else {}
    return Step(
        state,
        activity,
        entries=[entry],
        new_lots=[lot],
        changed_orders=order,
        facts=[Fact("points.earned", {"points": points})],
        verdicts=[Verdict("base", True, "applied", {"points": points})],
        outcome={"earned": {"points": points}, "balances": {"points": wallet.active}},
        due_at=at + timedelta(days=365),
    )


def spend(state: MemberState, points: int, *, at: datetime = NOW) -> Step:
    """Return the step of a redemption that spends ``points``, or raise Rejected when there are too few."""
    wallet = state.wallets.get("points", Wallet("points"))
    if wallet.active < points:
        raise Rejected("Not enough points.", code="points_short", needed=points, usable=wallet.active)
    activity = Activity(new_id(), "redeem", at)
    uses, missing, changed = [], points, []
    for lot in sorted(state.lots.values(), key=lambda lot: lot.id):
        if taken := min(missing, lot.remaining):
            lot.remaining -= taken
            missing -= taken
            uses.append((lot.id, taken))
            changed.append(lot)
    wallet.active -= points
    wallet.spent += points
    entry = Entry(nth(activity.id, 1), "SPEND", "points", points, "ACTIVE", "REDEEMED", at, "", "redeemed", uses=tuple(uses))
    return Step(state, activity, entries=[entry], changed_lots=changed, outcome={"spent": {"points": points}})


def booking(step: Step, *, receipt: bool = False) -> codec.Booking:
    """Return ``step`` ready to be written, under its receipt number if asked."""
    key = None
    if receipt:
        assert step.activity is not None
        key = codec.ReceiptKey(step.activity.origin, step.activity.ref, codec.content_hash(step.activity))
    return codec.Booking(step, NOW, None, key)


def write(organization_id: UUID, step: Step, *, version: int, receipt: bool = False) -> frozenset[UUID]:
    """Post one step that was decided on ``version`` and return who was left out."""
    group = codec.Group(step.state.member_id, version, [booking(step, receipt=receipt)])
    return operations.post(organization_id=organization_id, groups=[group])


def earn_now(organization_id: UUID, member_id: UUID, points: int, *, ref: str = "") -> Step:
    """Load, earn, post, once and without anybody else around."""
    state = state_of(organization_id, member_id)
    step = earn(state, points, ref=ref)
    assert write(organization_id, step, version=state.version, receipt=bool(ref)) == frozenset()
    return step


def spend_until_written(organization_id: UUID, member_id: UUID, points: int) -> bool:
    """Spend as the recording loop does: load, decide, post, again when the member moved; False when there are too few points."""
    for _ in range(ATTEMPTS_MAX):
        state = state_of(organization_id, member_id)
        try:
            step = spend(state, points)
        except Rejected:
            return False
        if not write(organization_id, step, version=state.version):
            return True
    raise AssertionError("never got through")


def state_of(organization_id: UUID, member_id: UUID, *refs: str) -> MemberState:
    """Return the member's state as it is kept."""
    loaded = queries.load(organization_id=organization_id, member_id=member_id, refs=refs)
    assert loaded.state is not None
    return loaded.state


def all_at_once(calls: Sequence[Callable[[], Answer]], *, threads: int = 16) -> list[Answer]:
    """Run the calls over ``threads`` connections that start together and return their answers in order."""
    start = Barrier(min(threads, len(calls)))
    waiting = iter(range(start.parties))

    def run(call: Callable[[], Answer], waits: bool) -> Answer:
        if waits:
            start.wait(timeout=30)
        return call()

    def close(_: int) -> None:
        connections.close_all()

    with ThreadPoolExecutor(start.parties) as pool:
        running = [pool.submit(run, call, next(waiting, None) is not None) for call in calls]
        answers = [task.result(timeout=60) for task in running]
        again = Barrier(start.parties)
        list(pool.map(lambda _: (again.wait(timeout=30), close(0)), range(start.parties)))
    return answers
