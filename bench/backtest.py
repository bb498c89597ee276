"""What a backtest costs: purchases that are made up, told again to the engine under a program with 20 rules.

    python bench/backtest.py [--purchases 1000000] [--processes 2]

Needs no database: it measures the replay itself, by far the largest part. Says how long it took, and CPU time a purchase.
"""

import argparse
import random
import sys
import time
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from uuid import UUID

import orjson

from phakdi.insight.backtest.core.history import History, Row
from phakdi.insight.backtest.core.parts import replay_part
from phakdi.insight.backtest.core.planning import Plan, Side, read_plan
from phakdi.insight.backtest.core.tallying import add
from phakdi.loyalty.programs import load_program

EACH, MEMBERS_A_PART = 20, 250
START, END = datetime(2024, 6, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
PROGRAM = """
phakdi: 1
key: twenty
currency: THB
time_zone: Asia/Bangkok
units:
  points: {expires: {after: 2 years, round_up: year}, worth: 0.25}
earning:
  - {key: base, on: purchase, give: {points: 1, per: 25}}
  - {key: silver, on: purchase, when: {member.level: silver}, give: {multiply: 1.5}}
  - {key: gold, on: purchase, when: {member.level: gold}, give: {multiply: 2}}
  - {key: birthday, on: purchase, when: {member.birth_month: true}, give: {multiply: 2}, limits: [{max: 500, of: points, per: month}]}
  - {key: weekend, on: purchase, when: {weekday: [sat, sun]}, give: {points: 5}, limits: [{max: 1, of: uses, per: day}]}
  - {key: coffee, on: purchase, when: {category: coffee}, give: {points: 2}}
  - {key: food, on: purchase, when: {category: food, amount: {at_least: 300}}, give: {points: 10}}
  - {key: big, on: purchase, when: {amount: {at_least: 1000}}, give: {points: 50}, limits: [{max: 3, of: uses, per: month}]}
  - {key: bigger, on: purchase, when: {amount: {at_least: 3000}}, give: {points: 200}}
  - {key: online, on: purchase, when: {channel: web, category: home}, give: {points: 1, per: 50}}
  - {key: store-9, on: purchase, when: {store: S09}, give: {points: 3}}
  - {key: morning, on: purchase, when: {hour: {less_than: 10}}, give: {points: 3}}
  - {key: tenth, on: purchase, when: {orders.month: {at_least: 9}}, give: {points: 100}, limits: [{max: 1, of: uses, per: month}]}
  - {key: first, on: purchase, once: ever, give: {points: 100}}
  - {key: songkran, on: purchase, starts: '2025-04-10', ends: '2025-04-20', give: {multiply: 3}}
  - {key: newyear, on: purchase, starts: '2025-12-25', ends: '2026-01-05', give: {multiply: 3}}
  - {key: wallet, on: purchase, when: {tender: promptpay, amount: {at_least: 500}}, give: {points: 1, per: 100}}
  - {key: beauty, on: purchase, when: {category: beauty}, give: {points: 1, per: 20}}
  - {key: loyal, on: purchase, when: {member.months_since_joined: {at_least: 24}}, give: {points: 2}}
  - {key: level-gift, on: level_up, give: {points: 300}}
tiers:
  levels:
    - {key: member}
    - {key: silver, reach: {meter: spend, window: rolling_12_months, at_least: 5000}, lasts: {after: 1 year}}
    - {key: gold, reach: {meter: spend, window: rolling_12_months, at_least: 20000}, lasts: {after: 1 year}}
spending:
  - {key: pay, points: 100, pays: 25}
"""


def main() -> int:
    """Replay and print a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--purchases", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    document = orjson.dumps(load_program(PROGRAM).model_dump(mode="json", exclude_unset=True, by_alias=True)).decode()
    side = Side("a", "twenty rules", [(START, document)], {"points": (25, 1)})
    content = Plan(UUID(int=1), START, END, "Asia/Bangkok", [side]).dump()
    parts = [(content, number) for number in range(given.purchases // EACH // MEMBERS_A_PART)]
    begun, sums, cpu = time.perf_counter(), {}, 0.0
    with get_context("fork").Pool(given.processes) as pool:
        for found, spent in pool.imap_unordered(_part, parts):
            add(sums, found)
            cpu += spent
    took = time.perf_counter() - begun
    purchases = sum(month["purchases"] for month in sums["all"]["months"].values())
    issued = sum(units["points"].get("issued", 0) for units in sums["a"]["months"].values())
    print(
        f"{purchases:,} purchases, {issued:,} points: {took:.1f} s with {given.processes} processes (histories made up included), "
        f"{cpu / purchases * 1e6:.0f} µs of CPU a purchase"
    )
    return 0


def _part(told: tuple[bytes, int]) -> tuple[dict[str, object], float]:
    content, number = told
    plan = read_plan(content)
    histories = [_history(number * MEMBERS_A_PART + each) for each in range(MEMBERS_A_PART)]
    begun = time.process_time()
    return replay_part(histories, plan).sums, time.process_time() - begun


def _history(number: int) -> History:
    dice = random.Random(number)
    at = START + timedelta(minutes=dice.randrange(60 * 24 * 100))
    member_id = UUID(int=number << 64 | 7 << 76 | 2 << 62)
    joined, rows = at, []
    for each in range(EACH):
        at += timedelta(minutes=dice.randrange(60, 60 * 24 * 40))
        rows.append(
            Row(
                UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | dice.getrandbits(40) << 16),
                "purchase",
                at,
                None,
                f"B{number}-{each}",
                "",
                "till",
                dice.choice(("store", "web")),
                f"S{dice.randrange(12):02}",
                dice.choice(("cash", "promptpay", "card")),
                dice.randrange(3000, 150_000),
                {"fields": {"category": dice.choice(("food", "coffee", "beauty", "home", "toys"))}},
            )
        )
    return History(member_id, joined, date(1990, 1 + number % 12, 14), rows=rows)


if __name__ == "__main__":
    sys.exit(main())
