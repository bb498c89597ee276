"""Cases that are not written as they should be are refused with the place where it stands."""

import pytest

from phakdi.loyalty.casebook import BadCase, read_cases, run_file
from phakdi.loyalty.programs import load_program

PROGRAM = """\
phakdi: 1
key: shop
earning:
  - {key: base, on: purchase, give: {points: 1, per: 10}}
cases:
  - name: a case
    steps:
      - {at: '2026-03-02T10:00:00+07:00', do: join}
      - at: '2026-03-02T11:00:00+07:00'
        do: purchase
        amount: 100
    expect: {points: 10}
"""


def outcome(text, cases=None):
    (result,) = run_file(text, cases=cases).cases
    return result


@pytest.mark.parametrize(
    ("before", "after", "message", "line"),
    [
        ("do: purchase", "do: purchace", "Case 'a case', step 2: there is no verb 'purchace'; did you mean 'purchase'?.", 10),
        (
            "amount: 100",
            "amont: 100",
            "Case 'a case', step 2: there is no argument of 'purchase' 'amont'; did you mean 'amount'?.",
            11,
        ),
        ("expect: {points", "expect: {point", "Case 'a case': there is no expectation 'point'; did you mean 'points'?.", 12),
        (
            "2026-03-02T11:00:00+07:00",
            "2026-03-02T09:00:00+07:00",
            "Case 'a case', step 2: it happens before the step above it; steps stand in order of time.",
            9,
        ),
        (
            "2026-03-02T11:00:00+07:00",
            "2026-03-02T11:00:00",
            "Case 'a case', step 2: '2026-03-02T11:00:00' is no time with an offset, such as 2026-03-02T10:00:00+07:00.",
            9,
        ),
        ("{points: 10}", "{refused: [3]}", "Case 'a case': 'refused' lists numbers of steps, from 1 to 2.", 12),
        (
            "amount: 100",
            "lines: [{cats: book, amount: 100}]",
            "Case 'a case', step 2: there is no field of a line 'cats'; did you mean 'cat'?.",
            11,
        ),
        ("amount: 100", "amount: much", "Case 'a case', step 2: 'amount' is no plain number.", 9),
    ],
)
def test_a_mistake_is_told_with_its_line(before, after, message, line):
    assert before in PROGRAM

    result = outcome(PROGRAM.replace(before, after))

    assert (result.passed, result.error, result.line) == (False, message, line)


def test_cases_may_stand_in_another_file():
    others = """
- name: twenty
  steps: [{at: '2026-03-02T10:00:00+07:00', do: purchase, amount: 200}]
  expect: {points: 20}
"""

    assert outcome(PROGRAM, cases=others).passed


def test_of_several_programs_the_cases_of_this_one_are_run():
    others = """
- id: bakery
  cases: []
- id: shop
  facts: {unit: points}
  cases:
    - name: thirty
      steps: [{at: '2026-03-02T10:00:00+07:00', do: purchase, amount: 300}]
      expect: {points: 31}
"""
    result = outcome(PROGRAM, cases=others)

    assert [(d.what, d.expected, d.found) for d in result.differences] == [("points", 31, 30)]
    assert result.line == 7


def test_a_file_without_cases_for_the_program_is_refused():
    with pytest.raises(BadCase) as refused:
        read_cases("- {id: bakery, cases: []}\n", program_key=load_program(PROGRAM).key)

    assert refused.value.message == "There are no cases for the program 'shop' in this file."


def test_a_case_without_steps_is_refused():
    with pytest.raises(BadCase) as refused:
        read_cases("cases:\n  - {name: empty, expect: {}}\n", program_key="shop")

    assert (refused.value.details["path"], refused.value.details["line"]) == ("cases[0].steps", 2)
