"""Finding a member by whatever is known at the till."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from phakdi.kit.db.scope import organization_scope
from phakdi.people.members import operations
from phakdi.people.members.core import read_identity
from phakdi.people.members.models import Member
from phakdi.people.members.queries import search

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
PEOPLE = [
    ("สมชาย", "ใจดี", "หมู", "0812345678", "somchai@example.com", "8850123456789012", "A-100"),
    ("สมหญิง", "ใจงาม", "", "0898765432", "somying@example.com", "", "A-101"),
    ("John", "Smith", "Johnny", "0611112222", "john.smith@example.org", "", "B-200"),
    ("ธนกฤต", "สมบูรณ์", "กาย", "", "", "7777123400001111", "B-201"),
]


@pytest.fixture
def people(organization_id):
    with organization_scope(organization_id):
        for given, family, nick, phone, email, card, number in PEOPLE:
            identities = [("PHONE", phone), ("EMAIL", email), ("CARD", card)]
            keys = [operations.NewIdentity(read_identity(kind, value)) for kind, value in identities if value]
            profile = {"given_name": given, "family_name": family, "nickname": nick}
            operations.enroll(
                organization_id=organization_id, profile=profile, identities=keys, now=NOW, today=TODAY, number=number
            )
    return organization_id


def found(organization_id, text, **more):
    with organization_scope(organization_id):
        return [member.number for member in search(organization_id=organization_id, text=text, **more).members]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A-100", ["A-100"]),
        ("a-10", []),
        ("A-10", ["A-100", "A-101"]),
        ("0812345678", ["A-100"]),
        ("081-234-5678", ["A-100"]),
        ("+66 81 234 5678", ["A-100"]),
        ("๐๘๑๒๓๔๕๖๗๘", ["A-100"]),
        ("5678", ["A-100"]),
        ("1111", ["B-200"]),
        ("08123", ["A-100"]),
        ("668123", ["A-100"]),
        ("Somchai@Example.com", ["A-100"]),
        ("som", ["A-100", "A-101"]),
        ("john.smith@", ["B-200"]),
        ("8850 1234 5678 9012", ["A-100"]),
        ("885012", ["A-100"]),
        ("7777-1234", ["B-201"]),
        ("สมชาย", ["A-100"]),
        ("นายสมชาย ใจดี", ["A-100"]),
        ("ใจดี สมชาย", ["A-100"]),
        ("ใจ", ["A-100", "A-101"]),
        ("กฤต", ["B-201"]),
        ("smith john", ["B-200"]),
        ("JOHN", ["B-200"]),
        ("หมู", ["A-100"]),
        ("สมชาย ใจงาม", []),
        ("0000", []),
        ("%", []),
    ],
)
def test_member_is_found_by(people, text, numbers):
    assert found(people, text) == numbers


def test_empty_text_lists_all_in_dictionary_order(people):
    assert found(people, "") == ["B-200", "B-201", "A-100", "A-101"]


def test_pages_follow_one_another(people):
    def pages(text):
        cursor, seen = "", []
        while True:
            with organization_scope(people):
                page = search(organization_id=people, text=text, limit=1, cursor=cursor)
            seen.append([member.number for member in page.members])
            if not page.next_cursor:
                return seen
            cursor = page.next_cursor

    assert pages("") == [["B-200"], ["B-201"], ["A-100"], ["A-101"]]
    assert pages("ใจ") == [["A-100"], ["A-101"]]


@pytest.mark.parametrize("cursor", ["x", "00000000-0000-0000-0000-000000000001"])
def test_cursor_that_does_not_exist_begins_at_the_beginning(people, cursor):
    assert found(people, "", limit=1, cursor=cursor) == ["B-200"]


def test_merged_members_are_not_found(people):
    with organization_scope(people):
        first, second = Member.objects.filter(organization_id=people, number__in=["A-100", "A-101"]).order_by("number")
        Member.objects.filter(organization_id=people, id=second.id).update(status="MERGED", merged_into=first.id)
    assert found(people, "ใจ") == ["A-100"]
    assert found(people, "A-101") == []
    assert "A-101" not in found(people, "")


def test_other_organizations_find_nobody(people, other_organization_id):
    for text in ("สมชาย", "0812345678", "5678", "A-100", ""):
        assert found(other_organization_id, text) == []


def test_candidates_are_refused_for_an_organization_that_is_not_the_transactions(people, other_organization_id):
    with organization_scope(other_organization_id), pytest.raises(DatabaseError), connection.cursor() as db:
        db.execute("SELECT member_candidates(%s::uuid, '{}', '{}', '', 10)", [people])


@pytest.mark.parametrize("text", ["'", "\\", "%%", "a" * 500, "a\x00b", "{}", "😀", "' OR 1=1 --"])
def test_strange_texts_find_nobody(people, text):
    assert found(people, text) == []
