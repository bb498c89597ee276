"""Next basket on Online Retail: buy again beats the published reference, and each list its baseline.

Customers with three purchase invoices or more; the last one is what is to be found, all before it are known. What the lists are
fitted to is the invoice before the last, from what was known before that.
"""

import csv
import gzip
import os
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from phakdi.insight.recommend.core import again, fresh
from phakdi.insight.recommend.core.histories import Bought, Demand, is_among, pairs_of
from phakdi.insight.recommend.core.lists import best, judge

SHARED = Path(os.environ.get("PHAKDI_SHARED_DATA", Path(__file__).parents[4] / "../shared/data"))
FILE = SHARED / "online_retail/online_retail_2010_2011.csv.gz"
pytestmark = [pytest.mark.skipif(not FILE.exists(), reason=f"Online Retail is not in {SHARED}"), pytest.mark.slow]


@pytest.fixture(scope="module")
def invoices():
    """Rows of member, product, invoices from the end (0 is the last), day."""
    began, products = {}, {}
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            number, customer = row["InvoiceNo"], row["CustomerID"]
            if customer and not number.startswith("C") and int(row["Quantity"]) > 0 and float(row["UnitPrice"]) > 0:
                began.setdefault((customer, number), row["InvoiceDate"])
                products.setdefault((customer, number), set()).add(row["StockCode"])
    of_customer = {}
    for (customer, number), when in sorted(began.items(), key=lambda item: (item[0][0], item[1], item[0][1])):
        of_customer.setdefault(customer, []).append((number, datetime.fromisoformat(when).toordinal()))
    kept = {customer: found for customer, found in of_customer.items() if len(found) >= 3}
    names = {name: at for at, name in enumerate(sorted(set().union(*products.values())))}
    rows = [
        (member, names[product], len(found) - 1 - at, day)
        for member, (customer, found) in enumerate(kept.items())
        for at, (number, day) in enumerate(found)
        for product in products[customer, number]
    ]
    return np.array(rows), len(kept), len(names)


def split(invoices, end):
    """Return what was known before each member's invoice ``end`` (from the end), that invoice, and the day of the one before."""
    rows, members, products = invoices

    def part(keep):
        member, product, back, day = rows[keep].T
        return Bought.of(member, product, -back, day, members=members, products=products)

    known, wanted = part(rows[:, 2] > end), part(rows[:, 2] == end)
    last = np.zeros(members, dtype=np.int64)
    np.maximum.at(last, known.member, known.day)
    demand = Demand.of(known, int(known.day.max()) + 1)
    return known, wanted, demand, pairs_of(known, demand, last)


def test_beats_the_reference(invoices):
    _, wanted_before, _, pairs_before = split(invoices, 1)
    known, wanted, demand, pairs = split(invoices, 0)
    members, products = known.members, known.products
    weights = again.fit(pairs_before, wanted_before)
    frequent = judge(
        best(pairs.member, pairs.product, again.most_frequent(pairs, demand), members=members), wanted, on_sale=products
    )
    mine = judge(best(pairs.member, pairs.product, weights.score(pairs), members=members), wanted, on_sale=products)
    print(f"own most frequent {frequent}\nbuy again {mine}")
    assert members == 2010
    assert frequent.recall == pytest.approx(0.2038, abs=2e-4)  # the reference, counted again
    assert frequent.ndcg == pytest.approx(0.2969, abs=2e-4)
    assert frequent.hit == pytest.approx(0.7552, abs=2e-4)
    assert mine.beats(frequent)
    assert mine.recall > 0.218
    assert mine.ndcg > 0.320
    assert mine.hit > 0.775

    unknown = wanted.where(~is_among(wanted.member * products + wanted.product, known.keys))
    allowed, store = np.ones((1, products), dtype=bool), np.zeros(members, dtype=np.int64)
    popular = judge(fresh.popular_lists(known, demand, allowed, store), unknown, on_sale=products)
    mine = judge(fresh.new_lists(known, fresh.likeness_of(known, demand), demand, allowed, store), unknown, on_sale=products)
    print(f"most popular of 30 days {popular}\nnew {mine}")
    assert mine.beats(popular)
    assert mine.recall > 1.8 * popular.recall
    assert mine.coverage > 10 * popular.coverage
