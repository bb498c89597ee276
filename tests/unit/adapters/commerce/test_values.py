"""Cells read as values."""

from datetime import UTC, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from phakdi.adapters.commerce.files.values import (
    guess_order,
    instant_reader,
    minor_units,
    read_clock,
    read_local,
    read_number,
    thousandths,
)
from phakdi.kit.errors import Invalid


@pytest.mark.parametrize(
    ("text", "order", "moment"),
    [
        ("2026-11-24", "iso", datetime(2026, 11, 24)),
        ("2026-11-24T09:30:15", "iso", datetime(2026, 11, 24, 9, 30, 15)),
        ("2569-11-24 09:30", "iso", datetime(2026, 11, 24, 9, 30)),
        ("24/11/2569", "day-first", datetime(2026, 11, 24)),
        ("24/11/69 9:05", "day-first", datetime(2026, 11, 24, 9, 5)),
        ("24/11/26", "day-first", datetime(2026, 11, 24)),
        ("๒๔/๑๑/๒๕๖๙ ๐๙:๓๐", "day-first", datetime(2026, 11, 24, 9, 30)),
        ("24 พ.ย. 2569 09:30 น.", "day-first", datetime(2026, 11, 24, 9, 30)),
        ("24 พฤศจิกายน 2569", "day-first", datetime(2026, 11, 24)),
        ("24-Nov-2026", "day-first", datetime(2026, 11, 24)),
        ("11/24/2026 9:30 PM", "month-first", datetime(2026, 11, 24, 21, 30)),
        ("11/24/2026 12:30 AM", "month-first", datetime(2026, 11, 24, 0, 30)),
        ("2026.11.24 09.30", "year-first", datetime(2026, 11, 24, 9, 30)),
        ("46350.5", "day-first", datetime(2026, 11, 24, 12)),
    ],
)
def test_instants_are_read_as_people_write_them(text, order, moment):
    assert read_local(text, order) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "31/02/2026", "24/13/2026", "24/11/2026 25:00", "0/0/0"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(Invalid) as refused:
        read_local(text, "day-first", field="วันที่")
    assert (refused.value.code, refused.value.details["field"]) == ("date_invalid", "วันที่")


def test_local_time_becomes_utc():
    read = instant_reader(order="day-first", zone=ZoneInfo("Asia/Bangkok"))
    assert read("24/11/2569 06:00", "at") == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert read("2026-11-24T06:00+00:00", "at") == datetime(2026, 11, 24, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2026-01-02", "2026-01-03 10:00"], "iso"),
        (["01/02/2026", "13/02/2026"], "day-first"),
        (["01/02/2026", "02/13/2026"], "month-first"),
        (["01/02/2026", "02/03/2026"], "day-first"),
        (["2026/01/02"], "day-first"),
        (["a", "b"], None),
        ([], None),
    ],
)
def test_order_is_guessed_from_all_values(texts, order):
    assert guess_order(texts) == order


@pytest.mark.parametrize(
    ("text", "comma", "number"),
    [
        ("1234.5", False, "1234.5"), ("1,234.50", False, "1234.50"), ("฿80", False, "80"), ("80 บาท", False, "80"), ("(12.00)", False, "-12.00"),
        ("12-", False, "-12"), ("-0.5", False, "-0.5"), ("๑๒๓", False, "123"), ("1.234,50", True, "1234.50"), ("£2.55", False, "2.55"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_files_write_them(text, comma, number):
    assert read_number(text, decimal_comma=comma, field="x") == Decimal(number)


@pytest.mark.parametrize("text", ["", "หนึ่ง", "1.2.3", "NaN", "Infinity", "--1"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Invalid) as refused:
        read_number(text, decimal_comma=False, field="ยอด")
    assert (refused.value.code, refused.value.details["field"]) == ("number_invalid", "ยอด")


def test_amounts_and_quantities_are_whole_and_bounded():
    assert minor_units(Decimal("0.005"), 2, field="x") == 1
    assert minor_units(Decimal("-0.005"), 2, field="x") == -1
    assert minor_units(Decimal("85.50"), 2, field="x") == 8550
    assert thousandths(Decimal("1.25"), field="x") == 1250
    for refused in (lambda: minor_units(Decimal("1e30"), 2, field="x"), lambda: thousandths(Decimal("0.0001"), field="x")):
        with pytest.raises(Invalid):
            refused()


def test_time_of_day():
    assert read_clock("14.30 น.") == time(14, 30)
    with pytest.raises(Invalid):
        read_clock("noon")
