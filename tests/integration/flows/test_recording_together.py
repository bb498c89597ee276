"""Reports that come at the same moment are recorded together and answered each by itself."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier, Event

import pytest
from django.db import connections

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine import combining, recording
from phakdi.loyalty.engine.queries import UnknownMember
from phakdi.loyalty.ledger.queries import wallets_of

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
COUNT = 12


@pytest.fixture
def together(shop):
    """Return a function that reports so many activities at the same moment, each in a thread of its own."""

    def run(members, **more):
        context = recording.Context(shop, NOW)
        barrier = Barrier(len(members))

        def one(number):
            raw = {"kind": "purchase", "amount": 10, "ref": f"R{number}", "at": NOW, **more}
            report = recording.read(raw, context)
            try:
                barrier.wait(20)
                return combining.record_together(member_id=members[number], report=report, context=context)
            except Exception as error:  # noqa: BLE001 - looked at by the test
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(members)) as pool:
            return list(pool.map(one, range(len(members))))

    return run


@pytest.fixture
def batches(monkeypatch):
    """Count how many are recorded together; the first batch waits a little, so that others gather."""
    sizes, real = [], combining.record_many

    def counted(*, items, context):
        sizes.append(len(items))
        return real(items=items, context=context)

    monkeypatch.setattr(combining, "record_many", counted)
    return sizes


@pytest.fixture
def slow_first(monkeypatch):
    """Hold the first that is recorded alone until the others have gathered."""
    real, first = combining.record, Event()

    def held(**given):
        if not first.is_set():
            first.set()
            for _ in range(2000):
                if sum(len(queue.waiting) for queue in combining._queues.values()) >= COUNT - 1:
                    break
                Event().wait(0.005)
        return real(**given)

    monkeypatch.setattr(combining, "record", held)


def points(shop, member_id):
    with organization_scope(shop):
        return [wallet.active for wallet in wallets_of(organization_id=shop, member_id=member_id)]


def test_all_that_wait_are_recorded_in_one_batch(shop, new_member, together, batches, slow_first):
    members = [new_member() for _ in range(COUNT)]

    answers = together(members)

    assert [answer.member_id for answer in answers] == members
    assert {answer.outcome["earned"]["points"] for answer in answers} == {10}
    assert [points(shop, member_id) for member_id in members] == [[10]] * COUNT
    assert batches == [COUNT - 1]


def test_one_that_is_refused_stops_no_other(shop, new_member, together, batches, slow_first):
    members = [new_member() for _ in range(COUNT)]
    members[3] = shop  # nobody

    answers = together(members)

    assert isinstance(answers[3], UnknownMember)
    assert all(answer.outcome["earned"] == {"points": 10} for number, answer in enumerate(answers) if number != 3)


def test_a_batch_that_breaks_is_recorded_one_by_one(new_member, together, slow_first, monkeypatch):
    def broken(**_):
        raise ValueError("a mistake")

    monkeypatch.setattr(combining, "record_many", broken)

    answers = together([new_member() for _ in range(COUNT)])

    assert {answer.outcome["earned"]["points"] for answer in answers} == {10}


def test_many_of_one_member_all_count(shop, member_id, together):
    answers = together([member_id] * COUNT)

    assert sorted(answer.outcome["balances"]["points"] for answer in answers) == [10 * n for n in range(1, COUNT + 1)]
    assert points(shop, member_id) == [10 * COUNT]


def test_the_same_receipt_is_recorded_once(shop, member_id, together):
    answers = together([member_id] * COUNT, ref="same")

    assert sorted(answer.is_replay for answer in answers) == [False] + [True] * (COUNT - 1)
    assert points(shop, member_id) == [10]


def test_who_is_alone_is_recorded_at_once(shop, member_id, together, batches):
    (answer,) = together([member_id])

    assert answer.outcome["earned"] == {"points": 10}
    assert batches == []


def test_who_waits_too_long_is_told_so_and_stops_nobody(shop, new_member, together, monkeypatch):
    """The first is stuck for a while; those behind it give up, and who comes later is served."""
    stuck, real = Event(), combining.record

    def slow(**given):
        if not stuck.is_set():
            stuck.set()
            Event().wait(0.6)
        return real(**given)

    monkeypatch.setattr(combining, "WAIT_SECONDS", 0.1)
    monkeypatch.setattr(combining, "record", slow)
    members = [new_member() for _ in range(COUNT)]

    answers = together(members)
    later = together(members[:1], ref="later")

    assert sorted(type(answer).__name__ for answer in answers) == ["Busy"] * (COUNT - 1) + ["Receipt"]
    assert sum(sum(points(shop, member_id)) for member_id in members) == 20
    assert later[0].outcome["earned"] == {"points": 10}


def test_within_a_transaction_it_is_part_of_it(shop, member_id):
    context = recording.Context(shop, NOW)
    report = recording.read({"kind": "purchase", "amount": 10, "ref": "1", "at": NOW}, context)

    with pytest.raises(Rejected), organization_scope(shop):
        combining.record_together(member_id=member_id, report=report, context=context)
        raise Rejected("undo it")

    assert points(shop, member_id) == []


def test_who_waits_too_long_is_told_so_and_the_queue_goes_on(shop, new_member, together, monkeypatch):
    real, release = combining.record, Event()

    def stuck(**given):
        release.wait(0.5)
        return real(**given)

    monkeypatch.setattr(combining, "record", stuck)
    monkeypatch.setattr(combining, "WAIT_SECONDS", 0.05)
    members = [new_member() for _ in range(4)]

    answers = together(members)
    release.set()

    busy = [number for number, answer in enumerate(answers) if isinstance(answer, recording.Busy)]
    assert len(busy) == 3
    assert [points(shop, members[number]) for number in busy] == [[]] * 3
    again = together([members[busy[0]]], ref="later")
    assert again[0].outcome["earned"] == {"points": 10}
    assert all(not queue.waiting and not queue.has_worker for queue in combining._queues.values())
