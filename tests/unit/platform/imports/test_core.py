"""Orders from rows, returns to orders, slices."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from phakdi.platform.imports.core import Bought, Return, cut, group_lines, match_returns
from phakdi.platform.imports.core.orders import ReadLine

START = datetime(2026, 1, 1, tzinfo=UTC)


def line(n, number, product="latte", quantity=1, amount=6000, member="m", is_return=False, day=0, of=""):
    return ReadLine(
        n, number, member, START + timedelta(days=day), "purchase", is_return, amount, quantity * 1000, product, of=of
    )


def matched(*lines, earlier=()):
    orders = group_lines(lines, has_products=True).members["m"]
    done, rejects = match_returns(orders, earlier=earlier, purchase="purchase", refund="refund")
    refunds = [
        (refund.number, refund.of, [(part.id, part.quantity, part.amount) for part in refund.lines])
        for refund in done
        if refund.kind == "refund"
    ]
    return refunds, [(reject.line, reject.code) for reject in rejects]


def test_rows_of_one_number_are_one_order_at_its_first_moment():
    grouped = group_lines([line(2, "A", day=1), line(3, "A", "cake", day=0), line(4, "B", member="n")], has_products=True)

    (order,) = grouped.members["m"]
    assert (order.at, order.amount, [part.id for part in order.lines], order.rows) == (START, 12000, ["1", "2"], [2, 3])
    assert list(grouped.members) == ["m", "n"]


def test_order_of_two_members_is_rejected_for_the_second():
    grouped = group_lines([line(2, "A"), line(3, "A", member="n")], has_products=True)
    assert [(reject.line, reject.code) for reject in grouped.rejects] == [(3, "order_of_two_members")]


def test_newest_order_is_returned_first_and_one_line_may_take_from_several():
    refunds, rejects = matched(
        line(2, "A", quantity=2, amount=12000), line(3, "B", day=1), line(4, "R", quantity=2, amount=12000, is_return=True, day=2)
    )
    assert refunds == [("R/B", "B", [("1", 1000, 6000)]), ("R/A", "A", [("1", 1000, 6000)])]
    assert rejects == []


def test_what_was_not_bought_before_is_rejected():
    refunds, rejects = matched(line(2, "R", is_return=True), line(3, "A", day=1), line(4, "S", quantity=3, is_return=True, day=2))

    assert refunds == [("S/A", "A", [("1", 1000, 6000)])]
    assert rejects == [(2, "return_not_covered"), (4, "return_covered_in_part")]


def test_named_order_is_the_only_one():
    refunds, _ = matched(line(2, "A"), line(3, "B", day=1), line(4, "R", is_return=True, day=2, of="A"))
    assert refunds == [("R/A", "A", [("1", 1000, 6000)])]


def test_two_lines_of_a_return_share_a_line_of_the_order():
    refunds, _ = matched(
        line(2, "A", quantity=3, amount=100), line(3, "R", is_return=True, day=1), line(4, "R", is_return=True, day=1)
    )
    assert refunds == [("R/A", "A", [("1", 2000, 67)])]


def test_orders_of_earlier_files_count_with_what_came_back_since():
    earlier = [Bought("X", START - timedelta(days=9), "7", "latte", 3000, 9000, taken=2000)]
    refunds, rejects = matched(line(2, "R", quantity=2, is_return=True), earlier=earlier)

    assert refunds == [("R/X", "X", [("7", 1000, 3000)])]
    assert rejects == [(2, "return_covered_in_part")]


def test_without_products_amounts_are_matched():
    rows = [
        ReadLine(2, "A", "m", START, "purchase", False, 500),
        ReadLine(3, "R", "m", START + timedelta(days=1), "purchase", True, 200),
    ]
    (orders,) = group_lines(rows, has_products=False).members.values()
    assert isinstance(orders[1], Return)
    done, rejects = match_returns(orders, purchase="purchase", refund="refund")
    assert [(order.number, order.of, order.amount, order.lines) for order in done[1:]] == [("R/A", "A", 200, [])]
    assert rejects == []


@given(st.integers(0, 10**6), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_parts_of_a_line_add_up_to_the_whole(amount, parts):
    bought = Bought("A", START, "1", "latte", sum(parts), amount)
    taken = [bought.take(part) for part in parts]

    assert sum(taken) == amount
    assert min(taken) >= 0
    assert bought.left == 0


@given(st.lists(st.integers(1, 30), max_size=40), st.integers(1, 25))
def test_slices_hold_whole_groups_once_in_order(sizes, size):
    groups = [["x"] * n for n in sizes]
    slices = cut(groups, size=size)

    assert [group for some in slices for group in some] == groups
    assert all(len(some) == 1 or sum(map(len, some)) <= size for some in slices)
