"""A campaign is measured: planned, counted, begun, its list taken out, and said in words what came of it."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest

from phakdi.insight.lift import operations
from phakdi.insight.lift.core.experiments import Sums, judge
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.platform.staff.core import Role

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def people(shop, new_member):
    return [new_member() for _ in range(30)]


def planned(**more):
    today = date.today()
    return {
        "name": "Songkran",
        "held": "30",
        "outcome": "spend",
        "first": (today + timedelta(days=1)).isoformat(),
        "last": (today + timedelta(days=30)).isoformat(),
        "cost": "100",
        "segment": "songkran",
        **more,
    }


def begin(client, **more):
    answer = client.post("/console/campaigns/new/", planned(do="begin", **more))
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.url


def test_a_campaign_is_counted_before_it_begins(owner, people):
    page = owner.post("/console/campaigns/new/", planned(do="count"))
    assert page.context["counted"]["members"] == 30
    assert "Few are left out" in page.content.decode()
    url = begin(owner)
    assert "It has not begun." in owner.get(url).content.decode()
    listed = owner.get("/console/campaigns/").content.decode()
    assert "Songkran" in listed


def test_the_list_has_only_those_who_get_it(owner, people):
    url = begin(owner)
    campaign = owner.get(url).context["campaign"]
    lines = owner.get(f"{url}list/").content.decode().strip().splitlines()
    assert len(lines) == campaign.treated + 1
    assert campaign.held > 0


@pytest.mark.parametrize(
    ("treated", "held", "said"),
    [
        (Sums(700, 70_000 * 700, 7e12, 0, 0, 0), Sums(300, 40_000 * 300, 0.8e12, 0, 0, 0), "It added something"),
        (
            Sums(700, 40_000 * 700, 7e12, 0, 0, 0),
            Sums(300, 39_000 * 300, 3e12, 0, 0, 0),
            "No difference that chance would not explain",
        ),
        (Sums(700, 40_000 * 700, 2e12, 0, 0, 0), Sums(300, 90_000 * 300, 3e12, 0, 0, 0), "less than those who were left out"),
        (Sums(500, 1, 1, 0, 0, 0), Sums(500, 1, 1, 0, 0, 0), "something else than chance chose"),
    ],
)
def test_what_came_of_it_is_said_in_words(owner, shop, people, treated, held, said):
    url = begin(owner)
    campaign_id = UUID(re.search(r"[0-9a-f-]{36}", url)[0])
    with organization_scope(shop):
        result = judge(treated, held, held_bp=3_000, is_over=True)
        operations.keep_result(organization_id=shop, experiment_id=campaign_id, result=result, now=utc_now())
    page = owner.get(url).content.decode()
    assert said in page
    assert ("Difference" in page) == result.is_sound


def test_what_cannot_be_measured_is_said_at_its_field(owner, people):
    yesterday = (date.today() - timedelta(days=1)).isoformat()
    for wrong, field in (
        ({"first": yesterday}, "first"),
        ({"last": yesterday}, "last"),
        ({"held": "80"}, "held"),
        ({"from_segment": "nobody"}, None),
    ):
        page = owner.post("/console/campaigns/new/", planned(do="begin", **wrong))
        assert page.status_code == 422
        assert page.context["form"].errors.get(field or "__all__"), wrong


def test_who_may_look_may_not_begin_or_take_the_list_out(signed_in, owner, people):
    url = begin(owner)
    analyst = signed_in(Role.ANALYST)
    assert analyst.get(url).status_code == 200
    assert analyst.post("/console/campaigns/new/", planned(do="begin")).status_code == 403
    assert analyst.get(f"{url}list/").status_code == 403
    cashier = signed_in(Role.CASHIER)
    assert cashier.get("/console/campaigns/").status_code == 403
    assert cashier.get(f"{url}list/").status_code == 403


def test_it_can_be_stopped(owner, people):
    url = begin(owner, first=date.today().isoformat())
    assert owner.post(f"{url}stop/").status_code == 302
    assert "stopped on" in owner.get(url).content.decode()
