"""Reading program files: every mistake is named with its place and what would be right."""

import pytest

from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import BadProgram, compile_program, load_program

GOOD = """\
phakdi: 1
key: demo
name: {th: ทดสอบ, en: Test}
units:
  points: {expires: {after: 1 year}, auto: {every: 100, voucher: ten}}
limits:
  daily: {max: 100, per: day}
vouchers:
  ten: {amount: 10, valid: {after: 30 days}}
earning:
  - key: base
    when: {amount: {at_least: 50}}
    give: {points: {by: level, values: {A: 1, B: 1.5}}, per: 25}
    limits: [daily]
spending:
  - {key: pay, pays: 1}
tiers:
  levels:
    - {key: A}
    - {key: B, reach: {meter: points, at_least: 200}}
"""


def load(text: str) -> None:
    compile_program(load_program(text))


def refusal(text: str) -> Invalid:
    with pytest.raises(Invalid) as refused:
        load(text)
    return refused.value


def test_a_good_program_is_read():
    document = load_program(GOOD)

    assert (document.key, document.first_unit) == ("demo", "points")
    assert document.place("earning[0].when.amount") == {"line": 12, "column": 12}


@pytest.mark.parametrize(
    ("right", "wrong", "line", "path", "said"),
    [
        ("per: 25", "pr: 25", 13, "earning[0].give.pr", "did you mean 'per'"),
        ("values: {A", "valus: {A", 13, "earning[0].give.points.valus", "did you mean 'values'"),
        ("units:", "unit:", 4, "unit", "did you mean 'units'"),
        ("reach: {meter", "reach: {metre", 20, "tiers.levels[1].reach.metre", "did you mean 'meter'"),
        ("after: 1 year", "after: 1 yeer", 5, "units.points.expires.after", "write a duration"),
        ("per: day", "per: dya", 7, "limits.daily.per", "is no window"),
        ("pays: 1", "pays: some", 16, "spending[0].pays", "write a number"),
        ("max: 100", "max: true", 7, "limits.daily.max", "write a number"),
        ("max: 100", "max: -5", 7, "limits.daily.max", "greater than or equal to 0"),
        ("- key: base", "- name: base", 11, "earning[0].key", "'key' is missing"),
        ("key: demo", "key: 7", 2, "key", "in quotes"),
        ("every: 100", "every: 0", 5, "units.points.auto.every", "greater than 0"),
        ("{after: 30 days}", "{}", 9, "vouchers.ten.valid", "say when it ends"),
    ],
)
def test_a_mistake_is_named_with_its_place(right, wrong, line, path, said):
    refused = refusal(GOOD.replace(right, wrong, 1))

    assert isinstance(refused, BadProgram)
    assert (refused.code, refused.details["line"], refused.details["path"]) == ("program_invalid", line, path)
    assert said in refused.message


@pytest.mark.parametrize(
    ("right", "wrong", "line", "path", "said"),
    [
        ("limits: [daily]", "limits: [dayly]", 14, "earning[0].limits[0]", "did you mean 'daily'"),
        ("voucher: ten", "voucher: tin", 5, "units.points.auto.voucher", "did you mean 'ten'"),
        ("values: {A: 1", "values: {C: 1", 13, "earning[0].give[0].points.values", "there is: A, B"),
        ("by: level", "by: lovel", 13, "earning[0].give[0].points.by", "did you mean 'level'"),
        ("when: {amount", "when: {amout", 12, "earning[0].when.amout", "did you mean amount"),
        ("{at_least: 50}", "{atleast: 50}", 12, "earning[0].when.amount.atleast", "did you mean at_least"),
        ("{at_least: 50}", "{at_least: 50.123}", 12, "earning[0].when.amount.at_least", "multiple of 0.01"),
        ("meter: points", "meter: pints", 20, "tiers.levels[1].reach.meter", "did you mean 'points'"),
    ],
)
def test_a_reference_to_nothing_is_named_with_its_place(right, wrong, line, path, said):
    refused = refusal(GOOD.replace(right, wrong, 1))

    assert (refused.details["line"], refused.details["path"]) == (line, path)
    assert refused.message.startswith(f"Line {line}: {path}: ")
    assert said in refused.message


def test_all_mistakes_are_told_in_their_order():
    refused = refusal(GOOD.replace("per: 25", "pr: 25").replace("units:", "unit:").replace("pays: 1", "pays: x"))

    assert [error["line"] for error in refused.details["errors"]] == [4, 13, 16]


def test_levels_that_overlap_are_refused():
    text = GOOD + "    - {key: C, reach: {meter: points, at_least: 150}}\n"

    refused = refusal(text)
    assert (refused.code, refused.details["line"]) == ("levels_overlap", 21)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("key: a\nkey: b\n", "program_duplicate_key", 2),
        ("key: [a\n", "program_unreadable", 2),
        ("key: !!python/object/apply:os.system [echo]\n", "program_unreadable", 1),
        ("key: .nan\n", "program_unreadable", 1),
        ("key: 1e99\n", "program_unreadable", 1),
        ("? [a, b]\n: c\n", "program_unreadable", 1),
        ("- a\n- b\n", "program_invalid", 1),
        ("", "program_invalid", 1),
    ],
)
def test_what_is_no_program_is_refused(text, code, line):
    refused = refusal(text)

    assert (refused.code, refused.details["line"]) == (code, line)


def test_a_file_that_grows_when_read_is_refused():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdef", "bcdefg", strict=True)
    )

    assert refusal(bomb).code == "program_too_large"
    assert refusal("[" * 5000).code == "program_too_large"
    assert refusal("- " * 5000).code == "program_too_large"
    assert refusal("a" * 1_000_001).code == "program_too_large"


def test_yaml_words_are_taken_as_written():
    document = load_program("key: demo\nattributes: {on: text, no: boolean}\neffective_from: 2026-01-01\n")

    assert (list(document.attributes), document.effective_from) == (["on", "no"], "2026-01-01")


def test_parts_may_be_shared_by_anchors():
    text = "key: demo\nunits:\n  a: &a {kind: points, expires: {after: 1 year}}\n  b: {<<: *a, kind: status}\n"

    assert load_program(text).units["b"].kind == "status"


def test_a_mapping_is_read_as_well():
    assert load_program({"key": "demo", "units": {"stars": {}}}).first_unit == "stars"
    with pytest.raises(BadProgram) as refused:
        load_program({"key": "demo", "unitz": {}})
    assert (refused.value.details["path"], refused.value.details["suggestion"]) == ("unitz", "units")


def test_what_is_wrong_with_the_whole_file_is_said_too():
    with pytest.raises(BadProgram) as refused:
        load_program("phakdi: 1\nkey: a\nmain_unit: nothing\n")
    assert "main_unit 'nothing' is not among the units" in refused.value.message
