"""The demo: the same seed makes the same files, and they go through the importer without a word."""

import hashlib
from datetime import date

import pytest

from phakdi.adapters.commerce.files import running
from phakdi.cli import demo_data
from phakdi.cli.demo_build import DemoSource, building, read_manifest
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.models import Activity
from phakdi.people.members.models import Member
from phakdi.platform.imports.models import Import
from phakdi.platform.organizations.queries import find_organization

UNTIL = date(2026, 11, 23)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_same_seed_makes_the_same_files(tmp_path):
    one, two = (demo_data.write_files(tmp_path / name, members=40, seed="a", until=UNTIL) for name in ("one", "two"))
    other = demo_data.write_files(tmp_path / "other", members=40, seed="b", until=UNTIL)

    assert (digest(one.members), digest(one.purchases)) == (digest(two.members), digest(two.purchases))
    assert digest(one.purchases) != digest(other.purchases)


def test_purchases_last_two_years_until_the_day(tmp_path):
    demo = demo_data.write_files(tmp_path, members=300, seed="a", until=UNTIL)
    lines = demo.purchases.read_text(encoding="utf-8-sig").splitlines()
    days = sorted({line.split(",")[3][:10] for line in lines[1:]}, key=lambda day: day[6:] + day[3:5] + day[:2])

    assert days[-1] <= "23/11/2569"
    assert days[0][6:] == "2567"
    assert any(",-1," in line for line in lines), "something came back"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_demo_is_built_once_and_can_be_built_anew(tmp_path):
    source = DemoSource(60, "test")
    built = building.build(tmp_path, source, known=None, fresh=False, processes=1)

    assert read_manifest(tmp_path) == built
    assert [person.role for person in built.people] == ["OWNER", "MANAGER", "CASHIER"]
    organization = find_organization(slug="demo")
    with organization_scope(organization.id):
        members = Member.objects.filter(organization_id=organization.id)
        assert (members.count(), members.filter(status="FROZEN").count()) == (60, 1)
        kinds = set(Activity.objects.filter(organization_id=organization.id).values_list("kind", flat=True))
        assert {"join", "purchase"} <= kinds
        first, second, faulty = Import.objects.filter(organization_id=organization.id).order_by("id")
        assert (first.counts["rejected"], second.counts["rejected"], faulty.counts["rejected"]) == (0, 0, 7)
        assert differences_of(organization_id=organization.id) == []

    again = building.build(tmp_path, source, known=None, fresh=True, processes=1)
    assert again.organization_id != built.organization_id
    with organization_scope(organization.id):
        assert Member.objects.filter(organization_id=organization.id).count() == 0


@pytest.mark.django_db(transaction=True)
def test_demo_of_ones_own_file(tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text("receipt,phone,date,total\nA1,0812345678,2026-01-02,250\nA2,0898765432,2026-01-03,500\n", encoding="utf-8")
    built = building.build(tmp_path / "demo", DemoSource(1, "", file), known=None, fresh=False, processes=1)

    organization = find_organization(slug="demo")
    assert (built.source, built.title) == ("sales.csv", "sales")
    with organization_scope(organization.id):
        assert Activity.objects.filter(organization_id=organization.id, kind="purchase").count() == 2


def test_faulty_file_is_faulty_in_every_way(tmp_path):
    demo = demo_data.write_files(tmp_path, members=3, seed="a", until=UNTIL)
    opened = running.open_file(demo.faulty, kind="purchases", mapping=demo.purchases_mapping)
    shown, rejects = running.preview(opened, currency="THB", now=building.utc_now())

    assert len(shown) + len(rejects) == 8
    assert {reject.code for reject in rejects} == {"date_invalid", "number_invalid", "future_date", "number_missing"}
