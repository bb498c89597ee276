"""Whether a member keeps their level at the present pace, and what points are worth."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from phakdi.flows.apply_program import apply_program
from phakdi.flows.record_activity import record_activity
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.programs.queries import version_at
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web.naming import reader_for
from phakdi.web.portal.pace import pace_of
from phakdi.web.worth import Worth, worth_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
START = datetime(2025, 1, 1, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_thai():
    with translation.override("th"):
        yield


PROGRAM = """
phakdi: 1
key: club
units: {{points: {{name: {{th: แต้ม, en: points}}{worth}}}}}
earning: [{{key: base, on: purchase, give: {{points: 1, per: 1}}}}]
spending: {spending}
tiers:
  levels:
    - {{key: silver, name: {{th: เงิน, en: Silver}}}}
    - key: gold
      name: {{th: ทอง, en: Gold}}
      reach: {{meter: spend, window: rolling_12_months, at_least: 1000}}
      keep: {{meter: {meter}, window: {window}, at_least: {need}}}
      lasts: {{after: 1 year}}
"""


def apply(organization_id, *, window="level_term", need=1000, meter="spend", spending="[]", worth=""):
    text = PROGRAM.format(window=window, need=need, meter=meter, spending=spending, worth=worth)
    apply_program(organization_id=organization_id, text=text, now=START, effective_from=START)


def buy(organization_id, member_id, amount, days):
    at = START + timedelta(days=days, hours=1)
    activity = {"kind": "purchase", "at": at, "amount": amount, "ref": f"R{days}", "origin": "pos"}
    record_activity(organization_id=organization_id, member_id=member_id, activity=activity, now=at)


def pace(organization_id, member_id, days):
    now = START + timedelta(days=days)
    with organization_scope(organization_id):
        snapshot = snapshot_of(organization_id=organization_id, member_id=member_id, now=now)
    shop = OrganizationRef(organization_id, "shop", "Shop", "Asia/Bangkok", "THB", "th")
    return pace_of(snapshot, reader_for(shop, snapshot.program), now)


@pytest.mark.parametrize(
    ("bought", "keeps", "then", "missing"), [(300, True, "1,220 บาท", "0 บาท"), (100, False, "406 บาท", "594 บาท")]
)
def test_pace_is_what_was_done_so_far_spread_over_the_term(organization_id, member_id, bought, keeps, then, missing):
    apply(organization_id)
    buy(organization_id, member_id, 1000, 0)
    buy(organization_id, member_id, bought, 30)
    found = pace(organization_id, member_id, 90)
    assert (found.level, found.keeps) == ("ทอง", keeps)
    assert (found.shown_then, found.shown_missing) == (then, missing)
    assert str(found.last_day) == "2026-01-01"


def test_nothing_is_said_too_early_or_where_nothing_is_asked(organization_id, member_id):
    apply(organization_id)
    assert pace(organization_id, member_id, 0) is None
    buy(organization_id, member_id, 1000, 0)
    assert pace(organization_id, member_id, 10) is None
    buy(organization_id, member_id, 1000, 20)
    assert pace(organization_id, member_id, 90) is None


def test_calendar_year_is_counted_from_its_first_day(organization_id, member_id):
    apply(organization_id, window="year", need=2000)
    buy(organization_id, member_id, 1000, 59)
    found = pace(organization_id, member_id, 90)
    assert (found.keeps, found.shown_then, str(found.last_day)) == (True, "4,055 บาท", "2025-12-31")


def test_who_joined_lately_is_not_measured_by_the_whole_rolling_year(organization_id, member_id):
    apply(organization_id, window="rolling_12_months", need=5000)
    buy(organization_id, member_id, 1000, 59)
    assert pace(organization_id, member_id, 90) is not None


def test_purchases_are_projected_as_a_number(organization_id, member_id):
    apply(organization_id, meter="orders", need=12)
    buy(organization_id, member_id, 1000, 0)
    for days in (20, 40, 60):
        buy(organization_id, member_id, 10, days)
    found = pace(organization_id, member_id, 90)
    assert (found.shown_then, found.shown_needed, found.keeps) == ("12", "12", True)


PLAIN = "[{key: a, points: 10, pays: 1}, {key: b, points: 4, pays: 1, minimum: {points: 40}}]"


@pytest.mark.parametrize(
    ("spending", "said", "worth"),
    [
        ("[]", "", None),
        (PLAIN, "", Worth(2500, 4, 100, 40)),
        (PLAIN, ", worth: 0.5", Worth(5000, 1, 50, 0)),
        ("[{key: gold, points: 1, pays: 1, when: {member.level: gold}}]", "", None),
        ("[{key: over, points: 1, pays: 1, ends: 2024-12-31}]", "", None),
    ],
)
def test_points_are_worth_the_best_plain_rate_that_is_open_to_everybody(organization_id, spending, said, worth):
    apply(organization_id, spending=spending, worth=said)
    with organization_scope(organization_id):
        program = version_at(organization_id=organization_id, at=START)
    assert worth_of(program, "points", 100, START) == worth
