"""Told again under the program in force, a history gives what the ledger has: to the point, by unit, member and level."""

from collections import Counter
from datetime import timedelta

import pytest

from phakdi.flows.apply_program import apply_program
from phakdi.flows.backtest_program import Draft, Wanted, backtest, plan_of
from phakdi.flows.pass_time import pass_time
from phakdi.insight.backtest import running
from phakdi.insight.backtest.core.tallying import add, flow_of
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.models import KeptState
from phakdi.loyalty.ledger.models import Entry, Wallet
from phakdi.people.members.models import Member
from tests.integration.flows.test_one_function import BEGAN, ENDED, PROGRAM, answer, history
from tests.integration.flows.test_one_function import record_activity as record

pytestmark = pytest.mark.django_db(transaction=True)
MEMBERS = 24
LAST = ENDED.date() - timedelta(days=1)


@pytest.fixture
def told(organization_id, new_member):
    """A shop whose members did all sorts of things at the till, and time has passed."""
    apply_program(organization_id=organization_id, text=PROGRAM, now=BEGAN, effective_from=BEGAN - timedelta(days=900))
    members = []
    for seed in range(MEMBERS):
        reports, member_id = history(seed), new_member()
        members.append(member_id)
        with organization_scope(organization_id):
            Member.objects.filter(organization_id=organization_id, id=member_id).update(joined_at=reports[0]["at"])
        for report in reports:
            answer(record, {"organization_id": organization_id, "member_id": member_id, "activity": report, "now": report["at"]})
    assert pass_time(organization_id=organization_id, now=ENDED).failed == ()
    return organization_id


def wanted(*texts):
    return Wanted([Draft(f"draft {n}", text) for n, text in enumerate(texts, start=1)], BEGAN.date(), LAST)


def test_the_same_program_gives_what_the_ledger_has(told):
    rows = []
    report = backtest(organization_id=told, wanted=wanted(PROGRAM), now=ENDED, on_members=rows.extend)

    flows, entries_by_member, held, levels = ledger_of(told)
    by_member = {row.member_id: row for row in rows}
    for side in report["sides"]:
        units = side["units"]
        assert {unit: {n: units[unit][n] for n in found} for unit, found in flows.items()} == flows
        assert {unit: figures["outstanding"] for unit, figures in units.items() if unit in held} == held
        assert {tier["level"]: tier["at_end"] for tier in side["tiers"] if tier["at_end"]} == dict(levels)
        for member_id, found in entries_by_member.items():
            assert by_member[member_id].doc[side["key"]]["units"] == found
    assert {tuple(sorted(row.differences.items())) for row in rows} == {(("a", 0),)}
    assert report["sides"][1]["compared"] == {"more": 0, "less": 0, "same": len(rows), "same_minor": 0}
    assert [side["key"] for side in report["sides"]] == ["now", "a"]
    assert sum(month["purchases"] for month in report["months"]) == report["purchases"] > 0


def test_two_processes_and_a_later_beginning_give_the_same(told, monkeypatch):
    monkeypatch.setattr(running.queries, "ACTIVITIES_A_CHUNK", 20)
    generous = PROGRAM.replace("points: 1, per: 10}, limits", "points: 2, per: 10}, limits")
    plan = plan_of(organization_id=told, wanted=wanted(PROGRAM, generous), now=ENDED)
    alone, together = sums_of(plan, 1), sums_of(plan, 2)
    assert alone == together
    assert alone["a"]["months"] == alone["now"]["months"]
    assert alone["b"]["months"] != alone["now"]["months"]
    assert alone["b"]["compared"]["more"] > 0

    later = Wanted([Draft("same", PROGRAM)], BEGAN.date() + timedelta(days=120), LAST)
    report = backtest(organization_id=told, wanted=later, now=ENDED)
    whole = backtest(organization_id=told, wanted=wanted(PROGRAM), now=ENDED)
    for found in (report["sides"][1], whole["sides"][1]):
        assert {unit: each["outstanding"] for unit, each in found["units"].items()} == {
            unit: each["outstanding"] for unit, each in whole["sides"][0]["units"].items()
        }
    assert report["sides"][0]["months"] == whole["sides"][0]["months"][-len(report["months"]) :] or report["sides"][0]["months"][1:] == whole["sides"][0]["months"][-len(report["months"]) + 1 :]  # fmt: skip


@pytest.mark.slow
def test_spark_gives_the_same(told):
    pytest.importorskip("pyspark")
    wants = wanted(PROGRAM)
    alone = backtest(organization_id=told, wanted=wants, now=ENDED)
    assert backtest(organization_id=told, wanted=wants, now=ENDED, engine="spark") == alone


def sums_of(plan, processes):
    sums, rows = {}, []
    for part in running.run_parts(plan, processes=processes):
        add(sums, part.sums)
        rows += part.members
    assert len({row.member_id for row in rows}) == len(rows) == MEMBERS
    return sums


def ledger_of(organization_id):
    """Return flows by unit, by member and unit, what is outstanding, and how many stand at each level."""
    flows, by_member = {}, {}
    with organization_scope(organization_id):
        for entry in Entry.objects.filter(organization_id=organization_id):
            flow = flow_of(entry.kind, entry.source, entry.target)
            if flow:
                change = {entry.unit: {flow[0]: flow[1] * entry.points}}
                add(flows, change)
                add(by_member.setdefault(entry.member_id, {}), change)
        wallets = list(Wallet.objects.filter(organization_id=organization_id))
        levels = Counter(KeptState.objects.filter(organization_id=organization_id).values_list("level", flat=True))
    held = Counter()
    for wallet in wallets:
        held[wallet.unit] += wallet.active + wallet.pending + wallet.held
    return flows, by_member, dict(held), levels
