"""Identifiers: in the order in which they were made, never twice."""

import time
from concurrent.futures import ThreadPoolExecutor

from phakdi.kit.ids import ROWS_PER_CAUSE, fixed_id, new_id, nth


def test_identifiers_come_in_order_within_a_millisecond_too():
    made = [new_id() for _ in range(20_000)]

    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(each.version, each.int % ROWS_PER_CAUSE) for each in made} == {(7, 0)}


def test_threads_never_make_the_same():
    with ThreadPoolExecutor(8) as pool:
        parts = list(pool.map(lambda _: [new_id() for _ in range(2_000)], range(8)))

    assert len({each for part in parts for each in part}) == 16_000
    assert all(part == sorted(part) for part in parts)


def test_an_identifier_tells_when_it_was_made():
    before = time.time_ns() // 1_000_000
    made = new_id().int >> 80

    assert before <= made <= before + 1_000


def test_rows_of_a_cause_are_numbered():
    cause = fixed_id(1_000, 7)

    assert [nth(cause, n).int - cause.int for n in (1, 2, 65_535)] == [1, 2, 65_535]
    assert fixed_id(1_000, 7) == cause
