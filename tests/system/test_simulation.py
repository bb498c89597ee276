"""Two shops, many clients at once, answers that get lost, repeats, conflicts, time: after each history the invariants hold.

One seed is one history. Clients run in threads over the real database; a client whose answer was "lost" after the commit tells the same
again. What was acknowledged is written down by the clients and compared with what is kept. The controls take a guard out of the posting
function and must see a fault within a few seeds.
"""

import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from phakdi.config.wiring import make_worker
from phakdi.flows.apply_program import apply_program
from phakdi.flows.dry_run import dry_run
from phakdi.flows.freeze_member import freeze_member, unfreeze_member
from phakdi.flows.pass_time import pass_time
from phakdi.flows.record_activities import record_activities
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Refusal, Unavailable
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.models import Activity, Entry, Wallet
from phakdi.people.members import operations
from phakdi.people.members.core import read_identity
from tests.integration.loyalty.engine.guards import RECEIPT_GUARD, VERSION_GUARD, without

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "owner"]), pytest.mark.timeout(3600)]

CLIENTS, OPERATIONS, MEMBERS = 4, 60, 3
PROGRAM = """
phakdi: 1
key: shop
units:
  points: {expires: {after: 1 year}}
  stamps: {kind: stamps, auto: {every: 4, voucher: cup}}
vouchers:
  cup: {item: a cup, valid: {after: 30 days}}
earning:
  - {key: base, on: purchase, give: {points: 1, per: 1}, limits: [{max: 900, of: points, per: day}]}
  - {key: stamp, on: purchase, give: {unit: stamps, points: 1}}
  - {key: first, on: purchase, give: {points: 50}, once: ever, budget: 120}
spending:
  - {key: pay, pays: 1}
transfers:
  points: {}
tiers:
  levels:
    - {key: Basic}
    - {key: Gold, reach: {meter: spend, window: year, at_least: 1500}, lasts: {after: 1 year}}
"""


@dataclass
class Shop:
    """A shop in the simulation, and what its clients were told."""

    id: UUID
    members: list[UUID]
    bills: dict[str, tuple[UUID, int]] = field(default_factory=dict)  # acknowledged: receipt → member, amount
    asked: dict[str, tuple[UUID, int]] = field(default_factory=dict)
    surprises: Counter[str] = field(default_factory=Counter)


class Client:
    """One till: it does what its dice say, and repeats what it got no answer to."""

    def __init__(self, number: int, seed: int, shops: list[Shop], now: datetime) -> None:
        self.number, self.shops, self.now = number, shops, now
        self.dice = random.Random(f"{seed}-{number}")
        self.made = 0

    def run(self) -> None:
        """Do so many operations, then leave the connection."""
        try:
            for _ in range(OPERATIONS // CLIENTS):
                shop = self.dice.choice(self.shops)
                self._one(shop, self.dice.choice(shop.members))
        finally:
            connections.close_all()

    def _one(self, shop: Shop, member: UUID) -> None:
        self.made += 1
        ref, chance = f"{self.number}-{self.made}", self.dice.random()
        if chance < 0.40:
            self._buy(shop, member, ref, self.dice.randint(1, 400))
        elif (
            chance < 0.50 and shop.asked
        ):  # a receipt once more, mostly one that somebody is telling just now, perhaps with another amount
            old, (owner, amount) = self.dice.choice(list(shop.asked.items())[-3:])
            self._buy(shop, owner, old, amount + self.dice.choice([0, 0, 1]))
        elif chance < 0.62 and shop.asked:
            of, (owner, amount) = self.dice.choice(list(shop.asked.items()))
            self._tell(shop, owner, {"kind": "refund", "ref": ref, "of": of, "amount": self.dice.randint(1, amount)})
        elif chance < 0.76:
            self._tell(shop, member, {"kind": "redeem", "ref": ref, "points": self.dice.randint(1, 150), "bill": 1000})
        elif chance < 0.82:
            to = str(self.dice.choice(shop.members))
            self._tell(shop, member, {"kind": "transfer", "ref": ref, "to": to, "points": self.dice.randint(1, 60)})
        elif chance < 0.88:
            self._batch(shop)
        elif chance < 0.92:
            self._tell(shop, member, {"kind": "purchase", "amount": 5}, rehearsed=True)
        elif chance < 0.96:
            pass_time(organization_id=shop.id, now=self.now)
        else:
            self._freeze(shop, member)

    def _buy(self, shop: Shop, member: UUID, ref: str, amount: int) -> None:
        shop.asked.setdefault(ref, (member, amount))
        if self._tell(shop, member, {"kind": "purchase", "ref": ref, "amount": amount}):
            shop.bills[ref] = (member, amount)

    def _tell(self, shop: Shop, member: UUID, said: dict[str, Any], *, rehearsed: bool = False) -> bool:
        """Report until there is an answer; one in five is lost on its way, after the commit."""
        report = {"at": self.now, "origin": "till", **said}
        flow = dry_run if rehearsed else record_activity
        for _ in range(50):
            try:
                flow(organization_id=shop.id, member_id=member, activity=report, now=self.now)
            except Unavailable:
                continue
            except Refusal as refusal:
                shop.surprises[f"refused {isinstance(refusal, Conflict)}"] += 0
                return False
            if rehearsed or self.dice.random() > 0.2 or "ref" not in said:
                return True
        raise AssertionError("never answered")

    def _batch(self, shop: Shop) -> None:
        items = []
        for number in range(self.dice.randint(2, 6)):
            member, amount, ref = self.dice.choice(shop.members), self.dice.randint(1, 90), f"{self.number}-{self.made}-{number}"
            items.append((member, {"kind": "purchase", "at": self.now, "origin": "till", "ref": ref, "amount": amount}))
            shop.asked.setdefault(ref, (member, amount))
        for _ in range(self.dice.choice([1, 1, 2])):
            answers = record_activities(organization_id=shop.id, items=items, now=self.now)
        for (member, report), answer in zip(items, answers, strict=True):
            if not isinstance(answer, Refusal):
                shop.bills[report["ref"]] = (member, report["amount"])

    def _freeze(self, shop: Shop, member: UUID) -> None:
        for flow in (freeze_member, unfreeze_member):
            try:
                named = {"reason": "found a card"} if flow is freeze_member else {}
                flow(organization_id=shop.id, member_id=member, now=self.now, **named)
            except Refusal:
                shop.surprises["refused"] += 0


def simulate(seed: int, make_organization: Any) -> list[str]:
    """Run one history and return what does not hold."""
    now = utc_now()
    shops = [_make_shop(make_organization, f"s{seed}-{name}", now) for name in "ab"]
    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(Client(number, seed, shops, now).run) for number in range(CLIENTS)]:
            done.result(timeout=600)
    make_worker().drain()
    return [fault for shop in shops for fault in _faults(shop)]


def _make_shop(make_organization: Any, slug: str, now: datetime) -> Shop:
    shop = Shop(make_organization(slug), [])
    since = datetime(2020, 1, 1, tzinfo=UTC)
    apply_program(organization_id=shop.id, text=PROGRAM, now=since, effective_from=since)
    with organization_scope(shop.id):
        for number in range(MEMBERS):
            key = read_identity("PHONE", f"08{number:08}")
            enrolled = operations.enroll(
                organization_id=shop.id,
                profile={},
                identities=[operations.NewIdentity(key, verified_at=now)],
                now=now - timedelta(days=30),
                today=now.date(),
            )
            shop.members.append(enrolled.member.id)
    return shop


def _faults(shop: Shop) -> list[str]:
    with organization_scope(shop.id):
        found = [str(difference) for difference in differences_of(organization_id=shop.id)]
        activities = list(Activity.objects.filter(organization_id=shop.id))
        entries = list(Entry.objects.filter(organization_id=shop.id))
        wallets = list(Wallet.objects.filter(organization_id=shop.id))
    kept = {(row.kind, row.ref): row for row in activities if row.ref}
    counts = Counter((row.kind, row.ref) for row in activities if row.ref)
    found += [f"{name} is kept {count} times" for name, count in counts.items() if count > 1]
    for ref, (member, amount) in shop.bills.items():
        row = kept.get(("purchase", ref))
        if row is None or (row.member_id, row.amount_minor) != (member, amount * 100):
            found.append(f"bill {ref} of {amount} is not kept as acknowledged")
    found += [f"{wallet} is below zero" for wallet in wallets if min(wallet.active, wallet.pending, wallet.held, wallet.debt) < 0]
    strangers = {row.member_id for row in (*activities, *entries)} - set(shop.members)
    found += [f"{stranger} is a member of another shop" for stranger in strangers]
    given = sum(entry.points for entry in entries if entry.rule == "first" and entry.kind == "EARN")
    rules = {entry.id: entry.rule for entry in entries}
    taken = sum(entry.points for entry in entries if entry.kind == "REVERSE" and rules.get(entry.reverses_id) == "first")
    if given - taken > 120:
        found.append(f"the budget of 120 gave {given} and took back {taken}")
    daily: dict[UUID, int] = defaultdict(int)
    for entry in entries:
        daily[entry.member_id] += entry.points if entry.rule == "base" and entry.kind == "EARN" else 0
    returned = {entry.member_id for entry in entries if entry.kind == "REVERSE"}
    found += [
        f"{member} earned {points} of at most 900" for member, points in daily.items() if points > 900 and member not in returned
    ]
    out = sum(entry.points for entry in entries if entry.target == "TRANSFER")
    back = sum(entry.points for entry in entries if entry.source == "TRANSFER")
    if out != back:
        found.append(f"{out} points were given away and {back} arrived")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_invariants_hold(seed, make_organization):
    assert simulate(seed, make_organization) == []


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(20))
def test_invariants_hold_in_two_hundred_histories(chunk, make_organization):
    for seed in range(100 + chunk * 10, 110 + chunk * 10):
        assert simulate(seed, make_organization) == [], f"seed {seed}"


@pytest.mark.slow
@pytest.mark.parametrize("guard", [VERSION_GUARD, RECEIPT_GUARD])
def test_without_a_guard_a_fault_is_seen(guard, make_organization):
    """The controls: what the simulation looks for is found when it can happen."""
    with without(guard):
        for seed in range(300):
            try:
                if simulate(1000 + seed, make_organization):
                    return
            except Exception:  # noqa: BLE001 - a database that refuses what the guard let through is a fault that was seen
                return
    raise AssertionError("three hundred histories without the guard showed nothing")
