"""Files of purchases, through the engine: members, returns, rejects, again, interrupted, taken back."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from phakdi.adapters.commerce.files import PurchaseReader, digest, load_mapping, open_table
from phakdi.flows.import_purchases import Manner, PurchaseFile, Unknown, import_purchases
from phakdi.flows.undo_import import undo_import
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.models import Activity, Wallet
from phakdi.people.members.models import Member
from phakdi.platform.imports.core import group_lines
from phakdi.platform.imports.operations import NotUndoable
from phakdi.platform.outbox.models import OutboxFact

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
MAPPING = """
kind: purchases
columns: {number: no, member: phone, at: date, product: sku, quantity: qty, price: price}
amount: quantity_times_price
identity: PHONE
returns: {negative: true}
dates: iso
"""
FILE = """no,phone,date,sku,qty,price
A1,0812345678,2026-09-01 10:00,latte,2,60
A1,0812345678,2026-09-01 10:00,cake,1,85.50
A2,0898765432,2026-09-02 11:00,latte,1,60
A3,0812345678,2026-09-03 12:00,latte,1,60
R1,0812345678,2026-09-04 12:00,latte,-2,60
R2,0898765432,2026-09-05 12:00,cake,-1,85.50
A4,,2026-09-05 12:00,cake,1,85.50
A5,12,2026-09-05 12:00,cake,1,85.50
A6,0898765432,2027-09-05 12:00,cake,1,85.50
"""


def read(tmp_path: Path, text: str = FILE, mapping: str = MAPPING, now: datetime = NOW) -> PurchaseFile:
    path = tmp_path / "purchases.csv"
    path.write_text(text, encoding="utf-8")
    how = load_mapping(mapping)
    reader = PurchaseReader(open_table(path, given=how.format), how, 2, now)
    told = group_lines(reader.lines(), has_products=how.has_products)
    told.rejects += reader.rejects
    plain = how.model_dump(mode="json")
    return PurchaseFile(path.name, digest(path), told, plain, how.identity, how.origin, 2, reader.size, reader.counts)


def wallets(organization_id):
    with organization_scope(organization_id):
        phones = dict(Member.objects.filter(organization_id=organization_id).values_list("id", "phone"))
        found = Wallet.objects.filter(organization_id=organization_id)
        return {phones[wallet.member_id]: (wallet.active, wallet.debt) for wallet in found}


def told(result):
    return [(reject.line, reject.code) for reject in result.rejects]


def ledger_digest(organization_id):
    with organization_scope(organization_id), connection.cursor() as db:
        db.execute(
            """SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
                SELECT (to_jsonb(w) - 'written_by')::text AS line FROM wallet AS w WHERE (active, pending, held, debt) <> (0, 0, 0, 0)
                UNION ALL SELECT (to_jsonb(l) - 'written_by')::text FROM lot AS l WHERE is_open
                UNION ALL SELECT (to_jsonb(s) - 'written_by' - 'version')::text FROM member_state AS s WHERE doc <> '{}'
                UNION ALL SELECT (to_jsonb(o) - 'written_by')::text FROM order_state AS o
                UNION ALL SELECT (to_jsonb(v) - 'written_by')::text FROM voucher AS v WHERE state <> 'CANCELLED') AS everything"""
        )
        return hashlib.sha256(db.fetchone()[0].encode()).hexdigest()


def is_sound(organization_id):
    with organization_scope(organization_id):
        return differences_of(organization_id=organization_id)


def test_file_becomes_points_and_returns_take_them_back(shop, tmp_path):
    result = import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(), now=NOW)

    assert told(result) == [(7, "return_not_covered"), (9, "phone_invalid"), (10, "future_date")]
    assert result.counts == {
        "rows": 9, "walk_ins": 1, "shadows_created": 2, "purchases": 3, "refunds": 2, "earned.points": 325, "rejected": 3,
    }  # fmt: skip
    assert wallets(shop) == {"+66812345678": (145, 0), "+66898765432": (60, 0)}  # 205.50 + 60 - (60 + 60)
    with organization_scope(shop):
        refunds = Activity.objects.filter(organization_id=shop, kind="refund").order_by("ref")
        assert [(r.ref, r.of) for r in refunds] == [("R1/A1", "A1"), ("R1/A3", "A3")]
    assert is_sound(shop) == []


def test_nobody_is_told_of_what_happened_long_ago(shop, tmp_path):
    import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(), now=NOW)
    with organization_scope(shop):
        topics = set(OutboxFact.objects.filter(organization_id=shop).values_list("topic", flat=True))
    assert "import.finished" in topics
    assert not {topic for topic in topics if topic.startswith(("points.", "level."))}


def test_same_file_again_changes_nothing(shop, tmp_path):
    import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(), now=NOW)
    before = ledger_digest(shop)
    again = import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(), now=NOW)

    assert again.counts == {"rows": 9, "walk_ins": 1, "unchanged": 5, "rejected": 3}
    assert ledger_digest(shop) == before
    assert is_sound(shop) == []


def test_dry_run_counts_the_same_and_keeps_nothing(shop, tmp_path):
    dry = import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(dry_run=True), now=NOW)
    assert dry.import_id is None
    with organization_scope(shop):
        assert Member.objects.filter(organization_id=shop).count() == 0
        assert Activity.objects.filter(organization_id=shop).count() == 0

    real = import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(), now=NOW)
    assert (dry.counts, told(dry)) == (real.counts, told(real))


def test_returns_find_orders_of_an_earlier_file(shop, tmp_path):
    bought = "no,phone,date,sku,qty,price\nA1,0812345678,2026-09-01 10:00,latte,3,60\n"
    import_purchases(organization_id=shop, file=read(tmp_path, bought), manner=Manner(), now=NOW)
    back = "no,phone,date,sku,qty,price\nR1,0812345678,2026-09-02 10:00,latte,-1,60\nR2,0812345678,2026-09-03 10:00,latte,-3,60\n"
    result = import_purchases(organization_id=shop, file=read(tmp_path, back), manner=Manner(), now=NOW)

    assert told(result) == [(3, "return_covered_in_part")]
    assert wallets(shop) == {"+66812345678": (0, 0)}
    again = import_purchases(organization_id=shop, file=read(tmp_path, back), manner=Manner(), now=NOW)
    assert (told(again), again.counts["unchanged"]) == ([(3, "return_covered_in_part")], 2)


def test_unknown_members_are_rejected_where_that_is_wanted(shop, new_member, tmp_path):
    new_member()
    text = "no,phone,date,sku,qty,price\nA1,0800000001,2026-09-01 10:00,latte,1,60\nA2,0812345678,2026-09-01 10:00,latte,1,60\n"
    result = import_purchases(organization_id=shop, file=read(tmp_path, text), manner=Manner(Unknown.REJECT), now=NOW)

    assert told(result) == [(3, "member_unknown")]
    assert wallets(shop) == {"+66800000001": (60, 0)}


@pytest.mark.parametrize(("unknown", "status"), [(Unknown.SHADOW, "SHADOW"), (Unknown.CREATE, "ACTIVE")])
def test_unknown_members_become_what_is_wanted(shop, tmp_path, unknown, status):
    import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(unknown), now=NOW)
    with organization_scope(shop):
        assert set(Member.objects.filter(organization_id=shop).values_list("status", flat=True)) == {status}


def test_receipt_of_another_content_is_rejected(shop, tmp_path):
    import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(), now=NOW)
    before = ledger_digest(shop)
    other = FILE.replace("A3,0812345678,2026-09-03 12:00,latte,1,60", "A3,0812345678,2026-09-03 12:00,latte,1,61")
    result = import_purchases(organization_id=shop, file=read(tmp_path, other), manner=Manner(), now=NOW)

    assert (5, "receipt_conflict") in told(result)
    assert ledger_digest(shop) == before


def test_interrupted_import_goes_on_where_it_stood(shop, tmp_path, monkeypatch):
    rows = [f"A{n},08{10000000 + n // 2},2026-09-01 10:00,latte,1,60" for n in range(12)]
    text = "\n".join(["no,phone,date,sku,qty,price", *rows, "R1,0899999999,2026-09-05 12:00,latte,-1,60"])
    monkeypatch.setattr("phakdi.flows.import_purchases.SLICE_SIZE", 4)

    class Killed(BaseException):
        pass

    def kill(done, _):
        if done >= 8:
            raise Killed

    with pytest.raises(Killed):
        import_purchases(organization_id=shop, file=read(tmp_path, text), manner=Manner(), now=NOW, progress=kill)
    with organization_scope(shop):
        assert Activity.objects.filter(organization_id=shop).count() == 8

    result = import_purchases(organization_id=shop, file=read(tmp_path, text), manner=Manner(), now=NOW)
    assert result.was_resumed
    assert (result.counts["purchases"], result.counts["rejected"], result.counts["earned.points"]) == (12, 1, 720)
    assert "unchanged" not in result.counts
    assert told(result) == [(14, "return_not_covered")]
    assert is_sound(shop) == []


def test_two_processes_write_what_one_writes(shop, other_shop, tmp_path, monkeypatch):
    monkeypatch.setattr("phakdi.flows.import_purchases.SLICE_SIZE", 5)
    rows = [f"A{n},08{10000000 + n % 9},2026-09-01 10:{n % 60:02},latte,1,60" for n in range(40)]
    text = "\n".join(["no,phone,date,sku,qty,price", *rows])
    one = import_purchases(organization_id=shop, file=read(tmp_path, text), manner=Manner(), now=NOW)
    two = import_purchases(organization_id=other_shop, file=read(tmp_path, text), manner=Manner(processes=2), now=NOW)

    assert one.counts == two.counts
    assert wallets(shop) == wallets(other_shop)
    assert is_sound(other_shop) == []


@pytest.fixture
def other_shop(other_organization_id):
    from phakdi.flows.apply_program import apply_program
    from tests.conftest import SHOP_PROGRAM

    since = datetime(2020, 1, 1, tzinfo=UTC)
    apply_program(organization_id=other_organization_id, text=SHOP_PROGRAM, now=since, effective_from=since)
    return other_organization_id


def test_undone_import_leaves_everything_as_it_was(shop, tmp_path):
    first = "no,phone,date,sku,qty,price\nA0,0812345678,2026-08-01 10:00,latte,3,60\nA9,0898765432,2026-08-01 10:00,cake,1,90\n"
    import_purchases(organization_id=shop, file=read(tmp_path, first), manner=Manner(), now=NOW)
    before = ledger_digest(shop)
    more = FILE + "R9,0812345678,2026-09-20 12:00,latte,-3,60\nR8,0898765432,2026-09-21 12:00,cake,-1,90\n"
    result = import_purchases(organization_id=shop, file=read(tmp_path, more), manner=Manner(), now=NOW)
    assert ledger_digest(shop) != before

    undone = undo_import(organization_id=shop, import_id=result.import_id, now=NOW)
    assert undone.counts == {"restored": 2}
    assert ledger_digest(shop) == before
    assert is_sound(shop) == []

    again = import_purchases(organization_id=shop, file=read(tmp_path, more), manner=Manner(), now=NOW)
    assert again.counts["purchases"] == result.counts["purchases"]
    assert is_sound(shop) == []


def test_undo_of_a_member_who_did_more_since_returns_the_orders(shop, tmp_path):
    result = import_purchases(organization_id=shop, file=read(tmp_path), manner=Manner(), now=NOW)
    later = "no,phone,date,sku,qty,price\nB1,0812345678,2026-09-20 10:00,latte,1,60\n"
    import_purchases(organization_id=shop, file=read(tmp_path, later), manner=Manner(), now=NOW)

    undone = undo_import(organization_id=shop, import_id=result.import_id, now=NOW)
    assert undone.counts == {"restored": 1, "returned": 1, "kept": 1}
    assert wallets(shop) == {"+66812345678": (60, 0), "+66898765432": (0, 0)}
    assert is_sound(shop) == []
    with pytest.raises(NotUndoable):
        undo_import(organization_id=shop, import_id=result.import_id, now=NOW)
