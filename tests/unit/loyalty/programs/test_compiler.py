"""A document made ready to run: numbers are whole, look-ups find their value, references are checked."""

from types import SimpleNamespace

import pytest

from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import compile_program, load_program


def compiled(text: str):
    return compile_program(load_program(f"key: demo\n{text}"))


def context(**fields):
    activity = SimpleNamespace(fields=fields, amount=fields.get("amount"), channel=fields.get("channel", ""))
    return SimpleNamespace(activity=activity, line=None)


def test_money_is_in_minor_units_and_quantities_in_thousandths():
    program = compiled("earning: [{key: a, give: {points: 3, per: 0.50, of: litres}}, {key: b, give: {points: 1, per: 25}}]")
    litres, baht = (program.rule_by_key[key].gives[0] for key in "ab")

    assert (litres.points(None), litres.per(None), litres.measure.scale) == ((3, 1), (500, 1), 1000)
    assert (baht.per(None), baht.measure.source) == ((2500, 1), "net")


@pytest.mark.parametrize(("currency", "per"), [("JPY", 25), ("KWD", 25000), ("THB", 2500)])
def test_each_currency_has_its_own_smallest_unit(currency, per):
    program = compiled(f"currency: {currency}\nearning: [{{key: a, give: {{points: 1, per: 25}}}}]")

    assert program.rule_by_key["a"].gives[0].per(None) == (per, 1)


def test_a_number_is_looked_up():
    text = "earning: [{key: a, give: {points: {by: channel, values: {web: 2, app: 2.5}, else: 1}, per: 1}}]"
    points = compiled(text).rule_by_key["a"].gives[0].points

    assert [points(context(channel=channel)) for channel in ("web", "app", "shop")] == [(2, 1), (5, 2), (1, 1)]


def test_a_number_is_looked_up_in_bands():
    text = "earning: [{key: a, give: {points: {by: amount, bands: {100: 5, 500: 30}}, per: 1}}]"
    points = compiled(text).rule_by_key["a"].gives[0].points

    assert [points(context(amount=baht * 100)) for baht in (99, 100, 499, 500)] == [(0, 1), (5, 1), (5, 1), (30, 1)]


def test_a_number_is_looked_up_by_yes_and_no():
    text = "earning: [{key: a, give: {points: {by: reusable_cup, values: {'true': 2, 'false': 1}}}}]"
    points = compiled(text).rule_by_key["a"].gives[0].points

    assert [points(context(reusable_cup=answer)) for answer in (True, False)] == [(2, 1), (1, 1)]


def test_a_date_counts_in_whole():
    rule = compiled("earning: [{key: a, starts: '2026-01-01', ends: '2026-01-31', give: {points: 1}}]").rule_by_key["a"]

    assert (rule.starts.isoformat(), rule.ends.isoformat()) == ("2025-12-31T17:00:00+00:00", "2026-01-31T17:00:00+00:00")


def test_stock_and_budgets_are_shared():
    program = compiled("rewards: {cup: {stock: 5}}\nearning: [{key: a, budget: 25, give: {points: 1}}]")

    assert program.budgets == {"stock:cup": 5, "limit:a:0": 25}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("earning: [{key: a, give: {points: 1, unit: stars}}]", "earning[0].give[0].unit"),
        ("earning: [{key: a, give: {points: 1, per: 1, of: colour}}]", "earning[0].give[0].of"),
        ("earning: [{key: a, give: {voucher: v}}]", "earning[0].give[0].voucher"),
        ("earning: [{key: a, give: {multiply: 2, rules: [b]}}]", "earning[0].give[0].rules"),
        ("earning: [{key: a, give: {points: 1}}, {key: a, give: {points: 1}}]", "earning"),
        ("rewards: {r: {voucher: v}}", "rewards.r.voucher"),
        ("rewards: {r: {level: L}}", "rewards.r.level"),
        ("transfers: {stars: {}}", "transfers.stars"),
        ("conversions: {m: {unit: stars, points: 1, to: 1}}", "conversions.m.unit"),
        ("spending: [{key: s, pays: 1, of: colour}]", "spending[0].of"),
        ("spending: [{key: s, pays: 1, round_to: 0}]", "spending[0].round_to"),
        ("activities: {a: {fields: {all: text}}}", "activities"),
        (
            "limits: {l: {max: {by: channel, values: {a: 1}}, shared: true}}\nearning: [{key: a, give: {points: 1}, limits: [l]}]",
            "limits.l.max",
        ),
        ("tiers: {levels: [{key: A}, {key: A}]}", "tiers.levels"),
        ("tiers: {levels: [{key: A, falls_to: B}]}", "tiers.levels[0].falls_to"),
        ("membership: {plans: {P: {falls_to: B}}}", "membership.plans.P.falls_to"),
        ("units: {p: {pots: colour}}", "units.p.pots"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(text, path):
    with pytest.raises(Invalid) as refused:
        compiled(text)

    assert refused.value.details["path"] == path
    assert refused.value.details["line"] >= 2
