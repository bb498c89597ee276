"""A real year of a real shop goes through the importer whole: every point is accounted for, and undone again.

Needs the public data set "Online Retail" (see docs/import.md); PHAKDI_SHARED_DATA names the folder that has it.
"""

import csv
import gzip
import os
from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from phakdi.adapters.commerce.files import running
from phakdi.flows.apply_program import apply_program
from phakdi.flows.import_purchases import Manner, Unknown
from phakdi.flows.undo_import import undo_import
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.models import Activity, Wallet
from phakdi.people.members.models import Identity

ROOT = Path(__file__).parents[3]
FILE = Path(os.environ.get("PHAKDI_SHARED_DATA", ROOT / "../shared/data")) / "online_retail/online_retail_2010_2011.csv.gz"
MAPPING = ROOT / "examples/imports/online-retail.yaml"
NOW = datetime(2011, 12, 10, tzinfo=UTC)
PROGRAM = """
phakdi: 1
key: gifts
currency: GBP
time_zone: Europe/London
earning:
  - {key: base, on: purchase, give: {points: 1, per: 1}}
"""
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not FILE.exists(), reason=f"the public data set Online Retail is not at {FILE}; see docs/import.md"),
]


@pytest.fixture
def shop(organization_id):
    since = datetime(2010, 1, 1, tzinfo=UTC)
    apply_program(organization_id=organization_id, text=PROGRAM, now=since, effective_from=since)
    return organization_id


def bring(shop):
    opened = running.open_file(FILE, kind="purchases", mapping=MAPPING)
    manner = Manner(Unknown.CREATE, processes=min(2, os.cpu_count() or 1))
    return running.run(opened, organization_id=shop, currency="GBP", manner=manner, now=NOW)


def test_a_real_year_comes_in_exactly_and_goes_again(shop):
    result = bring(shop)

    reasons = Counter(reject.code for reject in result.rejects)
    assert (result.counts["rows"], result.counts["walk_ins"], result.counts["members_created"]) == (541_909, 135_080, 4_339)
    assert (reasons["return_not_covered"], reasons["return_covered_in_part"]) == (1_335, 54)
    expected, orders = points_by_hand()
    assert result.counts["purchases"] == orders
    with organization_scope(shop):
        names = dict(Identity.objects.filter(organization_id=shop).values_list("member_id", "value"))
        found = {names[w.member_id]: w.active - w.debt for w in Wallet.objects.filter(organization_id=shop)}
        assert {name: points for name, points in found.items() if points} == {n: p for n, p in expected.items() if p}
        assert differences_of(organization_id=shop) == []

    again = bring(shop)
    assert (again.counts["unchanged"], again.counts.get("purchases", 0), again.counts.get("refunds", 0)) == (
        result.counts["purchases"] + result.counts["refunds"], 0, 0,
    )  # fmt: skip

    undone = undo_import(organization_id=shop, import_id=result.import_id, now=NOW)
    assert undone.counts == {"restored": 4_339}
    with organization_scope(shop):
        assert set(Wallet.objects.filter(organization_id=shop).values_list("active", "debt", "earned")) == {(0, 0, 0)}
        assert Activity.objects.filter(organization_id=shop, kind="undo").count() == 4_339
        assert differences_of(organization_id=shop) == []


def points_by_hand():
    """Return each customer's points, worked out line by line without a line of the product, and the number of orders."""
    lines = defaultdict(list)  # customer → (time, is cancellation, invoice, product, quantity, amount in pence)
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["CustomerID"]:
                amount = (abs(int(row["Quantity"])) * Decimal(row["UnitPrice"]) * 100).to_integral_value(ROUND_HALF_UP)
                cancels = row["InvoiceNo"].startswith("C")
                lines[row["CustomerID"]].append(
                    (row["InvoiceDate"], cancels, row["InvoiceNo"], row["StockCode"], abs(int(row["Quantity"])), int(amount))
                )
    orders = {line[2] for rows in lines.values() for line in rows if not line[1]}
    return {customer: _points(rows) for customer, rows in lines.items()}, len(orders)


def _points(rows):
    first = {}
    for time, _, invoice, *_ in rows:
        first[invoice] = min(time, first.get(invoice, time))
    bought, back, total = defaultdict(list), Counter(), Counter()
    base = Counter()
    for _, cancels, invoice, product, quantity, amount in sorted(
        rows, key=lambda row: first[row[2]]
    ):  # in the file's order within
        if not cancels:
            bought[product].append([invoice, quantity, amount, 0])
            total[invoice] += amount
            base[invoice] += amount or 1
            continue
        missing = quantity
        for line in reversed(bought[product]):
            part = min(missing, line[1] - line[3])
            if part <= 0:
                continue
            before, line[3] = _half_up(line[2] * line[3], line[1]), line[3] + part
            if line[2]:
                back[line[0]] += _half_up(line[2] * line[3], line[1]) - before
            missing -= part
    return sum(total[i] // 100 - _half_up((total[i] // 100) * back[i], total[i] or 1) for i in total)


def _half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)
