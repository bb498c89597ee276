"""There is one transition function: till, dry run, case runner and import give identical rows on random histories."""

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from phakdi.flows.apply_program import apply_program
from phakdi.flows.dry_run import dry_run
from phakdi.flows.pass_time import pass_time
from phakdi.flows.record_activity import record_activity
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.loyalty.casebook.reading import PlannedStep
from phakdi.loyalty.casebook.world import World
from phakdi.loyalty.engine import queries, recording
from phakdi.loyalty.engine.batches import record_many
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.models import Entry, Lot, Voucher, Wallet
from phakdi.loyalty.programs import compile_program, load_program
from phakdi.people.members.models import Member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PROGRAM = """
phakdi: 1
key: everything
units:
  points:
    expires: {after: 90 days}
    pending:
      - {when: {channel: online}, until: deliver, after: 1 day, cancel_after: 20 days}
  status: {kind: status}
  stamps:
    kind: stamps
    auto: {every: 5, voucher: cup}
vouchers:
  cup: {item: a cup, valid: {after: 30 days}}
limits:
  daily: {max: 120, of: points, per: day}
earning:
  - {key: base, on: purchase, lines: {category: {not_in: [tobacco]}}, give: {points: 1, per: 10}, limits: [daily], carry: true}
  - {key: gold, on: purchase, when: {member.level: Gold}, give: {points: 1, per: 20}}
  - {key: tuesday, on: purchase, when: {weekday: tue}, give: {multiply: 2}}
  - {key: stamp, on: purchase, when: {amount: {at_least: 50}}, give: {unit: stamps, points: 1}}
  - {key: level, on: purchase, give: {unit: status, points: 1, per: 10}}
  - {key: hello, on: join, give: {points: 25}, bonus: true}
spending:
  - {key: pay, pays: 1, minimum: {points: 10}}
tiers:
  levels:
    - {key: Basic}
    - {key: Gold, reach: {meter: earned, window: rolling_6_months, at_least: 100}, lasts: {after: 60 days}, grace: 10 days}
meters:
  earned: {on: any, of: points, unit: status}
"""
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
ENDED = datetime(2025, 12, 31, tzinfo=UTC)
HISTORIES, CHUNKS = 1000, 20

Report = dict[str, Any]


def history(seed: int) -> list[Report]:
    """Return what one member does, in time order: bills, returns of them, deliveries, redemptions, cancellations."""
    dice = random.Random(seed)
    at, told, bills, redemptions = BEGAN + timedelta(days=dice.random() * 60), [], [], []
    told.append({"kind": "join", "at": at, "ref": f"{seed}-join", "origin": "t"})
    for number in range(dice.randint(4, 14)):
        at += timedelta(minutes=dice.choice([3, 200, 1500, 9000, 40_000, 90_000]) * (0.5 + dice.random()))
        if at >= ENDED:
            break
        ref, chance = f"{seed}-{number}", dice.random()
        report: Report = {"at": at, "ref": ref, "origin": "t"}
        if chance < 0.55 or not bills:
            lines = [
                {"id": str(n), "amount": dice.randint(1, 900), "category": dice.choice(["food", "drink", "tobacco"])}
                for n in range(1, dice.randint(2, 4))
            ]
            channel = dice.choice(["store", "store", "online"])
            report |= {"kind": "purchase", "amount": sum(line["amount"] for line in lines), "lines": lines, "channel": channel}
            bills.append(report)
        elif chance < 0.72:
            bill = dice.choice(bills)
            line = dice.choice(bill["lines"])
            report |= {"kind": "refund", "of": bill["ref"], "line": line["id"], "amount": dice.randint(1, line["amount"])}
        elif chance < 0.80:
            report |= {"kind": "deliver", "of": dice.choice(bills)["ref"]}
        elif chance < 0.94 or not redemptions:
            report |= {"kind": "redeem", "points": dice.randint(5, 120), "bill": 500}
            redemptions.append(report)
        else:
            report |= {"kind": "cancel_redeem", "of": dice.choice(redemptions)["ref"]}
        told.append(report)
    return told


# --- the four roads -----------------------------------------------------------------------------------------------------------


def live(shop: UUID, member_id: UUID, reports: list[Report]) -> Iterator[object]:
    """Record at the till, each at its instant, after a dry run whose answer must be the same."""
    for report in reports:
        named = {"organization_id": shop, "member_id": member_id, "activity": report, "now": report["at"]}
        rehearsed = answer(dry_run, named)
        recorded = answer(record_activity, named)
        assert rehearsed == recorded
        yield recorded


def answer(flow: Any, named: Mapping[str, Any]) -> object:
    """Return what the till is told: outcome and verdicts, or the code of the refusal."""
    try:
        receipt = flow(**named)
    except Refusal as refusal:
        return refusal.code
    return (plain(receipt.outcome), plain(receipt.verdicts))


def imported(shop: UUID, member_id: UUID, reports: list[Report]) -> Iterator[object]:
    """Bring the same in as a file of history does: in one batch, long afterwards."""
    context = recording.Context(shop, ENDED, accepts_late=True, is_history=True)
    items = [(member_id, recording.read({**report, "origin": "file"}, context)) for report in reports]
    for found in record_many(items=items, context=context):
        yield found.code if isinstance(found, Refusal) else (plain(found.outcome), plain(found.verdicts))


def in_memory(world: World, reports: list[Report]) -> Iterator[object]:
    """Run the same as the steps of a worked case."""
    for number, report in enumerate(reports, start=1):
        said = {name: value for name, value in report.items() if name not in {"kind", "at", "ref", "origin"}}
        said["id"] = report["ref"]
        done = world.perform(PlannedStep(number, report["at"], report["kind"], "", said, None))
        yield done.code if done.is_refused else "done"
    world.pass_time(ENDED)


# --- rows without the names that differ -------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Return a value as JSON would carry it, without identifiers that are new each time."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items() if name not in {"activity_id", "id", "lot", "vouchers"}}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | UUID):
        return str(value)
    return value


def shown_lot(lot: Any) -> tuple[object, ...]:
    """Return a lot without its identifier."""
    at = (plain(moment) if moment else "" for moment in (lot.earned_at, lot.available_at, lot.expires_at, lot.cancel_at))
    return (*at, lot.unit, lot.granted, lot.remaining, lot.is_pending, lot.waits_for, lot.pot, lot.rule, lot.is_bonus, lot.ref)


def shown_entry(entry: Any, lots: Mapping[str, tuple[object, ...]]) -> tuple[object, ...]:
    """Return an entry with its lots by what they are."""
    uses = sorted((str(lots[str(lot)][:3]), points) for lot, points in entry.uses)
    moved = (entry.kind, entry.unit, entry.points, entry.source, entry.target, entry.rule, entry.reason, entry.pot, entry.ref)
    return (plain(entry.effective_at), *moved, str(sorted(plain(entry.params).items())), str(uses))


def shown_voucher(voucher: Any) -> tuple[object, ...]:
    """Return a voucher without its identifier."""
    times = (plain(moment) if moment else "" for moment in (voucher.issued_at, voucher.starts_at, voucher.expires_at))
    return (*times, voucher.definition, voucher.state, voucher.uses_left, voucher.rule)


def kept_rows(shop: UUID, member_id: UUID) -> dict[str, object]:
    """Return the rows that the database has of a member."""
    with organization_scope(shop):
        lots = list(Lot.objects.filter(organization_id=shop, member_id=member_id))
        entries = list(Entry.objects.filter(organization_id=shop, member_id=member_id))
        wallets = list(Wallet.objects.filter(organization_id=shop, member_id=member_id))
        vouchers = list(Voucher.objects.filter(organization_id=shop, member_id=member_id))
        state = queries.load(organization_id=shop, member_id=member_id).state
    assert state is not None
    return rows(lots, entries, wallets, vouchers, state)


def rows(lots: Any, entries: Any, wallets: Any, vouchers: Any, state: Any) -> dict[str, object]:
    """Return everything that a history left behind, in an order of its own."""
    by_id = {str(lot.id): shown_lot(lot) for lot in lots}
    figures = ("unit", "active", "pending", "held", "debt", "earned", "spent", "expired")
    return {
        "entries": sorted(shown_entry(entry, by_id) for entry in entries),
        "lots": sorted(map(str, by_id.values())),
        "wallets": sorted([getattr(wallet, name) for name in figures] for wallet in wallets if wallet.earned or wallet.pending),
        "vouchers": sorted(map(str, map(shown_voucher, vouchers))),
        "level": (state.standing.level, plain(state.standing.since), plain(state.standing.until)),
        "meters": plain(state.meters),
    }


# --- the test ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_road_leaves_the_same_rows(organization_id, new_member, chunk):
    apply_program(organization_id=organization_id, text=PROGRAM, now=BEGAN, effective_from=BEGAN - timedelta(days=900))
    program = compile_program(load_program(PROGRAM))
    seeds = range(chunk * HISTORIES // CHUNKS, (chunk + 1) * HISTORIES // CHUNKS)
    told, worlds = {}, {}
    for seed in seeds:
        reports = history(seed)
        one, other, world = new_member(), new_member(), World(program)
        _make_joined(organization_id, (one, other), reports[0]["at"])
        worlds[seed], told[seed] = WatchedWorld(world), (one, other)
        answers = list(live(organization_id, one, reports))
        assert list(imported(organization_id, other, reports)) == answers, seed
        codes = [found if isinstance(found, str) else "done" for found in answers]
        assert list(in_memory(worlds[seed], reports)) == codes, seed

    assert pass_time(organization_id=organization_id, now=ENDED).failed == ()

    for seed, (one, other) in told.items():
        at_the_till = kept_rows(organization_id, one)
        assert kept_rows(organization_id, other) == at_the_till, seed
        assert worlds[seed].rows() == at_the_till, seed
    with organization_scope(organization_id):
        assert differences_of(organization_id=organization_id) == []


class WatchedWorld(World):
    """A world that remembers every row of its one member."""

    def __init__(self, world: World) -> None:
        super().__init__(world.program)
        self.lots: dict[UUID, Any] = {}
        self.vouchers: dict[UUID, Any] = {}
        self.entries: list[Any] = []

    def _take(self, name: str, step: Any) -> None:
        super()._take(name, step)
        self.entries += step.entries
        self.lots.update({lot.id: lot for lot in (*step.new_lots, *step.changed_lots)})
        self.vouchers.update({voucher.id: voucher for voucher in (*step.new_vouchers, *step.changed_vouchers)})

    def rows(self) -> dict[str, object]:
        """Return the rows that a database would have."""
        state = self.members[""]
        return rows(self.lots.values(), self.entries, state.wallets.values(), self.vouchers.values(), state)


def _make_joined(shop: UUID, members: tuple[UUID, UUID], at: datetime) -> None:
    with organization_scope(shop):
        Member.objects.filter(organization_id=shop, id__in=members).update(joined_at=at)
