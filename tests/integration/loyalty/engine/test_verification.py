"""Verify finds what was tampered with, and nothing else."""

import pytest
from django.db import connections

from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import CHECKS, differences_of
from tests.integration.loyalty.engine.by_hand import earn_now, spend_until_written

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

PLANTED = {
    "wallet_equals_entries": "UPDATE wallet SET active = active + 1",
    "wallet_equals_lots": "UPDATE lot SET remaining = remaining - 1",
    "lot_equals_uses": "DELETE FROM lot",
    "entry_names_its_lots": "UPDATE entry SET uses = '[]'",
    "entry_accounts_are_known": "UPDATE entry SET target = 'REDEEMED' WHERE source = 'ISSUED'",
    "held_points_have_a_hold": "UPDATE entry SET source = 'HELD', target = 'REDEEMED'",
    "reversal_within_original": "UPDATE entry SET reverses_id = member_id",
    "entry_has_its_activity": "UPDATE entry SET activity_id = member_id",
    "lot_has_its_activity": "UPDATE lot SET activity_id = member_id",
    "receipt_has_its_activity": "UPDATE receipt SET activity_id = member_id",
    "activity_has_its_receipt": "DELETE FROM receipt",
    "wallet_has_its_state": "DELETE FROM member_state",
    "level_equals_standing": "UPDATE member_state SET level = 'gold'",
}


def checks_that_differ(organization_id):
    """Return the names of the checks that find something."""
    with organization_scope(organization_id):
        return {difference.check for difference in differences_of(organization_id=organization_id)}


def test_an_untouched_ledger_has_no_differences(organization_id, member_id):
    earn_now(organization_id, member_id, 300, ref="R1")
    assert spend_until_written(organization_id, member_id, 120)

    assert checks_that_differ(organization_id) == set()


def test_every_check_has_its_planted_difference():
    assert PLANTED.keys() == CHECKS.keys()


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_difference_is_found(organization_id, member_id, check):
    earn_now(organization_id, member_id, 300, ref="R1")

    with connections["owner"].cursor() as cursor:
        statement = PLANTED[check]
        cursor.execute(f"{statement} {'AND' if 'WHERE' in statement else 'WHERE'} organization_id = %s", [organization_id])

    assert check in checks_that_differ(organization_id)


def test_a_difference_names_the_member_and_both_figures(organization_id, member_id):
    earn_now(organization_id, member_id, 300)
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE wallet SET active = 301 WHERE organization_id = %s", [organization_id])

    with organization_scope(organization_id):
        first, second = differences_of(organization_id=organization_id)

    assert str(first) == (
        f"wallet_equals_entries: member {member_id}, points: expected active 300 pending 0 held 0 debt 0, "
        "found active 301 pending 0 held 0 debt 0"
    )
    assert (second.check, second.expected, second.found) == ("wallet_equals_lots", "active 300 pending 0", "active 301 pending 0")
