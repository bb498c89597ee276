"""An organization takes everything along: every table that is its own, in open files, without secrets and without others' rows."""

import csv
import json

import pytest
from django.apps import apps

from phakdi.cli.upkeep.exporting import EXPORTED, FolderNotEmpty, export_organization
from phakdi.flows.record_activity import record_activity
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.platform.organizations.queries import get_organization

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
LEFT_OUT = {
    "api_key": "keys are shown once and kept as hashes",
    "idempotency": "answers of a day",
    "otp_challenge": "codes of minutes", "code_allowance": "counts", "code_budget": "counts", "code_policy": "a setting",
    "outbox_fact": "a queue", "outbox_interest": "which endpoints listen", "job": "a queue", "scheduled_task": "the schedule",
    "stored_file": "files are in the data folder and in backups", "import_slice": "markers of an import",
    "member_before": "what an import overwrote", "state_before": "as above", "state_merge": "what parting would need",
    "duplicate_key": "an index", "duplicate_pair": "guesses", "duplicate_scan": "how far was read",
    "member_session": "sign-ins", "member_read_mark": "as above", "member_card": "sealed secrets", "member_card_use": "codes of minutes",
    "forgotten_contact": "keyed hashes", "channel_connection": "sealed secrets", "provider_connection": "as above",
    "webhook_event": "copies of facts", "webhook_delivery": "as above", "webhook_attempt": "as above", "webhook_sequence": "counts",
    "till": "devices and their keys", "till_bill": "bills on their way", "program_draft": "not in force",
    "staff_policy": "a setting", "staff_held_grant": "waits for a decision", "guide": "how far the first hour is",
    "points_account": "worked out again at every refresh",
    "backtest": "worked out from the history", "backtest_member": "as above",
    "recommend_run": "worked out again at every refresh", "forecast": "as above",
}  # fmt: skip


@pytest.fixture
def filled(shop, member_id):
    now = utc_now()
    record_activity(
        organization_id=shop, member_id=member_id, now=now, activity={"kind": "purchase", "amount": 100, "at": now, "ref": "=R+1"}
    )
    with organization_scope(shop):
        return get_organization(organization_id=shop).slug


def test_everything_is_there_twice_and_adds_up(filled, shop, member_id, other_organization_id, tmp_path):
    counts = export_organization(slug=filled, folder=tmp_path / "out")

    entries = [json.loads(line) for line in (tmp_path / "out/entry.jsonl").read_text().splitlines()]
    assert [(entry["kind"], entry["points"], entry["member_id"]) for entry in entries] == [("EARN", 100, str(member_id))]
    with (tmp_path / "out/member.csv").open(encoding="utf-8-sig", newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    assert [row["given_name"] for row in rows] == ["Member 1"]
    assert rows[0]["phone"] == "+66800000001", "a phone stays a phone"
    with (tmp_path / "out/activity.csv").open(encoding="utf-8-sig", newline="") as sheet:
        assert [row["ref"] for row in csv.DictReader(sheet)] == ["'=R+1"], "what begins like a formula is text"
    assert "search_grams" not in rows[0]
    assert counts["organization"] == 1
    assert json.loads((tmp_path / "out/manifest.json").read_text())["rows"] == counts
    readme = (tmp_path / "out/README.md").read_text()
    assert [table for table in EXPORTED if f"## {table}\n" not in readme] == []
    assert str(other_organization_id) not in "".join(path.read_text() for path in (tmp_path / "out").iterdir())


def test_every_table_of_an_organization_is_exported_or_left_out_for_a_reason():
    own = {
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "organization_id" for field in model._meta.fields)
    }

    assert sorted(EXPORTED.keys() - own) == []
    unnamed = {table for table in own - EXPORTED.keys() if table not in LEFT_OUT and not table.startswith(("daily_", "insight_"))}
    assert unnamed == set()


def test_an_export_overwrites_nothing_and_knows_its_organization(filled, tmp_path):
    (tmp_path / "kept.txt").write_text("mine")

    with pytest.raises(FolderNotEmpty):
        export_organization(slug=filled, folder=tmp_path)
    with pytest.raises(NotFound):
        export_organization(slug="nowhere", folder=tmp_path / "new")
