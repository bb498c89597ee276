"""A change by a form touches the lines that it is about, and no others."""

import copy
import difflib
from pathlib import Path

import pytest

from phakdi.loyalty.programs import yaml
from phakdi.loyalty.programs.rewriting import is_same, rewrite

EXAMPLES = sorted((Path(__file__).parents[4] / "examples" / "programs").rglob("*.yaml"))
TEXT = """# my program
phakdi: 1
key: cafe  # short

earning:
  # what everybody gets
  - key: base
    give: {points: 1, per: 25}  # as agreed

  # for quiet days
  - key: quiet
    when: {weekday: tue}
    give: {multiply: 2}

rewards:
  cup: {cost: {points: 5}, item: A cup}
# the end
"""


def changed(text: str, wanted) -> list[str]:
    written = rewrite(text, wanted)
    assert is_same(yaml.parse(written)[0], wanted)
    return [line for line in difflib.ndiff(text.splitlines(), written.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_what_is_not_changed_keeps_every_character(path):
    text = path.read_text(encoding="utf-8")
    raw, _ = yaml.parse(text)
    assert rewrite(text, raw) == text
    if raw.get("earning"):
        raw["earning"].append({"key": "one-more", "give": {"points": 1}})
        assert {line[0] for line in changed(text, raw)} == {"+"}
        raw["earning"].insert(0, raw["earning"].pop())
        assert {line[0] for line in changed(text, raw)} == {"+"}


def test_one_value_changes_one_line():
    raw, _ = yaml.parse(TEXT)
    raw["earning"][1]["when"] = {"weekday": ["tue", "wed"]}
    assert changed(TEXT, raw) == ["-     when: {weekday: tue}", "+     when: {weekday: [tue, wed]}"]


def test_comments_move_with_what_they_are_about():
    raw, _ = yaml.parse(TEXT)
    raw["earning"].reverse()
    written = rewrite(TEXT, raw)
    assert written.index("# for quiet days") < written.index("key: quiet") < written.index("# what everybody gets")
    assert written.index("# what everybody gets") < written.index("key: base")
    assert "give: {points: 1, per: 25}  # as agreed" in written


def test_taking_a_rule_away_takes_its_comment_and_leaves_the_others():
    raw, _ = yaml.parse(TEXT)
    del raw["earning"][0]
    written = rewrite(TEXT, raw)
    assert "as agreed" not in written
    assert "what everybody gets" not in written
    assert "# for quiet days" in written
    assert written.endswith("# the end\n")


@pytest.mark.parametrize(
    "text",
    [
        "{phakdi: 1, key: a}",
        "phakdi: 1\nkey: a\nx: &shared {a: 1}\ny: *shared\n",
        "base: &b {a: 1}\nkey: a\nz:\n  <<: *b\n  c: 2\n",
    ],
    ids=["one line", "an alias", "a merge"],
)
def test_what_cannot_be_changed_by_lines_is_written_anew(text):
    raw, _ = yaml.parse(text)
    wanted = copy.deepcopy(raw)
    wanted["key"] = "b"
    next(iter(value for value in wanted.values() if isinstance(value, dict)), wanted)["more"] = "1 year"
    assert changed(text, wanted)


def test_the_order_of_units_and_the_kind_of_values_count():
    assert not is_same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not is_same([1], [True])
