"""Rotating codes: the digits, what a scanner may read, and what a guesser gets."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from phakdi.people.cards.core import (
    CardUnreadable,
    Guard,
    ShownCode,
    Verdict,
    code_at,
    code_text,
    judge,
    new_pub,
    read_shown,
    step_at,
)

PUB, SECRET = "ABCDEFGHJKMNP", b"test-secret"
NOW = datetime.fromtimestamp(1764000000, UTC)


def shown(code, step=58800000):
    return ShownCode("shop", PUB, step, code)


def test_code_is_that_of_the_vector():
    assert step_at(NOW) == 58800000
    assert code_at(SECRET, "ABCDEFGHJKMNP", 58800000) == "02261725"


def test_text_is_small_and_reads_back():
    text = code_text(organization="rim-nam", secret=SECRET, pub=PUB, step=58800000)
    assert text == "L1.RIM-NAM.ABCDEFGHJKMNP.58800000.02261725"
    assert read_shown(text) == ShownCode("rim-nam", PUB, 58800000, "02261725")


@pytest.mark.parametrize("typed", ["l1.rim-nam.abcdefghjkmnp.58800000.02261725", " L1.RIM-NAM.ABCDEFGHJKMNP.๕๘๘๐๐๐๐๐.๐๒๒๖๑๗๒๕\n"])
def test_scanner_may_write_small_letters_and_thai_digits(typed):
    assert read_shown(typed) == ShownCode("rim-nam", PUB, 58800000, "02261725")


@pytest.mark.parametrize(
    "text",
    ["", "1234567890", "L2.SHOP.ABCDEFGHJKMNP.58800000.02261725", "L1.SHOP.ABCDEFGHJKMN.58800000.02261725",
     "L1.SHOP.ABCDEFGHJKMNP.58800000.0226172", "L1.SHOP.ABCDEFGHJKMNP.58800000.02261725.1", "L1.SHOP.ABCDEFGHJKMNP.-8800000.02261725"],
)  # fmt: skip
def test_anything_else_is_unreadable(text):
    with pytest.raises(CardUnreadable):
        read_shown(text)


def test_names_of_cards_differ_and_fit():
    names = {new_pub() for _ in range(200)}
    assert len(names) == 200
    assert all(len(name) == 13 for name in names)


@pytest.mark.parametrize(
    ("seconds_off", "verdict"),
    [
        (-30, Verdict.RIGHT),
        (0, Verdict.RIGHT),
        (30, Verdict.RIGHT),
        (-90, Verdict.STALE),
        (90, Verdict.STALE),
        (-3600, Verdict.STALE),
    ],
)
def test_clocks_may_be_half_a_minute_apart_and_no_more(seconds_off, verdict):
    step = step_at(NOW + timedelta(seconds=seconds_off))
    assert judge(shown(code_at(SECRET, PUB, step), step), secret=SECRET, guard=Guard(), now=NOW) == (verdict, Guard())


def test_fifth_wrong_code_within_a_minute_locks_for_five_minutes():
    guard = Guard()
    for number in range(5):
        verdict, guard = judge(shown("00000000"), secret=SECRET, guard=guard, now=NOW + timedelta(seconds=10 * number))
        assert verdict is Verdict.WRONG
    locked_at = NOW + timedelta(seconds=40)
    assert guard == Guard((), locked_at + timedelta(minutes=5))
    right = code_at(SECRET, PUB, step_at(NOW))
    assert judge(shown(right), secret=SECRET, guard=guard, now=NOW + timedelta(seconds=41))[0] is Verdict.LOCKED
    later = locked_at + timedelta(minutes=5)
    step = step_at(later)
    assert judge(shown(code_at(SECRET, PUB, step), step), secret=SECRET, guard=guard, now=later) == (Verdict.RIGHT, Guard())


def test_wrong_codes_far_apart_lock_nothing():
    guard = Guard()
    for number in range(20):
        verdict, guard = judge(shown("00000000"), secret=SECRET, guard=guard, now=NOW + timedelta(seconds=16 * number))
        assert verdict is Verdict.WRONG
        assert guard.locked_until is None


def _guess(times, *, is_guarded):
    """Return how many of so many random codes were compared, and how many were right; a thousand guesses a second."""
    guard, compared, accepted = Guard(), 0, 0
    for number in range(times):
        now = NOW + timedelta(milliseconds=number)
        given = ShownCode("shop", PUB, step_at(now), f"{secrets.randbelow(10**8):08}")
        verdict, after = judge(given, secret=SECRET, guard=guard, now=now)
        guard = after if is_guarded else Guard()
        compared += verdict is not Verdict.LOCKED
        accepted += verdict is Verdict.RIGHT
    return compared, accepted


def test_of_a_hundred_thousand_random_codes_five_are_compared_and_none_is_right():
    assert _guess(100_000, is_guarded=True) == (5, 0)


def test_without_the_guard_every_one_would_be_compared():
    assert _guess(1_000, is_guarded=False)[0] == 1_000
