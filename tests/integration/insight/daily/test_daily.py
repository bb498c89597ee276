"""The sums by day are exact: whatever was recorded, returned or taken back, they equal what counting everything gives."""

import contextlib
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phakdi.flows.keep_daily import count_if_due, fold_days, freshen
from phakdi.flows.merge_members import merge_members, unmerge_members
from phakdi.flows.record_activity import record_activity
from phakdi.insight.daily import operations, queries
from phakdi.insight.daily.core import Buyers, Flow, Sales, Window, window_to
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.recording import Actor
from phakdi.loyalty.ledger.models import Activity, Entry, Wallet

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

ZONE = ZoneInfo("Asia/Bangkok")
NOW = datetime(2026, 6, 30, 5, tzinfo=UTC)
MINE = {"ACTIVE", "PENDING", "HELD"}


@pytest.fixture
def people(shop, new_member):
    """Return three members of a shop."""
    return [new_member() for _ in range(3)]


_FARTHER = """
UPDATE daily_tick SET snapshot = (t.low || ':' || t.high || ':')::pg_snapshot FROM (
    SELECT (pg_snapshot_xmin(snapshot)::text)::bigint + 1000000 AS low, (pg_snapshot_xmax(snapshot)::text)::bigint + 1000000 AS high
    FROM daily_tick
) AS t
"""


def buy(shop, member_id, at, amount, *, ref, store="", **more):
    told = {"kind": "purchase", "at": at, "amount": amount, "ref": ref, "origin": "pos", "store": store, **more}
    return record_activity(organization_id=shop, member_id=member_id, activity={k: v for k, v in told.items() if v != ""}, now=at)


def give_back(shop, member_id, at, ref, amount=None):
    told = {"kind": "refund", "at": at, "of": ref, "ref": f"back:{ref}:{at:%j%H%M%S}", "origin": "pos"}
    told |= {"amount": amount} if amount else {}
    return record_activity(organization_id=shop, member_id=member_id, activity=told, now=at)


def fold_all():
    while not fold_days(now=NOW):
        pass


def recount(shop):
    """Count everything anew in the plainest way."""
    days, sales, flows, held = defaultdict(set), defaultdict(Sales), defaultdict(lambda: [0, 0, 0]), defaultdict(int)
    with organization_scope(shop):
        activities, entries = list(Activity.objects.all()), list(Entry.objects.all())
        wallets = list(Wallet.objects.all())
    back = defaultdict(int)
    for each in activities:
        if each.kind == "refund":
            back[each.member_id, each.of] += each.outcome.get("returned", 0)
    for each in activities:
        left = (each.amount_minor or 0) - back[each.member_id, each.ref] if each.kind == "purchase" else 0
        if left > 0:
            day = each.occurred_at.astimezone(ZONE).date()
            days[each.member_id].add(day)
            sales[day, each.store] += Sales(1, left)
    for entry in entries:
        found = flows[entry.unit, entry.effective_at.astimezone(ZONE).date()]
        found[0] += entry.points * ((entry.source == "ISSUED") - (entry.target == "ISSUED"))
        found[1] += entry.points * ((entry.target in {"REDEEMED", "PARTNER"}) - (entry.source in {"REDEEMED", "PARTNER"}))
        found[2] += entry.points * ((entry.target == "EXPIRED") - (entry.source == "EXPIRED"))
    for wallet in wallets:
        held[wallet.unit] += wallet.active + wallet.pending + wallet.held
    return days, sales, flows, held


def compare(shop, windows):
    """Hold the sums against counting everything."""
    days, sales, flows, held = recount(shop)
    with organization_scope(shop):
        for window in windows:
            inside = [sum(window.first <= day <= window.last for day in mine) for mine in days.values()]
            assert queries.buyers_in(organization_id=shop, window=window) == Buyers(
                sum(number > 0 for number in inside), sum(number > 1 for number in inside)
            )
            by_day, by_store = defaultdict(Sales), defaultdict(Sales)
            for (day, store), found in sales.items():
                if window.first <= day <= window.last:
                    by_day[day] += found
                    by_store[store] += found
            assert queries.sales_by_day(organization_id=shop, window=window) == by_day
            assert queries.sales_by_store(organization_id=shop, window=window) == by_store
            rows = queries.bought_in(organization_id=shop, window=window, limit=1000)
            assert sum((Sales(row.bills, row.sales_minor) for row in rows), Sales()) == sum(by_day.values(), Sales())
            wanted = defaultdict(lambda: [0, 0, 0])
            for (unit, day), figures in flows.items():
                if window.first <= day <= window.last:
                    wanted[unit] = [one + other for one, other in zip(wanted[unit], figures, strict=True)]
            assert queries.flows_in(organization_id=shop, window=window) == {
                unit: Flow(*figures) for unit, figures in wanted.items()
            }
        assert {unit: points for unit, points in queries.held_by_unit(organization_id=shop).items() if points} == {
            unit: points for unit, points in held.items() if points
        }


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "buy", "return", "pay", "fold"]),
        st.integers(0, 2),
        st.integers(0, 130),
        st.integers(0, 23),
        st.integers(1, 500),
        st.sampled_from(["", "A", "B"]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, days=st.lists(st.integers(1, 91), min_size=1, max_size=3), lag=st.integers(0, 60))
def test_sums_by_day_equal_counting_everything(shop, people, acts, days, lag):
    bought = []
    for number, (act, who, day, hour, amount, store) in enumerate(sorted(acts, key=lambda act: (act[2], act[3]))):
        at = datetime(2026, 1, 1, hour, number % 60, tzinfo=UTC) + timedelta(days=day)
        ref = f"{connection.settings_dict['NAME']}-{len(recount_refs)}"
        recount_refs.append(ref)
        if act == "buy":
            buy(shop, people[who], at, amount, ref=ref, store=store)
            bought.append((people[who], ref))
        elif act == "return" and bought:
            member_id, old = bought[amount % len(bought)]
            with contextlib.suppress(Rejected):
                give_back(shop, member_id, at, old, amount if amount % 2 else None)
        elif act == "pay":
            told = {"kind": "redeem", "points": amount, "bill": amount, "at": at, "ref": f"pay-{ref}", "origin": "pos"}
            with contextlib.suppress(Rejected):
                record_activity(organization_id=shop, member_id=people[who], activity=told, now=at)
        else:
            fold_days(now=at)
    fold_all()

    last = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=130 - lag)).date()
    windows = [window_to(last, days=length) for length in days]
    compare(shop, [*windows, *(window.before for window in windows)])


recount_refs: list[str] = []


BY_NUMBER_ALONE = """
CREATE OR REPLACE FUNCTION daily_is_new(written xid8, recorded timestamptz, before pg_snapshot, seen pg_snapshot, restored timestamptz)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT written >= pg_snapshot_xmax(before) AND written < pg_snapshot_xmax(seen) $$
"""


def test_control_by_the_numbers_of_transactions_alone_a_late_one_is_missed(shop, people):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('daily_is_new'::regproc)")
        (guarded,) = cursor.fetchone()
        cursor.execute(BY_NUMBER_ALONE)
        try:
            with pytest.raises(AssertionError):
                test_a_transaction_that_commits_late_is_counted_once(shop, people)
        finally:
            cursor.execute(guarded)


def test_a_transaction_that_commits_late_is_counted_once(shop, people):
    """One that began before a fold and ends after it is neither missed nor taken twice."""
    at = NOW - timedelta(days=1)
    buy(shop, people[0], at, 100, ref="early")
    began, may_end, problems = threading.Event(), threading.Event(), []

    def slow():
        try:
            with organization_scope(shop):
                buy(shop, people[1], at, 200, ref="late")
                began.set()
                assert may_end.wait(20)
        except Exception as error:  # noqa: BLE001 - told by the test's own thread
            problems.append(error)
            began.set()
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert began.wait(20)
    buy(shop, people[2], at, 300, ref="quick")
    fold_all()
    with organization_scope(shop):
        seen = queries.buyers_in(organization_id=shop, window=window_to(at.astimezone(ZONE).date(), days=7))
    may_end.set()
    thread.join()
    fold_all()
    fold_all()

    assert problems == []
    assert seen == Buyers(2, 0)
    compare(shop, [window_to(at.astimezone(ZONE).date(), days=7)])


def test_folding_at_once_from_two_sides_counts_once(shop, people):
    for number in range(20):
        buy(shop, people[number % 3], NOW - timedelta(days=number), 50, ref=f"a{number}")

    def work():
        fold_days(now=NOW)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fold_all()
    compare(shop, [window_to(NOW.astimezone(ZONE).date(), days=30)])


def test_what_takes_too_long_at_once_is_folded_in_parts(shop, people):
    """A statement that is cut off has done nothing; fewer transactions at once get through."""
    for number in range(6):
        buy(shop, people[number % 3], NOW - timedelta(days=number), 50, ref=f"a{number}")
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('daily_add'::regproc)")
        (whole,) = cursor.fetchone()
        cursor.execute(SLOW_IN_BULK.replace("{body}", whole.replace("daily_add", "daily_add_all", 1)))
        try:
            fold_all()
        finally:
            cursor.execute(whole)
            cursor.execute("DROP FUNCTION daily_add_all")
    compare(shop, [window_to(NOW.astimezone(ZONE).date(), days=30)])


SLOW_IN_BULK = """
{body};
CREATE OR REPLACE FUNCTION daily_add(before pg_snapshot, seen pg_snapshot, restored timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF (pg_snapshot_xmax(seen)::text)::bigint - (pg_snapshot_xmax(before)::text)::bigint > 10 THEN
        RAISE EXCEPTION 'as if cut off' USING ERRCODE = '57014';
    END IF;
    PERFORM daily_add_all(before, seen, restored);
END $$
"""


def test_after_a_restore_nothing_is_missed_and_nothing_taken_twice(shop, people):
    """The rows of a backup bear the numbers of another server, higher than ours; some were not folded in yet."""
    buy(shop, people[0], NOW - timedelta(days=3), 100, ref="folded")
    fold_all()
    buy(shop, people[1], NOW - timedelta(days=2), 200, ref="not folded yet")
    with connections["owner"].cursor() as cursor:  # as if all this came from a server that had counted further
        for table in ("activity", "entry"):
            cursor.execute(f"UPDATE {table} SET written_by = ((written_by::text)::bigint + 1000000)::text::xid8")
        cursor.execute(_FARTHER)

    operations.restart(now=NOW - timedelta(days=1))
    buy(shop, people[2], NOW, 300, ref="afterwards")
    fold_all()

    compare(shop, [window_to(NOW.astimezone(ZONE).date(), days=7)])


def test_what_cannot_be_summed_is_counted_whole(shop, people):
    buy(shop, people[1], NOW - timedelta(days=1), 900, ref="a")
    buy(shop, people[0], NOW - timedelta(days=40), 400, ref="b")
    buy(shop, people[0], NOW - timedelta(days=360), 50, ref="old")  # its points end within the week
    fold_all()

    assert count_if_due(organization_id=shop, now=NOW)
    assert not count_if_due(organization_id=shop, now=NOW + timedelta(seconds=1))

    with organization_scope(shop):
        counted = queries.find_count(organization_id=shop).counted
    assert counted.members == {"ACTIVE": 3}
    assert [(best.member_id, best.sales_minor, best.bills) for best in counted.best[30]] == [(str(people[1]), 90_000, 1)]
    assert [best.member_id for best in counted.best[90]] == [str(people[1]), str(people[0])]
    assert counted.ending == {"points": {7: 50, 30: 50}}
    assert [(each.member_id, each.points) for each in counted.ending_first] == [(str(people[0]), 50)]
    assert [each.member_id for each in counted.holding_most] == [str(people[1]), str(people[0])]


def test_members_who_are_one_count_once_for_as_long_as_they_are(shop, people):
    """K0: a merged member's history counts once, for the survivor; also what comes back of it afterwards."""
    one, other, third = people
    for member_id, ref in ((one, "a"), (other, "b"), (third, "c")):
        buy(shop, member_id, NOW - timedelta(days=2), 100, ref=ref)
    buy(shop, other, NOW - timedelta(days=1), 100, ref="d")
    fold_all()
    window, who = window_to(NOW.astimezone(ZONE).date(), days=7), Actor("staff", "1")

    def buyers():
        fold_all()
        with organization_scope(shop):
            return queries.buyers_in(organization_id=shop, window=window), queries.sales_by_day(
                organization_id=shop, window=window
            )

    assert buyers()[0] == Buyers(3, 1)
    merge = merge_members(organization_id=shop, survivor_id=one, merged_id=other, now=NOW, actor=who)
    assert buyers()[0] == Buyers(2, 1)
    sales = buyers()[1]
    assert sum(sales.values(), Sales()) == Sales(4, 40_000)

    give_back(shop, one, NOW + timedelta(minutes=1), "d")
    assert buyers()[0] == Buyers(2, 0)

    unmerge_members(organization_id=shop, merge_id=merge.id, now=NOW + timedelta(minutes=2), actor=who)
    assert buyers()[0].once == 3


def test_rows_behind_a_figure_come_page_by_page(shop, people):
    for number in range(7):
        buy(shop, people[number % 3], NOW - timedelta(days=number // 2), 100, ref=f"r{number}", store="AB"[number % 2])
    fold_all()
    window = window_to(NOW.astimezone(ZONE).date(), days=30)

    pages, before = [], None
    with organization_scope(shop):
        while page := queries.bought_in(organization_id=shop, window=window, before=before, limit=2):
            pages += page
            before = page[-1]
        only = queries.bought_in(organization_id=shop, window=window, store="A")

    assert len(pages) == len({(row.day, row.member_id, row.store) for row in pages}) == 7
    assert [row.day for row in pages] == sorted((row.day for row in pages), reverse=True)
    assert {row.store for row in only} == {"A"} and len(only) == 4


def test_whoever_looks_sees_what_was_just_done(shop, people):
    buy(shop, people[0], NOW, 250, ref="now")

    freshen(organization_id=shop, now=NOW)

    today = NOW.astimezone(ZONE).date()
    with organization_scope(shop):
        sales = queries.sales_by_day(organization_id=shop, window=Window(today, today))
        counted = queries.find_count(organization_id=shop)
    assert sales == {today: Sales(1, 25_000)}
    assert counted.counted.best[1][0].sales_minor == Decimal(25_000)


def test_another_organization_sees_none_of_it(shop, people, other_organization_id):
    buy(shop, people[0], NOW, 250, ref="now")
    fold_all()

    with organization_scope(other_organization_id):
        window = window_to(NOW.astimezone(ZONE).date(), days=7)
        assert queries.sales_by_day(organization_id=shop, window=window) == {}
        assert queries.buyers_in(organization_id=shop, window=window) == Buyers()
        assert queries.held_by_unit(organization_id=shop) == {}
