"""A year of a real shop: what a backtest of the program in force gives is what the ledger has after the import, to the point.

Needs the public data set "Online Retail" (see docs/import.md); PHAKDI_SHARED_DATA names the folder that has it.
"""

import csv
import gzip
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from phakdi.adapters.commerce.files import running
from phakdi.flows.apply_program import apply_program
from phakdi.flows.backtest_program import Draft, Wanted, backtest
from phakdi.flows.import_purchases import Manner, Unknown
from phakdi.flows.pass_time import pass_time
from tests.integration.insight.backtest.test_exact import ledger_of

ROOT = Path(__file__).parents[4]
FILE = Path(os.environ.get("PHAKDI_SHARED_DATA", ROOT / "../shared/data")) / "online_retail/online_retail_2010_2011.csv.gz"
MAPPING = ROOT / "examples/imports/online-retail.yaml"
NOW = datetime(2011, 12, 10, tzinfo=UTC)
PROGRAM = """
phakdi: 1
key: gifts
currency: GBP
time_zone: Europe/London
units:
  points: {expires: {after: 6 months, round_up: month}, worth: 0.01}
earning:
  - {key: base, on: purchase, give: {points: 1, per: 1}}
  - {key: gold, on: purchase, when: {member.level: gold}, give: {multiply: 1.5}}
  - {key: large, on: purchase, when: {amount: {at_least: 500}}, give: {points: 50}, limits: [{max: 2, of: uses, per: month}]}
  - {key: risen, on: level_up, give: {points: 100}}
tiers:
  levels:
    - {key: member}
    - {key: gold, reach: {meter: spend, window: rolling_6_months, at_least: 1000}, lasts: {after: 3 months}}
"""
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(900),
    pytest.mark.skipif(not FILE.exists(), reason=f"the public data set Online Retail is not at {FILE}; see docs/import.md"),
]


def some_of(target, customers):
    """Write the rows of the first customers into a file of their own."""
    chosen = set()
    with gzip.open(FILE, "rt", encoding="utf-8") as file, target.open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictReader(file)
        writer = csv.DictWriter(out, rows.fieldnames)
        writer.writeheader()
        for row in rows:
            if row["CustomerID"] and (row["CustomerID"] in chosen or len(chosen) < customers):
                chosen.add(row["CustomerID"])
                writer.writerow(row)
    return target


@pytest.mark.parametrize(
    "customers", [pytest.param(30, marks=pytest.mark.slow), pytest.param(None, marks=pytest.mark.long, id="all")]
)
def test_totals_equal_the_ledger_to_the_point(organization_id, tmp_path, customers):
    since = datetime(2010, 1, 1, tzinfo=UTC)
    apply_program(organization_id=organization_id, text=PROGRAM, now=since, effective_from=since)
    opened = running.open_file(
        some_of(tmp_path / "some.csv", customers) if customers else FILE, kind="purchases", mapping=MAPPING
    )
    running.run(opened, organization_id=organization_id, currency="GBP", manner=Manner(Unknown.CREATE, processes=2), now=NOW)
    while not pass_time(organization_id=organization_id, now=NOW, limit=5000).is_done:
        pass

    rows = []
    wanted = Wanted([Draft("the same", PROGRAM)], date(2010, 12, 1), date(2011, 12, 9))
    report = backtest(organization_id=organization_id, wanted=wanted, now=NOW, processes=2, on_members=rows.extend)

    flows, by_member, held, levels = ledger_of(organization_id)
    told = {row.member_id: row.doc for row in rows}
    for side in report["sides"]:
        assert {unit: {name: side["units"][unit][name] for name in found} for unit, found in flows.items()} == flows
        assert side["units"]["points"]["outstanding"] == held["points"]
        assert {tier["level"]: tier["at_end"] for tier in side["tiers"] if tier["at_end"]} == dict(levels)
        assert {member_id: told[member_id][side["key"]]["units"] for member_id in by_member} == by_member
    assert report["sides"][1]["could_not"] == report["sides"][0]["could_not"] == []
    assert flows["points"]["expired"] > 0
    assert levels["gold"] > 0
