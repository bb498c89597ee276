"""``phakdi program``: what it prints, and the exit codes that scripts go by."""

import json
from pathlib import Path

import pytest

from phakdi.cli.main import main

EXAMPLE = str(Path(__file__).parents[2] / "examples" / "programs" / "twg-witch-house.yaml")
SMALL = """\
phakdi: 1
key: small
earning:
  - {key: base, on: purchase, give: {points: 1, per: 10}}
cases:
  - name: ten
    steps: [{at: '2026-03-02T10:00:00+07:00', do: purchase, amount: 100}]
    expect: {points: 10}
"""


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Return a function that runs ``phakdi program`` beside small.yaml and answers (exit code, output)."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL, encoding="utf-8")

    def call(*arguments):
        code = main(["program", *arguments])
        return code, capsys.readouterr().out

    return call


def change(before, after, name="other.yaml"):
    """Write a changed copy of small.yaml."""
    assert before in SMALL
    Path(name).write_text(SMALL.replace(before, after), encoding="utf-8")


def test_validate_says_that_all_is_well(run):
    assert run("validate", "small.yaml") == (0, "✓ small.yaml: program 'small', 1 cases\n")


def test_validate_names_the_place_of_a_mistake(run):
    change("per: 10", "pre: 10")

    assert run("validate", "other.yaml") == (
        2,
        "other.yaml:4:49: error: earning[0].give.pre: there is no key 'pre' here; did you mean 'per'\n",
    )


def test_validate_names_what_can_never_happen(run):
    change("on: purchase,", "on: purchase, when: {amount: {more_than: 5, less_than: 5}},")

    code, said = run("validate", "other.yaml")

    assert code == 0
    assert said.startswith("other.yaml:4:")
    assert said.endswith("✓ other.yaml: program 'small', 1 cases, 1 warning\n")


def test_validate_answers_as_json(run):
    code, said = run("validate", "--json", "small.yaml")

    assert code == 0
    assert json.loads(said) == [{"file": "small.yaml", "code": 0, "errors": [], "findings": [], "key": "small", "cases": 1}]


def test_check_runs_the_cases(run):
    assert run("check", EXAMPLE) == (0, f"✓ {EXAMPLE}: 8 of 8 cases hold\n")


def test_check_shows_what_differs_and_why(run):
    change("{points: 10}\n", "{points: 11}\n")

    code, said = run("check", "other.yaml")

    assert code == 1
    assert said.splitlines() == [
        "other.yaml:6:5: ✗ ten",
        "    points: expected 11, found 10",
        "    1. 2026-03-02 10:00 purchase: earn 10 points",
        "✗ other.yaml: 0 of 1 cases hold",
    ]


def test_check_runs_the_cases_of_another_file(run):
    Path("cases.yaml").write_text(
        "- name: twenty\n  steps: [{at: '2026-03-02T10:00:00+07:00', do: purchase, amount: 200}]\n  expect: {points: 20}\n",
        encoding="utf-8",
    )

    assert run("check", "small.yaml", "--cases", "cases.yaml") == (0, "✓ small.yaml: 1 of 1 cases hold\n")


def test_check_of_a_file_that_cannot_be_read(run):
    change("phakdi: 1", "phakdi: [1")

    code, said = run("check", "other.yaml")

    assert (code, said.split(": error: ")[0]) == (2, "other.yaml:2:4")


def test_diff_shows_what_changed(run):
    change("per: 10", "per: 20")

    assert run("diff", "small.yaml", "other.yaml") == (1, "~ earning[base].give[0].per: 10 → 20\n")
    assert run("diff", "small.yaml", "small.yaml") == (0, "The two programs say the same.\n")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_what_is_applied_is_exported_as_it_was_written(run, make_organization):
    make_organization("teahouse")
    text = f"# our program\n{SMALL}"
    Path("small.yaml").write_text(text, encoding="utf-8")

    code, said = run("apply", "small.yaml", "--organization", "teahouse", "--from", "2026-01-01T00:00+07:00")

    assert (code, said) == (0, "✓ version 1 of 'small' takes effect at 2026-01-01 00:00 UTC+07:00\n")
    assert run("export", "--organization", "teahouse") == (0, text)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_program_whose_cases_fail_is_not_applied(run, make_organization):
    make_organization("teahouse")
    change("{points: 10}\n", "{points: 11}\n")

    assert run("apply", "other.yaml", "--organization", "teahouse")[0] == 1
    assert run("export", "--organization", "teahouse")[0] == 1  # there is none


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_an_unknown_organization_is_said_so(run, capsys):
    assert run("apply", "small.yaml", "--organization", "nobody")[0] == 1
