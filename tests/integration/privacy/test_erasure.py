"""Who is forgotten is found nowhere any more: in no column of any table and in no file; the books still add up."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from openpyxl import Workbook

from phakdi.adapters.channels.sending import send_due
from phakdi.flows import erasure_journal
from phakdi.flows.answer_once import Answer as KeptAnswer
from phakdi.flows.answer_once import Call, answer_once
from phakdi.flows.enroll_member import AlreadyMember, Enrollment, GivenConsent, enroll_by_staff
from phakdi.flows.erase_member import AlreadyForgotten, erase_again, erase_member
from phakdi.flows.export_member import export_member
from phakdi.flows.freeze_member import freeze_member, unfreeze_member
from phakdi.flows.merge_members import merge_members
from phakdi.flows.record_activity import Actor, record_activity
from phakdi.flows.request_data import open_request
from phakdi.flows.request_import import keep_upload
from phakdi.flows.tidy_up import seal_audit
from phakdi.flows.update_member import update_member
from phakdi.flows.verify_code import Asker, start_code
from phakdi.flows.what_is_held import what_is_held
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.engine.verification import differences_of
from phakdi.loyalty.ledger.queries import entries_of, vouchers_of
from phakdi.people.duplicates.models import Pair
from phakdi.people.members.queries import find_by_identity, get_member
from phakdi.people.presence.core import SignedInBy
from phakdi.people.presence.operations import begin_session
from phakdi.people.requests.core import RequestState
from phakdi.people.requests.queries import requests_of
from phakdi.platform.audit.queries import verify_chain
from phakdi.platform.imports.core import ImportKind, Reject
from phakdi.platform.imports.operations import begin, finish, mark_slice
from tests import templates

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CLERK = Actor("staff", "0198c0de-0000-7000-8000-000000000007")
NAME, FAMILY, NICKNAME, GUARDIAN = "Kanariya", "Chaochomphu", "Kanarinoi", "Maekanari"
PHONE, EMAIL, LINE = "+66891357924", "kanariya.c@example.co.th", "U0123456789abcdef0123456789abcdef"
BIRTHDAY = "1991-02-17"
CANARIES = (NAME, FAMILY, NICKNAME, GUARDIAN, PHONE, PHONE[3:], "0891357924", EMAIL, LINE, BIRTHDAY, "2534-02-17")


@pytest.fixture(autouse=True)
def _data_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.PHAKDI_CHANNELS = {"SMS": {"provider": "console"}, "EMAIL": {"provider": "console"}}


@pytest.fixture
def canary(shop):
    """Somebody who left traces wherever a member can leave some."""
    profile = {
        "given_name": NAME, "family_name": FAMILY, "nickname": NICKNAME, "birthday": BIRTHDAY, "phone": "089-135-7924", "email": EMAIL,
    }  # fmt: skip
    enrollment = Enrollment(
        profile=profile,
        identities=[("LINE", LINE)],
        consents=[GivenConsent("MARKETING", True, "SMS")],
        source="counter",
        guardian=GUARDIAN,
    )
    member_id = enroll_by_staff(organization_id=shop, enrollment=enrollment, actor=CLERK, now=NOW - timedelta(days=9)).member.id
    _spend(shop, member_id)
    _talk(shop, member_id)
    _import(shop, member_id)
    _merge(shop, member_id)
    return member_id


def _spend(shop, member_id):
    at = NOW - timedelta(days=8)
    bill = {"kind": "purchase", "amount": 500, "at": at, "ref": "T-1", "origin": "pos", "note": f"for {NICKNAME}"}
    record_activity(organization_id=shop, member_id=member_id, activity=bill, now=at)
    line = {
        "kind": "purchase",
        "at": at,
        "ref": "T-2",
        "origin": "pos",
        "lines": [{"product": "cup", "amount": 20, "name": f"mug {NAME}"}],
    }
    record_activity(organization_id=shop, member_id=member_id, activity=line, now=at)
    given = {"kind": "adjust", "points": 5, "reason": f"sorry, {NAME}", "at": at, "ref": "A-1"}
    record_activity(organization_id=shop, member_id=member_id, activity=given, now=at, actor=CLERK)
    taken = {"kind": "redeem", "reward": "cup", "at": at, "ref": "R-1"}
    record_activity(organization_id=shop, member_id=member_id, activity=taken, now=at)


def _talk(shop, member_id):
    at = NOW - timedelta(days=7)
    start_code(
        organization_id=shop,
        purpose="SIGN_IN",
        channel="SMS",
        destination=PHONE,
        asker=Asker("a-session-of-a-browser", "::1"),
        now=at,
    )
    update_member(organization_id=shop, member_id=member_id, changes={"email": f"old.{EMAIL}"}, now=at, actor=CLERK)
    update_member(organization_id=shop, member_id=member_id, changes={"email": EMAIL}, now=at, actor=CLERK)
    freeze_member(organization_id=shop, member_id=member_id, reason=f"{NAME} lost a phone", now=at, actor=CLERK)
    open_request(organization_id=shop, member_id=member_id, kind="CORRECTION", details=f"I am {NAME}", now=at)
    call = Call(shop, "key", "POST /api/v1/members", "k-1", "hash")
    answer_once(call=call, act=lambda: KeptAnswer(200, f'{{"phone": "{PHONE}"}}'.encode()), now=at)
    with organization_scope(shop):
        assert seal_audit(organization_id=shop) is True
    send_due(clock=lambda: at)


def _import(shop, member_id):
    at = NOW - timedelta(days=6)
    text = io.StringIO()
    csv.writer(text).writerows([["name", "phone", "birthday"], [NAME, "089-135 7924", BIRTHDAY], ["Somebody", "0812345678", ""]])
    keep_upload(organization_id=shop, name="members.csv", chunks=[text.getvalue().encode()], now=at, actor=CLERK)
    book = Workbook()
    book.active.append([NAME, FAMILY, EMAIL])
    packed = io.BytesIO()
    book.save(packed)
    keep_upload(organization_id=shop, name="members.xlsx", chunks=[packed.getvalue()], now=at, actor=CLERK)
    keep_upload(organization_id=shop, name="others.csv", chunks=[b"name,phone\nSomebody,0812345678\n"], now=at, actor=CLERK)
    with organization_scope(shop):
        made = begin(
            organization_id=shop, kind=ImportKind.MEMBERS, file_name="members.csv", digest="d", mapping={}, slices=1, now=at,
            created_by_id=None,
        )  # fmt: skip
        rejects = [Reject(1, "identity_taken", "phone", {"value": PHONE}), Reject(2, "phone_invalid", "phone", {"value": "12"})]
        mark_slice(organization_id=shop, import_id=made.id, number=0, counts={}, rejects=rejects, now=at)
        finish(organization_id=shop, import_id=made.id, counts={}, rejects=rejects, now=at)


def _merge(shop, member_id):
    """Let them have joined twice; somebody finds that and joins the two."""
    at = NOW - timedelta(days=5)
    profile = {"given_name": NAME, "family_name": FAMILY, "nickname": NICKNAME, "birthday": BIRTHDAY, "phone": "0891357925"}
    twin = enroll_by_staff(organization_id=shop, enrollment=Enrollment(profile=profile), actor=CLERK, now=at).member.id
    bill = {"kind": "purchase", "amount": 30, "at": at, "ref": "T-9", "origin": "pos", "note": f"for {NICKNAME}"}
    record_activity(organization_id=shop, member_id=twin, activity=bill, now=at)
    evidence = [{"code": "name", "said": f"{NAME} {FAMILY}"}]
    with organization_scope(shop):
        low, high = sorted((member_id, twin))
        pair = {
            "strength": "LIKELY",
            "probability": 0.9,
            "evidence": evidence,
            "fingerprint": "f",
            "found_at": at,
            "state": "DIFFERENT",
        }
        Pair.objects.create(organization_id=shop, low_id=low, high_id=high, **pair)
    unfreeze_member(organization_id=shop, member_id=member_id, now=at, actor=CLERK)
    merge_members(organization_id=shop, survivor_id=member_id, merged_id=twin, now=at, actor=CLERK, take=["birthday"])
    with organization_scope(shop):
        begin_session(organization_id=shop, member_id=member_id, browser=f"{NICKNAME}'s phone", way=SignedInBy.CODE, now=at)


def traces(organization_id) -> list[str]:
    """Return where one of the canaries still stands, in any text, JSON or binary column and in any file."""
    from django.db import connections

    found = []
    name = connections["owner"].settings_dict["NAME"]
    with templates.connect(name) as owner:
        columns = owner.execute(
            "SELECT c.table_name, c.column_name, c.udt_name FROM information_schema.columns AS c JOIN information_schema.tables AS t "
            "USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
        ).fetchall()
        for table, column, type_ in columns:
            shown = f"encode({column}, 'escape')" if type_ == "bytea" else f'"{column}"::text'
            for canary in CANARIES:
                query = f'SELECT count(*) FROM "{table}" WHERE position(lower(%s) IN lower({shown})) > 0'
                (count,) = owner.execute(query, [canary]).fetchone()
                found += [f"{table}.{column}: {canary}"] if count else []
    for path in Path(settings.DATA_DIR).rglob("*"):
        if path.is_file():
            found += [f"{path.name}: {canary}" for canary in CANARIES if canary.lower() in _content(path).lower()]
    return found


def _content(path: Path) -> str:
    if not zipfile.is_zipfile(path):
        return path.read_bytes().decode("utf-8", "replace")
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def test_an_erased_member_is_found_in_no_table_and_no_file(shop, canary):
    tables = {trace.partition(".")[0] for trace in traces(shop)}
    assert tables >= {
        "member", "identity", "consent", "message", "activity", "entry", "audit_entry", "data_request", "idempotency", "import_slice", "member_session", "duplicate_pair",
    }  # fmt: skip

    erased = erase_member(organization_id=shop, member_id=canary, now=NOW, actor=CLERK)
    send_due(clock=lambda: NOW)

    assert traces(shop) == []
    assert erased.counts["files"] == 2
    assert sorted(path.name for path in Path(settings.DATA_DIR).iterdir()) == ["erasures.jsonl", "files"]


def test_the_books_of_an_erased_member_add_up_under_a_pseudonym(shop, canary):
    with organization_scope(shop):
        number = get_member(organization_id=shop, member_id=canary).number
        before = {entry.id: (entry.kind, entry.points) for entry in entries_of(organization_id=shop, member_id=canary)}

    erase_member(organization_id=shop, member_id=canary, now=NOW)

    with organization_scope(shop):
        member = get_member(organization_id=shop, member_id=canary)
        after = {entry.id: (entry.kind, entry.points) for entry in entries_of(organization_id=shop, member_id=canary)}
        snapshot = snapshot_of(organization_id=shop, member_id=canary, now=NOW)
        vouchers = {voucher.state for voucher in vouchers_of(organization_id=shop, member_id=canary)}
        chain = verify_chain(organization_id=shop)
        differences = differences_of(organization_id=shop)
    assert member.status == "CLOSED"
    assert member.number != number
    assert before.items() <= after.items()
    assert sorted(after[id_] for id_ in after if id_ not in before) == [("EXPIRE", points) for points in (5, 20, 30, 450)]
    assert {wallet.active for wallet in snapshot.state.wallets.values()} == {0}
    assert vouchers <= {"CANCELLED", "USED", "EXPIRED"}
    assert chain.is_sound
    assert differences == []


def test_erasing_answers_what_was_asked_and_is_done_once(shop, canary):
    asked = open_request(organization_id=shop, member_id=canary, kind="ERASURE", now=NOW)

    erase_member(organization_id=shop, member_id=canary, now=NOW, actor=CLERK, request_id=asked.id)

    with organization_scope(shop):
        states = {row.kind: row.state for row in requests_of(organization_id=shop, member_id=canary)}
    assert states == {"ERASURE": RequestState.ANSWERED, "CORRECTION": RequestState.WITHDRAWN}
    with pytest.raises(AlreadyForgotten):
        erase_member(organization_id=shop, member_id=canary, now=NOW)


def test_a_restored_backup_is_forgotten_again(shop, canary):
    journal = erasure_journal.Line(shop, canary, NOW, ("aa",))
    erasure_journal.append([journal, replace(journal, member_id=shop)])  # the second joined after the backup was made

    assert erase_again(now=NOW) == 1

    send_due(clock=lambda: NOW)
    assert traces(shop) == []
    assert erase_again(now=NOW) == 0


def test_what_is_held_and_the_copy_tell_everything(shop, canary):
    parts = {part.key: part for part in what_is_held(organization_id=shop, member_id=canary, language="th")}
    copy = export_member(organization_id=shop, member_id=canary, now=NOW)

    with zipfile.ZipFile(io.BytesIO(copy.content)) as archive:
        names = archive.namelist()
        profile = archive.read("profile.csv").decode("utf-8-sig")
        everything = archive.read("data.json").decode()
    shown = {item.value for item in parts["profile"].rows[0]}
    assert {NAME, FAMILY, "17 ก.พ. 2534"} <= shown
    assert parts["activities"].count == 9  # with those of the membership that was joined to this one
    assert names == ["README.txt", "data.json", *(f"{key}.csv" for key in parts)]
    assert f",{PHONE}," in profile
    assert LINE in everything


def test_an_export_of_another_shop_member_is_refused(shop, canary, other_organization_id):
    from phakdi.people.members.queries import UnknownMember

    for act in (export_member, erase_member):
        with pytest.raises(UnknownMember):
            act(organization_id=other_organization_id, member_id=canary, now=NOW)


def test_only_whoever_agrees_anew_comes_back(shop, canary):
    erase_member(organization_id=shop, member_id=canary, now=NOW)
    again = Enrollment(profile={"phone": PHONE, "given_name": "Again"})

    fresh = enroll_by_staff(organization_id=shop, enrollment=again, actor=CLERK, now=NOW).member

    assert fresh.id != canary
    with organization_scope(shop):
        assert find_by_identity(organization_id=shop, kind="PHONE", value=PHONE).id == fresh.id
    with pytest.raises(AlreadyMember):
        enroll_by_staff(organization_id=shop, enrollment=again, actor=CLERK, now=NOW)


FORGOTTEN = {
    "member", "identity", "member_before", "member_session", "member_read_mark", "member_card", "member_card_use", "member_invitation",
    "message", "outbox_fact", "job", "webhook_event", "duplicate_key", "state_before", "order_state", "data_request", "staff_member",
    "staff_held_grant", "consent", "activity", "entry", "member_merge", "state_merge", "duplicate_pair",
    "member_trait", "backtest_member", "survey_invitation", "survey_answer",
}  # fmt: skip
KEPT = {
    "receipt": "numbers of receipts", "lot": "figures", "wallet": "figures", "voucher": "cancelled; definition and dates",
    "member_state": "figures; marks about others are cut by the engine", "erasure": "that it was done",
    "daily_member": "sums by day", "till_bill": "forgets what it said once it is booked", "webhook_sequence": "a number",
    "experiment_member": "in which group a pseudonym was",
}  # fmt: skip


def test_every_table_that_names_members_is_forgotten_or_kept_for_a_reason(shop):
    from django.db import connections

    named = ("member_id", "survivor_id", "merged_id", "low_id", "high_id", "referred_by")
    with templates.connect(connections["owner"].settings_dict["NAME"]) as owner:
        found = owner.execute(
            "SELECT DISTINCT c.table_name FROM information_schema.columns AS c JOIN information_schema.tables AS t "
            "USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name = ANY (%s)",
            [list(named)],
        ).fetchall()

    assert {table for (table,) in found} - FORGOTTEN - KEPT.keys() == set()
