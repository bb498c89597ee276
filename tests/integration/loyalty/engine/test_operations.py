"""Posting and loading: what is written is what is read, once, by whoever came first."""

from functools import partial
from uuid import UUID

import pytest
from django.db import connection, connections
from django.db.utils import DatabaseError

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import codec, operations, queries
from phakdi.loyalty.engine.core.state import Caused, Membership, Standing, Voucher
from phakdi.loyalty.ledger.models import Activity, Entry, Lot, Receipt, Wallet
from tests.integration.loyalty.engine import guards
from tests.integration.loyalty.engine.by_hand import (
    NOW,
    all_at_once,
    booking,
    earn,
    earn_now,
    spend,
    spend_until_written,
    state_of,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def rows(organization_id: UUID, *models: type) -> list[int]:
    """Return how many rows of each model the organization has."""
    with organization_scope(organization_id):
        return [model.objects.filter(organization_id=organization_id).count() for model in models]


def test_post_then_load_gives_the_same_state(organization_id, member_id):
    state = state_of(organization_id, member_id)
    step = earn(state, 120, ref="R1")
    step.state.standing = Standing("gold", NOW, None, None, "platinum", NOW, True)
    step.state.membership = Membership("card", NOW, None, False, 9900)
    step.state.marks = {"once": {"welcome": True}, "carry": {"base": 30}}
    voucher = Voucher(new_id(), "tea", "ISSUED", NOW, NOW, None, 2500, 2, "base", step.activity.id, "", "a")
    step.state.vouchers[voucher.id] = voucher
    step.new_vouchers = [voucher]

    assert write(organization_id, step, version=0) == frozenset()

    kept = state_of(organization_id, member_id, "R1")
    assert kept.version == 1
    for name in ("clock", "wallets", "lots", "vouchers", "standing", "membership", "meters", "marks"):
        assert getattr(kept, name) == getattr(step.state, name), name
    assert kept.orders == step.changed_orders


def test_load_many_gives_what_load_gives(organization_id, member_id, other_member_id):
    earn_now(organization_id, member_id, 100, ref="R1")

    states = queries.load_many(
        organization_id=organization_id, wanted={other_member_id: [], new_id(): [], member_id: ["R1", 'odd "ref", {x}\\']}
    )

    assert list(states) == [other_member_id, member_id]
    assert states[member_id] == state_of(organization_id, member_id, "R1")
    assert states[other_member_id] == state_of(organization_id, other_member_id)


def test_load_brings_lots_that_an_order_names_even_when_used_up(organization_id, member_id):
    earned = earn_now(organization_id, member_id, 100, ref="R1")
    assert spend_until_written(organization_id, member_id, 100)

    assert list(state_of(organization_id, member_id).lots) == []
    (lot,) = state_of(organization_id, member_id, "R1").lots.values()
    assert (lot.id, lot.granted, lot.remaining) == (earned.new_lots[0].id, 100, 0)


def test_load_unknown_member_is_not_found(organization_id):
    with pytest.raises(queries.UnknownMember):
        queries.load(organization_id=organization_id, member_id=new_id())


def test_load_member_of_another_organization_is_not_found(member_id):
    with pytest.raises(queries.UnknownMember):
        queries.load(organization_id=new_id(), member_id=member_id)


def test_post_on_an_old_version_changes_nothing(organization_id, member_id):
    earn_now(organization_id, member_id, 100)
    old = state_of(organization_id, member_id)
    earn_now(organization_id, member_id, 50)
    before = state_of(organization_id, member_id)

    assert write(organization_id, earn(old, 1000, ref="late"), version=1, receipt=True) == {member_id}

    assert state_of(organization_id, member_id, "late") == before
    assert rows(organization_id, Activity, Entry, Lot, Receipt) == [2, 2, 2, 0]


def test_post_of_many_leaves_out_who_moved_and_writes_the_others(organization_id, member_id, other_member_id):
    earn_now(organization_id, member_id, 100)
    stale = codec.Group(member_id, 0, [booking(earn(state_of(organization_id, member_id), 10, ref="A"), receipt=True)])
    fresh = codec.Group(
        other_member_id, 0, [booking(earn(state_of(organization_id, other_member_id), 20, ref="B"), receipt=True)]
    )

    assert operations.post(organization_id=organization_id, groups=[stale, fresh]) == {member_id}

    assert state_of(organization_id, member_id).wallets["points"].active == 100
    assert state_of(organization_id, other_member_id).wallets["points"].active == 20
    with organization_scope(organization_id):
        assert list(Receipt.objects.values_list("number", flat=True)) == ["B"]


def test_post_of_a_taken_receipt_writes_nothing(organization_id, member_id, other_member_id):
    earn_now(organization_id, member_id, 100, ref="R1")

    with pytest.raises(operations.WorldMoved):
        write(organization_id, earn(state_of(organization_id, other_member_id), 100, ref="R1"), version=0, receipt=True)

    assert state_of(organization_id, other_member_id).version == 0
    assert rows(organization_id, Activity, Entry, Lot, Wallet) == [1, 1, 1, 1]


def test_load_of_a_recorded_receipt_answers_as_first_answered(organization_id, member_id):
    step = earn_now(organization_id, member_id, 100, ref="R1")

    loaded = queries.load(organization_id=organization_id, member_id=member_id, receipt=booking(step, receipt=True).receipt)

    assert loaded.state is None
    assert loaded.first_answer == queries.FirstAnswer(
        member_id,
        step.activity.id,
        codec.content_hash(step.activity),
        {"earned": {"points": 100}, "balances": {"points": 100}},
        [{"rule": "base", "applied": True, "reason": "applied", "params": {"points": 100}}],
        "BOOKED",
    )


def test_facts_are_written_with_the_post(organization_id, member_id):
    step = earn_now(organization_id, member_id, 100)

    with organization_scope(organization_id), connection.cursor() as cursor:
        cursor.execute("SELECT id, member_id, topic, data::text, at FROM outbox_fact WHERE member_id = %s", [member_id])
        assert cursor.fetchall() == [(UUID(int=step.activity.id.int + 1), member_id, "points.earned", '{"points": 100}', NOW)]


def test_what_a_step_brings_about_for_others_is_left_out_with_it(organization_id, member_id, other_member_id):
    stale = state_of(organization_id, member_id)
    earn_now(organization_id, member_id, 10)
    step = earn(stale, 100)
    step.caused.append(Caused(other_member_id, "receive_points", NOW, {"points": 100}))

    assert write(organization_id, step, version=0) == {member_id}

    with organization_scope(organization_id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM outbox_fact WHERE member_id = %s", [other_member_id])
        assert cursor.fetchone() == (0,)


def test_a_member_is_loaded_as_of_one_instant(organization_id, member_id):
    """While others post, a wallet never disagrees with its lots."""
    earn_now(organization_id, member_id, 1000)

    def look() -> bool:
        states = [state_of(organization_id, member_id) for _ in range(60)]
        return all(sum(lot.remaining for lot in state.lots.values()) == state.wallets["points"].active for state in states)

    def spend_some() -> bool:
        return all(spend_until_written(organization_id, member_id, 1) for _ in range(25))

    assert all(all_at_once([look, spend_some] * 3, threads=6))


# --- races --------------------------------------------------------------------------------------------------------


def a_hundred_spends(organization_id: UUID, member_id: UUID) -> int:
    """Return how many of 100 parallel spends of 100 points were written."""
    return sum(all_at_once([partial(spend_until_written, organization_id, member_id, 100)] * 100))


def test_a_hundred_parallel_spends_of_100_from_500_are_five(organization_id, member_id):
    """F3."""
    earn_now(organization_id, member_id, 500)

    assert a_hundred_spends(organization_id, member_id) == 5

    assert state_of(organization_id, member_id).wallets["points"].active == 0
    assert rows(organization_id, Entry) == [6]


def test_a_hundred_parallel_spends_without_the_version_guard_are_more(organization_id, new_member):
    """The control of F3: the test sees the fault, if not at the first try then soon."""
    with guards.without(guards.VERSION_GUARD):
        for member_id in (new_member() for _ in range(20)):
            earn_now(organization_id, member_id, 500)
            if a_hundred_spends(organization_id, member_id) > 5:
                return
    raise AssertionError("twenty times nobody spent what was not there")


def claim(organization_id: UUID, member_id: UUID) -> str:
    """Report receipt R1 for a member as the recording loop does and say what came of it."""
    for _ in range(20):
        step = earn(state_of(organization_id, member_id), 100, ref="R1")
        loaded = queries.load(organization_id=organization_id, member_id=member_id, receipt=booking(step, receipt=True).receipt)
        if loaded.first_answer:
            return "known"
        try:
            if not write(organization_id, earn(loaded.state, 100, ref="R1"), version=loaded.state.version, receipt=True):
                return "booked"
        except operations.WorldMoved:
            continue
    raise AssertionError("never got through")


def test_one_receipt_reported_fifty_times_at_once_is_booked_once(organization_id, member_id):
    """F5."""
    answers = all_at_once([partial(claim, organization_id, member_id)] * 50)

    assert (answers.count("booked"), answers.count("known")) == (1, 49)
    assert state_of(organization_id, member_id).wallets["points"].active == 100


def test_one_receipt_reported_by_twenty_members_at_once_is_booked_for_one(organization_id, new_member):
    members = [new_member() for _ in range(20)]

    answers = all_at_once([partial(claim, organization_id, member_id) for member_id in members])

    assert (answers.count("booked"), answers.count("known")) == (1, 19)
    assert rows(organization_id, Entry, Lot, Receipt) == [1, 1, 1]


def test_one_receipt_reported_by_twenty_members_without_the_receipt_guard_is_booked_for_more(organization_id, new_member):
    """The control of F5: all have looked before the first one writes."""
    members = [new_member() for _ in range(20)]
    states = [state_of(organization_id, member_id) for member_id in members]

    with guards.without(guards.RECEIPT_GUARD):
        moved = [write(organization_id, earn(state, 100, ref="R1"), version=0, receipt=True) for state in states]

    assert moved == [frozenset()] * 20
    assert rows(organization_id, Entry, Receipt) == [20, 1]


# --- budgets ------------------------------------------------------------------------------------------------------


def take(organization_id: UUID, member_id: UUID, amount: int) -> bool:
    """Take from a budget in a step of its own; False when too little is left."""
    state = state_of(organization_id, member_id)
    step = earn(state, 1)
    step.budget_takes = {"launch": amount}
    try:
        return not write(organization_id, step, version=state.version)
    except operations.WorldMoved:
        return False


def left(organization_id: UUID, member_id: UUID) -> int:
    """Return what is left of the budget, as the engine would see it."""
    loaded = queries.load(organization_id=organization_id, member_id=member_id, budgets=["launch"])
    return loaded.state.budgets["launch"]


def set_launch(organization_id: UUID, total: int) -> None:
    """Size the budget."""
    with organization_scope(organization_id):
        operations.set_budgets(organization_id=organization_id, budgets={"launch": total})


def test_a_budget_of_100_taken_by_twenty_members_at_once_gives_100(organization_id, new_member):
    """F1, F30: 20 members take 9 each in parallel; 11 fit."""
    set_launch(organization_id, 100)
    members = [new_member() for _ in range(20)]

    answers = all_at_once([partial(take, organization_id, member_id, 9) for member_id in members])

    assert sum(answers) == 11
    assert left(organization_id, members[0]) == 1


def test_a_budget_gives_its_last_points_from_several_slices(organization_id, member_id):
    set_launch(organization_id, 100)

    assert take(organization_id, member_id, 100)
    assert not take(organization_id, member_id, 1)
    assert left(organization_id, member_id) == 0


def test_a_budget_takes_back_what_a_return_gives(organization_id, member_id):
    """R14."""
    set_launch(organization_id, 100)
    assert take(organization_id, member_id, 60)

    assert take(organization_id, member_id, -25)

    assert left(organization_id, member_id) == 65


@pytest.mark.parametrize(("total", "expected"), [(150, 110), (90, 50), (40, 0), (10, 0)])
def test_a_budget_resized_keeps_what_was_taken(organization_id, member_id, total, expected):
    set_launch(organization_id, 100)
    assert take(organization_id, member_id, 40)

    set_launch(organization_id, total)

    assert left(organization_id, member_id) == expected


# --- rights -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE {} SET member_id = member_id", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize("table", ["activity", "entry"])
def test_activities_and_entries_are_append_only_for_the_application(organization_id, member_id, table, statement):
    earn_now(organization_id, member_id, 100)

    with pytest.raises(DatabaseError, match=f"permission denied for table {table}"), organization_scope(organization_id):
        connections["default"].cursor().execute(statement.format(table))

    assert rows(organization_id, Activity, Entry) == [1, 1]


def test_a_wallet_below_zero_is_refused_by_the_database(organization_id, member_id):
    earn_now(organization_id, member_id, 100)
    state = state_of(organization_id, member_id)
    step = spend(state, 100)
    step.state.wallets["points"].active = -1

    with pytest.raises(DatabaseError, match="wallet_never_negative"):
        write(organization_id, step, version=1)

    assert rows(organization_id, Activity, Entry) == [1, 1]
