"""Rows of purchases, and why some are left out."""

from datetime import UTC, datetime

import pytest

from phakdi.adapters.commerce.files import PurchaseReader, load_mapping, open_table
from phakdi.adapters.commerce.files.wording import reason_of

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
MAPPING = "kind: purchases\ncolumns: {number: no, member: phone, at: at, amount: sum}\nidentity: PHONE\ndates: iso\n"


def read(tmp_path, text, mapping=MAPPING):
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    how = load_mapping(mapping)
    reader = PurchaseReader(open_table(path, given=how.format), how, 2, NOW)
    return list(reader.lines()), reader


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("A1,0812345678,2026-01-02,-5", "amount_negative", "sum"),
        ("A1,0812345678,2027-01-02,5", "future_date", "at"),
        ("A1,0812345678,soon,5", "date_invalid", "at"),
        ("A1,0812345678,2026-01-02,five", "number_invalid", "sum"),
        ("A1,0812345678,2026-01-02,1e40", "amount_too_large", "amount"),
        ("A1,12,2026-01-02,5", "phone_invalid", "phone"),
        (",0812345678,2026-01-02,5", "number_missing", "no"),
        ("A1,0812345678,2026-01-02,5,6", "row_too_long", ""),
        ("A1,0812345678", "row_too_short", ""),
        ("A\ufffd,0812345678,2026-01-02,5", "text_unreadable", ""),
    ],
)
def test_bad_row_is_left_out_with_line_column_and_reason(tmp_path, row, code, column):
    lines, reader = read(tmp_path, f"no,phone,at,sum\nA0,0812345678,2026-01-01,10\n{row}\n")

    assert [line.number for line in lines] == ["A0"]
    assert [(reject.line, reject.code, reject.column) for reject in reader.rejects] == [(3, code, column)]
    assert reason_of(code, {}, "th") != code
    assert reason_of(code, {}, "en") != code


def test_rows_without_a_member_are_counted(tmp_path):
    lines, reader = read(tmp_path, "no,phone,at,sum\nA1,,2026-01-02,-5\nA2,0812345678,2026-01-02,5\n")

    assert ([line.number for line in lines], reader.counts, reader.size) == (["A2"], {"walk_ins": 1}, 2)


def test_rows_without_numbers_get_one_of_their_content(tmp_path):
    mapping = MAPPING.replace("number: no, ", "")
    text = "phone,at,sum\n0812345678,2026-01-02,5\n0812345678,2026-01-02,5\n0812345678,2026-01-02,6\n"
    first, second, third = (line.number for line in read(tmp_path, text, mapping)[0])

    assert len({first, second, third}) == 3
    assert [line.number for line in read(tmp_path, text, mapping)[0]] == [first, second, third]


def test_kinds_fields_and_constants(tmp_path):
    mapping = MAPPING + "values: {kind: {ขาย: purchase, แลก: redeem}}\nconstants: {store: SIAM}\n"
    mapping = mapping.replace("amount: sum", "amount: sum, kind: what, field.reward: reward")
    text = "no,phone,at,sum,what,reward\nA1,0812345678,2026-01-02,5,ขาย,\nA2,0812345678,2026-01-02,,แลก,coffee\n"
    lines, reader = read(tmp_path, text, mapping)

    assert reader.rejects == []
    assert [(line.kind, line.amount, line.store, line.fields) for line in lines] == [
        ("purchase", 500, "SIAM", {}), ("redeem", 0, "SIAM", {"reward": "coffee"}),
    ]  # fmt: skip


def test_same_phone_in_other_spelling_is_the_same_member(tmp_path):
    lines, _ = read(tmp_path, "no,phone,at,sum\nA1,081-234-5678,2026-01-02,5\nA2,+66812345678,2026-01-02,5\n")
    assert {line.member for line in lines} == {"+66812345678"}
