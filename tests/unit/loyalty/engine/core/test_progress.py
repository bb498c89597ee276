"""What is missing for the next level, and what keeps this one."""

from datetime import UTC, datetime, timedelta

from phakdi.kit.ids import fixed_id
from phakdi.loyalty.engine.core import advance, advance_time
from phakdi.loyalty.engine.core.progress import progress_of
from phakdi.loyalty.engine.core.state import Activity, MemberState, Profile
from phakdi.loyalty.programs import compile_program, load_program

PROGRAM = compile_program(
    load_program("""
phakdi: 1
key: club
tiers:
  levels:
    - key: blue
    - key: gold
      reach: {meter: spend, window: rolling_12_months, at_least: 1000}
      lasts: {after: 1 year}
    - key: black
      reach:
        any:
          - {meter: spend, window: rolling_12_months, at_least: 5000}
          - {meter: orders, window: rolling_12_months, more_than: 9}
""")
)
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


def member(*amounts):
    """Return a member who bought for these amounts in baht, a day apart."""
    state = MemberState(fixed_id(1, 1), fixed_id(1, 2), profile=Profile(joined_at=START))
    for number, amount in enumerate(amounts):
        at = START + timedelta(days=number)
        activity = Activity(fixed_id(int(at.timestamp() * 1000), number), "purchase", at, ref=f"R{number}", amount=amount * 100)
        state = advance(state, activity, program=PROGRAM, now=at).state
    return state


def progress(state, at):
    return progress_of(advance_time(state, program=PROGRAM, now=at).state, program=PROGRAM, now=at)


def test_first_level_shows_the_way_up_and_nothing_to_keep():
    found = progress(member(300), START + timedelta(days=2))
    assert (found.level, found.keep, found.reach.level) == ("blue", None, "gold")
    (goal,) = found.reach.goals
    assert (goal.meter, goal.there, goal.needed, goal.missing) == ("spend", 30_000, 100_000, 70_000)


def test_level_with_an_end_shows_what_keeps_it():
    found = progress(member(1200), START + timedelta(days=2))
    assert (found.level, found.keep.level, found.keep.is_met) == ("gold", "gold", True)
    assert found.until is not None


def test_any_of_several_goals_is_enough_and_more_than_needs_one_more():
    way = progress(member(1200), START + timedelta(days=2)).reach
    assert (way.any_is_enough, [(goal.meter, goal.there, goal.needed) for goal in way.goals]) == (
        True,
        [("spend", 120_000, 500_000), ("orders", 1, 10)],
    )


def test_highest_level_has_no_way_up():
    assert progress(member(6000), START + timedelta(days=2)).reach is None
