"""What a campaign added: worked examples, and what chance does when nothing was added."""

from random import Random
from uuid import UUID

from phakdi.insight.lift.core.measuring import (
    Group,
    chi_square,
    lift,
    program_return,
    qini,
    size_needed,
    smallest_visible,
    uplift_at_top,
    with_before,
)
from phakdi.insight.lift.core.splitting import is_held, is_split_sound


def test_a_difference_that_chance_explains_is_no_success():
    found = lift(Group.of_share(9_000, 540), Group.of_share(1_000, 50))
    assert round(found.difference * 100, 4) == 1.0
    assert round(found.relative, 4) == 0.2
    assert (round(found.low * 100, 2), round(found.high * 100, 2)) == (-0.44, 2.44)
    assert round(found.z, 2) == 1.36
    assert round(found.total) == 90
    assert not found.is_success


def test_spend_per_head():
    found = lift(Group(9_000, 52.0, 60.0**2), Group(1_000, 48.0, 58.0**2))
    assert (round(found.low, 2), round(found.high, 2)) == (0.20, 7.80)
    assert round(found.total, 2) == 36_000
    assert round(program_return(found.total, 0.40, 9_000), 2) == 0.60
    assert found.is_success


def test_a_split_that_is_not_as_planned_blocks_the_result():
    assert round(chi_square((8_800, 1_200), (9_000, 1_000)), 2) == 44.44
    assert not is_split_sound(8_800, 1_200, held_bp=1_000)
    assert is_split_sound(9_020, 980, held_bp=1_000)


def test_what_members_were_like_before_narrows_the_interval():
    correlation = 0.7
    group = Group(1_000, 50.0, 100.0)
    better = with_before(
        group, before_mean=40, everybody_mean=40, slope=correlation, before_variance=100.0, covariance=correlation * 100
    )
    assert round(better.variance / group.variance, 2) == 0.51
    assert round((better.variance / group.variance) ** 0.5, 3) == 0.714
    assert better.mean == group.mean


def test_sizes():
    assert size_needed(0.05, 0.06) == 8_155
    assert round(smallest_visible(0.05, 9_000, 1_000) * 100, 2) == 2.04


def test_qini():
    did, treated = (1, 1, 0, 1, 0, 0, 1, 0), (1, 0, 1, 1, 0, 1, 0, 0)
    assert [round(value, 4) for value in qini(did, treated)] == [0, 1, 0, -1, -1, 0.5, 0, -0.6667, 0]
    assert round(uplift_at_top(did, treated, 4), 4) == -0.3333


def test_the_hash_holds_out_as_many_as_planned_and_others_in_another_experiment():
    random = Random(5)
    members = [UUID(int=random.getrandbits(128)) for _ in range(20_000)]
    first = {member for member in members if is_held(member, salt="songkran", held_bp=1_000)}
    second = {member for member in members if is_held(member, salt="loy krathong", held_bp=1_000)}
    assert is_split_sound(len(members) - len(first), len(first), held_bp=1_000)
    assert 0.05 < len(first & second) / len(first) < 0.15
    assert first == {member for member in members if is_held(member, salt="songkran", held_bp=1_000)}


def test_where_nothing_was_added_about_one_in_twenty_intervals_leaves_zero_out():
    random = Random(11)
    outside = 0
    for _ in range(400):
        sent = sum(random.random() < 0.3 for _ in range(300))
        held = sum(random.random() < 0.3 for _ in range(200))
        found = lift(Group.of_share(300, sent), Group.of_share(200, held))
        outside += found.is_success or found.is_harm
    assert 8 <= outside <= 36
