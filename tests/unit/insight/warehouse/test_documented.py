"""docs/warehouse.md says what every table and column means. PHAKDI_WRITE=1 brings it up to date."""

import os
from pathlib import Path

from phakdi.insight.warehouse.exporting import describe

PAGE = Path(__file__).parents[4] / "docs/warehouse.md"
BEGIN = "# Tables\n"


def test_page_says_every_table_and_column():
    text = PAGE.read_text(encoding="utf-8")
    told = text[: text.index(BEGIN) + len(BEGIN)] + "\n" + describe()
    if os.environ.get("PHAKDI_WRITE"):
        PAGE.write_text(told, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == told, "run this test with PHAKDI_WRITE=1"
