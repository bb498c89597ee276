"""Whatever members do in whatever order: refused or done, the ledger adds up and nothing breaks."""

import random

import pytest

from phakdi.kit.errors import Refusal
from tests.unit.loyalty.engine.core.handlers.town import Town

EVERYTHING = """
units:
  points: {expires: {after: 90 days}, pending: [{when: {channel: online}, until: deliver, cancel_after: 20 days}], balance_cap: 5000}
  stars: {kind: status, expires: {after: 1 year}}
  stamps: {kind: stamps, pots: card, card: {size: 10, milestones: [{at: 5, voucher: tea}, {at: 10, voucher: fifty}]}}
  purse: {kind: credit, auto: {every: 500, voucher: fifty}}
main_unit: points
activities: {stay: {fields: {nights: integer}, limits: [{max: 3, of: uses, per: week, over: reject}]}}
meters: {nights: {on: stay, of: nights}}
tiers:
  levels:
    - {key: A}
    - {key: B, reach: {any: [{meter: points, window: year, at_least: 500}, {meter: nights, window: year, at_least: 5}]}, lasts: {after: 60 days}}
    - {key: C, reach: {meter: spend, window: rolling_90_days, at_least: 3000}, lasts: {after: 60 days}, grace: 10 days}
  downgrade: one_step
membership:
  plans: {default: {}, B: {fee: 10, term: 90 days, falls_to: A}}
earning:
  - {key: base, on: [purchase, bill], give: {points: 1, per: 2}, limits: [{max: 400, per: day}]}
  - {key: double, on: purchase, when: {member.level: [B, C]}, give: {multiply: 2}}
  - {key: stars, on: purchase, give: {unit: stars, points: 1, per: 100}, carry: true}
  - {key: stamp, on: stamp, give: {unit: stamps, points: 1, per: 1, of: drinks}}
  - {key: friend, on: join, to: referrer, when: {member.referred: true}, give: {points: 50}}
  - {key: up, on: level_up, give: {voucher: tea}, once: per_level}
  - {key: cash, on: purchase, give: {unit: purse, percent: 1}}
discounts:
  - {key: level, percent: {by: level, values: {B: 5, C: 10}}}
vouchers:
  tea: {item: tea, valid: {after: 20 days}}
  fifty: {amount: 50, minimum_bill: 60, valid: {after: 30 days}, partial: true}
  free: {percent: 20, cap: 15, offered: true, limits: [{max: 1, of: uses, per: month}]}
spending:
  - {key: pay, points: 5, pays: 1, maximum: {percent_of_bill: 50}, limits: [{max: 1000, per: week}]}
  - {key: purse, unit: purse, pays: 1}
rewards:
  cup: {cost: [{points: 100}, {unit: stars, points: 3}], voucher: tea, stock: 5}
  gift: {cost: {points: any, money: 5}, item: gift}
transfers: {points: {minimum: 10, keep: 20, fee_percent: 5}}
conversions: {miles: {points: 3, to: 2, step: 30, reversible: true}}
receipts: {limits: [{max: 2, of: uses, per: day}]}
referral: {limits: [{max: 2, of: uses, per: year}]}
refunds: {shortfall: debt}
"""


def some_activity(chance: random.Random, town: Town, known: list[str]) -> tuple[str, dict]:
    """Return something that a member may report; half of it makes no sense."""
    other, ref = str(town.id(chance.choice("abc"))), f"r{len(known)}"
    of = chance.choice(known or ["none"])
    amount = chance.choice([0, 1, 19.99, 100, 250.5, 4000])
    points = chance.choice([0, 1, 10, 30, 90, 100, 500, "max"])
    lines = [{"id": "1", "cat": "tea", "amount": amount}, {"id": "2", "amount": 10}]
    choices = {
        "purchase": [{"amount": amount, "ref": ref}, {"lines": lines, "ref": ref, "channel": "online"}, {"amount": 80, "voucher": "fifty"}, {"amount": 90, "pay_points": points, "ref": ref}, {"amount": 20, "tender": "purse", "ref": ref}, {"amount": 20, "voucher": "free", "ref": ref}],
        "refund": [{"of": of}, {"of": of, "amount": chance.choice([1, 50])}, {"of": of, "line": "1"}],
        "deliver": [{"of": of}],
        "award": [{"points": 100, "stars": 1}, {"base_points": 33}, {"credits": 12.34}],
        "adjust": [{"points": -5, "reason": "x"}, {"points": 5, "reason": "x"}],
        "balance": [{"points": 60, "level": "B"}],
        "redeem": [{"points": points, "bill": amount, "ref": ref}, {"reward": "cup", "ref": ref}, {"reward": "gift", "points": points, "ref": ref}, {"milestone": 5}, {"credits": 1.5, "bill": 9}, {"points": points, "bill": 30, "of": of, "ref": ref}],
        "hold": [{"points": 10, "bill": 90, "ref": ref}, {"reward": "cup", "ref": ref}],
        "confirm": [{"of": of}], "release": [{"of": of}], "cancel_redeem": [{"of": of}], "cancel_convert": [{"of": of}],
        "convert": [{"points": points, "to": "miles", "ref": ref}],
        "transfer": [{"points": points, "to": other, "ref": ref}],
        "use_voucher": [{"voucher": "tea"}, {"voucher": "fifty", "bill": amount}, {"voucher": 50, "bill": 70}],
        "grant_voucher": [{"voucher": "fifty", "value": 30}],
        "stamp": [{"drinks": chance.randint(0, 7), "card": chance.choice("12")}],
        "merge_cards": [{"cards": ["1", "2"]}],
        "join": [{"referred_by": other}, {"level": "B"}], "renew": [{}], "upgrade": [{"level": "C"}], "cancel_membership": [{}],
        "refer": [{"friend": other}], "review": [{}], "stay": [{"nights": 2}], "bill": [{"amount": amount}],
        "submit_receipt": [{"amount": amount, "ref": ref}], "approve_receipt": [{"of": of}], "reject_receipt": [{"of": of}],
        "link": [{"account": "line"}], "unlink": [{"account": "line"}],
    }  # fmt: skip
    kind = chance.choice([*choices, "purchase", "redeem", "refund", "refund"])
    said = chance.choice(choices[kind])
    if "ref" in said:
        known.append(ref)
    return kind, said


@pytest.mark.parametrize("seed", range(25))
def test_nothing_breaks_whatever_happens(seed):
    chance = random.Random(seed)
    town = Town(EVERYTHING)
    for name in "abc":
        town.member(name)
    known: list[str] = []
    done = 0
    for _ in range(60):
        kind, said = some_activity(chance, town, known)
        who = chance.choice("aab")
        try:
            town.do(kind, who, days=chance.choice([0, 0, 0, 1, 7, 25]), hours=chance.choice([0, 1]), **said)
            done += 1
        except Refusal:
            continue
        if kind == "purchase" and "amount" in said:
            try:
                town.price(who, **said)
            except Refusal:
                continue
    town.wait(days=400)

    assert done >= 5
    assert town.budgets["stock:cup"] >= 0
