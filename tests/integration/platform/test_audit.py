"""The audit: nobody writes over it, and the chain shows who tried as the owner."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection

from phakdi.kit.db.scope import organization_scope
from phakdi.platform.audit import operations, queries
from phakdi.platform.audit.models import AuditEntry, AuditSeal
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


@pytest.fixture
def organization_id(make_organization):
    """Return an organization whose own creation is sealed."""
    made = make_organization()
    seal(made)
    return made


def write(organization_id, action="member.frozen", subject="m1", actor="7", at=NOW, **data):
    with organization_scope(organization_id):
        return operations.write_entry(
            organization_id=organization_id,
            action=action,
            actor_kind="staff",
            actor_id=actor,
            subject_kind="member",
            subject_id=subject,
            data=data,
            at=at,
        )


def seal(organization_id, **more):
    with organization_scope(organization_id):
        return operations.seal_entries(organization_id=organization_id, **more)


def report(organization_id):
    with organization_scope(organization_id):
        return queries.verify_chain(organization_id=organization_id)


def test_entries_are_found_by_what_they_say_page_by_page(organization_id, other_organization_id):
    write(organization_id, "member.frozen", "m1", "7", NOW)
    write(organization_id, "member.closed", "m1", "8", NOW + timedelta(days=1), reason="moved")
    write(organization_id, "member.frozen", "m2", "7", NOW + timedelta(days=2))
    write(other_organization_id)

    def found(**asked):
        with organization_scope(organization_id):
            limit, before = asked.pop("limit", 50), asked.pop("before", None)
            wanted = queries.AuditFilter(**asked)
            rows = queries.entries(organization_id=organization_id, wanted=wanted, limit=limit, before=before)
            return [(row.action, row.subject_id, row.actor_id) for row in rows], rows

    newest, middle, oldest = ("member.frozen", "m2", "7"), ("member.closed", "m1", "8"), ("member.frozen", "m1", "7")
    assert found(subject_kind="member")[0] == [newest, middle, oldest]
    assert found(subject_kind="member", subject_id="m1")[0] == [middle, oldest]
    assert found(actor_kind="staff", actor_id="7")[0] == [newest, oldest]
    assert found(action="member.closed")[0] == [middle]
    assert found(since=NOW + timedelta(days=1), until=NOW + timedelta(days=2))[0] == [middle]
    page, rows = found(subject_kind="member", limit=2)
    assert (page, found(subject_kind="member", before=rows[-1].id)[0]) == ([newest, middle], [oldest])


@pytest.mark.parametrize("model", [AuditEntry, AuditSeal])
def test_the_application_may_not_write_over_it(organization_id, model):
    write(organization_id)
    seal(organization_id)
    for change in (lambda rows: rows.update(organization_id=organization_id), lambda rows: rows.delete()):
        with pytest.raises(ProgrammingError), organization_scope(organization_id):
            change(model.objects.filter(organization_id=organization_id))


def test_what_was_sealed_verifies(organization_id):
    before = report(organization_id).sealed
    for n in range(5):
        write(organization_id, n=n, name="ไทย", nested={"b": 1, "a": [1.5, None]})
    assert report(organization_id).unsealed == 5
    assert (seal(organization_id, most=2), seal(organization_id), seal(organization_id)) == (2, 3, 0)

    assert report(organization_id) == queries.ChainReport(before + 5, 0, None)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_entry SET actor_id = '9' WHERE id = %s",
        "UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE id = %s",
        "UPDATE audit_entry SET data = data || '{{\"n\": 9}}' WHERE id = %s",
        "DELETE FROM audit_entry WHERE id = %s",
        "DELETE FROM audit_seal WHERE entry_id = %s",
    ],
)
def test_tampering_by_the_owner_is_seen(organization_id, tampering):
    ids = [write(organization_id, n=n) for n in range(3)]
    seal(organization_id)
    ((position,),) = as_owner("SELECT position FROM audit_seal WHERE entry_id = %s", [ids[1]])
    as_owner(tampering.replace("{{", "{").replace("}}", "}"), [ids[1]])

    found = report(organization_id)
    assert (found.is_sound, found.broken_at) == (False, position)


def test_an_entry_that_commits_late_is_sealed_all_the_same(organization_id):
    written, go_on = threading.Event(), threading.Event()

    def late():
        try:
            with organization_scope(organization_id):
                operations.write_entry(
                    organization_id=organization_id,
                    action="late",
                    actor_kind="x",
                    actor_id="",
                    subject_kind="x",
                    subject_id="",
                    at=NOW,
                )
                written.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert written.wait(20)
    write(organization_id)
    first = seal(organization_id)
    go_on.set()
    thread.join(20)

    assert (first, seal(organization_id)) == (1, 1)
    assert report(organization_id).is_sound


def test_two_sealers_at_once_make_one_chain(organization_id):
    for n in range(30):
        write(organization_id, n=n)

    def run():
        try:
            for _ in range(5):
                seal(organization_id, most=5)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    while seal(organization_id):
        pass

    found = report(organization_id)
    assert (found.unsealed, found.is_sound) == (0, True)
