"""What is valid but hardly meant."""

from datetime import date
from pathlib import Path

import pytest

from phakdi.loyalty.programs import lint_program, linting, load_program
from phakdi.loyalty.programs.weighing import reward_rates


def findings(text: str, **more) -> list[tuple[str, str, int]]:
    return [(found.code, found.path, found.line) for found in lint_program(load_program(f"key: demo\n{text}"), **more)]


EARN = "  - {key: base, give: {points: 1, per: 25}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"earning:\n{EARN}", []),
        (
            "earning:\n  - {key: a, when: {amount: {at_least: 500, at_most: 100}}, give: {points: 1}}\n",
            [("never_matches", "earning[0].when", 3)],
        ),
        (
            "earning:\n  - {key: a, lines: {all: [{category: tea}, {category: {not_in: [tea]}}]}, give: {points: 1}}\n",
            [("never_matches", "earning[0].lines", 3)],
        ),
        (
            "discounts:\n  - {key: d, percent: 5, when: {weekday: mon, all: [{weekday: tue}]}}\n",
            [("never_matches", "discounts[0].when", 3)],
        ),
        (
            "earning:\n  - {key: a, starts: '2026-05-01', ends: '2026-04-01', give: {points: 1}}\n",
            [("dates_inverted", "earning[0]", 3)],
        ),
        ("earning:\n  - {key: a, ends: '2026-04-01', give: {points: 1}}\n", [("has_ended", "earning[0]", 3)]),
        (f"earning:\n{EARN}limits:\n  unused: {{max: 5}}\n", [("limit_unused", "limits.unused", 5)]),
        (f"earning:\n{EARN}vouchers:\n  never: {{amount: 5}}\n", [("voucher_never_given", "vouchers.never", 5)]),
        (f"earning:\n{EARN}vouchers:\n  open: {{amount: 5, offered: true}}\n", []),
        (f"earning:\n{EARN}meters:\n  unread: {{on: visit}}\n", [("meter_unused", "meters.unread", 5)]),
        (
            f"earning:\n{EARN}  - {{key: b, when: {{read.month: 3}}, give: {{points: 1}}}}\nmeters:\n  read: {{on: visit}}\n",
            [],
        ),
        ("units: {stamps: {kind: stamps, card: {size: 10}}}\n", [("card_gives_nothing", "units.stamps.card", 2)]),
        ("units: {stamps: {kind: stamps, card: {size: 10}}}\nrewards: {cup: {milestone: 10, item: A cup}}\n", []),
        ("earning:\n  - {key: a, give: {points: 0}}\n", [("gives_nothing", "earning[0]", 3)]),
        ("earning:\n  - {key: a, give: {multiply: 2}}\n", [("multiplies_nothing", "earning[0]", 3)]),
        (
            f"earning:\n{EARN.replace('give', 'group: g, give')}  - {{key: b, group: g, give: {{points: 1}}}}\n",
            [("shadowed", "earning[1]", 4)],
        ),
        (
            (
                "units: {points: {auto: {every: 100, voucher: v}}}\nvouchers: {v: {amount: 5}}\n"
                "tiers:\n  levels:\n    - {key: A}\n    - {key: B, reach: {meter: balance.points, at_least: 100}}\n"
            ),
            [("level_unreachable", "tiers.levels[1].reach", 7)],
        ),
        (
            (
                "units: {points: {auto: {every: 101, voucher: v}}}\nvouchers: {v: {amount: 5}}\n"
                "tiers:\n  levels:\n    - {key: A}\n    - {key: B, reach: {meter: balance.points, at_least: 100}}\n"
            ),
            [],
        ),
        (
            (
                "tiers:\n  levels:\n    - {key: A}\n    - {key: B, reach: {any: [{meter: spend, at_least: 100}]}}\n"
                "    - {key: C, reach: {any: [{meter: spend, at_least: 100}]}}\n"
            ),
            [("levels_overlap", "tiers.levels[2].reach", 6)],
        ),
    ],
)
def test_what_can_hardly_be_meant_is_found(text, expected):
    assert findings(text, today=date(2026, 5, 1)) == expected


RICH = "units: {points: {worth: 1, balance_cap: 500}}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{RICH}rewards: {{tv: {{cost: {{points: 501}}}}}}\n", ("reward_above_cap", "rewards.tv.cost")),
        (f"{RICH}rewards: {{tv: {{cost: {{points: 500}}}}}}\n", None),
        (f"{RICH}rewards: {{tv: {{cost: [{{points: 501}}, {{points: 10, money: 5}}]}}}}\n", None),
        (
            f"{RICH}tiers: {{levels: [{{key: A}}, {{key: B, reach: {{meter: balance.points, at_least: 600}}}}]}}\n",
            ("level_above_cap", "tiers.levels[1].reach"),
        ),
        ("earning:\n  - {key: a, on: join, give: {points: 100}, budget: 50}\n", ("budget_below_grant", "earning[0].budget")),
        ("earning:\n  - {key: a, on: join, give: {points: 100}, budget: 100}\n", None),
        (
            "earning:\n  - {key: a, on: join, give: {points: 100}, limits: [{max: 50, over: reject}]}\n",
            ("limit_below_grant", "earning[0].limits[0]"),
        ),
        ("earning:\n  - {key: a, on: join, give: {points: 100}, limits: [{max: 50}]}\n", None),
        (
            "units: {points: {expires: {after: 30 days, counted_from: earned}, pending: {after: 60 days}}}\n",
            ("ends_before_available", "units.points.expires"),
        ),
        ("units: {points: {expires: {after: 30 days}, pending: {after: 60 days}}}\n", None),
        ("vouchers: {v: {amount: 5, offered: true, valid: {after: 0 days}}}\n", ("ends_at_once", "vouchers.v.valid")),
        ("vouchers: {v: {amount: 5, offered: true, valid: {at: '2026-01-31'}}}\n", ("has_ended", "vouchers.v.valid")),
        ("vouchers: {v: {amount: 5, offered: true, valid: {at: '2026-12-31'}}}\n", None),
        (
            "earning:\n  - {key: a, when: {date: {between: ['2026-01-01', '2026-02-01']}}, give: {points: 1}}\n",
            ("days_over", "earning[0].when"),
        ),
        ("earning:\n  - {key: a, when: {date: {at_least: '2026-01-01'}}, give: {points: 1}}\n", None),
        ("earning:\n  - {key: a, when: {any: [{date: '2026-01-01'}, {date: '2027-01-01'}]}, give: {points: 1}}\n", None),
        ("units: {points: {worth: 1}}\nearning:\n  - {key: a, give: {points: 1, per: 2}}\n", ("too_generous", "earning")),
        ("units: {points: {worth: 1}}\nearning:\n  - {key: a, give: {points: 1, per: 4}}\n", None),
        (
            "earning:\n  - {key: a, give: {points: 1, per: 2}}\nspending: [{key: s, points: 1, pays: 1}]\n",
            ("too_generous", "earning"),
        ),
        ("rewards: {cup: {name: {th: แก้ว}, cost: {points: 1}}}\n", ("name_missing", "rewards.cup.name")),
        ("rewards: {cup: {name: Cup, cost: {points: 1}}}\n", None),
        (
            (
                "units: {points: {auto: {every: 100, minimum: 500, voucher: v}}}\nvouchers: {v: {amount: 5}}\n"
                "tiers: {levels: [{key: A}, {key: B, reach: {meter: balance.points, at_least: 300}}]}\n"
            ),
            None,  # nothing is taken below 500
        ),
        (
            (
                "units: {points: {auto: {every: 100, voucher: v, when: month_end}}}\nvouchers: {v: {amount: 5}}\n"
                "tiers: {levels: [{key: A}, {key: B, reach: {meter: balance.points, at_least: 300}}]}\n"
            ),
            None,  # until the month ends they are there
        ),
    ],
)
def test_numbers_that_can_hardly_be_meant_are_found(text, expected):
    found = [each[:2] for each in findings(text, today=date(2026, 5, 1))]
    assert found == ([expected] if expected else [])


def test_what_members_get_back_is_told_by_level():
    text = """
units: {points: {worth: 0.5}}
tiers: {levels: [{key: A}, {key: B}, {key: C}]}
earning:
  - {key: base, give: {points: {by: member.level, values: {B: 2}, else: 1}, per: 25}}
  - {key: double, when: {member.level: C}, give: {multiply: 2}}
  - {key: sundays, when: {weekday: sun}, give: {multiply: 9}}
"""
    assert reward_rates(load_program(f"key: a\n{text}")) == {"A": 2, "B": 4, "C": 4}


REAL = sorted((Path(__file__).parents[4] / "examples" / "programs").glob("*.yaml"))


@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
def test_nothing_is_said_of_programs_that_are_meant_as_they_are(path):
    found = lint_program(load_program(path.read_text(encoding="utf-8")), today=date(2016, 1, 2))
    assert [each for each in found if each.code != "has_ended"] == []
    late = lint_program(load_program(path.read_text(encoding="utf-8")), today=date(2026, 11, 25))
    assert {each.code for each in late} <= {"has_ended"}  # offers of years ago are over


def test_every_warning_has_words_in_both_languages():
    import re

    from phakdi.loyalty.wording.program_files import FINDINGS

    sources = [Path(linting.__file__), Path(linting.__file__).with_name("weighing.py")]
    codes = {
        code for path in sources for code in re.findall(r'(?:Finding|Weighed)\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert codes
    assert codes == set(FINDINGS)
