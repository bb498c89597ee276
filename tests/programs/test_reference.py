"""What docs/programs.md shows can be read, and together its parts are one program."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from phakdi.loyalty.casebook import run_case
from phakdi.loyalty.casebook.expecting import READERS
from phakdi.loyalty.casebook.verbs import VERBS
from phakdi.loyalty.programs import compile_program, load_program, yaml
from phakdi.loyalty.programs.document import program, rules, spending, units, values
from phakdi.loyalty.programs.document.program import Case, ProgramDocument

TEXT = (Path(__file__).parents[2] / "docs" / "programs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PARTS = [(kind.removeprefix("part="), text) for kind, text in BLOCKS if kind.startswith("part=")]


def test_every_block_of_yaml_says_what_it_is():
    assert TEXT.count("```yaml") == len(BLOCKS)


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "program"])
def test_the_whole_program_holds(text):
    document = load_program(text)

    results = [run_case(compile_program(document), case) for case in document.cases]

    assert [(result.error, list(result.differences)) for result in results] == [("", [])]


def test_the_cases_hold_for_the_program():
    running = compile_program(load_program(next(text for kind, text in BLOCKS if kind == "program")))
    cases = [Case.model_validate(raw) for kind, text in BLOCKS if kind == "case" for raw in yaml.parse(text)[0]]

    results = [run_case(running, case) for case in cases]

    assert [(result.error, list(result.differences)) for result in results] == [("", [])] * len(cases)
    assert cases


def test_the_parts_are_one_program():
    whole: dict[str, object] = {"phakdi": 1, "key": "reference"}
    for name, text in PARTS:
        part = yaml.parse(text)[0]
        if isinstance(part, list):
            whole[name] = [*whole.get(name, []), *part]
        else:
            whole[name] = {**whole.get(name, {}), **part}

    assert compile_program(load_program(whole)).key == "reference"


@pytest.mark.parametrize("name", sorted(ProgramDocument.model_fields.keys() - {"cases"}))
def test_every_part_of_a_program_is_described(name):
    assert f"`{name}`" in TEXT or f"`{name}: " in TEXT


@pytest.mark.parametrize("name", sorted({*VERBS, *READERS}))
def test_every_verb_and_expectation_is_described(name):
    assert f"`{name}`" in TEXT


def keys_of_the_format():
    """Yield each key that a program file may have, with the part that has it."""
    for module in (values, units, rules, spending, program):
        for name, part in vars(module).items():
            if isinstance(part, type) and issubclass(part, BaseModel) and part.__module__ == module.__name__:
                yield from ((name, field.alias or key) for key, field in part.model_fields.items())


def test_every_key_is_described():
    assert [(part, key) for part, key in keys_of_the_format() if not re.search(rf"\b{re.escape(key)}\b", TEXT)] == []
