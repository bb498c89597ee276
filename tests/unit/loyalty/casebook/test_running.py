"""Running cases: what is compared, what a refusal does, and what members bring about for one another."""

import pytest

from phakdi.loyalty.casebook import run_file

PROGRAM = """\
phakdi: 1
key: shop
units:
  points: {expires: {after: 1 year}}
earning:
  - {key: base, on: purchase, give: {points: 1, per: 10}}
  - {key: opening, on: join, give: {points: 100}, budget: 150}
spending:
  - {key: pay, points: 10, pays: 1, step: 10}
transfers:
  points: {minimum: 10}
"""


def outcome(steps, expect):
    """Run one case of those steps."""
    told = "".join(f"      - {step}\n" for step in steps)
    (result,) = run_file(f"{PROGRAM}cases:\n  - name: a case\n    steps:\n{told}    expect: {expect}\n").cases
    assert not result.error
    return result


def differences(steps, expect):
    return [(found.what, found.expected, found.found) for found in outcome(steps, expect).differences]


BOUGHT = "{at: '2026-03-02T10:00:00+07:00', do: purchase, amount: 300}"


def test_only_what_is_named_is_compared():
    assert differences([BOUGHT], "{}") == []


def test_what_differs_is_told():
    assert differences([BOUGHT], "{points: 31, tier: Gold}") == [("points", 31, 30), ("tier", "Gold", None)]


def test_a_step_that_is_refused_without_being_listed_differs():
    steps = [BOUGHT, "{at: '2026-03-02T10:00:00+07:00', do: redeem, points: 500, bill: 90}"]

    assert differences(steps, "{points: 30}") == [("refused", [], [2])]


def test_a_step_that_succeeds_though_it_is_listed_differs():
    assert differences([BOUGHT], "{refused: [1]}") == [("refused", [1], [])]


def test_a_refused_step_changes_nothing_and_says_why():
    steps = [BOUGHT, "{at: '2026-03-02T10:00:00+07:00', do: redeem, points: 500, bill: 90}"]

    result = outcome(steps, "{points: 30, refused: [2]}")

    assert result.passed
    first, second = result.steps
    assert (first.earned, first.is_refused) == ({"points": 30}, False)
    assert (second.is_refused, second.entries, second.outcome) == (True, (), {})
    assert second.code


def test_discount_and_pay_are_of_the_last_one_that_was_not_refused():
    steps = [
        BOUGHT,
        "{at: '2026-03-02T10:00:00+07:00', do: redeem, points: 20, bill: 90}",
        "{at: '2026-03-02T10:00:00+07:00', do: redeem, points: 20, bill: 90}",
    ]

    assert differences(steps, "{points: 10, discount: 2, pay: 88, refused: [3]}") == []


def test_members_are_told_apart():
    steps = [
        "{at: '2026-03-02T10:00:00+07:00', do: purchase, member: a, amount: 300}",
        "{at: '2026-03-02T10:00:00+07:00', do: purchase, member: b, amount: 50}",
    ]

    assert differences(steps, "{balances: {a: 30, b: 5}}") == []
    assert differences(steps, "{balances: {c: 1}}") == [("balances", {"c": 1}, {"c": None})]


def test_points_given_away_arrive():
    steps = [
        "{at: '2026-03-02T10:00:00+07:00', do: purchase, member: a, amount: 300}",
        "{at: '2026-03-03T10:00:00+07:00', do: transfer, member: a, to: b, points: 20}",
        "{at: '2026-03-03T10:00:00+07:00', do: expire_to}",
    ]

    assert differences(steps, "{balances: {a: 10, b: 20}}") == []


def test_points_given_away_keep_their_end():
    steps = [
        "{at: '2026-03-02T10:00:00+07:00', do: purchase, member: a, amount: 300}",
        "{at: '2026-12-03T10:00:00+07:00', do: transfer, member: a, to: b, points: 20}",
        "{at: '2027-03-04T10:00:00+07:00', do: expire_to}",
    ]

    assert differences(steps, "{balances: {a: 0, b: 0}}") == []


def test_members_share_a_budget():
    steps = [f"{{at: '2026-03-0{day}T10:00:00+07:00', do: join, member: m{day}}}" for day in (1, 2, 3)]

    assert differences(steps, "{balances: {m1: 100, m2: 50, m3: 0}}") == []


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ("{lots: [10, 30]}", []),
        ("{lots: {'2027-03-02': 10, '2027-05-02': 30}}", []),
        ("{lots: [{points: 10, until: '2027-03-02'}, {points: 30, until: '2027-05-02'}]}", []),
        ("{lots: [40]}", [("lots", [40], [10, 30])]),
    ],
)
def test_lots_are_listed_by_their_ends(expect, found):
    steps = [
        "{at: '2026-03-02T10:00:00+07:00', do: purchase, amount: 100}",
        "{at: '2026-05-02T10:00:00+07:00', do: purchase, amount: 300}",
    ]

    assert differences(steps, expect) == found


NAMED = """\
phakdi: 1
key: named
tiers:
  levels:
    - {key: basic}
    - {key: gold, name: {en: Gold Member, th: สมาชิกทอง}}
vouchers:
  cake: {name: Birthday cake, amount: 80, offered: true}
rewards:
  cup: {name: {en: A cup, th: แก้ว}, cost: {points: any}, item: {en: A cup, th: แก้ว}}
cases:
  - name: by names
    steps:
      - {at: '2026-03-02T10:00:00+07:00', do: join, level: Gold Member}
      - {at: '2026-03-02T10:00:00+07:00', do: grant_voucher, voucher: Birthday cake}
      - {at: '2026-03-02T10:00:00+07:00', do: grant_voucher, voucher: Birthday cake}
      - {at: '2026-03-02T11:00:00+07:00', do: purchase, amount: 100, voucher: Birthday cake}
      - {at: '2026-03-02T12:00:00+07:00', do: award, points: 5}
      - {at: '2026-03-02T13:00:00+07:00', do: redeem, points: 5, reward: แก้ว}
    expect: {tier: สมาชิกทอง, not_tier: basic, vouchers: [Birthday cake], vouchers_total: 80, gifts: [A cup], discount: 80}
  - name: by keys
    steps:
      - {at: '2026-03-02T10:00:00+07:00', do: join, level: gold}
      - {at: '2026-03-02T10:00:00+07:00', do: grant_voucher, voucher: cake}
      - {at: '2026-03-02T12:00:00+07:00', do: cancel_membership}
    expect: {tier: none, not_tier: gold, vouchers: []}
  - name: and otherwise
    steps:
      - {at: '2026-03-02T10:00:00+07:00', do: join, level: gold}
      - {at: '2026-03-02T10:00:00+07:00', do: grant_voucher, voucher: cake}
    expect: {tier: basic, not_tier: Gold Member, vouchers: [50]}
"""


def test_levels_vouchers_and_rewards_go_by_key_or_name():
    by_names, by_keys, otherwise = run_file(NAMED).cases

    assert [(case.error, case.differences) for case in (by_names, by_keys)] == [("", ()), ("", ())]
    assert [(found.what, found.expected, found.found) for found in otherwise.differences] == [
        ("tier", "basic", "gold"),
        ("not_tier", "Gold Member", "Gold Member"),
        ("vouchers", [50], [80]),
    ]


TRAITS_RULE = "  - {key: back, on: purchase, when: {member.trait.churn_risk: high, member.trait.p_active_90d: {less_than: 0.5}}, give: {points: 50}}\n"


@pytest.mark.parametrize(
    ("traits", "points"), [("{churn_risk: high, p_active_90d: 0.35}", 180), ("{churn_risk: low}", 130), ("{}", 130)]
)
def test_a_case_tells_what_is_expected_of_a_member(traits, points):
    program = PROGRAM.replace("spending:\n", f"{TRAITS_RULE}spending:\n")
    join = f"{{at: '2026-03-01T10:00:00+07:00', do: join, traits: {traits}}}"
    (result,) = run_file(
        f"{program}cases:\n  - name: a case\n    steps:\n      - {join}\n      - {BOUGHT}\n    expect: {{points: {points}}}\n"
    ).cases
    assert (result.error, list(result.differences)) == ("", [])


@pytest.mark.parametrize("traits", ["{luck: 1}", "{p_alive: often}"])
def test_a_trait_that_is_none_is_told(traits):
    join = f"{{at: '2026-03-01T10:00:00+07:00', do: join, traits: {traits}}}"
    (result,) = run_file(f"{PROGRAM}cases:\n  - name: a case\n    steps:\n      - {join}\n    expect: {{}}\n").cases
    assert "step 1" in result.error
