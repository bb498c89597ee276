"""Joining, renewing, rising, leaving."""

from datetime import UTC, datetime

import pytest

from tests.unit.loyalty.engine.core.handlers.town import Town

CLUB = """
units: {points: {}}
tiers: {levels: [{key: Free}, {key: Plus}, {key: Gold, reach: {meter: points, at_least: 1000}}]}
membership:
  plans:
    default: {}
    Plus:
      fee: 39.99
      renewal_fee: 29.99
      replacement_fee: 5
      term: 1 year
      falls_to: Free
      renewal_window: 30 days
      late_renewal: 15 days
      waived_when: {points.year: {at_least: 500}}
vouchers: {gift: {item: gift}}
earning:
  - {key: base, on: purchase, give: {points: 1, per: 1}}
  - {key: hello, on: join, give: {points: 10}}
discounts:
  - {key: plus, percent: {by: level, values: {Plus: 10}}}
"""


def level(town: Town, who: str = "a") -> str:
    return town.member(who).standing.level


def test_joining_begins_at_the_start_and_welcomes():
    town = Town(CLUB)
    town.do("join")

    assert (level(town), town.points(), town.member().membership.until) == ("Free", 10, None)
    assert town.refuses("join") == "already_member"


def test_joining_a_plan_costs_its_fee_and_gives_its_level():
    town = Town(CLUB)
    outcome = town.do("join", level="Plus", fee=39.99).outcome

    assert (outcome["fee"], level(town)) == (3999, "Plus")
    assert town.member().membership.until == datetime(2027, 3, 1, 17, tzinfo=UTC)
    assert town.price(amount=50).pay == 4500


@pytest.mark.parametrize(("said", "code"), [({"level": "Plus", "fee": 10}, "fee_wrong"), ({"level": "Nobody"}, "level_unknown")])
def test_joining_wrongly_is_refused(said, code):
    assert Town(CLUB).refuses("join", **said) == code


def test_a_term_that_is_not_renewed_ends():
    town = Town(CLUB)
    town.do("join", level="Plus")
    town.wait(days=364)
    assert level(town) == "Plus"
    town.wait(days=1)

    assert level(town) == "Free"
    assert town.price(amount=50).pay == 5000


def test_renewing_in_time_goes_on_from_the_end():
    town = Town(CLUB)
    town.do("join", level="Plus")
    assert town.refuses("renew", days=300) == "renewal_too_early"
    outcome = town.do("renew", days=40, fee=29.99).outcome

    assert outcome["fee"] == 2999
    assert town.member().membership.until == datetime(2028, 3, 1, 17, tzinfo=UTC)
    town.wait(days=300)
    assert level(town) == "Plus"


def test_renewing_late_begins_now_and_too_late_is_refused():
    town = Town(CLUB)
    town.do("join", level="Plus")
    town.do("join", "b", level="Plus")
    town.wait(days=370)
    assert level(town) == "Free"
    town.do("renew")
    assert level(town) == "Plus"
    town.wait(days=20)

    assert town.refuses("renew", "b") == "renewal_too_late"


@pytest.mark.parametrize(("amount", "fee"), [(499, 2999), (500, 0)])
def test_a_renewal_is_waived_for_who_earned_enough(amount, fee):
    town = Town(CLUB)
    town.do("join", level="Plus")
    town.do("purchase", amount=amount, days=350)

    assert town.do("renew").outcome["fee"] == fee


def test_without_a_membership_there_is_nothing_to_renew():
    assert Town("units: {points: {}}").refuses("renew") == "membership_none"


def test_rising_to_a_plan_and_never_down():
    town = Town(CLUB)
    town.do("join")
    assert town.do("upgrade", level="Plus").outcome["fee"] == 3999
    assert level(town) == "Plus"
    assert town.refuses("upgrade", level="Free") == "level_not_higher"
    assert town.refuses("upgrade", level="Nobody") == "level_unknown"


def test_a_new_card_costs_what_the_plan_says():
    town = Town(CLUB)
    town.do("join", level="Plus")

    assert town.do("replace_card", reason="lost").outcome["fee"] == 500


def test_leaving_loses_everything_and_earns_no_more():
    town = Town(CLUB)
    town.do("join", level="Plus")
    town.do("grant_voucher", voucher="gift")
    town.do("cancel_membership")
    town.do("purchase", amount=100)

    assert (town.points(), town.open_vouchers(), level(town)) == (0, [], "")
    assert town.refuses("redeem", points=1) == "membership_cancelled"
    town.do("join")
    assert level(town) == "Free"


def test_leaving_may_keep_the_points():
    town = Town(CLUB.replace("membership:\n", "membership:\n  cancel: keep_points\n"))
    town.do("join")
    town.do("cancel_membership")

    assert town.points() == 10


def test_a_level_given_at_joining_without_a_plan_is_the_start():
    town = Town("tiers: {levels: [{key: A}, {key: B, reach: {meter: points, at_least: 100}}, {key: C}]}")
    town.do("join", level="C")

    assert level(town) == "C"


@pytest.mark.parametrize(
    ("terms", "last"),
    [
        ("term: 1 year", "2027-03-01"),
        ("term: 1 year, last_day: anniversary", "2027-03-02"),
        ("term: 1 year, term_from: month_start", "2027-02-28"),
        ("term: 1 year, term_from: year_start", "2026-12-31"),
        ("term: 1 year, round_up: month", "2027-03-31"),
        ("term: 90 days", "2026-05-30"),
    ],
)
def test_a_term_ends_with_its_last_day(terms, last):
    town = Town(f"membership: {{plans: {{default: {{{terms}}}}}}}")
    town.do("join")
    until = town.member().membership.until

    assert until is not None
    assert (until.astimezone(town.program.zone).date().toordinal() - 1) == datetime.fromisoformat(last).toordinal()


def test_a_review_looks_at_the_level_now():
    town = Town(CLUB.replace("levels: [", "upgrade: review, levels: ["))
    town.do("join")
    town.do("purchase", amount=2000)
    assert level(town) == "Free"
    town.do("review")

    assert level(town) == "Gold"
