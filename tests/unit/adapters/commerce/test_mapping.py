"""Mapping files: read, checked, guessed, kept."""

import pytest

from phakdi.adapters.commerce.files import BadMapping, check_columns, dump_mapping, guess_mapping, load_mapping, open_table

PURCHASES = "kind: purchases\ncolumns: {number: no, member: who, at: when, amount: sum}\n"


def table(tmp_path, text):
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    return open_table(path)


def test_mapping_is_kept_without_loss():
    mapping = load_mapping(
        PURCHASES + "returns: {number_prefix: C}\nvalues: {kind: {ขาย: purchase}}\nconstants: {store: SIAM}\ntime_zone: UTC\n"
    )
    assert load_mapping(dump_mapping(mapping)) == mapping


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "begins with 'kind"),
        ("a: [", "Line"),
        ("kind: shops\ncolumns: {}", "kind"),
        ("kind: purchases\ncolumns: {number: no, member: who, at: when, sum: x}", "there is no 'sum'"),
        ("kind: purchases\ncolumns: {number: no, at: when, amount: x}", "which column is 'member'"),
        ("kind: purchases\ncolumns: {member: who, amount: x}", "which column is 'at'"),
        ("kind: purchases\ncolumns: {member: who, at: x}", "which column is 'amount'"),
        ("kind: purchases\ncolumns: {member: who, at: x, price: p}\namount: quantity_times_price", "which column is 'quantity'"),
        ("kind: members\ncolumns: {given_name: a}", "by what members are known"),
        (PURCHASES + "time_zone: Asia/Nowhere\n", "there is no time zone"),
        (PURCHASES + "colums: {}\n", "colums"),
        (PURCHASES + "constants: {amount: '1'}\n", "is a column and a constant"),
    ],
)
def test_bad_mapping_says_what_is_wrong(text, told):
    with pytest.raises(BadMapping) as refused:
        load_mapping(text)
    assert told in refused.value.message


def test_mapping_for_another_kind_is_refused():
    with pytest.raises(BadMapping, match="for purchases, not for members"):
        load_mapping(PURCHASES, kind="members")


def test_missing_column_is_named_with_those_there_are(tmp_path):
    found = table(tmp_path, "no,who,sum\n1,2,3\n")
    with pytest.raises(BadMapping) as refused:
        check_columns(load_mapping(PURCHASES), found.columns)
    assert "no column 'when'" in refused.value.message
    assert "no, who, sum" in refused.value.message


def test_thai_till_file_is_understood(tmp_path):
    found = table(
        tmp_path, 'เลขที่ใบเสร็จ,วันที่,เวลา,เบอร์โทร,สาขา,ยอดรวม,ชำระโดย\nA1,24/11/2569,10:30,081-234-5678,สยาม,"1,250.00",เงินสด\n'
    )
    mapping = guess_mapping(found, "purchases")

    assert mapping.columns == {
        "number": "เลขที่ใบเสร็จ", "member": "เบอร์โทร", "time": "เวลา", "store": "สาขา", "tender": "ชำระโดย", "amount": "ยอดรวม",
        "date": "วันที่",
    }  # fmt: skip
    assert (mapping.identity, mapping.dates, mapping.amount) == ("PHONE", "day-first", "column")


def test_lines_with_prices_and_returns_are_understood(tmp_path):
    found = table(
        tmp_path,
        "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n1,A,6,2010-12-01 08:26:00,2.55,17850\nC2,A,-1,2010-12-01 08:27:00,2.55,17850\n",
    )
    mapping = guess_mapping(found, "purchases")

    assert (mapping.amount, mapping.identity, mapping.dates) == ("quantity_times_price", "EXTERNAL:import", "iso")
    assert mapping.returns.negative
    assert mapping.has_products


def test_members_are_understood_by_content_where_names_say_nothing(tmp_path):
    found = table(tmp_path, "ชื่อ,ติดต่อ\nสมชาย,081-234-5678\nสมหญิง,0898765432\n")
    assert guess_mapping(found, "members").columns == {"given_name": "ชื่อ", "phone": "ติดต่อ"}


def test_what_cannot_be_guessed_is_said(tmp_path):
    with pytest.raises(BadMapping) as refused:
        guess_mapping(table(tmp_path, "foo,bar\nx,y\n"), "purchases")
    assert "Its columns are: foo, bar" in refused.value.message
    assert "--mapping" in refused.value.message
