"""The forms of the program's editor are exactly the file: what is shown and sent back unchanged is the same thing."""

from decimal import Decimal
from pathlib import Path

import pytest

from phakdi.kit import conditions
from phakdi.loyalty.programs import yaml
from phakdi.loyalty.programs.linting import _conditions
from phakdi.loyalty.programs.loading import load_program
from phakdi.loyalty.programs.rewriting import is_same
from phakdi.web.console.editing import builder
from phakdi.web.console.editing.builder import Condition, is_same_tree
from phakdi.web.console.editing.forming import press
from phakdi.web.console.editing.items import ItemForm, say
from phakdi.web.console.editing.parts import Reading
from phakdi.web.console.editing.posted import nest
from phakdi.web.console.editing.room import Room
from phakdi.web.console.editing.sections import BY_KEY, SECTIONS, place_of

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "programs").rglob("*.yaml"))
each_example = pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
PROGRAM = {
    "phakdi": 1,
    "key": "cafe",
    "units": {"points": {"name": {"th": "แต้ม", "en": "points"}}},
    "tiers": {"levels": [{"key": "Silver"}, {"key": "Gold"}]},
    "earning": [{"key": "base", "give": {"points": 1, "per": 25}}],
}


def flat(data, name=""):
    """Return nested data as a browser sends it: flat names with their texts."""
    if isinstance(data, dict):
        for key, inner in data.items():
            yield from flat(inner, f"{name}.{key}" if name else key)
    else:
        yield name, list(data) or [""]


@each_example
def test_every_thing_of_every_example_is_the_same_after_its_form(path):
    raw = yaml.parse(path.read_text(encoding="utf-8"))[0]
    room = Room(raw, "th", raw.get("currency", "THB"))
    count = 0
    for section in SECTIONS:
        for item in section.items(raw):
            form = ItemForm(section, item.value, room)
            form.sent = nest(flat(form.data()))
            assert is_same(form.result(), item.value), (section.key, item.key)
            assert form.errors == {}
            assert is_same(section.put(raw, form.result(), index=item.index), raw), (section.key, item.key)
            count += 1
    assert count


def test_almost_everything_of_the_examples_can_be_changed_in_forms():
    things = whole = 0
    for path in EXAMPLES:
        raw = yaml.parse(path.read_text(encoding="utf-8"))[0]
        room = Room(raw, "en", raw.get("currency", "THB"))
        for section in SECTIONS:
            for item in section.items(raw):
                things += 1
                whole += not ItemForm(section, item.value, room).untold()
    assert whole / things > 0.9


@each_example
def test_every_condition_of_every_example_is_the_same_tree_after_the_builder(path):
    text = path.read_text(encoding="utf-8")
    document = load_program(text)
    room = Room(yaml.parse(text)[0], "en", document.currency)
    for where, raw, of_line in _conditions(document, ""):
        part, reading = Condition(key="when", of_line=of_line), Reading(room)
        assert part.fits(raw, room), where
        sent = nest(flat({"when": part.show(raw, room)}))["when"]
        written = builder._exact(
            conditions.dump(
                conditions.parse(builder._read("when", sent, reading, of_line=of_line), room.catalogue(of_line=of_line))
            )
        )
        assert reading.errors == {}, where
        again, before = (conditions.parse(each, room.catalogue(of_line=of_line)) for each in (written, raw))
        assert is_same_tree(again, before), where


@pytest.mark.parametrize(
    ("rows", "written"),
    [
        ([("weekday", "in", ["tue"])], {"weekday": "tue"}),
        ([("weekday", "in", ["sat", "sun"]), ("store", "in", ["SIAM"])], {"weekday": ["sat", "sun"], "store": "SIAM"}),
        ([("amount", "at_least", ["1,500.50"])], {"amount": {"at_least": Decimal("1500.5")}}),
        ([("amount", "at_least", ["100"]), ("amount", "at_most", ["๕๐๐"])], {"amount": {"at_least": 100, "at_most": 500}}),
        ([("channel", "in", ["line, app"])], {"channel": ["line", "app"]}),
        ([("member.birth_month", "is", ["yes"])], {"member.birth_month": True}),
        ([("date", "at_least", ["1/6/2569"])], {"date": {"at_least": "2026-06-01"}}),
        ([("month", "in", ["12"])], {"month": 12}),
        ([("member.level", "not_in", ["Gold"])], {"member.level": {"is_not": "Gold"}}),
    ],
)
def test_rows_become_the_condition_that_somebody_would_write(rows, written):
    room = Room(PROGRAM, "th", "THB", stores=(("SIAM", "สยาม"),))
    items = {str(n): {"field": [field], "op": [op], "value": value} for n, (field, op, value) in enumerate(rows)}
    found = Condition(key="when").read("when", {"kind": ["all"], "items": items}, None, Reading(room))
    assert found == written


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"field": ["amount"], "op": ["at_least"], "value": ["many"]}, "Write a number."),
        ({"field": ["amount"], "op": ["between"], "low": ["500"], "high": ["100"]}, "The first value comes after the second."),
        ({"field": ["weekday"], "op": ["in"], "value": [""]}, "Say what it must be."),
        ({"field": ["nothing.such"], "op": ["is"], "value": ["1"]}, "There is no such figure: nothing.such"),
        ({"field": ["date"], "op": ["at_least"], "value": ["someday"]}, "Write a day such as 31/12/2026."),
    ],
)
def test_what_is_wrong_is_said_at_its_row(row, said):
    from django.utils import translation

    reading = Reading(Room(PROGRAM, "en", "THB"))
    good = {"field": ["channel"], "op": ["in"], "value": ["line"]}
    with translation.override("en"):
        Condition(key="when").read("when", {"kind": ["any"], "items": {"0": good, "1": row}}, None, reading)
    assert reading.errors == {"when.items.1": said}


def test_times_over_midnight_stay_one_row():
    room, raw = Room(PROGRAM, "en", "THB"), {"time": {"between": ["22:00", "02:00"]}}
    shown = Condition(key="when").show(raw, room)
    assert shown["items"]["0"] == {"field": ["time"], "op": ["between"], "low": ["22:00"], "high": ["02:00"]}
    assert Condition(key="when").fits(raw, room)


def test_groups_within_groups_and_buttons():
    sent = nest([("when.kind", ["all"])])
    press(sent, "row:when.items")
    press(sent, "group:when.items")
    press(sent, "row:when.items.1.items")
    press(sent, "drop:when.items.0")
    assert sent["when"]["items"].keys() == {"1"}
    assert len(sent["when"]["items"]["1"]["items"]) == 2


def test_what_a_form_cannot_show_is_told_and_kept():
    value = {"key": "a", "give": [{"points": 5}, {"set": {"note": True}}], "carry": "month", "once": "ever"}
    form = ItemForm(BY_KEY["earning"], value, Room(PROGRAM, "en", "THB"))
    assert form.untold() == ["give", "carry"]
    form.sent = {**nest(flat(form.data())), "once": ["per_year"]}
    assert form.result() == {**value, "once": "per_year"}


def test_taking_a_limit_away_leaves_the_others_as_they_are():
    value = {"key": "a", "give": {"points": 5}, "limits": [{"max": 1, "of": "uses", "per": "day", "by": "store"}, {"max": 9}]}
    form = ItemForm(BY_KEY["earning"], value, Room(PROGRAM, "en", "THB"))
    form.sent = nest(flat(form.data()))
    press(form.sent, "drop:limits.1")
    assert form.result()["limits"] == [{"max": 1, "of": "uses", "per": "day", "by": "store"}]


def test_another_form_of_a_thing_takes_only_what_belongs_to_it():
    form = ItemForm(BY_KEY["earning"], {"key": "a", "give": {"points": 1, "per": 25, "at_most": 9}}, Room(PROGRAM, "en", "THB"))
    form.sent = nest(flat(form.data()))
    form.sent["give"]["0"].update({"mode": ["multiply"], "multiply": {"mode": ["one"], "number": ["2"]}})
    assert form.result()["give"] == {"multiply": 2}


def test_a_place_in_the_file_leads_to_its_form():
    raw = {**PROGRAM, "vouchers": {"cup": {"amount": 5}}, "rewards": {"a.b": {"cost": {"points": 1}}}}
    assert [
        (found[0].key, found[1], found[2])
        for path in (
            "earning[0].give[0].points",
            "vouchers.cup.valid",
            "rewards.a.b",
            "tiers.levels[1].reach",
            "units.points.expires",
        )
        if (found := place_of(raw, path))
    ] == [
        ("earning", 0, "give"),
        ("vouchers", 0, "valid"),
        ("rewards", 0, ""),
        ("levels", 1, "reach"),
        ("points", 0, "expires"),
    ]
    assert place_of(raw, "cases[0]") is None


def test_moving_and_copying_keep_the_rest():
    raw = {**PROGRAM, "rewards": {"a": {"stock": 1}, "b": {"stock": 2}, "c": {"stock": 3}}}
    rewards = BY_KEY["rewards"]
    assert list(rewards.move(raw, 0, 1)["rewards"]) == ["b", "a", "c"]
    copied, place = rewards.copy(raw, 1)
    assert list(copied["rewards"]) == ["a", "b", "b-2", "c"]
    assert place == 2
    assert "rewards" not in rewards.remove({**PROGRAM, "rewards": {"a": {}}}, 0)


def test_points_stay_what_is_meant_when_other_kinds_come():
    bare = {"phakdi": 1, "key": "cafe", "earning": [{"key": "base", "give": {"points": 1, "per": 25}}]}
    points, stamps = BY_KEY["points"], BY_KEY["stamps"]
    assert [each.key for each in points.items(bare)] == ["points"]
    assert is_same(points.put(bare, {}, index=0), bare)
    assert list(stamps.put(bare, dict(stamps.blank), key="cups")["units"]) == ["points", "cups"]
    two = points.put(bare, {"kind": "status"}, key="miles")
    assert list(two["units"]) == ["points", "miles"]
    moved = points.move(two, 0, 1)
    assert list(moved["units"]) == ["miles", "points"]
    assert moved["main_unit"] == "points"


JUNK = (
    None,
    5,
    Decimal("2.5"),
    "x",
    "",
    [],
    [1],
    {},
    {"a": 1},
    True,
    [{"key": 3}],
    {"by": "level"},
    [None],
    {"any": 5},
    {"after": 5},
    "never",
)


@pytest.mark.parametrize("seed", range(8))
def test_a_draft_that_is_no_program_yet_can_be_looked_at_and_mended(seed):
    import random

    chance = random.Random(seed)

    def spoil(value):
        if chance.random() < 0.06:
            return chance.choice(JUNK)
        if isinstance(value, dict):
            return {key: spoil(inner) for key, inner in value.items()}
        return [spoil(inner) for inner in value] if isinstance(value, list) else value

    for path in EXAMPLES[:12]:
        raw = spoil(yaml.parse(path.read_text(encoding="utf-8"))[0])
        if not isinstance(raw, dict):
            continue
        room = Room(raw, "th", "THB")
        for section in SECTIONS:
            for item in section.items(raw):
                say(section, item.value, room)
                form = ItemForm(section, item.value if isinstance(item.value, dict) else {}, room)
                form.sent = nest(flat(form.data()))
                assert isinstance(form.result(), dict)
                assert [form.title(), form.untold(), form.first(), form.rest()]
