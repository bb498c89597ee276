"""Files of purchases, through the engine: members, returns, rejects, again, interrupted, taken back."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from phakdi.adapters.commerce.files import PurchaseReader, digest, load_mapping, open_table
from phakdi.flows.import_purchases import Manner, PurchaseFile, Unknown, import_purchases
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.models import Activity, Wallet
from phakdi.people.members.models import Member
from phakdi.platform.imports.core import group_lines

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
    return PurchaseFile(path.name, digest(path), told, how.model_dump(mode="json"), how.identity, how.origin, 2, reader.counts)


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
