"""``phakdi insight lifetime``: the published figures of a file, in days and in weeks; and what is said where there is nothing to fit."""

import os
from pathlib import Path

import pytest

from phakdi.cli.main import main

DATA = Path(os.environ.get("PHAKDI_SHARED_DATA", Path(__file__).parents[3] / "../shared/data"))
SAMPLE = DATA / "cdnow_sample/CDNOW_sample.txt"


@pytest.mark.skipif(not SAMPLE.exists(), reason=f"the CDNOW sample is not in {DATA}")
@pytest.mark.parametrize("more", [[], ["--until", "1997-09-30"]])
def test_the_published_figures_are_printed(capsys, more):
    assert main(["insight", "lifetime", str(SAMPLE), *more]) == 0
    printed = capsys.readouterr().out

    assert [
        each
        for each in ("4.4136", "-9582.4292", "-9582.1357", "-4055.9177", "0.1139", "1,882 of 684", "1,653.4")
        if each not in printed
    ] == []
    assert "AUC                  0.7601 of buying again" in printed


def test_a_file_of_the_whole_set_is_read_too(capsys, tmp_path):
    file = tmp_path / "master.txt"
    lines = [f" {who:05} 199701{1 + who % 28:02} {1} {10.5 + who % 7:.2f}" for who in range(300)]
    lines += [f" {who:05} 1997{2 + who % 5:02}15 1 12.00" for who in range(0, 300, 2)]
    file.write_text("\n".join(lines))
    assert main(["insight", "lifetime", str(file)]) == 0
    assert "members may be scored  no: too few repeaters" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "nothing here\nnor here\n"])
def test_what_cannot_be_read_is_said(capsys, tmp_path, text):
    file = tmp_path / "file.txt"
    file.write_text(text)
    assert main(["insight", "lifetime", str(file)]) == 1
    assert main(["insight", "lifetime", str(tmp_path / "none.txt")]) == 1
    assert capsys.readouterr().err.startswith("phakdi: ")


def test_somebody_who_bought_once_each_gives_nothing_to_fit(capsys, tmp_path):
    file = tmp_path / "file.txt"
    file.write_text("1 19970101 1 5\n2 19970201 1 5\n")
    assert main(["insight", "lifetime", str(file), "--until", "1997-03-01"]) == 0
    assert main(["insight", "lifetime", str(file), "--until", "1996-01-01"]) == 1
    assert "Nobody bought twice" in capsys.readouterr().out
