"""The warehouse holds what happened: once, late commits too, and the same whether built in steps or at once."""

import contextlib
import itertools
import threading
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phakdi.flows.erase_member import erase_member
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.merge_members import merge_members, unmerge_members
from phakdi.flows.pass_time import pass_time
from phakdi.flows.record_activity import record_activity
from phakdi.insight.warehouse import operations
from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.exporting import export_tables
from phakdi.insight.warehouse.extracting import Extract
from phakdi.insight.warehouse.folder import Folder, NoWarehouse, Refreshing
from phakdi.insight.warehouse.operations import refresh
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Refusal
from phakdi.people.members.models import Member
from phakdi.platform.audit.core import Actor

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NOW = datetime(2026, 6, 30, 5, tzinfo=UTC)
STAFF = Actor("staff", "somebody")


def buy(shop, member_id, at, amount, ref, **more):
    told = {"kind": "purchase", "at": at, "amount": amount, "ref": ref, "origin": "pos", **more}
    return record_activity(organization_id=shop, member_id=member_id, activity=told, now=at)


def give_back(shop, member_id, at, ref, amount=None, lines=None):
    told = {"kind": "refund", "at": at, "of": ref, "ref": f"back:{ref}:{at:%j%H%M%S}", "origin": "pos"}
    told |= {"amount": amount} if amount else {}
    told |= {"lines": lines} if lines else {}
    return record_activity(organization_id=shop, member_id=member_id, activity=told, now=at)


def rows(shop, root, table, *order):
    warehouse = open_warehouse(shop, root=root)
    return sorted(warehouse.rows(warehouse.table(table)), key=lambda row: [row[name] for name in order])


def test_bills_and_their_lines_add_up_after_returns(shop, member_id, tmp_path):
    lines = [
        {"product": "latte", "category": "coffee", "amount": 60, "quantity": 1},
        {"product": "cake", "category": "bakery", "amount": 40, "quantity": 2},
    ]
    buy(shop, member_id, NOW, 100, "R1", lines=lines)
    refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    (bill,) = rows(shop, tmp_path, "purchase", "purchase_key")
    assert (bill["net_minor"], bill["gross_minor"], bill["lines"], str(bill["day"])) == (10_000, 10_000, 2, "2026-06-30")
    give_back(shop, member_id, NOW + timedelta(days=1), "R1", lines=[{"product": "cake", "amount": 40}])
    refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    (bill,) = rows(shop, tmp_path, "purchase", "purchase_key")
    assert (bill["net_minor"], bill["returned_minor"]) == (6_000, 4_000)
    found = rows(shop, tmp_path, "purchase_line", "line")
    assert [(line["product"], line["amount_minor"], line["returned_minor"], line["quantity_milli"]) for line in found] == [
        ("latte", 6_000, 0, 1_000),
        ("cake", 0, 4_000, 0),
    ]
    movements = rows(shop, tmp_path, "points_movement", "entry_key")
    assert [(each["kind"], each["points"]) for each in movements] == [("EARN", 100), ("REVERSE", 40)]
    assert movements[0]["purchase_key"] == bill["purchase_key"]
    (lot,) = rows(shop, tmp_path, "lot", "lot_key")
    assert (lot["granted"], lot["remaining"], lot["spent"]) == (100, 60, 0)
    (member,) = rows(shop, tmp_path, "member", "member_key")
    assert member["member_id"] == str(member_id)
    assert member["is_enrolled"]


KEYS = ("member_key", "purchase_key", "entry_key", "lot_key", "activity_key", "voucher_key", "message_key", "referred_by_key")


def everything(shop, root):
    """Return every row of every table, with ids in place of numbers that mean nothing outside."""
    warehouse = open_warehouse(shop, root=root)
    members = {row["member_key"]: row["member_id"] for row in warehouse.rows(warehouse.table("member"))}
    bills = {row["purchase_key"]: row["activity_id"] for row in warehouse.rows(warehouse.table("purchase"))}
    found = {}
    for name in TABLES:
        rows = []
        for row in warehouse.rows(warehouse.table(name)):
            told = {column: value for column, value in row.items() if column not in KEYS}
            told["member"] = members.get(row.get("member_key"))
            told["bill"] = bills.get(row.get("purchase_key"))
            rows.append(tuple(sorted((column, str(value)) for column, value in told.items())))
        found[name] = sorted(rows)
    return found


NUMBERS = itertools.count()  # receipts of all examples: they are of one shop
STEP = st.tuples(
    st.sampled_from(["buy", "buy", "buy", "return", "spend", "merge", "unmerge", "erase", "freeze", "time"]),
    st.integers(0, 3),
    st.integers(1, 9),
    st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_in_steps_or_at_once_it_is_the_same(shop, new_member, tmp_path_factory, steps):
    root, anew = tmp_path_factory.mktemp("steps"), tmp_path_factory.mktemp("anew")
    people, bills, merges = [new_member() for _ in range(4)], [], []
    clock = NOW
    refresh(organization_id=shop, now=utc_now(), root=root)
    for what, who, amount, is_refreshed in steps:
        clock, number = clock + timedelta(days=1), next(NUMBERS)
        member = people[who]
        with contextlib.suppress(Refusal):
            if what == "buy":
                lines = [{"product": "tea", "amount": amount * 10}, {"product": "cake", "amount": 30}]
                told = {"lines": lines, "fields": {"discount": "5"}} if amount % 2 else {}
                buy(shop, member, clock, amount * 10 + 30, f"R{number}", **told)
                bills.append((member, f"R{number}"))
            elif what == "return" and bills:
                owner, ref = bills[amount % len(bills)]
                give_back(shop, owner, clock, ref, None if amount > 6 else amount)
            elif what == "spend":
                told = {"kind": "redeem", "reward": "cup", "ref": f"S{number}", "origin": "pos", "at": clock}
                record_activity(organization_id=shop, member_id=member, activity=told, now=clock)
            elif what == "merge" and people[who] != people[(who + 1) % 4]:
                merges.append(
                    merge_members(
                        organization_id=shop, survivor_id=member, merged_id=people[(who + 1) % 4], now=clock, actor=STAFF
                    ).id
                )
            elif what == "unmerge" and merges:
                unmerge_members(organization_id=shop, merge_id=merges.pop(), now=clock, actor=STAFF)
            elif what == "erase":
                erase_member(organization_id=shop, member_id=member, now=clock)
            elif what == "freeze":
                freeze_member(organization_id=shop, member_id=member, reason="lost phone", now=clock)
            elif what == "time":
                pass_time(organization_id=shop, now=clock + timedelta(days=400), limit=100)
        if is_refreshed:
            refresh(organization_id=shop, now=utc_now(), root=root)
    now = utc_now()
    refresh(organization_id=shop, now=now, root=root)
    refresh(organization_id=shop, now=now, root=anew)
    assert everything(shop, root) == everything(shop, anew)
    found = open_warehouse(shop, root=root)
    lines = found.table("purchase_line").group_by("purchase_key").agg(together=lambda t: t.amount_minor.sum())
    bill = found.table("purchase")
    joined = bill.inner_join(lines, "purchase_key")
    assert found.rows(joined.filter(joined.together != joined.net_minor)) == []


def sums(shop, root):
    warehouse = open_warehouse(shop, root=root)
    (row,) = warehouse.rows(warehouse.table("purchase").aggregate(bills=warehouse.table("purchase").count()))
    return row["bills"]


def test_what_commits_late_is_not_missed_and_nothing_is_taken_twice(shop, member_id, other_member_id, tmp_path):
    """One purchase is written first and commits last. A mark of the latest time seen would pass it by: the control shows it."""
    written, may_commit = threading.Event(), threading.Event()

    def hold_open():
        with organization_scope(shop):
            buy(shop, member_id, NOW, 100, "LATE")
            written.set()
            assert may_commit.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold_open)
    thread.start()
    assert written.wait(20)
    buy(shop, other_member_id, NOW, 50, "EARLY")
    refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    assert sums(shop, tmp_path) == 1
    with organization_scope(shop):
        mark = latest_mark(shop)
    may_commit.set()
    thread.join()
    refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    assert sums(shop, tmp_path) == 2
    refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    assert sums(shop, tmp_path) == 2
    assert missed_by(shop, mark) == ["LATE"]


def latest_mark(shop):
    """Return the number of the latest transaction that is seen, as a naive reader would keep it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max((written_by::text)::bigint) FROM activity WHERE organization_id = %s", [shop])
        return cursor.fetchone()[0]


def missed_by(shop, mark):
    """Return which bills a reader who asks for later numbers only never sees."""
    with organization_scope(shop), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ref FROM activity WHERE organization_id = %s AND kind = 'purchase' AND (written_by::text)::bigint < %s",
            [shop, mark],
        )
        return [row[0] for row in cursor.fetchall()]


def test_a_build_that_was_killed_goes_on_where_it_stopped(shop, new_member, tmp_path, monkeypatch):
    people = [new_member() for _ in range(6)]
    for number, member in enumerate(people):
        buy(shop, member, NOW, 100, f"R{number}")
    monkeypatch.setattr(operations, "SLICE", 2)
    appended, append = [], Extract.append

    def die_at_the_third(self, new, values):
        if len(appended) == 2:
            raise KeyboardInterrupt
        appended.append(values)
        return append(self, new, values)

    monkeypatch.setattr(Extract, "append", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    with pytest.raises(NoWarehouse):
        open_warehouse(shop, root=tmp_path)
    monkeypatch.setattr(Extract, "append", append)
    buy(shop, people[0], NOW + timedelta(days=1), 70, "MEANWHILE")
    refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    other = tmp_path / "other"
    refresh(organization_id=shop, now=utc_now(), root=other)
    assert everything(shop, tmp_path) == everything(shop, other)
    assert sums(shop, tmp_path) == 7


def test_one_refresh_at_a_time(shop, member_id, tmp_path):
    with Folder(shop, tmp_path).lock(), pytest.raises(Refreshing):
        refresh(organization_id=shop, now=utc_now(), root=tmp_path)


def test_no_name_phone_or_address_leaves_the_database(shop, member_id, tmp_path):
    buy(shop, member_id, NOW, 100, "R1")
    with organization_scope(shop):
        Member.objects.filter(id=member_id).update(given_name="Zebedee", email="zebedee@example.com")
    refresh(organization_id=shop, now=utc_now(), root=tmp_path)
    for path in (tmp_path / str(shop)).iterdir():
        text = path.read_bytes()
        if path.suffix == ".parquet":
            text = str(duckdb.sql(f"SELECT * FROM read_parquet('{path}')").fetchall()).encode()
        assert b"Zebedee" not in text
        assert b"zebedee" not in text
        assert b"0800000001" not in text


def test_every_table_goes_out_with_what_its_columns_mean(shop, member_id, tmp_path):
    buy(shop, member_id, NOW, 100, "R1")
    refresh(organization_id=shop, now=utc_now(), root=tmp_path / "in")
    for kind in ("csv", "parquet"):
        counts = export_tables(shop, tmp_path / kind, kind=kind, root=tmp_path / "in")
        assert (counts["purchase"], counts["member"]) == (1, 1)
        assert set(counts) == set(TABLES)
        for name in TABLES:
            assert (tmp_path / kind / f"{name}.{kind}").exists()
            assert f"## {name}\n" in (tmp_path / kind / "README.md").read_text()
    with pytest.raises(Conflict):
        export_tables(shop, tmp_path / "csv", kind="csv", root=tmp_path / "in")
