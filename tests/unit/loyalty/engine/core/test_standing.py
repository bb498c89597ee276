"""What is missing for the next level, and what keeps this one."""

from datetime import UTC, datetime, timedelta

from phakdi.kit.ids import fixed_id
from phakdi.loyalty.engine.core import advance, standing_of
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


def view_of(state, at):
    return standing_of(state, program=PROGRAM, now=at)


def test_first_level_shows_the_way_up_and_nothing_to_keep():
    found = view_of(member(300), START + timedelta(days=2))
    assert (found.level, found.to_retain, found.next_level, found.is_secured) == ("blue", None, "gold", False)
    goal = found.to_next
    assert (goal.meter, goal.have, goal.need, goal.missing, goal.percent) == ("spend", 30_000, 100_000, 70_000, 30)


def test_level_with_an_end_is_secured_while_its_goal_is_met():
    found = view_of(member(1200), START + timedelta(days=2))
    assert (found.level, found.to_retain, found.is_secured) == ("gold", None, True)


def test_level_falls_once_its_time_is_over_and_nothing_new_was_done():
    state = member(1200)
    assert view_of(state, START + timedelta(days=364)).is_secured
    lapsed = view_of(state, START + timedelta(days=366))
    assert (lapsed.level, lapsed.until, lapsed.is_secured) == ("blue", None, False)


def test_any_of_several_goals_is_enough_and_more_than_needs_one_more():
    ask = view_of(member(1200), START + timedelta(days=2)).to_next
    assert (ask.kind, [(part.meter, part.have, part.need) for part in ask.parts]) == (
        "any",
        [("spend", 120_000, 500_000), ("orders", 1, 10)],
    )


def test_highest_level_has_no_way_up():
    found = view_of(member(6000), START + timedelta(days=2))
    assert (found.to_next, found.percent_to_next) == (None, 100)
