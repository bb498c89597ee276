"""The warehouse holds what happened: once, late commits too, and the same whether built in steps or at once."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.flows.record_activity import record_activity
from phakdi.insight.warehouse.operations import refresh
from phakdi.insight.warehouse.queries import open_warehouse
from phakdi.kit.clock import utc_now

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NOW = datetime(2026, 6, 30, 5, tzinfo=UTC)


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
