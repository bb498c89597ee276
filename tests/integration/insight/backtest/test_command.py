"""``phakdi program backtest``: what it prints and writes."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from phakdi.cli.main import main
from phakdi.flows.apply_program import apply_program
from phakdi.flows.enroll_member import Enrollment, enroll_by_staff
from phakdi.flows.record_activity import record_activity
from phakdi.platform.audit.core import Actor

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
PROGRAM = """\
phakdi: 1
key: small
units:
  points: {worth: 0.5}
earning:
  - {key: base, on: purchase, give: {points: 1, per: 10}}
spending:
  - {key: pay, pays: 0.5}
"""
BEGAN = datetime(2026, 1, 1, 3, tzinfo=UTC)


@pytest.fixture
def shop(make_organization, tmp_path, monkeypatch):
    """A shop whose member bought, paid with points, and has some left; beside it two drafts."""
    monkeypatch.chdir(tmp_path)
    organization_id = make_organization("teahouse")
    apply_program(organization_id=organization_id, text=PROGRAM, now=BEGAN, effective_from=BEGAN)
    actor = Actor("staff", "1")
    profile = {"given_name": "Mali", "phone": "0811111111"}
    member_id = enroll_by_staff(
        organization_id=organization_id, enrollment=Enrollment(profile=profile, source="counter"), actor=actor, now=BEGAN
    ).member.id
    told = ({"amount": 1000}, {"amount": 500, "fields": {"pay_points": 80}}, {"amount": 200})
    for number, report in enumerate(told, start=1):
        at = BEGAN.replace(month=1 + number)
        activity = {"kind": "purchase", "ref": f"B{number}", "origin": "pos", "at": at, **report}
        record_activity(organization_id=organization_id, member_id=member_id, activity=activity, now=at)
    Path("same.yaml").write_text(PROGRAM, encoding="utf-8")
    Path("half.yaml").write_text(PROGRAM.replace("per: 10", "per: 20"), encoding="utf-8")
    return organization_id


def test_two_drafts_side_by_side(shop, capsys, tmp_path):
    asked = ["program", "backtest", "same.yaml", "half.yaml", "--from", "2026-01-01", "--to", "2026-06-30", "--jobs", "1"]
    assert main([*asked, "--organization", "teahouse", "--report", "csv", "out"]) == 0
    said = capsys.readouterr().out
    assert "1 members · 3 purchases · sales 1,700.00 THB" in said
    assert "points: issued 85, used 0" in said  # 80 points were not there under the second draft
    assert "not repeated: points (points_insufficient) × 1" in said
    with Path("out/units.csv").open() as file:
        units = {row["side"]: (int(row["issued"]), int(row["spent"]), int(row["outstanding"])) for row in csv.DictReader(file)}
    assert units["now"] == units["a"]
    assert units["a"][1:] == (80, units["a"][0] - 80)
    assert units["b"] == (85, 0, 85)
    with Path("out/members.csv").open() as file:
        assert [row["side"] for row in csv.DictReader(file)] == ["now", "a", "b"]

    assert main([*asked, "--organization", "teahouse", "--json", "--cost", "points=1"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [side["redeemed_minor"] for side in report["sides"]] == [8000, 8000, 0]
    assert [side["cost_minor"] for side in report["sides"]][2] == 8500


def test_what_cannot_be_read_is_said(shop, capsys):
    asked = ["program", "backtest", "same.yaml", "--organization", "teahouse", "--from"]
    assert main([*asked, "yesterday"]) != 0
    assert main([*asked, "2026-05-01", "--to", "2026-01-01"]) != 0
    assert main([*asked, "2026-01-01", "--cost", "points"]) != 0
