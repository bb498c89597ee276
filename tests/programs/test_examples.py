"""The example programs: every case holds, nothing in a file is doubtful, and a file goes through the machine without loss."""

from pathlib import Path

import pytest

from phakdi.loyalty.casebook import run_case
from phakdi.loyalty.casebook.reading import Source
from phakdi.loyalty.programs import compile_program, dump_program, lint_program, load_program

FOLDER = Path(__file__).parents[2] / "examples" / "programs"
FILES = sorted(FOLDER.rglob("*.yaml"))
DOCUMENTS = {path: load_program(path.read_text(encoding="utf-8")) for path in FILES}
CASES = [
    pytest.param(path, number, id=f"{path.stem}: {case.name}")
    for path, document in DOCUMENTS.items()
    for number, case in enumerate(document.cases)
]


def name_of(path: Path) -> str:
    return path.stem


@pytest.fixture(scope="module")
def programs():
    """Return each program ready to run."""
    return {path: compile_program(document) for path, document in DOCUMENTS.items()}


@pytest.mark.parametrize(("path", "number"), CASES)
def test_case_holds(programs, path, number):
    document = DOCUMENTS[path]

    result = run_case(programs[path], document.cases[number], source=Source(f"cases[{number}]", document.place))

    assert (result.error, list(result.differences)) == ("", [])


REAL = {
    "bangchak-greenmiles": 7,
    "barbqplaza-gon": 6,
    "barnes-noble": 8,
    "coco-bubble-tea": 8,
    "greenshopcafe-referral": 7,
    "homepro-homecard": 6,
    "lotuss-coins": 8,
    "twg-witch-house": 8,
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_program_has_all_its_cases(name):
    assert len(DOCUMENTS[FOLDER / f"{name}.yaml"].cases) == REAL[name]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_program_proves_itself(path):
    assert len(DOCUMENTS[path].cases) >= 4


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_is_called_by_its_program(path):
    assert DOCUMENTS[path].key == path.stem


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_is_doubtful(path):
    assert [str(finding) for finding in lint_program(DOCUMENTS[path])] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_survives_being_written_and_read(path):
    written = dump_program(DOCUMENTS[path])

    assert load_program(written) == DOCUMENTS[path]
    assert dump_program(load_program(written)) == written


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_names_are_thai_and_english(path):
    document = DOCUMENTS[path]
    levels = document.tiers.levels if document.tiers else []
    named = [document, *document.units.values(), *document.earning, *document.discounts, *document.vouchers.values(), *levels]

    assert [item for item in named if not isinstance(item.name, dict) or item.name.keys() != {"en", "th"}] == []


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_an_example_is_listed(path):
    assert f"]({path.relative_to(FOLDER).as_posix()}) |" in (FOLDER / "README.md").read_text(encoding="utf-8")
