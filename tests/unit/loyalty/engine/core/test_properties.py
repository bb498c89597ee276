"""What must hold whatever happens: nothing appears or vanishes, order of returns and size of time steps do not matter."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core.state import Step
from tests.unit.loyalty.engine.core.acting import Member, at, lines, program

START = at("2026-01-01")
PROGRAM = program(
    units={
        "points": {"expires": {"after": "60 days", "for_bonus": {"after": "10 days"}}, "pending": {"when": {"channel": "web"}, "until": "deliver", "after": "2 days", "cancel_after": "20 days"}},
        "stamps": {"kind": "stamps", "expires": {"after": "30 days", "extended_by": ["purchase"]}, "auto": {"every": 7, "voucher": "tea", "when": "day_end"}},
    },
    vouchers={"tea": {"item": "tea", "valid": {"after": "20 days"}}},
    rewards={"thing": {"cost": {"points": "any"}}},
    earning=[
        {"key": "base", "give": {"points": 1, "per": 7}, "limits": [{"max": 90, "per": "month"}], "carry": True},
        {"key": "gift", "lines": {"category": "b"}, "give": {"percent": "2.5", "rounding": "half_up"}, "bonus": True},
        {"key": "weekday", "when": {"weekday": ["mon", "tue"]}, "give": {"multiply": "1.5", "rules": "base"}},
        {"key": "stamp", "give": {"points": 1, "unit": "stamps"}},
        {"key": "monthly", "on": "month_start", "when": {"member.level": "Gold"}, "give": {"points": 11}},
    ],
    tiers={
        "review": "at_end", "downgrade": "one_step",
        "levels": [
            {"key": "Silver"},
            {"key": "Gold", "reach": {"meter": "spend", "window": "rolling_30_days", "at_least": 300}, "lasts": {"after": "25 days"}, "grace": "5 days"},
        ],
    },
)  # fmt: skip

MONEY = st.integers(1, 40_000).map(lambda satang: satang / 100)
DOINGS = st.one_of(
    st.tuples(st.just("buy"), MONEY, MONEY, st.booleans()),
    st.tuples(st.just("refund"), st.integers(0, 5), st.one_of(st.none(), MONEY), st.sampled_from([None, "a", "b"])),
    st.tuples(st.just("deliver"), st.integers(0, 5)),
    st.tuples(st.just("redeem"), st.integers(1, 60)),
    st.tuples(st.just("wait")),
)
HISTORIES = st.lists(st.tuples(st.integers(0, 20 * 24 * 60), DOINGS), min_size=1, max_size=25)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def act(member: Member, now: datetime, number: int, doing: tuple[Any, ...]) -> None:
    """Do one thing, or be refused."""
    kind, *more = doing
    try:
        if kind == "buy":
            a, b, web = more
            member.buys(now, round(a + b, 2), f"R{number}", lines=lines(a=a, b=b), channel="web" if web else "store")
        elif kind == "refund":
            back, baht, line = more
            member.does("refund", now, baht, of=f"R{number - back}", **({"line": line} if line else {}))
        elif kind == "deliver":
            member.does("deliver", now, of=f"R{number - more[0]}")
        elif kind == "redeem":
            member.does("redeem", now, reward="thing", points=more[0])
        else:
            member.waits(now)
    except Rejected:
        pass


def lived(
    history: list[tuple[int, tuple[Any, ...]]], between: Callable[[Member, datetime, datetime], None] | None = None
) -> Member:
    """Return a member who has done all this; ``between`` is called before each thing."""
    member, now = Member(PROGRAM, joined="2026-01-01"), START
    member.does("visit", now)
    for number, (minutes, doing) in enumerate(history):
        later = now + timedelta(minutes=minutes)
        if between:
            between(member, now, later)
        now = later
        act(member, now, number, doing)
    return member


@QUICK
@given(HISTORIES)
def test_entries_replay_to_wallets_and_lots(history):
    member = lived(history)  # holds the ledger to its rows after every step

    for wallet in member.state.wallets.values():
        assert wallet.active + wallet.held - wallet.debt == wallet.earned - wallet.spent - wallet.expired


def in_small_steps(member: Member, now: datetime, later: datetime) -> None:
    """Let time pass in seven steps."""
    for part in range(1, 7):
        member.waits(now + (later - now) * part / 7)


@QUICK
@given(HISTORIES)
def test_many_small_steps_of_time_are_one_big_one(history):
    once, often = lived(history), lived(history, in_small_steps)
    end = START + timedelta(days=800)
    once.waits(end)
    for days in range(400, 801, 50):
        often.waits(START + timedelta(days=days))

    assert told(once) == told(often)
    assert (once.state.standing, once.state.meters) == (often.state.standing, often.state.meters)
    assert once.step and often.step and once.step.due_at == often.step.due_at


def told(member: Member) -> list[tuple[object, ...]]:
    """Return the entries without their names."""
    return [(e.kind, e.unit, e.points, e.source, e.target, e.effective_at, e.rule, e.reason) for e in member.entries]


@QUICK
@given(HISTORIES)
def test_what_is_due_is_never_overdue_and_time_books_nothing_twice(history):
    member = lived(history)
    assert member.step

    for _ in range(40):
        due = member.step.due_at
        if due is None:
            break
        assert member.waits(due - timedelta(microseconds=1)).entries == []
        member.waits(due)
        assert member.waits(due).entries == []
        assert member.step.due_at is None or member.step.due_at > due


ORDERS = st.lists(st.integers(1, 50_000), min_size=1, max_size=5)


@QUICK
@given(ORDERS, st.data())
def test_partial_returns_in_any_order_add_up_to_the_whole(amounts, data):
    names = {f"x{number}": satang / 100 for number, satang in enumerate(amounts)}
    member = Member(PROGRAM)
    member.does("visit", START)
    member.buys(START, round(sum(amounts) / 100, 2), "R1", lines=lines(**names))
    balances = [member.points()]

    for name in data.draw(st.permutations(list(names))):
        parts = data.draw(st.integers(1, 3))
        for part in range(parts):
            some = round(names[name] / parts, 2) if part < parts - 1 else None
            act(member, START, 1, ("refund", 0, some, name))
            balances.append(member.points())

    assert all(later <= earlier for earlier, later in pairwise(balances))
    assert (member.points(), member.points("stamps"), member.debt()) == (0, 0, 0)
    assert member.state.meters["spend"] == dict.fromkeys(member.state.meters["spend"], 0)


@QUICK
@given(st.lists(st.tuples(MONEY, st.booleans()), min_size=1, max_size=6), st.integers(1, 200))
def test_what_is_bought_and_returned_leaves_nothing(bills, spent):
    member = Member(PROGRAM)
    for number, (baht, web) in enumerate(bills):
        member.buys(START + timedelta(hours=number), baht, f"R{number}", channel="web" if web else "store")
    act(member, START + timedelta(days=1), 0, ("redeem", spent))
    for number in range(len(bills)):
        act(member, START + timedelta(days=1, hours=number), number, ("refund", 0, None, None))

    wallet = member.state.wallets.get("points")
    if wallet:
        assert (wallet.active, wallet.pending, wallet.earned) == (0, 0, 0)
        assert wallet.debt == wallet.spent


@QUICK
@given(HISTORIES)
def test_a_step_never_changes_the_state_it_was_given(history):
    member, now = Member(PROGRAM), START
    for number, (minutes, doing) in enumerate(history):
        now += timedelta(minutes=minutes)
        before = member.state
        shown = repr(before)
        act(member, now, number, doing)
        assert repr(before) == shown
        assert isinstance(member.step, Step | None)
