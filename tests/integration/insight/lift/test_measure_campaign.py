"""Who is left out is decided before anything is sent; what the others did more is measured over everybody assigned."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import uuid4

import pytest
from django.db import connection

from phakdi.flows.measure_campaign import begin_campaign, count_audience, group_of, measure_campaigns, stop_campaign
from phakdi.insight.lift import queries
from phakdi.insight.lift.core.experiments import Audience, Outcome, Plan
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Forbidden, Invalid
from phakdi.people.members.models import Member
from phakdi.platform.staff.core import Place, Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)
PLAN = Plan("Songkran", Audience(), 3_000, Outcome.SPEND, date(2026, 6, 1), date(2026, 6, 30), 10_000, "songkran")


@pytest.fixture
def place(shop):
    return Place(shop, "shop-1", "Shop", uuid4(), Role.MARKETER)


@pytest.fixture
def people(shop, new_member):
    return [new_member() for _ in range(40)]


def begun(place, plan=PLAN):
    return begin_campaign(place=place, plan=plan, now=NOW)


def warehouse(people, spent, *, day=date(2026, 6, 10), as_of=datetime(2026, 7, 5, tzinfo=UTC)):
    keys = {member: number for number, member in enumerate(people, 1)}
    return Warehouse.of_rows(
        {
            "member": [{"member_key": key, "member_id": str(member)} for member, key in keys.items()],
            "purchase": [
                {"purchase_key": number, "member_key": keys[member], "day": day, "net_minor": amount}
                for number, (member, amount) in enumerate(spent.items())
            ],
        },
        as_of=as_of,
    )


def test_everybody_is_in_one_group_and_the_treated_are_marked(shop, place, people):
    assert count_audience(place=place, plan=PLAN, now=NOW) == 40
    campaign = begun(place)
    assert campaign.treated + campaign.held == 40
    treated = set(group_of(place=place, experiment_id=campaign.id, is_held=False, now=NOW))
    held = set(group_of(place=place, experiment_id=campaign.id, is_held=True, now=NOW))
    assert treated | held == set(people)
    assert not treated & held
    with organization_scope(shop):
        marked = set(Member.objects.filter(organization_id=shop, segments__contains=["songkran"]).values_list("id", flat=True))
    assert marked == treated

    stop_campaign(place=place, experiment_id=campaign.id, now=NOW + timedelta(days=3))
    with organization_scope(shop):
        assert not Member.objects.filter(organization_id=shop, segments__contains=["songkran"]).exists()
    with pytest.raises(Conflict):
        stop_campaign(place=place, experiment_id=campaign.id, now=NOW + timedelta(days=3))


def test_what_was_added_is_measured_over_everybody_assigned(shop, place, people):
    campaign = begun(place)
    treated = group_of(place=place, experiment_id=campaign.id, is_held=False, now=NOW)
    spent = dict.fromkeys(treated[: len(treated) // 2], 50000)  # half of them bought
    measure_campaigns(shop, warehouse(people, spent), NOW + timedelta(days=40))

    with organization_scope(shop):
        result = queries.find_experiment(organization_id=shop, experiment_id=campaign.id).result
    assert (result.treated.n, result.held.n) == (campaign.treated, campaign.held)
    assert result.plain.treated.mean == 50_000 * len(spent) / len(treated)
    assert result.plain.held.mean == 0
    assert result.is_over
    assert result.worth(margin=Fraction(1, 2), cost_minor=PLAN.cost_minor) == pytest.approx(25_000 * len(spent) / 10_000 - 1)


def test_purchases_before_only_narrow_the_interval(shop, place, people):
    campaign = begun(place)
    before = warehouse(people, {member: 100 * number for number, member in enumerate(people)}, day=date(2026, 5, 20))
    measure_campaigns(shop, before, NOW + timedelta(days=40))
    with organization_scope(shop):
        result = queries.find_experiment(organization_id=shop, experiment_id=campaign.id).result
    assert result.plain.difference == 0
    assert result.treated.before > 0


def test_who_became_one_across_groups_counts_in_neither(shop, place, people):
    campaign = begun(place)
    treated = group_of(place=place, experiment_id=campaign.id, is_held=False, now=NOW)
    held = group_of(place=place, experiment_id=campaign.id, is_held=True, now=NOW)
    with organization_scope(shop):
        Member.objects.filter(id=treated[0]).update(status="MERGED", merged_into=held[0])
        Member.objects.filter(id=treated[1]).update(status="MERGED", merged_into=treated[2])
        assigned, left_out = queries.assigned_now(organization_id=shop, experiment_id=campaign.id)
    assert left_out == 1
    assert len(assigned) == 37  # 40, less two who are others now, less one who was in both
    assert str(treated[1]) not in {member for member, _ in assigned}


def test_a_plan_that_cannot_be_measured_is_refused(shop, place, people, organization_id):
    for wrong in (
        {"name": " "},
        {"held_bp": 0},
        {"held_bp": 6_000},
        {"last": date(2026, 5, 1)},
        {"first": date(2026, 5, 1)},
        {"cost_minor": -1},
        {"audience": Audience(segment="nobody")},
    ):
        plan = Plan(**{field: getattr(PLAN, field) for field in PLAN.__dataclass_fields__} | wrong)
        with pytest.raises(Invalid):
            begun(place, plan)
    analyst = Place(shop, "shop-1", "Shop", uuid4(), Role.ANALYST)
    with pytest.raises(Forbidden):
        begun(analyst)


def test_the_audience_is_who_bought_or_was_quiet(shop, place, people):
    with organization_scope(shop), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO daily_member (organization_id, member_id, day, store, bills, sales_minor) VALUES (%s, %s, '2026-05-28', '', 1, 100)",
            [shop, people[0]],
        )
        lately = queries.audience_ids(organization_id=shop, audience=Audience(bought_within_days=7), today=date(2026, 6, 1))
        quiet = queries.audience_ids(organization_id=shop, audience=Audience(quiet_for_days=7), today=date(2026, 6, 1))
    assert lately == [people[0]]
    assert set(quiet) == set(people[1:])
