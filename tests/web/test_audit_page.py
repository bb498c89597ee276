"""The audit's page: sentences, filters, a file that no spreadsheet takes for formulas, and the proof that nothing was changed."""

import csv
import io

import pytest

from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.update_member import update_member
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.staff.core import Role
from phakdi.platform.staff.queries import staff_of
from phakdi.web.proof import PROVED
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def me(owner, shop):
    with organization_scope(shop):
        return staff_of(organization_id=shop)[0]


@pytest.fixture
def frozen(shop, me, member_id):
    update_member(
        organization_id=shop,
        member_id=member_id,
        changes={"given_name": "=1+1", "family_name": "Jaidee"},
        now=utc_now(),
        actor=Actor("staff", str(me.id)),
    )
    freeze_member(
        organization_id=shop, member_id=member_id, reason="=HYPERLINK(1)", now=utc_now(), actor=Actor("staff", str(me.id))
    )
    with organization_scope(shop):
        return get_member(organization_id=shop, member_id=member_id)


def test_entries_are_sentences_in_the_readers_language(owner, signed_in, frozen):
    assert "Owner Somchai froze =1+1 Jaidee" in owner.get("/console/audit/").text
    assert "ระงับ" in signed_in(Role.MANAGER, "th").get("/console/audit/").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [("action=member.frozen", {"member.frozen"}), ("kind=store", {"store.added"}), ("action=member.frozen&kind=store", set())],
)
def test_filter_shows_only_what_matches(owner, shop, frozen, query, expected):
    page = owner.get(f"/console/audit/?{query}")
    shown = {each.action for each in page.context["entries"]}
    names = {"member.frozen": "Member frozen", "store.added": "Store added"}
    assert shown == {names[each] for each in expected}


def test_member_is_found_by_number_and_staff_by_choice(owner, me, frozen):
    page = owner.get("/console/audit/", {"about": frozen.number})
    assert {each.subject_id for each in page.context["entries"]} == {str(frozen.id)}
    page = owner.get("/console/audit/", {"who": str(me.id)})
    assert {each.by for each in page.context["entries"]} == {"Owner Somchai"}


def test_file_holds_what_is_filtered_and_no_formula(owner, frozen, shop):
    answer = owner.get("/console/audit/export/", {"action": "member.frozen"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["action"] for row in rows] == ["member.frozen"]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    assert answer["Content-Disposition"].startswith("attachment")
    with organization_scope(shop):
        assert len(entries(organization_id=shop, wanted=AuditFilter(action="audit.exported"))) == 1


def test_taking_the_audit_out_asks_again(owner):
    session = owner.session
    session[PROVED] = utc_now().timestamp() - 601
    session.save()
    assert owner.get("/console/audit/export/")["Location"].startswith("/sign-in/again/")


def test_chain_is_proved_and_a_change_by_the_database_owner_is_seen(owner, shop, frozen):
    assert "Nothing was changed: all" in owner.post("/console/audit/check/").text
    as_owner("UPDATE audit_entry SET actor_id = 'somebody else' WHERE action = 'member.frozen'")
    assert "Something was changed" in owner.post("/console/audit/check/").text


def test_opening_a_member_is_noted_once_an_hour(owner, shop, member_id):
    from phakdi.flows.note_look import forget_looks

    forget_looks()
    for _ in range(3):
        owner.get(f"/console/members/{member_id}/")
    with organization_scope(shop):
        assert len(entries(organization_id=shop, wanted=AuditFilter(action="member.seen"))) == 1
