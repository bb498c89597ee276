"""Small programs that bring together what seldom meets; every case of theirs holds."""

from pathlib import Path

import pytest

from phakdi.loyalty.casebook import run_file

FILES = sorted((Path(__file__).parent / "corners").glob("*.yaml"))
RESULTS = {path: run_file(path) for path in FILES}
CASES = [pytest.param(case, id=f"{path.stem}: {case.name}") for path, result in RESULTS.items() for case in result.cases]


@pytest.mark.parametrize("case", CASES)
def test_case_holds(case):
    assert (case.error, list(case.differences)) == ("", [])
