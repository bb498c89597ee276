"""Members who may be one person: found once they are written, judged, remembered, and found again only when they change."""

import random
from datetime import UTC, date, datetime, timedelta
from threading import Event
from uuid import UUID

import pytest
from django.db import connection

from phakdi.flows.find_duplicates import decide_pair, find_duplicates, read_all_again
from phakdi.flows.merge_members import merge_members, unmerge_members
from phakdi.flows.update_member import update_member
from phakdi.kit.db.scope import organization_scope
from phakdi.people.duplicates.core.blocking import BLOCK_MAX
from phakdi.people.duplicates.queries import open_pairs, pair_counts, pairs_of, scan_of
from phakdi.people.members import operations
from phakdi.people.members.core import read_identity
from phakdi.people.members.operations import NewIdentity
from phakdi.platform.audit.core import Actor

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ACTOR = Actor("staff", "00000000-0000-7000-8000-000000000001")


@pytest.fixture
def enroll(organization_id: UUID):
    """Return a function that enrolls somebody."""

    def make(given: str, family: str, phone: str, **more: object) -> UUID:
        with organization_scope(organization_id):
            enrolled = operations.enroll(
                organization_id=organization_id,
                profile={"given_name": given, "family_name": family, **more},
                identities=[NewIdentity(read_identity("PHONE", phone))],
                now=NOW,
                today=NOW.date(),
            )
        return enrolled.member.id

    return make


def until_readable(organization_id: UUID) -> None:
    """Wait for transactions of other databases on this server: as long as older ones run, nothing newer is read."""
    for _ in range(4800):
        with organization_scope(organization_id), connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(bool_and(written_by < pg_snapshot_xmin(pg_current_snapshot())), true) FROM member")
            if cursor.fetchone()[0]:
                return
        Event().wait(0.05)
    pytest.fail("some other transaction never ended")


def look(organization_id: UUID, *, days: int = 0) -> list[tuple[UUID, UUID]]:
    """Read what is new and return the open pairs."""
    until_readable(organization_id)
    assert find_duplicates(organization_id=organization_id, now=NOW + timedelta(days=days), limit=2000)
    with organization_scope(organization_id):
        return [(pair.low_id, pair.high_id) for pair in open_pairs(organization_id=organization_id)]


def test_two_writings_of_one_person_are_found_with_their_evidence(organization_id, enroll):
    one = enroll("สมชาย", "ใจดี", "0812345678", birthday=date(1990, 4, 7))
    enroll("วรรณา", "รักไทย", "0899999999", birthday=date(1985, 1, 2))
    other = enroll("Somchai", "Jaidee", "0812345679", birthday=date(1990, 7, 4))

    assert look(organization_id) == [tuple(sorted((one, other)))]
    with organization_scope(organization_id):
        (pair,) = pairs_of(organization_id=organization_id, member_id=other)
    assert pair.strength == "CERTAIN"
    assert {field: code for field, (_, code) in pair.evidence.items()} == {
        "given": "sounds_same", "family": "sounds_same", "birthday": "day_and_month_swapped", "phone": "one_digit",
    }  # fmt: skip


def test_not_the_same_is_remembered_until_one_of_them_changes(organization_id, enroll):
    one = enroll("สมชาย", "ใจดี", "0812345678", birthday=date(1990, 4, 7))
    other = enroll("สมชาย", "ใจดี", "0812345679", birthday=date(1990, 4, 7))
    pair = tuple(sorted((one, other)))
    assert look(organization_id) == [pair]

    decide_pair(organization_id=organization_id, member_ids=pair, state="DIFFERENT", now=NOW, actor=ACTOR)
    read_all_again(organization_id=organization_id, now=NOW, actor=ACTOR)
    assert look(organization_id, days=1) == []

    changes = {"family_name": "ใจดีมาก"}
    update_member(organization_id=organization_id, member_id=one, changes=changes, now=NOW, actor=ACTOR)
    assert look(organization_id, days=2) == [pair]


def test_later_is_put_aside_and_counted(organization_id, enroll):
    pair = tuple(sorted((enroll("สมชาย", "ใจดี", "0812345678"), enroll("สมชาย", "ใจดี", "0812345679"))))
    look(organization_id)

    decide_pair(organization_id=organization_id, member_ids=pair, state="LATER", now=NOW, actor=ACTOR)

    assert look(organization_id, days=1) == []
    with organization_scope(organization_id):
        assert pair_counts(organization_id=organization_id)["LATER"] == 1


def test_who_no_longer_looks_alike_is_no_longer_proposed(organization_id, enroll):
    one = enroll("สมชาย", "ใจดี", "0812345678", birthday=date(1990, 4, 7))
    enroll("สมชาย", "ใจดี", "0812345679", birthday=date(1990, 4, 7))
    assert len(look(organization_id)) == 1

    changes = {"given_name": "วิชัย", "family_name": "รักไทย", "birthday": date(1971, 12, 30), "phone": "0899999999"}
    update_member(organization_id=organization_id, member_id=one, changes=changes, now=NOW, actor=ACTOR)

    assert look(organization_id, days=1) == []


def test_merged_members_are_not_compared_and_parted_ones_are_different(organization_id, enroll):
    one, other, third = (enroll("สมชาย", "ใจดี", f"081234567{digit}") for digit in (1, 2, 3))
    assert len(look(organization_id)) == 3

    merge = merge_members(organization_id=organization_id, survivor_id=one, merged_id=other, now=NOW, actor=ACTOR)
    assert look(organization_id, days=1) == [tuple(sorted((one, third)))]

    unmerge_members(organization_id=organization_id, merge_id=merge.id, now=NOW, actor=ACTOR)
    assert tuple(sorted((one, other))) not in look(organization_id, days=2)


def test_blocks_that_are_too_big_are_left_out(organization_id, enroll):
    phones = random.Random(1).sample(range(10**7, 10**8), BLOCK_MAX + 1)
    for number in phones[1:]:  # a birthday that a till fills in for everybody, and one name
        enroll("ลูกค้า", "", f"08{number}", birthday=date(2000, 1, 1))
    look(organization_id)
    with organization_scope(organization_id):
        assert sum(pair_counts(organization_id=organization_id).values()) == BLOCK_MAX * (BLOCK_MAX - 1) / 2  # still small enough

    enroll("ลูกค้า", "", f"08{phones[0]}", birthday=date(2000, 1, 1))
    read_all_again(organization_id=organization_id, now=NOW, actor=ACTOR)
    look(organization_id, days=1)

    with organization_scope(organization_id):
        assert sum(pair_counts(organization_id=organization_id).values()) < BLOCK_MAX / 10  # whose numbers are alike by chance


def test_weights_are_estimated_once_there_are_enough_members(organization_id, enroll):
    for number in range(600):
        enroll(
            f"คน{number:03}",
            f"สกุล{number * 7:04}",
            f"08{number * 131_071 % 10**8:08}",
            birthday=date(1950 + number % 50, 1 + number % 12, 1 + number % 28),
        )

    look(organization_id)

    with organization_scope(organization_id):
        scan = scan_of(organization_id=organization_id)
    assert (scan.members, scan.estimated_from) == (600, 600)
    assert all(abs(sum(shares) - 1) < 1e-3 for side in (scan.m, scan.u) for shares in side.values())


def test_other_organizations_are_left_alone(organization_id, other_organization_id, enroll):
    enroll("สมชาย", "ใจดี", "0812345678")
    enroll("สมชาย", "ใจดี", "0812345679")

    assert look(other_organization_id) == []
    assert len(look(organization_id)) == 1
