"""Members by sets: imported, imported again, undone."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id
from phakdi.people.members import operations, queries
from phakdi.people.members.core import read_identity
from phakdi.people.members.models import Identity, Member
from phakdi.people.members.operations import ImportRow

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = date(2026, 11, 24)


def row(line, **fields):
    number, identities = fields.pop("number", ""), fields.pop("identities", ())
    return ImportRow(line, fields, identities, number, fields.pop("joined_at", None))


def load(organization_id, *rows, import_id=None, now=NOW):
    with organization_scope(organization_id):
        return operations.upsert_many(
            organization_id=organization_id, rows=rows, import_id=import_id or new_id(), now=now, today=TODAY
        )


def outcomes(answers):
    return [(answer.line, answer.outcome, answer.code, answer.field) for answer in answers]


def members(organization_id):
    with organization_scope(organization_id):
        return {m.phone: m for m in Member.objects.filter(organization_id=organization_id)}


def digest(organization_id):
    """Return a digest over every row of members and identities, less who wrote it last."""
    with organization_scope(organization_id), connection.cursor() as db:
        db.execute(
            """SELECT coalesce(string_agg(line, E'\n' ORDER BY line), '') FROM (
                SELECT (to_jsonb(m) - 'written_by')::text AS line FROM member AS m
                UNION ALL SELECT (to_jsonb(i) - 'written_by')::text FROM identity AS i) AS everything"""
        )
        return hashlib.sha256(db.fetchone()[0].encode()).hexdigest()


def test_rows_become_members(organization_id):
    joined = datetime(2020, 1, 2, tzinfo=UTC)
    answers = load(
        organization_id,
        row(1, given_name="สมชาย", phone="0812345678", birthday="1/2/2533"),
        ImportRow(2, {"given_name": "John", "email": "J@x.co"}, [("CARD", "1234-5678")], "N-2", joined),
    )

    assert outcomes(answers) == [(1, "CREATED", "", ""), (2, "CREATED", "", "")]
    first, second = members(organization_id)["+66812345678"], members(organization_id)[""]
    assert (first.status, first.given_name, first.birthday, first.joined_at) == ("ACTIVE", "สมชาย", date(1990, 2, 1), NOW)
    assert (second.number, second.email, second.joined_at) == ("N-2", "j@x.co", joined)
    with organization_scope(organization_id):
        found = queries.search(organization_id=organization_id, text="5678").members
        assert {m.id for m in found} == {first.id}
        assert queries.find_by_identity(organization_id=organization_id, kind="CARD", value="12345678").id == second.id


def test_same_rows_again_change_nothing(organization_id):
    rows = [row(1, given_name="สมชาย", phone="0812345678"), row(2, email="a@b.co", number="N-2")]
    first = load(organization_id, *rows)
    before = digest(organization_id)
    again = load(organization_id, *rows, now=LATER)

    assert outcomes(again) == [(1, "UNCHANGED", "", ""), (2, "UNCHANGED", "", "")]
    assert [a.member_id for a in again] == [a.member_id for a in first]
    assert digest(organization_id) == before


def test_row_updates_what_it_tells_and_leaves_the_rest(organization_id):
    load(organization_id, row(1, given_name="สมชาย", nickname="หมู", phone="0812345678"))
    answers = load(organization_id, row(9, given_name="สมศักดิ์", nickname="", phone="0812345678", email="a@b.co"), now=LATER)

    member = members(organization_id)["+66812345678"]
    assert outcomes(answers) == [(9, "UPDATED", "", "")]
    assert (member.given_name, member.nickname, member.email, member.updated_at) == ("สมศักดิ์", "หมู", "a@b.co", LATER)
    assert member.search_key == "สมศักดิ หมู"


def test_rows_of_one_person_in_one_file_are_one_member(organization_id):
    answers = load(
        organization_id,
        row(1, given_name="ก", phone="0812345678"),
        row(2, email="a@b.co", phone="+66812345678"),
        row(3, nickname="ข", email="A@B.co"),
    )

    assert [a.outcome for a in answers] == ["CREATED", "UPDATED", "UPDATED"]
    assert len({a.member_id for a in answers}) == 1
    member = members(organization_id)["+66812345678"]
    assert (member.given_name, member.nickname, member.email) == ("ก", "ข", "a@b.co")


def test_bad_rows_are_refused_and_the_others_written(organization_id):
    load(organization_id, row(1, phone="0812345678"), row(2, email="a@b.co"), row(3, number="N-3", phone="0891112222"))
    answers = load(
        organization_id,
        row(1, phone="12"),
        row(2, given_name="nobody"),
        row(3, phone="0812345678", email="a@b.co"),
        row(4, phone="0898765432", birthday="32/1/2530"),
        row(5, phone="0898765432", attributes={"x": "1"}),
        row(6, phone="0891112222", number="N-4"),
        row(7, phone="0898765432", number="-"),
        row(8, phone="0898765432"),
    )

    assert outcomes(answers) == [
        (1, "REFUSED", "phone_invalid", "phone"),
        (2, "REFUSED", "identity_missing", "phone"),
        (3, "REFUSED", "identities_disagree", "phone"),
        (4, "REFUSED", "date_invalid", "birthday"),
        (5, "REFUSED", "attribute_unknown", "x"),
        (6, "REFUSED", "member_number_differs", "number"),
        (7, "REFUSED", "member_number_invalid", "number"),
        (8, "CREATED", "", ""),
    ]
    assert len(members(organization_id)) == 4


def test_shadow_becomes_a_member(organization_id):
    with organization_scope(organization_id):
        key = read_identity("PHONE", "0812345678")
        shadow = operations.find_or_create_shadow(organization_id=organization_id, key=key, now=NOW).member
    answers = load(organization_id, row(1, phone="0812345678"), now=LATER)

    member = members(organization_id)["+66812345678"]
    assert (outcomes(answers), member.id) == ([(1, "UPDATED", "", "")], shadow.id)
    assert (member.status, member.joined_at) == ("ACTIVE", LATER)


def test_undo_restores_everything(organization_id):
    load(organization_id, row(1, given_name="ก", phone="0812345678"), row(2, phone="0898765432"))
    before, import_id = digest(organization_id), new_id()
    load(
        organization_id,
        row(1, given_name="ข", nickname="ค", phone="0812345678", email="a@b.co"),
        row(2, given_name="ง", phone="0611112222"),
        import_id=import_id,
        now=LATER,
    )
    load(organization_id, row(3, given_name="จ", phone="0812345678"), import_id=import_id, now=LATER + timedelta(seconds=1))
    with organization_scope(organization_id):
        assert queries.imported_members(organization_id=organization_id, import_id=import_id) == (1, 1)
        undone = operations.undo_import(organization_id=organization_id, import_id=import_id)

    assert (undone.deleted, undone.restored, undone.kept) == (1, 1, 0)
    assert digest(organization_id) == before


def test_undo_keeps_who_was_active_or_edited_since(organization_id):
    load(organization_id, row(1, given_name="ก", phone="0812345678"))
    import_id = new_id()
    answers = load(
        organization_id,
        row(1, given_name="ข", phone="0812345678"),
        row(2, phone="0898765432"),
        row(3, phone="0611112222"),
        import_id=import_id,
        now=LATER,
    )
    edited, busy = answers[0].member_id, answers[1].member_id
    with organization_scope(organization_id):
        operations.update_profile(
            organization_id=organization_id,
            member_id=edited,
            changes={"nickname": "ค"},
            now=LATER + timedelta(minutes=1),
            today=TODAY,
        )
        undone = operations.undo_import(organization_id=organization_id, import_id=import_id, keep=[busy])

    assert (undone.deleted, undone.restored, undone.kept) == (1, 0, 2)
    left = members(organization_id)
    assert {phone: m.given_name for phone, m in left.items()} == {"+66812345678": "ข", "+66898765432": ""}
    with organization_scope(organization_id):
        assert Identity.objects.filter(organization_id=organization_id, value="+66611112222").count() == 0


def test_thousand_rows_of_which_ten_are_bad(organization_id):
    rows = [row(n, given_name=f"ชื่อ{n}", phone=f"08{10000000 + n}" if n % 100 else "x") for n in range(1000)]
    answers = load(organization_id, *rows)

    assert [sum(a.outcome == kind for a in answers) for kind in ("CREATED", "REFUSED")] == [990, 10]
    with organization_scope(organization_id):
        numbers = Member.objects.filter(organization_id=organization_id).values_list("number", flat=True)
        assert len(set(numbers)) == 990
