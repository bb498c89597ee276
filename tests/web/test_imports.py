"""Bringing a file in by the browser: looked at first, imported by the worker, taken back again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from phakdi.config.wiring import CONSUMERS
from phakdi.flows.create_organization import create_organization
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.queries import search
from phakdi.platform.imports.queries import imports_of
from phakdi.platform.outbox.core import Fact
from phakdi.platform.outbox.models import OutboxFact

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
MEMBERS = "name,surname,mobile\nมานี,ใจดี,0891112233\nปิติ,รักเรียน,12\n".encode()
assert create_organization


def work(shop, topic):
    """Do what a worker does about the latest fact of a topic."""
    with organization_scope(shop):
        told = OutboxFact.objects.filter(organization_id=shop, topic=topic).order_by("-id").first()
    fact = Fact(told.id, shop, told.topic, None, told.data, told.at)
    next(consumer for consumer in CONSUMERS if topic in consumer.topics).handle(fact, utc_now())


def upload(client, content, name="members.csv", kind="members"):
    return client.post("/console/imports/new/", {"kind": kind, "file": SimpleUploadedFile(name, content)})


def test_file_is_looked_at_imported_and_taken_back(owner, shop):
    answer = upload(owner, MEMBERS)
    page = owner.get(answer["Location"])
    assert page.status_code == 200
    assert "มานี" in page.text
    mapping = page.context["mapping"]
    answer = owner.post(answer["Location"], {"mapping": mapping, "do": "import"})
    assert answer["Location"] == "/console/imports/"

    work(shop, "import.requested")
    with organization_scope(shop):
        (found,) = imports_of(organization_id=shop)
        assert [member.given_name for member in search(organization_id=shop, text="0891112233").members] == ["มานี"]
    page = owner.get(f"/console/imports/{found.id}/").text
    assert "members.csv" in page
    assert "This is no phone number." in page

    owner.post(f"/console/imports/{found.id}/undo/")
    work(shop, "import.undo_requested")
    with organization_scope(shop):
        assert search(organization_id=shop, text="0891112233").members == []


def test_file_that_is_none_is_told(owner):
    answer = upload(owner, b"")
    assert answer.status_code == 422
    answer = upload(owner, b"\x00\x01\x02binary", "x.bin")
    page = owner.get(answer["Location"])
    assert page.status_code == 422
    assert "CSV or XLSX" in page.text


def test_mapping_with_an_unknown_column_names_those_there_are(owner):
    where = upload(owner, MEMBERS)["Location"]
    page = owner.post(where, {"mapping": "kind: members\ncolumns:\n  phone: telephone\n", "do": "check"})
    assert page.status_code == 422
    assert "the file has no column" in page.text
    assert "phone: telephone" in page.text


def test_file_of_another_organization_is_not_found(owner, signed_in):
    assert owner.get("/console/imports/files/01a20000-0000-7000-8000-000000000000/").status_code == 404


def test_rows_left_out_are_handed_out_with_their_reasons(owner, shop, other_organization_id):
    where = upload(owner, MEMBERS)["Location"]
    mapping = owner.get(where).context["mapping"]
    owner.post(where, {"mapping": mapping, "do": "import"})
    work(shop, "import.requested")
    with organization_scope(shop):
        (found,) = imports_of(organization_id=shop)
    kept = owner.get(f"/console/imports/{found.id}/").context["rejects_file"]
    answer = owner.get(f"/console/imports/rejects/{kept.id}/")
    rows = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "ปิติ" in rows
    assert "This is no phone number." in rows
    assert "มานี" not in rows
    assert answer["Cache-Control"] == "no-store"


def test_columns_are_picked_from_a_list_and_counted_before(owner, shop):
    where = upload(owner, "a,b,c\nมานี,ใจดี,0891112233\nปิติ,รักเรียน,12\n".encode())["Location"]
    page = owner.get(where)
    assert page.status_code == 200
    picked = {"column_0": "given_name", "column_1": "family_name", "column_2": "phone"}

    page = owner.post(where, {"mapping": page.context["mapping"], **picked, "do": "count"})

    assert dict(page.context["counts"]) == {"rows read": 2, "members created": 1, "rows left out": 1}
    assert page.context["left_out"] == 1
    with organization_scope(shop):
        assert search(organization_id=shop, text="0891112233").members == []
    owner.post(where, {"mapping": page.context["mapping"], **picked, "do": "import"})
    work(shop, "import.requested")
    with organization_scope(shop):
        assert [member.family_name for member in search(organization_id=shop, text="0891112233").members] == ["ใจดี"]


def test_two_columns_for_the_same_are_refused(owner):
    where = upload(owner, MEMBERS)["Location"]

    page = owner.post(
        where, {"mapping": owner.get(where).context["mapping"], "column_0": "phone", "column_2": "phone", "do": "check"}
    )

    assert page.status_code == 422
    assert "keep one" in page.text


def test_taking_back_is_asked_once_more(owner, shop):
    where = upload(owner, MEMBERS)["Location"]
    owner.post(where, {"mapping": owner.get(where).context["mapping"], "do": "import"})
    work(shop, "import.requested")
    with organization_scope(shop):
        (found,) = imports_of(organization_id=shop)

    page = owner.get(f"/console/imports/{found.id}/undo/")

    assert page.status_code == 200
    assert "members.csv" in page.text
    with organization_scope(shop):
        assert len(search(organization_id=shop, text="0891112233").members) == 1
