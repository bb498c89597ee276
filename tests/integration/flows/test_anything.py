"""Whatever members do in whatever order, through the database: refused or booked, the ledger replays and nothing breaks."""

import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from phakdi.flows.apply_program import apply_program
from phakdi.flows.pass_time import pass_time
from phakdi.flows.record_activity import record_activity
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.loyalty.engine.verification import differences_of
from tests.unit.loyalty.engine.core.handlers.test_anything import EVERYTHING, some_activity

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

START = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_breaks_whatever_happens(organization_id, new_member, seed):
    since = datetime(2020, 1, 1, tzinfo=UTC)
    text = f"phakdi: 1\nkey: town\n{EVERYTHING}"
    apply_program(organization_id=organization_id, text=text, now=since, effective_from=since)
    members = {name: new_member() for name in "abc"}
    chance, now, known, booked = random.Random(seed), START, [], 0
    for _ in range(80):
        kind, said = some_activity(chance, SimpleNamespace(id=members.__getitem__), known)
        now += timedelta(days=chance.choice([0, 0, 0, 1, 7, 25]), hours=chance.choice([0, 1]), minutes=1)
        activity = {"kind": kind, "at": now, "origin": "pos", **said}
        try:
            record_activity(organization_id=organization_id, member_id=members[chance.choice("aab")], activity=activity, now=now)
            booked += 1
        except Refusal:
            continue
        if chance.random() < 0.2:
            assert pass_time(organization_id=organization_id, now=now + timedelta(minutes=7)).failed == ()
            now += timedelta(minutes=8)
    assert pass_time(organization_id=organization_id, now=now + timedelta(days=400)).failed == ()

    with organization_scope(organization_id):
        assert [str(difference) for difference in differences_of(organization_id=organization_id)] == []
    assert booked >= 8
