"""No cell that we write is taken for a formula; phones and figures stay usable."""

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from phakdi.kit.sheets import SheetWriter, safe_cell

DANGEROUS = [
    "=1+1", '=HYPERLINK("http://evil.example","x")', "=cmd|' /C calc'!A0", "+1+1", "+A1", "-1+1", "-A1", "--1", "@SUM(A1:A9)",
    "@cmd", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1", "＝1+1", "＋1+1", "－1+1", "＠SUM(A1)",
    " ＝1+1", "﹢1+1", "|calc", "%0A=1+1", "=", "+", "-", "@", "+66 81=1", "-2+3+cmd|' /C calc'!A0", "+(1)", "-12.50.", "=1\n=2",
    "+٣+1", "-5,", "+66-81-234-5678",
]  # fmt: skip
HARMLESS = [
    "", "สมชาย", "081-234-5678", "0812345678", "+66812345678", "+66 81 234 5678", "-12.50", "-1,234.50", "+5", "-7", "12.50", "a=b",
    "x@example.com", "1-2", "100%", "บ้าน 5/2", "(02) 123 4567", "ไม่มี - ว่าง", "O'Brien", "'already text",
]  # fmt: skip


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_might_be_a_formula_gets_the_mark(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("text", HARMLESS)
def test_phones_figures_and_words_stay_as_they_are(text):
    assert safe_cell(text) == text


def test_every_cell_is_quoted_so_that_no_other_sign_parts_it():
    out = io.StringIO()
    SheetWriter(out).rows([["a;=1+1", 5, None], ["=1+1", "x", "y"]])

    assert out.getvalue() == '"a;=1+1","5",""\r\n"\'=1+1","x","y"\r\n'
    assert list(csv.reader(io.StringIO(out.getvalue()))) == [["a;=1+1", "5", ""], ["'=1+1", "x", "y"]]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not here")
def test_libreoffice_finds_no_formula(tmp_path: Path):
    target = tmp_path / "export.csv"
    with target.open("w", encoding="utf-8-sig", newline="") as out:
        SheetWriter(out).rows([[text, "end"] for text in DANGEROUS + HARMLESS])
    subprocess.run(["soffice", "--headless", "--convert-to", "fods", "--outdir", tmp_path, target], check=True, timeout=120)
    assert "table:formula" not in (tmp_path / "export.fods").read_text()
