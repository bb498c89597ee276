"""Enrolling by a code, from asking for it to the welcome, with what was earned before."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from phakdi.adapters.channels.console import ConsoleChannel
from phakdi.adapters.channels.sending import send_due
from phakdi.engagement.messaging.queries import development_inbox
from phakdi.flows.apply_program import apply_program
from phakdi.flows.close_member import close_member
from phakdi.flows.enroll_member import Enrollment, GivenConsent, enroll_with_proof, record_join
from phakdi.flows.find_or_shadow import find_or_shadow
from phakdi.flows.freeze_member import freeze_member
from phakdi.flows.record_activity import record_activity
from phakdi.flows.verify_code import Asker, Proof, start_code, verify_code
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.loyalty.ledger.queries import activities_of
from phakdi.people.codes.core import CodeGone, TooManyCodes, WrongCode
from phakdi.people.consents.queries import current_consents
from phakdi.people.members.core.identities import IdentityKey
from phakdi.people.members.models import Member
from phakdi.people.members.operations import IdentitiesDisagree
from phakdi.people.members.queries import find_by_identity, identities_of
from phakdi.platform.outbox.queries import facts_of
from tests.conftest import SHOP_PROGRAM
from tests.integration.loyalty.engine.by_hand import all_at_once

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
PHONE = "081-234-5678"
ASKER = Asker("a-session-of-a-browser", "203.0.113.7")
WELCOME = SHOP_PROGRAM.replace("earning:\n", "earning:\n  - key: welcome\n    on: join\n    give: {points: 50}\n")


@pytest.fixture
def shop(organization_id):
    """Return an organization that gives a point a baht and 50 for joining."""
    since = datetime(2020, 1, 1, tzinfo=UTC)
    apply_program(organization_id=organization_id, text=WELCOME, now=since, effective_from=since)
    return organization_id


def start(shop, destination=PHONE, *, purpose="SIGN_IN", channel="SMS", now=NOW, language="th"):
    return start_code(
        organization_id=shop, purpose=purpose, channel=channel, destination=destination, asker=ASKER, now=now, language=language
    )


def received(shop, now=NOW):
    """Return the latest message of the development inbox."""
    send_due(clock=lambda: now, find=lambda organization_id, channel: ConsoleChannel())
    with organization_scope(shop):
        return development_inbox(organization_id=shop)[0]


def code_in(message):
    return re.search(r"\d{6}", message.body)[0]


def verify(shop, proof, code, *, now=NOW):
    return verify_code(organization_id=shop, purpose="SIGN_IN", proof=proof, code=code, now=now)


@pytest.fixture
def prove(shop):
    """Return a function that brings a browser up to a proved phone or address."""

    def walk(destination=PHONE, channel="SMS", now=NOW):
        proof = start(shop, destination, channel=channel, now=now).proof
        verify(shop, proof, code_in(received(shop, now)), now=now)
        return proof

    return walk


def enroll(shop, proof, *, now=NOW, profile=None, **more):
    given = {"given_name": "สมชาย", **(profile or {})}
    return enroll_with_proof(organization_id=shop, proof=proof, enrollment=Enrollment(given, **more), now=now)


def balance(shop, member_id, now=NOW):
    return snapshot_of(organization_id=shop, member_id=member_id, now=now).state.wallets["points"].active


def members(shop):
    with organization_scope(shop):
        return Member.objects.filter(organization_id=shop).count()


def topics(shop):
    with organization_scope(shop):
        return [fact.topic for fact in reversed(facts_of(organization_id=shop)) if fact.topic.startswith("member.")]


def test_who_earned_before_enrolls_by_a_code_and_has_it_all(shop):
    shadow = find_or_shadow(organization_id=shop, kind="PHONE", value=PHONE, now=NOW - timedelta(days=2))
    bill = {"kind": "purchase", "at": NOW - timedelta(days=2), "amount": 120, "ref": "R1", "origin": "pos"}
    record_activity(organization_id=shop, member_id=shadow.id, activity=bill, now=NOW - timedelta(days=2))

    started = start(shop)
    message = received(shop)
    verified = verify(shop, started.proof, code_in(message))
    consents = [GivenConsent("MARKETING", True, "SMS"), GivenConsent("PROFILING", False)]
    enrolled = enroll(shop, started.proof, consents=consents, source="portal")

    assert (started.shown_destination, started.expires_at) == ("•••5678", NOW + timedelta(minutes=5))
    assert (message.channel, message.destination) == ("SMS", "+66812345678")
    assert message.body == f"รหัส {code_in(message)} (ref {started.ref}) ใช้ได้ 5 นาที อย่าบอกใคร"
    assert (verified.key, verified.member_id) == (IdentityKey("PHONE", "+66812345678"), None)
    member = enrolled.member
    assert (enrolled.is_new, member.id, member.status, member.joined_at) == (True, shadow.id, "ACTIVE", NOW)
    assert (enrolled.receipt.outcome["earned"], balance(shop, member.id)) == ({"points": 50}, 170)
    with organization_scope(shop):
        (identity,) = identities_of(organization_id=shop, member_id=member.id)
        agreed = current_consents(organization_id=shop, member_id=member.id)
    assert identity.verified_at == NOW
    assert sorted((key.purpose.value, state.is_granted) for key, state in agreed.items()) == [
        ("MARKETING", True), ("PROFILING", False)
    ]  # fmt: skip
    assert topics(shop) == ["member.shadowed", "member.joined"]


def test_welcome_is_given_once_however_often_the_join_is_told(shop, prove):
    enrolled = enroll(shop, prove())
    again = record_join(organization_id=shop, member_id=enrolled.member.id, at=NOW, data={})

    assert (again.is_replay, balance(shop, enrolled.member.id)) == (True, 50)
    with organization_scope(shop):
        assert [each.kind for each in activities_of(organization_id=shop, member_id=enrolled.member.id)] == ["join"]


def test_without_a_program_one_is_enrolled_and_the_welcome_waits(organization_id):
    proof = start(organization_id).proof
    verify(organization_id, proof, code_in(received(organization_id)))
    enrolled = enroll(organization_id, proof)

    assert (enrolled.is_new, enrolled.receipt, topics(organization_id)) == (True, None, ["member.joined"])


def test_mail_enrolls_as_well(shop, prove):
    enrolled = enroll(shop, prove("Somchai@Example.com", channel="EMAIL"))

    assert (enrolled.member.email, enrolled.member.phone) == ("somchai@example.com", "")


def test_member_is_welcomed_back_unchanged(shop, prove):
    first = enroll(shop, prove())
    later = NOW + timedelta(days=1)
    started = start(shop, now=later)
    verified = verify(shop, started.proof, code_in(received(shop, later)), now=later)
    again = enroll(shop, started.proof, now=later, profile={"given_name": "สมหญิง"})

    assert verified.member_id == first.member.id
    assert (again.is_new, again.member.id, again.member.given_name, again.receipt) == (False, first.member.id, "สมชาย", None)
    assert (balance(shop, first.member.id), topics(shop)) == (50, ["member.joined"])


def test_who_left_comes_back_by_a_code_as_the_same_member_without_another_welcome(shop, prove):
    first = enroll(shop, prove())
    close_member(organization_id=shop, member_id=first.member.id, reason="", now=NOW)
    later = NOW + timedelta(days=1)
    proof = start(shop, now=later).proof
    assert verify(shop, proof, code_in(received(shop, later)), now=later).member_id is None
    back = enroll(shop, proof, now=later)

    assert (back.is_new, back.member.id, back.member.status) == (True, first.member.id, "ACTIVE")
    assert balance(shop, first.member.id, later) == 50


def test_frozen_member_is_recognized(shop, prove):
    member_id = enroll(shop, prove()).member.id
    freeze_member(organization_id=shop, member_id=member_id, reason="", now=NOW)
    later = NOW + timedelta(days=1)
    proof = start(shop, now=later).proof

    assert verify(shop, proof, code_in(received(shop, later)), now=later).member_id == member_id
    assert enroll(shop, proof, now=later).member.status == "FROZEN"


def test_proof_enrolls_once(shop, prove):
    proof = prove()
    enroll(shop, proof)

    with pytest.raises(CodeGone):
        enroll(shop, proof)


def test_one_proof_used_at_once_enrolls_one_member(shop, prove):
    proof = prove()

    def once():
        try:
            return enroll(shop, proof).is_new
        except CodeGone:
            return None

    answers = all_at_once([once] * 6)
    assert (answers.count(True), answers.count(None), members(shop)) == (1, 5, 1)


def test_refused_enrolling_changes_nothing_and_the_proof_still_holds(shop, prove):
    proof = prove()
    with pytest.raises(Invalid) as refusal:
        enroll(shop, proof, profile={"birthday": "2030-01-01"})
    assert (refusal.value.details["field"], members(shop), topics(shop)) == ("birthday", 0, [])

    assert enroll(shop, proof).is_new


@pytest.mark.parametrize("typed", [{"profile": {"email": "b@example.com"}}, {"identities": [("EMAIL", "b@example.com")]}])
def test_what_is_typed_beside_the_code_opens_nobodys_account(shop, prove, typed):
    victim = enroll(shop, prove("b@example.com", channel="EMAIL"))
    with pytest.raises(IdentitiesDisagree):
        enroll(shop, prove(), **typed)

    with organization_scope(shop):
        assert find_by_identity(organization_id=shop, kind="PHONE", value=PHONE) is None
        assert find_by_identity(organization_id=shop, kind="EMAIL", value="b@example.com").id == victim.member.id
    assert members(shop) == 1


def test_unproved_mail_is_noted_as_such(shop, prove):
    member_id = enroll(shop, prove(), profile={"email": "b@example.com"}).member.id

    with organization_scope(shop):
        bound = identities_of(organization_id=shop, member_id=member_id)
    assert [(each.kind, each.verified_at) for each in bound] == [("EMAIL", None), ("PHONE", NOW)]


def test_unknown_referrer_is_refused(shop, prove, other_organization_id):
    from uuid import uuid4

    with pytest.raises(Refusal) as refusal:
        enroll(shop, prove(), referred_by=uuid4())
    assert (refusal.value.code, members(shop)) == ("member_not_found", 0)


# --- the code itself --------------------------------------------------------------------------------------------------------


def test_wrong_codes_count_and_the_fifth_ends_it(shop):
    proof = start(shop).proof
    code = code_in(received(shop))
    wrong = "000000" if code != "000000" else "111111"
    lefts = []
    for _ in range(4):
        with pytest.raises(WrongCode) as refusal:
            verify(shop, proof, wrong)
        lefts.append(refusal.value.details["tries_left"])
    for typed in (wrong, code):
        with pytest.raises(CodeGone):
            verify(shop, proof, typed)

    assert lefts == [4, 3, 2, 1]
    with pytest.raises(CodeGone):
        enroll(shop, proof)


def test_answer_does_not_tell_whether_anybody_is_known(shop, prove):
    enroll(shop, prove())
    known, unknown = start(shop, now=NOW + timedelta(hours=2)), start(shop, "0898765678", now=NOW + timedelta(hours=2))

    assert (known.shown_destination, known.expires_at, known.resend_at) == (
        unknown.shown_destination, unknown.expires_at, unknown.resend_at
    )  # fmt: skip
    assert type(known.proof) is type(unknown.proof) is Proof


def test_refused_code_sends_nothing(shop):
    start(shop)
    received(shop)
    with pytest.raises(TooManyCodes):
        start(shop, now=NOW + timedelta(seconds=30))
    with pytest.raises(Invalid):
        start(shop, "12")
    with pytest.raises(Invalid) as refusal:
        start(shop, channel="LINE")

    assert refusal.value.code == "code_channel_unknown"
    assert send_due(clock=lambda: NOW + timedelta(minutes=1), find=lambda *_: ConsoleChannel()) == 0


def test_code_that_nobody_sent_in_time_is_not_sent_late(shop):
    start(shop)
    late = NOW + timedelta(minutes=5)
    send_due(clock=lambda: late, find=lambda *_: ConsoleChannel())

    with organization_scope(shop):
        assert development_inbox(organization_id=shop) == []


def test_code_is_written_in_the_readers_language(shop):
    started = start(shop, language="en")

    assert re.fullmatch(rf"Code \d{{6}} \(ref {started.ref}\), valid 5 minutes\. Tell nobody\.", received(shop).body)
