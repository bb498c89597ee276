"""What is worked out of products is kept, and read again as it was."""

from datetime import UTC, datetime

import pytest

from phakdi.insight.products import looking, queries, refreshing
from phakdi.insight.products.core.figures import Rates
from phakdi.insight.products.expressions import Scope
from phakdi.kit.db.scope import organization_scope
from tests.unit.insight.products.shop import bills, day, warehouse

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
NOW = datetime(2027, 1, 1, 4, tzinfo=UTC)


def test_a_refresh_keeps_what_pages_show(shop):
    given = {
        "voucher_key": 1,
        "member_key": 1,
        "definition": "gift",
        "state": "ISSUED",
        "issued_on": day(340),
        "rule": "birthday",
    }
    told = [(n, 340, {"bread": 100, "butter": 50}) for n in range(1, 22)] + [(1, 345, {"bread": 100}), (2, 10, {"jam": 70})]
    house = warehouse(*bills(*told), voucher=[given])
    with organization_scope(shop):
        assert queries.find_sold(organization_id=shop, item="product", days=30) is None

    for _ in range(2):
        refreshing.step(shop, house, NOW)

    with organization_scope(shop):
        sold = queries.find_sold(organization_id=shop, item="product", days=30)
        assert sold == looking.sold(house, Scope(refreshing.last(30, day(366))), "product", Rates(point_costs={}))
        assert sold.items[0].members == 21
        moved = queries.find_movement(organization_id=shop, item="category", days=90, against="before")
        assert [(each.item, each.change_minor) for each in moved.rising] == [("food", 3_250)]
        [pair] = queries.find_pairs(organization_id=shop)
        assert (pair.one, pair.other, pair.both) == ("bread", "butter", 21)
        assert [each.item for each in queries.find_quiet(organization_id=shop, days=90)] == ["jam"]
        second = queries.find_second_visits(organization_id=shop, item="product")
        assert (second.everybody.members, [each.item for each in second.items]) == (1, ["jam"])
        rewards = queries.find_rewards(organization_id=shop, days=90)
        assert [(pull.reward, pull.times) for pull in rewards.pulls] == [("gift", 1)]
        assert rewards.levels == {"gift": {"": 1}}
        detail = queries.find_detail(organization_id=shop, product="bread")
        assert detail.stores == [("S1", 2_200)]
        assert detail.months == [(day(335), 2_200)]
        assert queries.as_of(organization_id=shop) == house.as_of
