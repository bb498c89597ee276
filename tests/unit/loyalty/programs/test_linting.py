"""What is valid but hardly meant."""

from datetime import date

import pytest

from phakdi.loyalty.programs import lint_program, load_program


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
