"""Handing out, opening, referring, sharing, converting, linking, receipts, vouchers."""

from datetime import date

import pytest

from tests.unit.loyalty.engine.core.handlers.town import Town

# --- awards and opening balances --------------------------------------------------------------------------------------------

UNITS = """
units:
  points: {}
  stars: {kind: status}
  stamps: {kind: stamps}
  cash: {kind: credit}
main_unit: points
tiers: {levels: [{key: A}, {key: B, reach: {meter: points, at_least: 100}}]}
earning:
  - {key: base, on: purchase, give: {points: 1, per: 1}}
  - {key: double, on: purchase, when: {member.level: B}, give: {multiply: 1.5}}
"""


def test_awards_of_every_kind():
    town = Town(UNITS)
    town.do("award", points=10, stars=2, stamps=3, credits=12.5)
    town.do("award", wallet=7.25)
    town.do("award", unit="cash", points=3)

    assert [town.points(unit=unit) for unit in ("points", "stars", "stamps", "cash")] == [10, 2, 3, 2275]


def test_awarded_points_count_for_the_level_unless_said_otherwise():
    town = Town(UNITS)
    town.do("award", points=100, qualifying=False)
    assert town.member().standing.level == "A"
    town.do("award", points=100)

    assert (town.member().standing.level, town.points()) == ("B", 200)


def test_base_points_are_multiplied_by_the_level():
    town = Town(UNITS)
    town.do("award", base_points=101)
    town.do("award", base_points=101)

    assert town.points() == 101 + 151


def test_an_award_of_nothing_and_an_unknown_wallet_are_refused():
    town = Town(UNITS)

    assert town.refuses("award") == "points_invalid"
    assert town.refuses("award", points=5, wallet="red") == "unit_unknown"


def test_a_correction_needs_a_reason_and_goes_both_ways():
    town = Town(UNITS)
    assert town.refuses("adjust", points=5) == "reason_missing"
    town.do("adjust", points=50, reason="goodwill")
    town.do("adjust", points=-20, reason="mistake")

    assert town.points() == 30
    assert town.refuses("adjust", points=-31, reason="mistake") == "points_insufficient"


def test_an_opening_balance_is_what_is_there():
    town = Town(UNITS)
    town.do("balance", points=500, stars=3, level="B")
    town.do("balance", points=200)
    town.do("migrate", balances={"cash": 12.5})

    assert (town.points(), town.points(unit="stars"), town.points(unit="cash")) == (200, 3, 1250)
    assert town.member().standing.level == "B"
    assert town.refuses("balance", level="Z") == "level_unknown"


def test_old_points_may_become_fewer_new_ones():
    town = Town("earning: [{key: old, on: migrate, give: {points: 1, per: 10, of: points}}]")
    town.do("migrate", points=2357)

    assert town.points() == 235


def test_an_opening_figure_of_the_year_counts_for_the_level():
    text = """
activities: {stay: {fields: {nights: integer}}}
meters: {nights: {on: stay, of: nights}}
tiers: {levels: [{key: A}, {key: B, reach: {meter: nights, window: year, at_least: 10}}]}
"""
    town = Town(text)
    town.do("balance", nights_in_year=9)
    town.do("stay", nights=1)

    assert town.member().standing.level == "B"


# --- referral -----------------------------------------------------------------------------------------------------------------

FRIENDS = """
units: {points: {}}
referral: {ends: '2026-12-31', claim_within: 30 days, limits: [{max: 2, of: uses, per: month}]}
earning:
  - {key: friend, on: join, to: referrer, when: {member.referred: true}, give: {points: 100}}
  - {key: first, on: purchase, to: referrer, once: ever, when: {member.referred: true}, give: {percent: 10}}
"""


def friends(*names: str) -> Town:
    town = Town(FRIENDS)
    for name in names:
        town.member(name)
    return town


def test_a_friend_brings_points_when_joining_and_with_the_first_order():
    town = friends("a", "b")
    town.do("refer", "a", friend=str(town.id("b")))
    town.do("join", "b", referred_by=str(town.id("a")))
    town.do("purchase", "b", amount=500)
    town.do("purchase", "b", amount=500)

    assert town.points("a") == 150


def test_a_claim_is_enough():
    town = friends("a", "b")
    town.do("refer", "a", friend=str(town.id("b")))
    town.do("join", "b")

    assert town.points("a") == 100


def test_a_claim_lapses():
    town = friends("a", "b")
    town.do("refer", "a", friend=str(town.id("b")))
    town.do("join", "b", days=32)

    assert town.points("a") == 0


def test_the_first_claim_wins():
    town = friends("a", "b", "c")
    town.do("refer", "a", friend=str(town.id("c")))
    town.do("refer", "b", friend=str(town.id("c")))
    town.do("join", "c", referred_by=str(town.id("b")))

    assert (town.points("a"), town.points("b")) == (100, 0)


def test_members_do_not_bring_each_other_or_themselves():
    town = friends("a", "b")
    town.do("join", "b", referred_by=str(town.id("a")))

    assert town.refuses("refer", "b", friend=str(town.id("a"))) == "referral_cross"
    assert town.refuses("join", "a", referred_by=str(town.id("b"))) == "referral_cross"
    assert town.refuses("refer", "a", friend=str(town.id("a"))) == "referral_self"
    assert town.refuses("refer", "a", friend="nobody") == "member_missing"


def test_who_is_a_member_already_is_not_brought():
    town = friends("a", "b")
    town.do("join", "b")
    town.do("refer", "a", friend=str(town.id("b")))
    town.do("purchase", "b", amount=500)

    assert town.points("a") == 0


def test_bringing_friends_has_its_limits_and_its_end():
    town = friends("a", "b", "c", "d")
    for name in "bc":
        town.do("refer", "a", friend=str(town.id(name)))
    assert town.refuses("refer", "a", friend=str(town.id("b"))) == "referral_repeated"
    assert town.refuses("refer", "a", friend=str(town.id("d"))) == "limit_reached"
    assert town.refuses("refer", "a", friend=str(town.id("d")), days=400) == "referral_closed"


def test_friends_beyond_the_limit_bring_nothing():
    town = friends("a", "b", "c", "d")
    for name in "bcd":
        town.do("join", name, referred_by=str(town.id("a")))

    assert town.points("a") == 200


def test_a_limit_of_points_holds_for_the_referrer_and_vouchers_go_to_them():
    text = FRIENDS.replace("give: {points: 100}", "give: [{points: 100}, {voucher: cup}], limits: [{max: 150, per: month}]")
    town = Town(text + "vouchers: {cup: {item: cup}}")
    for name in "abc":
        town.member(name)
    for name in "bc":
        town.do("join", name, referred_by=str(town.id("a")))

    assert (town.points("a"), town.open_vouchers("a"), town.open_vouchers("b")) == (150, ["cup", "cup"], [])


# --- transfers ------------------------------------------------------------------------------------------------------------------

SHARE = """
units: {points: {expires: {after: 1 year}}}
transfers:
  points: {minimum: 100, step: 100, keep: 50, fee_points: 10, fee_money: 20, limits: [{max: 500, per: day}]}
"""


def test_a_transfer_keeps_its_ends_and_takes_its_fee():
    town = Town(SHARE)
    town.member("b")
    town.do("award", points=1000)
    end = next(iter(town.member().lots.values())).expires_at
    outcome = town.do("transfer", to=str(town.id("b")), points=300, days=10).outcome

    assert (town.points("a"), town.points("b"), outcome["fee"]) == (690, 300, 2000)
    assert [lot.expires_at for lot in town.member("b").lots.values()] == [end]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"points": 50}, "points_minimum"),
        ({"points": 150}, "points_step"),
        ({"points": 1000}, "limit_reached"),
        ({"points": 500}, "balance_minimum"),
        ({}, "points_invalid"),
    ],
)
def test_a_transfer_is_held_to_its_rules(said, code):
    town = Town(SHARE)
    town.member("b")
    town.do("award", points=555)

    assert town.refuses("transfer", to=str(town.id("b")), **said) == code
    assert town.points() == 555


def test_without_a_word_points_are_not_given_away():
    town = Town("units: {points: {}}")
    town.do("award", points=10)

    assert town.refuses("transfer", to=str(town.id("b")), points=5) == "transfer_not_offered"


def test_only_named_receivers():
    town = Town("transfers: {points: {to: payees, payees_at_most: 1, payee_wait: 7 days, relations: [family]}}")
    for name in "bc":
        town.member(name)
    town.do("award", points=100)
    b, c = str(town.id("b")), str(town.id("c"))

    assert town.refuses("transfer", to=b, points=5, relation="family") == "receiver_not_allowed"
    assert town.refuses("add_payee", payee=b, relation="friend") == "relation_not_allowed"
    town.do("add_payee", payee=b, relation="family")
    assert town.refuses("add_payee", payee=b, relation="family") == "payee_known"
    assert town.refuses("add_payee", payee=c, relation="family") == "payees_too_many"
    assert town.refuses("transfer", to=b, points=5) == "payee_too_new"
    town.do("transfer", to=b, points=5, days=7)
    assert (town.points("a"), town.points("b")) == (95, 5)


def test_who_is_gone_sends_points_back():
    town = Town("transfers: {points: {}}")
    town.member("b", status="CLOSED")
    town.do("award", points=100)
    town.do("transfer", to=str(town.id("b")), points=40)

    assert (town.points("a"), town.points("b")) == (100, 0)


# --- conversions ----------------------------------------------------------------------------------------------------------------

MILES = """
conversions:
  airline: {points: 2, to: 1, minimum: 100, step: 50, reversible: true, limits: [{max: 1000, per: month}]}
  fixed: {points: 3, to: 2, steps: [300]}
"""


def test_points_become_miles_and_come_back():
    town = Town(MILES)
    town.do("award", points=500)
    assert town.do("convert", points=300, to="airline", ref="c1").outcome["converted"] == 150
    assert town.do("cancel_convert", of="c1").outcome["converted"] == -150

    assert town.points() == 500
    assert town.refuses("cancel_convert", of="c1") == "conversion_cancelled"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"points": 50, "to": "airline"}, "points_minimum"),
        ({"points": 120, "to": "airline"}, "points_step"),
        ({"points": 1050, "to": "airline"}, "limit_reached"),
        ({"points": 100, "to": "fixed"}, "points_step"),
        ({"points": 600, "to": "airline"}, "points_insufficient"),
        ({"points": 100, "to": "ship"}, "conversion_not_offered"),
    ],
)
def test_a_conversion_is_held_to_its_rules(said, code):
    town = Town(MILES)
    town.do("award", points=500)

    assert town.refuses("convert", **said) == code
    assert town.points() == 500


def test_a_final_conversion_stays():
    town = Town(MILES)
    town.do("award", points=500)
    town.do("convert", points=300, to="fixed", ref="c1")

    assert town.refuses("cancel_convert", of="c1") == "conversion_final"


def test_as_much_as_can_be_converted():
    town = Town(MILES)
    town.do("award", points=580)

    assert town.do("convert", points="max", to="airline").outcome["converted"] == 275


# --- receipts ---------------------------------------------------------------------------------------------------------------------

RECEIPTS = """
receipts: {within: 7 days, requires: {store: mall}, limits: [{max: 2, of: uses, per: day}]}
earning: [{key: base, give: {points: 1, per: 10}}]
"""


def test_a_receipt_earns_once_it_is_approved():
    town = Town(RECEIPTS)
    town.do("submit_receipt", ref="r1", amount=500, store="mall")
    assert town.points() == 0
    town.do("approve_receipt", of="r1")

    assert town.points() == 50
    assert town.refuses("approve_receipt", of="r1") == "receipt_decided"
    assert town.refuses("submit_receipt", ref="r1", amount=500, store="mall") == "receipt_known"


def test_another_amount_may_be_approved_and_nothing_is_earned_when_rejected():
    town = Town(RECEIPTS)
    town.do("submit_receipt", ref="r1", amount=500, store="mall")
    town.do("submit_receipt", ref="r2", amount=500, store="mall")
    town.do("approve_receipt", of="r1", amount=300)
    town.do("reject_receipt", of="r2", reason="unreadable")

    assert town.points() == 30
    assert town.refuses("approve_receipt", of="r3") == "receipt_unknown"


def test_receipts_have_their_conditions():
    town = Town(RECEIPTS)
    assert town.refuses("submit_receipt", ref="r", amount=5, store="home") == "receipt_condition"
    assert town.refuses("submit_receipt", ref="r", amount=5, store="mall", receipt_date=date(2026, 2, 20)) == "receipt_too_old"
    for number in range(2):
        town.do("submit_receipt", ref=f"r{number}", amount=5, store="mall")
    assert town.refuses("submit_receipt", ref="r9", amount=5, store="mall") == "limit_reached"
    assert Town("units: {points: {}}").refuses("submit_receipt", ref="r", amount=5) == "receipts_not_accepted"


# --- links, cards, vouchers ---------------------------------------------------------------------------------------------------------


def test_a_link_gives_once():
    town = Town("earning: [{key: line, on: link, when: {account: line}, once: ever, give: {points: 20}}]")
    town.do("link", account="line")
    assert town.refuses("link", account="line") == "already_linked"
    town.do("unlink", account="line")
    town.do("link", account="line")

    assert town.points() == 20
    assert town.refuses("unlink", account="other") == "not_linked"


def test_cards_become_one():
    town = Town(
        "units: {stamps: {kind: stamps, pots: card}}\nearning: [{key: s, on: stamp, give: {points: 1, per: 1, of: drinks}}]"
    )
    town.do("stamp", card="one", drinks=3)
    town.do("stamp", card="two", drinks=4)
    town.do("merge_cards", cards=["one", "two"])

    assert town.points(unit="stamps") == 7
    assert {lot.pot for lot in town.member().lots.values() if lot.remaining} == {"one"}


VOUCHERS = """
units: {points: {}}
vouchers:
  fifty: {amount: 50, minimum_bill: 100, valid: {after: 30 days}}
  third: {percent: 30, cap: 30}
  parts: {amount: 120, partial: true}
  points: {points: 15}
  birthday: {item: cake, offered: true, when: {member.birth_month: true}, limits: [{max: 1, of: uses, per: year}]}
  tea: {item: tea, one_of: choice}
  cake: {item: cake, one_of: choice}
earning:
  - {key: gift, on: join, give: [{voucher: tea}, {voucher: cake}]}
"""


def test_a_voucher_is_handed_out_and_used_once():
    town = Town(VOUCHERS)
    town.do("grant_voucher", voucher="fifty")
    assert town.refuses("use_voucher", voucher="fifty", bill=80) == "voucher_minimum"
    outcome = town.do("use_voucher", voucher="fifty", bill=120).outcome

    assert (outcome["discount"], outcome["pay"]) == (5000, 7000)
    assert town.refuses("use_voucher", voucher="fifty", bill=120) == "voucher_used"
    assert town.refuses("use_voucher", voucher="none") == "voucher_not_found"


def test_a_voucher_of_its_own_value_is_called_by_it():
    town = Town(VOUCHERS)
    town.do("grant_voucher", voucher="parts", value=80)
    outcome = town.do("use_voucher", voucher=80, bill=60).outcome
    assert outcome["pay"] == 0

    assert town.do("use_voucher", voucher="parts", bill=60).outcome["pay"] == 4000
    assert town.open_vouchers() == []


def test_a_voucher_ends():
    town = Town(VOUCHERS)
    town.do("grant_voucher", voucher="fifty")

    assert town.refuses("use_voucher", voucher="fifty", bill=120, days=31) == "voucher_expired"


def test_a_voucher_may_give_points():
    town = Town(VOUCHERS)
    town.do("grant_voucher", voucher="points", count=2)
    town.do("use_voucher", voucher="points")

    assert (town.points(), town.open_vouchers()) == (15, ["points"])


def test_one_of_a_choice_closes_the_others():
    town = Town(VOUCHERS)
    town.do("join")
    town.do("use_voucher", voucher="cake")

    assert town.open_vouchers() == []
    assert town.refuses("use_voucher", voucher="tea") == "voucher_used"


def test_an_offered_voucher_needs_nobody_to_hand_it_out():
    town = Town(VOUCHERS)
    town.born(date(1990, 3, 20))
    town.do("use_voucher", voucher="birthday")
    assert town.refuses("use_voucher", voucher="birthday") == "limit_reached"
    assert town.refuses("use_voucher", voucher="birthday", days=60) == "voucher_condition"

    town.do("use_voucher", voucher="birthday", days=310)


def test_an_unused_voucher_is_taken_back():
    town = Town(VOUCHERS)
    town.do("grant_voucher", voucher="third")
    (voucher,) = town.vouchers()
    town.do("cancel_voucher", of=str(voucher.id))

    assert town.open_vouchers() == []
    assert town.refuses("cancel_voucher", of=str(voucher.id)) == "voucher_not_open"


# --- purchases ----------------------------------------------------------------------------------------------------------------------


def test_a_purchase_uses_what_it_was_priced_with():
    town = Town(VOUCHERS + "spending: [{key: pay, points: 1, pays: 1}]")
    town.do("award", points=100)
    town.do("grant_voucher", voucher="fifty")
    step = town.buy(amount=200, ref="b1", voucher="fifty", pay_points=40)

    assert (step.outcome["points_used"], town.points(), town.open_vouchers()) == (40, 60, [])
    town.do("refund", of="b1", amount=200)
    assert (town.points(), town.open_vouchers()) == (100, ["fifty"])


def test_a_purchase_that_was_not_priced_may_be_paid_with_points():
    town = Town("units: {points: {}}\nspending: [{key: p, points: 10, pays: 1}]\nearning: [{key: e, give: {points: 1, per: 1}}]")
    town.do("award", points=500)
    town.do("purchase", amount=100, pay_points=300)

    assert town.points() == 200 + 70


def test_a_purchase_is_paid_from_a_wallet_of_money():
    town = Town("units: {points: {}, purse: {kind: credit}}\nearning: [{key: e, give: {points: 1, per: 1}}]")
    town.do("award", credits=100)
    town.do("purchase", amount=30, tender="purse")
    town.do("purchase", amount=30, wallet=12.5)

    assert (town.points(unit="purse"), town.points()) == (5750, 60)
    assert town.refuses("purchase", amount=80, tender="purse") == "points_insufficient"


def test_a_voucher_that_cannot_be_used_stops_the_purchase():
    town = Town(VOUCHERS)

    assert town.refuses("purchase", amount=100, voucher="fifty") == "voucher_not_found"


def test_terms_are_looked_at_when_a_basket_is_priced():
    town = Town("vouchers: {v: {amount: 30, when: {net: {at_least: 100}}}}")
    town.do("grant_voucher", voucher="v")
    assert town.buy(amount=110, voucher="v").outcome["vouchers_used"] == ["v"]


def test_a_limit_that_somebody_used_meanwhile_is_kept_when_recording():
    town = Town("units: {points: {}}\nspending: [{key: p, points: 10, pays: 1, limits: [{max: 100, per: day}]}]")
    town.do("award", points=500)
    priced = town.price(amount=50, pay_points=80)
    town.buy(amount=50, pay_points=80, hours=0)
    said = {"amount": 50, **{name: priced.activity.fields[name] for name in ("pay_points", "spending")}, "points_value": 8}

    assert town.refuses("purchase", hours=0, **said) == "limit_reached"
