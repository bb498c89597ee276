"""Lists are made from the warehouse, judged, and kept as traits of members; what is never shown is not."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from phakdi.insight.recommend import queries
from phakdi.insight.recommend.core.runs import Why
from phakdi.insight.recommend.operations import set_never_shown
from phakdi.insight.recommend.refreshing import step
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 6, 30, 18, tzinfo=UTC)  # the first of July in Bangkok
LAST = date(2026, 7, 1)


def lines_of(member, rng, *, days=240):
    """What one member buys: a usual drink nearly each time, sometimes something of a kind of their own."""
    usual, kind = f"drink-{rng.randrange(12)}", rng.randrange(4)
    day, found = LAST - timedelta(days=days - rng.randrange(10)), []
    while day <= LAST:
        products = {usual} if rng.random() < 0.8 else set()
        products |= {f"kind-{kind}-{rng.randrange(9)}" for _ in range(rng.randrange(3))}
        products |= {f"other-{rng.randrange(40)}"} if rng.random() < 0.5 else set()
        found += [(member, day, product) for product in products]
        day += timedelta(days=rng.randrange(4, 16))
    return found


def warehouse(people, *, days=240, store=lambda member: "siam", more=()):
    rng = random.Random(3)
    rows = [row for member in range(1, 121) for row in lines_of(member, rng, days=days)] + list(more)
    lines = [
        {"purchase_key": number, "line": 1, "member_key": member, "day": day, "product": product, "quantity_milli": 1_000,
         "amount_minor": 5_000, "store": store(member)}
        for number, (member, day, product) in enumerate(rows)
    ]  # fmt: skip
    members = [
        {"member_key": number, "member_id": str(member), "is_enrolled": True, "home_store": ""}
        for number, member in enumerate(people, 1)
    ]
    return Warehouse.of_rows({"member": members, "purchase_line": lines}, as_of=NOW)


def lists_of(shop, member_id, now=NOW):
    with organization_scope(shop):
        return queries.lists_of(organization_id=shop, member_id=member_id, now=now)


@pytest.fixture
def people(new_member):
    return [new_member() for _ in range(3)]


def test_lists_are_judged_and_kept(shop, people):
    sold_once = [(1, date(2025, 9, 1), "gone"), (2, LAST, "knife")]
    step(shop, warehouse(people, more=sold_once), NOW)

    with organization_scope(shop):
        kept = queries.latest_run(organization_id=shop)
    run = kept.run
    assert run.until == LAST + timedelta(days=1)
    assert run.judged.split == run.until - timedelta(days=28)
    assert run.judged.sampled == 120
    for side in (run.judged.again, run.judged.new):
        assert side.model.members > 60
        assert (side.why is Why.BETTER) == side.model.beats(side.baseline)
    assert run.judged.new.why is Why.BETTER  # who buys of a kind, buys more of it
    assert run.counted.members == 3  # the others are not enrolled
    assert run.counted.with_again == run.counted.with_new == 3
    assert run.on_sale == run.products - 1  # one was not sold for half a year

    first, second = (lists_of(shop, member) for member in people[:2])
    assert "gone" not in first.again
    assert "knife" in second.again
    assert not set(second.again) & set(second.new)
    assert len(first.again) == len(first.new) == 10
    assert lists_of(shop, people[0], NOW + timedelta(days=9)).again is None  # too old to show

    with organization_scope(shop):
        set_never_shown(organization_id=shop, products=["knife", " ", *first.new[:2]], now=NOW)
    step(shop, warehouse(people, more=sold_once), NOW + timedelta(hours=1))
    assert "knife" not in lists_of(shop, people[1]).again
    assert not set(first.new[:2]) & set(lists_of(shop, people[0]).new)
    with organization_scope(shop):
        set_never_shown(organization_id=shop, products=["knife"], now=NOW)
        assert queries.never_shown(organization_id=shop) == ["knife"]


def test_only_what_the_members_store_sells(shop, people):
    step(shop, warehouse(people, store=lambda member: "siam" if member % 2 else "ari", more=[(1, LAST, "only-siam")]), NOW)
    assert "only-siam" in lists_of(shop, people[0]).again
    assert "only-siam" not in lists_of(shop, people[1]).new


def test_a_short_history_is_served_the_baseline(shop, people):
    step(shop, warehouse(people, days=20), NOW)
    with organization_scope(shop):
        run = queries.latest_run(organization_id=shop).run
    assert run.judged.again.why is run.judged.new.why is Why.TOO_SHORT
    assert run.judged.split is None
    assert lists_of(shop, people[0]).again


def test_nothing_is_made_where_no_bill_names_a_product(shop, people):
    rows = {"purchase_line": [{"member_key": 1, "day": LAST, "product": "", "quantity_milli": 1_000}]}
    step(shop, Warehouse.of_rows(rows, as_of=NOW), NOW)
    with organization_scope(shop):
        assert queries.latest_run(organization_id=shop) is None
    assert lists_of(shop, people[0]).again is None
