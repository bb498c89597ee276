"""Nothing on a page is left without its translation."""

import runpy
from pathlib import Path

TOOL = Path(__file__).parents[2] / "tools" / "messages"


def test_every_text_is_translated(capsys):
    tool = runpy.run_path(str(TOOL))

    assert (tool["check"](), capsys.readouterr().out.strip()) == (0, "")
