"""Paths of a few members, worked out by hand (K15, K26, K27)."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from phakdi.insight.paths import expressions, looking
from phakdi.insight.paths.core.funnels import Funnel, is_step
from phakdi.insight.paths.core.rates import Referral, Share
from phakdi.insight.paths.looking import Lost
from tests.unit.insight.products.shop import bills, day, warehouse

YEAR = {"first": day(1), "end": day(367), "today": day(366)}
BETWEEN = {"first": day(1), "end": day(367)}


def did(number, member, kind, on, hour, minute=0, **more):
    at = datetime(2026, 1, 1, hour - 7, minute, tzinfo=UTC) + timedelta(days=on - 1)
    told = {"activity_key": number, "activity_id": str(number), "member_key": member, "kind": kind, "day": day(on), "at": at}
    return told | {"store": "S1", "channel": "pos", "is_engaged": True} | more


def shop(**more):
    purchases, lines = bills((1, 5, {"a": 10}), (1, 9, {"a": 10}), (2, 5, {"b": 10}))
    activities = [
        did(1, 1, "purchase", 5, 12), did(2, 1, "visit", 5, 11, 50), did(3, 1, "redeem", 10, 12), did(4, 2, "visit", 5, 9),
        did(5, 2, "purchase", 5, 12), did(6, 1, "purchase", 9, 12),
    ]  # fmt: skip
    members = {1: {"joined_on": day(1)}, 2: {"joined_on": day(5)}, 3: {"joined_on": day(360), "referred_by_key": 1}}
    return warehouse(purchases, lines, members=members, **{"activity": activities, **more})


def test_a_funnel_follows_members_in_order():
    found = looking.funnel(shop(), Funnel(("joined", "purchase", "purchase", "redeem")), **YEAR)
    assert [(step.members, step.lost, step.open) for step in found] == [(3, 0, 0), (2, 0, 1), (1, 0, 1), (1, 0, 0)]
    assert [step.median_days for step in found] == [0, 2, 8, 9]
    assert found[1].of_before == found[1].of_first == Fraction(2, 3)


def test_a_step_counts_within_the_window_of_the_first():
    asked = Funnel(("joined", "purchase", "purchase"), window_days=7)
    found = looking.funnel(shop(), asked, **YEAR)
    assert [(step.members, step.lost, step.open) for step in found] == [(3, 0, 0), (2, 0, 1), (0, 2, 0)]
    house = shop()
    rows = house.rows(expressions.members_at(house, asked, **YEAR, step=3, how="lost", limit=9))
    assert [(row["member_id"], row["day"]) for row in rows] == [("m2", day(5)), ("m1", day(1))]


def test_steps_of_one_day_are_in_the_order_of_the_clock():
    house = shop(level_span=[{"member_key": 1, "level": "gold", "from_day": day(5)}])
    for steps, members in [
        (("activity:visit", "purchase"), [2, 2]),
        (("purchase", "activity:visit"), [2, 0]),
        (("purchase", "level:gold"), [2, 1]),
        (("first_purchase", "redeem", "redeem"), [2, 1, 0]),
    ]:
        found = looking.funnel(house, Funnel(steps), **YEAR)
        assert [step.members for step in found] == members, steps


def test_messages_and_sign_ins_are_steps():
    at = datetime(2026, 1, 3, tzinfo=UTC)
    message = {"message_key": 1, "member_key": 1, "day": day(3), "at": at, "channel": "LINE", "template": "news", "state": "SENT"}
    house = shop(message=[message], sign_in=[{"member_key": 1, "day": day(4), "at": at + timedelta(days=1), "way": "LINE"}])
    found = looking.funnel(house, Funnel(("message:news", "sign_in", "purchase")), **YEAR)
    assert [step.members for step in found] == [1, 1, 1]
    week = looking.paths(house, **BETWEEN, gap_seconds=7 * 86_400)
    assert {move.one for move in week.moves} >= {"message:LINE", "sign_in"}


def test_what_is_a_step():
    assert all(is_step(text) for text in ("joined", "level:gold", "activity:visit"))
    assert not any(is_step(text) for text in ("", "level:", "gold"))


def test_a_path_ends_after_half_an_hour_and_with_a_purchase():
    found = looking.paths(shop(), **BETWEEN)
    moves = {(move.one, move.other): (move.count, move.seconds) for move in found.moves}
    assert moves == {
        ("(start)", "visit"): (2, 0), ("(start)", "redeem"): (1, 0), ("redeem", "(lost)"): (1, 0),
        ("visit", "(bought)"): (1, 600), ("visit", "(lost)"): (1, 0),
    }  # fmt: skip
    assert (found.led, found.direct) == (1, 2)
    visit, redeem = found.touches
    assert (visit.touch, visit.effect, visit.share, visit.first, visit.last) == ("visit", 1.0, 1.0, 1, 1)
    assert (redeem.effect, redeem.share) == (0.0, 0.0)
    longer = looking.paths(shop(), **BETWEEN, gap_seconds=4 * 3600)
    assert (longer.led, longer.direct) == (2, 1)


def test_first_to_second_purchase():
    house = shop()
    found = looking.second_purchase(house, today=day(15))
    assert (found.members, found.happened, found.median_days, found.watched_days) == (2, 1, 4, 10)
    by = {name: looking.second_purchase_by(house, name, today=day(15)) for name in ("cohort", "store", "product")}
    assert [(each.group, each.members, each.happened) for each in by["cohort"]] == [("202601", 2, 1)]
    assert [(each.group, each.members, each.median_days) for each in by["product"]] == [("a", 1, 4), ("b", 1, None)]
    assert by["store"][0].within == [None, None, None]  # nobody was watched for so long


def test_where_members_are_lost():
    assert looking.lost(shop(), today=day(60), lapse_days=52) == [
        Lost("purchase", "S1", "pos", lapsed=1, others=0),
        Lost("redeem", "S1", "pos", lapsed=0, others=1),
    ]


def test_who_came_back_and_who_was_brought():
    house = shop(activity=[did(1, 1, "refer", 7, 12), did(2, 1, "review", 8, 12)])
    told = looking.rates(house, first=day(8), end=day(366), today=day(366), lapse_days=2, kept_days=14)
    assert told.back == Share(1, 2)
    assert told.referral == Referral(None, 1, 0, 3)
    assert (told.shared, told.reviews) == (None, 1)
