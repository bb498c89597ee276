"""What becomes of members, bills and points over time: merges, imports taken back, erasure, a backup that was put back."""

import time
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from django.db import connections

from phakdi.flows import refresh_insight as refreshing
from phakdi.flows.apply_program import apply_program
from phakdi.flows.erase_member import erase_member
from phakdi.flows.import_purchases import Manner, import_purchases
from phakdi.flows.merge_members import merge_members, unmerge_members
from phakdi.flows.record_activity import record_activity
from phakdi.flows.refresh_insight import refresh_insight
from phakdi.flows.undo_import import undo_import
from phakdi.insight.warehouse import folder as folders
from phakdi.insight.warehouse.folder import Folder, Refreshing
from phakdi.insight.warehouse.operations import refresh, sweep
from phakdi.insight.warehouse.queries import open_warehouse, runs_of, status_of
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.models import Member
from tests.conftest import SHOP_PROGRAM
from tests.integration.imports.test_import_purchases import read
from tests.integration.insight.warehouse.test_refresh import NOW, STAFF, buy, everything, give_back, rows

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
FILE = "no,phone,date,sku,qty,price\nA1,0800000001,2026-09-01 10:00,latte,2,60\nA2,0800000002,2026-09-01 10:00,cake,1,50\n"
AGED = """
UPDATE activity SET written_by = (written_by::text::bigint + 1000000000)::text::xid8;
UPDATE entry SET written_by = (written_by::text::bigint + 1000000000)::text::xid8;
INSERT INTO daily_tick (id, snapshot, restored_at, ticked_at) VALUES (1, pg_current_snapshot(), %(at)s, %(at)s)
ON CONFLICT (id) DO UPDATE SET restored_at = excluded.restored_at
"""


def refreshed(shop, root):
    refresh(organization_id=shop, now=utc_now(), root=root)
    return open_warehouse(shop, root=root)


def equals_a_new_one(shop, root, other):
    now = utc_now()
    refresh(organization_id=shop, now=now, root=root)
    refresh(organization_id=shop, now=now, root=other)
    return everything(shop, root) == everything(shop, other)


def test_members_who_become_one_and_part_again(shop, member_id, other_member_id, tmp_path):
    """Lots that move along are copied in the ledger: they count once, and points stay what they are."""
    buy(shop, member_id, NOW, 100, "M1")
    buy(shop, other_member_id, NOW, 200, "M2")
    refreshed(shop, tmp_path / "a")
    merge = merge_members(
        organization_id=shop, survivor_id=member_id, merged_id=other_member_id, now=NOW + timedelta(days=1), actor=STAFF
    )
    spent = {"kind": "redeem", "reward": "cup", "ref": "S1", "origin": "pos", "at": NOW + timedelta(days=2)}
    record_activity(organization_id=shop, member_id=member_id, activity=spent, now=NOW + timedelta(days=2))
    warehouse = refreshed(shop, tmp_path / "a")
    (member,) = warehouse.rows(warehouse.table("member"))
    assert {bill["member_key"] for bill in warehouse.rows(warehouse.table("purchase"))} == {member["member_key"]}
    lots = rows(shop, tmp_path / "a", "lot", "granted")
    assert [(lot["granted"], lot["member_key"]) for lot in lots] == [(100, member["member_key"]), (200, member["member_key"])]
    assert (sum(lot["remaining"] for lot in lots), sum(lot["spent"] for lot in lots)) == (250, 50)
    (wallet,) = warehouse.rows(warehouse.table("wallet"))
    assert wallet["active"] == 250
    assert equals_a_new_one(shop, tmp_path / "a", tmp_path / "b")
    unmerge_members(organization_id=shop, merge_id=merge.id, now=NOW + timedelta(days=3), actor=STAFF)
    warehouse = refreshed(shop, tmp_path / "a")
    assert len(warehouse.rows(warehouse.table("member"))) == 2
    assert sum(lot["granted"] for lot in rows(shop, tmp_path / "a", "lot", "granted")) == 300
    assert equals_a_new_one(shop, tmp_path / "a", tmp_path / "c")


def test_an_import_that_is_taken_back_leaves_no_purchases_and_no_uses(shop, new_member, tmp_path):
    people = [new_member(), new_member()]
    now = NOW + timedelta(days=100)
    buy(shop, people[0], NOW, 70, "OWN", fields={"discount": "10"})
    done = import_purchases(organization_id=shop, file=read(tmp_path, FILE, now=now), manner=Manner(), now=now)
    refreshed(shop, tmp_path / "a")
    assert [bill["net_minor"] for bill in rows(shop, tmp_path / "a", "purchase", "net_minor")] == [5_000, 6_000, 12_000]
    undo_import(organization_id=shop, import_id=done.import_id, now=now)
    refreshed(shop, tmp_path / "a")
    bills = rows(shop, tmp_path / "a", "purchase", "net_minor")
    assert [(bill["net_minor"], bill["gross_minor"]) for bill in bills] == [(6_000, 7_000)]
    assert rows(shop, tmp_path / "a", "purchase_line", "line") == []
    done = rows(shop, tmp_path / "a", "activity", "activity_key")
    assert sorted(each["kind"] for each in done) == ["purchase", "undo", "undo"]
    assert equals_a_new_one(shop, tmp_path / "a", tmp_path / "b")


def test_a_backup_that_was_put_back_is_noticed_and_nothing_counts_twice(shop, member_id, tmp_path):
    """Rows keep the numbers of the server they come from, which may be ahead of ours."""
    buy(shop, member_id, NOW, 100, "OLD")
    buy(shop, member_id, NOW, 10, "GONE")
    refreshed(shop, tmp_path)
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM activity WHERE ref = 'GONE'")
        for statement in AGED.split(";\n"):
            cursor.execute(statement, {"at": NOW + timedelta(days=1)})
    connections["owner"].close()
    refreshed(shop, tmp_path)
    assert [bill["gross_minor"] for bill in rows(shop, tmp_path, "purchase", "gross_minor")] == [10_000]
    buy(shop, member_id, NOW + timedelta(days=2), 30, "NEW")
    for _ in range(2):
        refreshed(shop, tmp_path)
        assert [bill["gross_minor"] for bill in rows(shop, tmp_path, "purchase", "gross_minor")] == [3_000, 10_000]
        assert len(rows(shop, tmp_path, "points_movement", "entry_key")) == 3  # an entry of GONE is still there


def test_of_who_is_forgotten_no_file_tells_anything(shop, member_id, tmp_path, monkeypatch):
    buy(shop, member_id, NOW, 100, "R1")
    with organization_scope(shop):
        Member.objects.filter(id=member_id).update(gender="OTHER", birthday="1931-02-03", segments=["brewers"])
    refreshed(shop, tmp_path)
    assert told_in(tmp_path / str(shop), "brewers")
    erase_member(organization_id=shop, member_id=member_id, now=NOW + timedelta(days=1))
    refreshed(shop, tmp_path)
    (member,) = rows(shop, tmp_path, "member", "member_key")
    assert (member["gender"], member["birth_year"], member["is_enrolled"]) == ("", None, False)
    assert len(rows(shop, tmp_path, "purchase", "purchase_key")) == 1
    monkeypatch.setattr(folders, "KEPT_SECONDS", 0.0)
    sweep(organization_id=shop, root=tmp_path)
    assert not told_in(tmp_path / str(shop), "brewers")


def test_a_reader_keeps_the_files_it_has_opened(shop, member_id, tmp_path):
    """A refresh and even a build anew take nothing away from who reads; what was never put in force goes at once."""
    buy(shop, member_id, NOW, 100, "R1")
    reader = refreshed(shop, tmp_path)
    stray = Path(tmp_path / str(shop) / "bill-of-a-killed-refresh.parquet")
    stray.write_bytes(b"half")
    give_back(shop, member_id, NOW + timedelta(days=1), "R1")
    refresh(organization_id=shop, now=utc_now(), full=True, root=tmp_path)
    assert not stray.exists()
    assert [bill["net_minor"] for bill in reader.rows(reader.table("purchase"))] == [10_000]
    assert [bill["net_minor"] for bill in rows(shop, tmp_path, "purchase", "net_minor")] == [0]
    folder = Folder(shop, tmp_path)
    assert all(at <= time.time() for at in folder.manifest().retired.values())


def told_in(folder, word):
    """Tell whether any file of the warehouse has a word in it."""
    return any(word in str(duckdb.sql(f"SELECT * FROM read_parquet('{path}')").fetchall()) for path in folder.glob("*.parquet"))


def test_one_refresh_of_all_figures_at_a_time_and_a_failing_step_fails_alone(shop, member_id, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    buy(shop, member_id, NOW, 100, "R1")
    ran = []

    def fails(organization_id, warehouse, now):
        raise ValueError("no such figure")

    def works(organization_id, warehouse, now):
        with pytest.raises(Refreshing):
            refresh_insight(organization_id=shop, now=now)
        ran.append(len(warehouse.rows(warehouse.table("purchase"))))

    monkeypatch.setattr(refreshing, "STEPS", (("bad", fails), ("good", works)))
    assert not status_of(shop).is_busy
    refresh_insight(organization_id=shop, now=utc_now())
    assert ran == [1]
    with organization_scope(shop):
        (run,) = runs_of(organization_id=shop)
    assert [(name, error) for name, _, error in run.steps] == [
        ("warehouse", ""),
        ("bad", "ValueError: no such figure"),
        ("good", ""),
    ]
    assert (run.error, run.as_of, status_of(shop).is_busy) == ("", status_of(shop).as_of, False)
    assert run.rows > 0


def test_members_who_are_deleted_leave_although_all_others_changed(shop, new_member, tmp_path):
    people = [new_member(), new_member()]
    refreshed(shop, tmp_path / "a")
    with organization_scope(shop):
        Member.objects.filter(id=people[0]).update(language="en")
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM identity WHERE member_id = %s", [people[1]])
        cursor.execute("DELETE FROM member WHERE id = %s", [people[1]])
    connections["owner"].close()
    refreshed(shop, tmp_path / "a")
    assert [member["language"] for member in rows(shop, tmp_path / "a", "member", "member_key")] == ["en"]


def test_a_voucher_tells_on_which_day_it_was_used(shop, member_id, tmp_path):
    text = SHOP_PROGRAM + "vouchers:\n  cake:\n    name: {th: เค้ก, en: A cake}\n    item: {th: เค้ก, en: A cake}\n"
    apply_program(organization_id=shop, text=text, now=NOW - timedelta(days=9), effective_from=NOW - timedelta(days=9))
    for number, kind in enumerate(("grant_voucher", "use_voucher")):
        at = NOW + timedelta(days=number)
        activity = {"kind": kind, "fields": {"voucher": "cake"}, "ref": f"V{number}", "origin": "pos", "at": at}
        record_activity(organization_id=shop, member_id=member_id, activity=activity, now=at)
        refreshed(shop, tmp_path / "a")
        (voucher,) = rows(shop, tmp_path / "a", "voucher", "voucher_key")
        assert voucher["used_on"] == (at.date() if number else None)
    assert equals_a_new_one(shop, tmp_path / "a", tmp_path / "b")
