"""Charts say with their strokes what the numbers say."""

import pytest

from phakdi.web.charts import bar_chart, ceiling, line_chart, read_rows, spark_line


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 5), (9, 10), (11, 20), (21, 25), (99, 100), (2501, 5000), (1_000_000, 1_000_000)],
)
def test_scale_ends_at_a_round_number(value, top):
    assert ceiling(value) == top


def test_rows_become_labels_and_columns():
    assert read_rows([("Mon", 1, 2), ("Tue", None, 4)]) == (["Mon", "Tue"], [[1, 0], [2, 4]])


def test_line_begins_left_ends_right_and_is_high_where_the_number_is():
    chart = line_chart(["a", "b", "c"], [[0, 5, 10]])
    assert chart.lines[0].path == "M0.0 38.5L50.0 20.0L100.0 1.5"
    assert chart.lines[0].end == "M100.0 1.5h0"
    assert chart.scale == (10, 5, 0)
    assert chart.labels == ("a", "b", "c")


def test_labels_are_picked_at_even_distances_with_both_ends():
    thirty_one = [str(day) for day in range(1, 32)]
    assert line_chart(thirty_one, [[1] * 31]).labels == ("1", "6", "11", "16", "21", "26", "31")
    twenty_four = [str(day) for day in range(1, 25)]
    assert line_chart(twenty_four, [[1] * 24]).labels == ("1", "24")


def test_bars_are_as_high_as_their_numbers_side_by_side():
    bars = bar_chart(["a", "b"], [[10, 5], [0, 10]]).bars
    assert [(bar.series, bar.height, bar.y) for bar in bars] == [(0, 40, 0), (0, 20, 20), (1, 0, 40), (1, 40, 0)]
    assert bars[0].x + bars[0].width == pytest.approx(bars[2].x)


@pytest.mark.parametrize("values", [[], [3], [2, 2, 2], [-4, 1]])
def test_few_or_equal_numbers_can_be_drawn(values):
    spark_line(values)
    line_chart([str(at) for at in range(len(values))], [values] if values else [])
    bar_chart([str(at) for at in range(len(values))], [values] if values else [])
