"""Files as they come: encodings, delimiters, packed, workbooks, damaged ones."""

import gzip

import openpyxl
import pytest

from phakdi.adapters.commerce.files.tables import UnreadableFile, guess_delimiter, guess_encoding, open_table

ROWS = "เลขที่,วันที่,ยอด\nA1,2026-01-02,120\n\nA2,2026-01-03,80\n"


def written(tmp_path, content, name="file.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def rows(table):
    return list(table.rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874", "utf-16"])
def test_thai_text_is_read_in_every_usual_encoding(tmp_path, encoding):
    table = open_table(written(tmp_path, ROWS.encode(encoding)))

    assert table.columns == ["เลขที่", "วันที่", "ยอด"]
    assert rows(table) == [(2, ["A1", "2026-01-02", "120"]), (4, ["A2", "2026-01-03", "80"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path, delimiter):
    table = open_table(written(tmp_path, ROWS.replace(",", delimiter).encode()))

    assert (table.format.delimiter, len(table.columns), len(rows(table))) == (delimiter, 3, 2)


def test_comma_inside_quotes_is_no_delimiter():
    assert guess_delimiter('a;b;c\n"1,5";"2,5";"x, y"\n"1,5";"2,5";"z"\n') == ";"


def test_gzip_is_told_by_content_not_name(tmp_path):
    table = open_table(written(tmp_path, gzip.compress(ROWS.encode())))

    assert len(rows(table)) == 2


def test_title_above_the_table_is_passed_over(tmp_path):
    table = open_table(written(tmp_path, ("รายงานยอดขาย\n\n" + ROWS).encode()))

    assert (table.format.header_line, table.columns[0], rows(table)[0]) == (3, "เลขที่", (4, ["A1", "2026-01-02", "120"]))


def test_file_without_names_calls_columns_by_position(tmp_path):
    table = open_table(written(tmp_path, b"A1,2026-01-02,120\nA2,2026-01-03,80\n"))

    assert (table.columns, table.format.header_line, len(rows(table))) == (["#1", "#2", "#3"], 0, 2)


def test_workbook_gives_texts(tmp_path):
    from datetime import datetime

    book = openpyxl.Workbook()
    book.active.append(["no", "at", "amount", "member"])
    book.active.append(["A1", datetime(2026, 1, 2, 10, 30), 120.5, 812345678])
    book.save(tmp_path / "book.xlsx")
    table = open_table(tmp_path / "book.xlsx")

    assert rows(table) == [(2, ["A1", "2026-01-02 10:30:00", "120.5", "812345678"])]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"PK\x03\x04broken", gzip.compress(ROWS.encode() * 100)[:60], b"a,b\x00\x01\x02,c\n"]
)
def test_damaged_file_is_refused_with_a_message(tmp_path, content):
    with pytest.raises(UnreadableFile) as refused:
        open_table(written(tmp_path, content))

    assert refused.value.code == "file_unreadable"
    assert refused.value.message


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="cannot be read"):
        open_table(tmp_path / "nothing.csv")


def test_unclosed_quote_names_the_line(tmp_path):
    content = b'a,b\n1,2\n3,"' + b"x" * 200_000 + b"\n"
    table = open_table(written(tmp_path, b"a,b\n1,2\n"))
    table.path.write_bytes(content)

    with pytest.raises(UnreadableFile) as refused:
        rows(table)
    assert refused.value.details["line"] == 3


def test_accents_are_western_and_words_are_thai():
    assert guess_encoding("café,crème\n".encode("cp1252")) == "cp1252"
    assert guess_encoding("กาแฟ,ครีม\n".encode("cp874")) == "cp874"
