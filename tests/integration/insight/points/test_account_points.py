"""What points cost is worked out from the warehouse; a month closes once."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from phakdi.flows.account_points import account_points
from phakdi.insight.points import queries
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def warehouse(month=4, *, spent=600):
    rows = {
        "lot": [
            {"lot_key": 1, "member_key": 1, "unit": "points", "granted": 1_000, "remaining": 1_000 - spent, "spent": spent, "expired": 0,
             "earned_on": date(2026, 1, 5), "expires_on": date(2027, 1, 5)},
            {"lot_key": 2, "member_key": 2, "unit": "points", "granted": 500, "remaining": 500, "spent": 0, "expired": 0,
             "earned_on": date(2026, 3, 5), "expires_on": date(2027, 3, 5)},
        ],
        "lot_use": [
            {"lot_key": 1, "member_key": 1, "unit": "points", "earned_on": date(2026, 1, 5), "day": date(2026, 2, 3), "points": spent}
        ],
        "points_movement": [
            {"entry_key": 1, "member_key": 1, "day": date(2026, 1, 5), "unit": "points", "kind": "EARN", "points": 1_000,
             "source": "ISSUED", "target": "ACTIVE"},
            {"entry_key": 2, "member_key": 1, "day": date(2026, 2, 3), "unit": "points", "kind": "SPEND", "points": spent,
             "source": "ACTIVE", "target": "REDEEMED"},
            {"entry_key": 3, "member_key": 2, "day": date(2026, 3, 5), "unit": "points", "kind": "EARN", "points": 500,
             "source": "ISSUED", "target": "ACTIVE"},
        ],
        "wallet": [
            {"member_key": 1, "unit": "points", "active": 1_000 - spent, "pending": 0, "held": 0, "debt": 0},
            {"member_key": 2, "unit": "points", "active": 500, "pending": 0, "held": 0, "debt": 0},
        ],
        "purchase": [{"purchase_key": 1, "member_key": 1, "day": date(2026, 1, 5), "net_minor": 100_000}],
        "voucher": [
            {"voucher_key": 1, "member_key": 1, "used_on": date(2026, 2, 9), "value_minor": 5_000, "rule": "birthday"},
            {"voucher_key": 2, "member_key": 1, "used_on": date(2026, 2, 9), "value_minor": 9_000, "rule": "reward:cup"},
            {"voucher_key": 3, "member_key": 1, "used_on": date(2026, 2, 9), "value_minor": None, "rule": "welcome"},
        ],
    }  # fmt: skip
    return Warehouse.of_rows(rows, as_of=datetime(2026, month, 10, tzinfo=UTC))


def account_of(shop):
    with organization_scope(shop):
        return queries.accounts_of(organization_id=shop)["points"]


def test_the_account_follows_from_lots_and_entries(shop):
    account_points(shop, warehouse(), datetime(2026, 4, 10, tzinfo=UTC))

    account = account_of(shop)
    assert account.cost == 100  # a point pays one baht
    assert [(line.month.month, line.issued, line.spent, line.used_rate) for line in account.issues] == [
        (1, 1_000, 600, Fraction(3, 5)),
        (3, 500, 0, 0),
    ]
    assert [closing.month.month for closing in account.months] == [1, 2, 3, 4]
    assert account.months[-1].balance == account.wallets == 900  # the ledger agrees
    assert account.months[1].spent_minor == 60_000
    assert account.months[1].gifts_minor == 5_000  # what points were paid for is in the points
    assert account.gifts_without_value == 1
    assert [(ending.month, ending.points) for ending in account.endings] == [(date(2027, 1, 1), 400), (date(2027, 3, 1), 500)]


def test_closed_months_stay_and_the_present_one_moves(shop):
    account_points(shop, warehouse(), datetime(2026, 4, 10, tzinfo=UTC))
    before = account_of(shop)
    account_points(shop, warehouse(spent=900), datetime(2026, 4, 11, tzinfo=UTC))
    after = account_of(shop)
    assert after.months[:-1] == before.months[:-1]
    assert after.issues[0].spent == 900
    account_points(shop, warehouse(5, spent=900), datetime(2026, 5, 11, tzinfo=UTC))
    assert [closing.month.month for closing in account_of(shop).months] == [1, 2, 3, 4, 5]


def test_without_a_program_nothing_is_kept(organization_id):
    account_points(organization_id, warehouse(), datetime(2026, 4, 10, tzinfo=UTC))
    with organization_scope(organization_id):
        assert queries.accounts_of(organization_id=organization_id) == {}
