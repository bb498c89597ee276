"""Changing, freezing and closing members: what is refused meanwhile, and every trace that is left."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.engagement.messaging.queries import messages_of
from phakdi.flows.close_member import close_member
from phakdi.flows.dry_run import dry_run
from phakdi.flows.enroll_member import AlreadyMember, Enrollment, GivenConsent, enroll_by_staff
from phakdi.flows.find_or_shadow import find_or_shadow
from phakdi.flows.freeze_member import freeze_member, unfreeze_member
from phakdi.flows.record_activity import Actor, record_activity
from phakdi.flows.record_consent import Answer, Speaker, record_consent, withdraw_consent
from phakdi.flows.update_member import ContactNeedsCode, change_contact, update_member
from phakdi.flows.verify_code import Asker, start_code, verify_code
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal, Rejected
from phakdi.kit.vault import unseal
from phakdi.loyalty.engine.snapshots import snapshot_of
from phakdi.people.codes.core import CodeGone
from phakdi.people.consents.core import GuardianNeeded
from phakdi.people.consents.queries import consent_history, current_consents
from phakdi.people.members.operations.identities import IdentityTaken
from phakdi.people.members.operations.standing import FrozenByStaff, WrongStatus
from phakdi.people.members.queries import UnknownMember, get_member, identities_of
from phakdi.platform.audit.queries import AuditFilter, entries
from phakdi.platform.outbox.queries import facts_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
CLERK = Actor("staff", "7")
OLD_PHONE, NEW_PHONE = "+66800000001", "+66898887777"
ASKER = Asker("a-session-of-a-browser", "203.0.113.7")


@pytest.fixture
def do(shop, member_id):
    """Return a function that records what the member does at a time, once each."""
    done = []

    def record(kind, *, at=NOW, **more):
        done.append(kind)
        activity = {"kind": kind, "at": at, "ref": f"T-{len(done)}", "origin": "pos", **more}
        return record_activity(organization_id=shop, member_id=member_id, activity=activity, now=at)

    return record


@pytest.fixture
def rich(do):
    do("purchase", amount=1000, at=NOW - timedelta(hours=1))


@pytest.fixture
def member(shop, member_id):
    """Return a function that reads the member anew."""

    def read():
        with organization_scope(shop):
            return get_member(organization_id=shop, member_id=member_id)

    return read


@pytest.fixture
def balance(shop, member_id):
    def read(of=member_id, at=NOW):
        wallets = snapshot_of(organization_id=shop, member_id=of, now=at).state.wallets
        return wallets["points"].active if "points" in wallets else 0

    return read


def told(shop, topic):
    """Return the data of the facts of a topic, the oldest first."""
    with organization_scope(shop):
        return [fact.data for fact in reversed(facts_of(organization_id=shop, topic=topic))]


def audited(shop, *, of):
    """Return who did what to a member, the oldest first."""
    with organization_scope(shop):
        found = entries(organization_id=shop, wanted=AuditFilter(subject_kind="member", subject_id=str(of)))
    return [(each.action, each.actor_kind, each.actor_id, each.data) for each in reversed(list(found))]


def notices(shop, of):
    """Return the templates that were queued for a member and where to, the oldest first."""
    with organization_scope(shop):
        return [(row.template, row.channel, row.destination) for row in reversed(messages_of(organization_id=shop, member_id=of))]


def proof_of(shop, destination, *, purpose="CHANGE_CONTACT", channel="SMS", now=NOW):
    """Return the proof of a destination whose code was typed right."""
    from phakdi.engagement.messaging.models import Message

    started = start_code(organization_id=shop, purpose=purpose, channel=channel, destination=destination, asker=ASKER, now=now)
    with organization_scope(shop):
        sealed = Message.objects.filter(organization_id=shop, template="code").latest("id").sealed
    code = next(word for word in unseal(sealed).split() if len(word) == 6 and word.isdigit())
    verify_code(organization_id=shop, purpose=purpose, proof=started.proof, code=code, now=now)
    return started.proof


# --- a new phone (F8) ---------------------------------------------------------------------------------------------------


def test_proved_phone_takes_the_place_of_the_old_one_which_is_told(shop, member_id, member):
    change_contact(organization_id=shop, member_id=member_id, proof=proof_of(shop, NEW_PHONE), now=NOW)

    changed = member()
    assert (changed.phone, changed.spend_held_until) == (NEW_PHONE, NOW + timedelta(hours=24))
    with organization_scope(shop):
        bound = identities_of(organization_id=shop, member_id=member_id)
    assert [(each.value, each.verified_at) for each in bound] == [(NEW_PHONE, NOW)]
    assert notices(shop, member_id) == [("contact_changed", "SMS", OLD_PHONE)]
    assert audited(shop, of=member_id) == [("member.changed", "member", str(member_id), {"fields": ["phone"]})]
    assert told(shop, "member.changed") == [{"fields": ["phone"]}]


def test_what_stays_is_told_as_well(shop, member_id):
    update_member(organization_id=shop, member_id=member_id, changes={"email": "a@example.com"}, now=NOW, actor=CLERK)
    assert notices(shop, member_id) == [("contact_changed", "SMS", OLD_PHONE)]  # one that is added is told of, too
    change_contact(organization_id=shop, member_id=member_id, proof=proof_of(shop, NEW_PHONE), now=NOW)

    assert sorted(notices(shop, member_id)) == [
        ("contact_changed", "EMAIL", "a@example.com"),
        ("contact_changed", "SMS", OLD_PHONE),
        ("contact_changed", "SMS", OLD_PHONE),
    ]


@pytest.mark.parametrize(
    "activity",
    [
        {"kind": "redeem", "points": 100},
        {"kind": "redeem", "reward": "cup"},
        {"kind": "hold", "points": 100, "bill": 100},
        {"kind": "purchase", "amount": 100, "pay_points": 50},
        {"kind": "purchase", "amount": 100, "pay_points_max": True},
    ],
)
def test_nobody_spends_for_a_day_after_the_phone_was_changed(rich, do, shop, member_id, balance, activity):
    change_contact(organization_id=shop, member_id=member_id, proof=proof_of(shop, NEW_PHONE), now=NOW)
    for at in (NOW, NOW + timedelta(hours=24, microseconds=-1)):
        with pytest.raises(Rejected) as refusal:
            do(**activity, at=at)
        assert (refusal.value.code, refusal.value.details["until"]) == ("spending_held", "2026-03-03T05:00:00+00:00")
        assert balance(at=at) == 1000

    do(**activity, at=NOW + timedelta(hours=24))
    assert balance(at=NOW + timedelta(hours=24)) < 1000 + 100


def test_points_are_still_earned_while_spending_is_held(rich, do, shop, member_id, balance):
    change_contact(organization_id=shop, member_id=member_id, proof=proof_of(shop, NEW_PHONE), now=NOW)
    do("purchase", amount=50)

    assert balance() == 1050


def test_dry_run_says_so_too(rich, shop, member_id):
    change_contact(organization_id=shop, member_id=member_id, proof=proof_of(shop, NEW_PHONE), now=NOW)

    with pytest.raises(Rejected) as refusal:
        dry_run(organization_id=shop, member_id=member_id, activity={"kind": "redeem", "at": NOW, "points": 1}, now=NOW)
    assert refusal.value.code == "spending_held"


def test_phone_changed_by_staff_holds_spending_too(rich, do, shop, member_id):
    update_member(organization_id=shop, member_id=member_id, changes={"phone": NEW_PHONE}, now=NOW, actor=CLERK)

    with pytest.raises(Rejected) as refusal:
        do("redeem", points=100)
    assert refusal.value.code == "spending_held"
    assert audited(shop, of=member_id) == [("member.changed", "staff", "7", {"fields": ["phone"]})]
    assert notices(shop, member_id) == [("contact_changed", "SMS", OLD_PHONE)]


def test_name_changed_holds_nothing(rich, do, shop, member_id, balance):
    update_member(organization_id=shop, member_id=member_id, changes={"given_name": "สมหญิง"}, now=NOW)
    do("redeem", points=100)

    assert balance() == 900
    assert notices(shop, member_id) == []


def test_member_changes_no_phone_without_a_code(shop, member_id, member):
    with pytest.raises(ContactNeedsCode):
        update_member(organization_id=shop, member_id=member_id, changes={"phone": NEW_PHONE, "given_name": "x"}, now=NOW)

    assert (member().phone, member().given_name, audited(shop, of=member_id)) == (OLD_PHONE, "Member 1", [])


def test_code_for_signing_in_changes_no_phone(shop, member_id, member):
    with pytest.raises(CodeGone):
        change_contact(organization_id=shop, member_id=member_id, proof=proof_of(shop, NEW_PHONE, purpose="SIGN_IN"), now=NOW)
    assert (member().phone, notices(shop, member_id)) == (OLD_PHONE, [])


def test_phone_of_somebody_else_is_refused_and_the_proof_still_holds(shop, member_id, other_member_id, member):
    with organization_scope(shop):
        theirs = get_member(organization_id=shop, member_id=other_member_id).phone
    proof = proof_of(shop, theirs)
    for _ in range(2):
        with pytest.raises(IdentityTaken):
            change_contact(organization_id=shop, member_id=member_id, proof=proof, now=NOW)

    assert (member().phone, member().spend_held_until, notices(shop, member_id)) == (OLD_PHONE, None, [])


# --- freezing (R125) --------------------------------------------------------------------------------------------------------


def test_frozen_member_neither_earns_nor_spends(rich, do, shop, member_id, balance):
    freeze_member(organization_id=shop, member_id=member_id, reason="lost phone", now=NOW)
    with pytest.raises(Rejected) as refusal:
        do("redeem", points=100)
    assert refusal.value.code == "member_stopped"
    assert do("purchase", amount=100).outcome.get("earned", {}) == {}
    assert balance() == 1000

    unfreeze_member(organization_id=shop, member_id=member_id, now=NOW)
    do("redeem", points=100)
    assert balance() == 900


@pytest.mark.parametrize(("actor", "by"), [(None, "MEMBER"), (CLERK, "STAFF")])
def test_freezing_is_told_and_written_down(shop, member_id, member, actor, by):
    who = ("staff", "7") if actor else ("member", str(member_id))
    freeze_member(organization_id=shop, member_id=member_id, reason="lost", now=NOW, actor=actor)
    unfreeze_member(organization_id=shop, member_id=member_id, now=NOW, actor=actor)

    assert member().status == "ACTIVE"
    assert audited(shop, of=member_id) == [
        ("member.frozen", *who, {"by": by, "reason": "lost"}),
        ("member.unfrozen", *who, {"by": by}),
    ]
    assert (told(shop, "member.frozen"), told(shop, "member.unfrozen")) == ([{"by": by}], [{"by": by}])
    assert notices(shop, member_id) == [("frozen", "SMS", OLD_PHONE), ("unfrozen", "SMS", OLD_PHONE)]


def test_refused_freezing_leaves_no_trace(shop, member_id, other_organization_id):
    freeze_member(organization_id=shop, member_id=member_id, reason="", now=NOW, actor=CLERK)
    before = audited(shop, of=member_id), told(shop, "member.frozen"), notices(shop, member_id)
    with pytest.raises(WrongStatus):
        freeze_member(organization_id=shop, member_id=member_id, reason="", now=NOW)
    with pytest.raises(FrozenByStaff):
        unfreeze_member(organization_id=shop, member_id=member_id, now=NOW)
    with pytest.raises(UnknownMember):
        freeze_member(organization_id=other_organization_id, member_id=member_id, reason="", now=NOW)

    assert (audited(shop, of=member_id), told(shop, "member.frozen"), notices(shop, member_id)) == before


# --- leaving ----------------------------------------------------------------------------------------------------------------


def test_closing_takes_back_every_consent_and_is_told(rich, do, shop, member_id, member):
    answers = [Answer("MARKETING", True, "SMS"), Answer("PROFILING", True)]
    record_consent(organization_id=shop, member_id=member_id, answers=answers, speaker=Speaker(), now=NOW)
    later = NOW + timedelta(hours=1)
    close_member(organization_id=shop, member_id=member_id, reason="moved", now=later, actor=CLERK)

    assert (member().status, member().status_reason) == ("CLOSED", "moved")
    with organization_scope(shop):
        current = current_consents(organization_id=shop, member_id=member_id)
    assert {state.is_granted for state in current.values()} == {False}
    assert audited(shop, of=member_id) == [("member.closed", "staff", "7", {"reason": "moved"})]
    assert told(shop, "member.closed") == [{}]
    assert notices(shop, member_id) == [("closed", "SMS", OLD_PHONE)]
    with pytest.raises(Rejected):
        do("redeem", points=1, at=later)


def test_who_comes_back_is_the_same_member_with_their_points_and_gives_consents_anew(rich, shop, member_id, balance):
    close_member(organization_id=shop, member_id=member_id, reason="", now=NOW)
    back = enroll_by_staff(organization_id=shop, enrollment=Enrollment({"phone": OLD_PHONE}), actor=CLERK, now=NOW)

    assert (back.is_new, back.member.id, back.member.status, balance()) == (True, member_id, "ACTIVE", 1000)
    with organization_scope(shop):
        assert current_consents(organization_id=shop, member_id=member_id) == {}


# --- at the counter ------------------------------------------------------------------------------------------------------------


def test_staff_enroll_somebody_whose_phone_is_not_proved(shop):
    enrollment = Enrollment(
        {"given_name": "สมหญิง", "phone": "081 111 2222", "home_store": "S1"},
        identities=[("CARD", "12345678")],
        consents=[GivenConsent("MARKETING", True, "SMS"), GivenConsent("PROFILING", False)],
        source="counter",
    )
    enrolled = enroll_by_staff(organization_id=shop, enrollment=enrollment, actor=CLERK, now=NOW)

    member = enrolled.member
    assert (enrolled.is_new, member.status, member.phone, member.source) == (True, "ACTIVE", "+66811112222", "counter")
    with organization_scope(shop):
        bound = identities_of(organization_id=shop, member_id=member.id)
        noted = consent_history(organization_id=shop, member_id=member.id)
    assert [(each.kind, each.verified_at) for each in bound] == [("CARD", None), ("PHONE", None)]
    assert sorted((each.purpose, each.granted, each.actor["id"]) for each in noted) == [
        ("MARKETING", True, "7"), ("PROFILING", False, "7")
    ]  # fmt: skip
    assert audited(shop, of=member.id) == [("member.enrolled", "staff", "7", {})]
    assert told(shop, "member.joined") == [{"source": "counter", "store": "S1"}]


def test_member_is_not_enrolled_twice(shop, member_id):
    with pytest.raises(AlreadyMember) as refusal:
        enroll_by_staff(organization_id=shop, enrollment=Enrollment({"phone": OLD_PHONE}), actor=CLERK, now=NOW)

    assert refusal.value.details == {"member_id": str(member_id)}
    assert (audited(shop, of=member_id), told(shop, "member.joined")) == ([], [])


def test_minor_is_enrolled_with_a_guardians_yes_or_not_at_all(shop):
    profile = {"given_name": "น้อย", "phone": "0811112222", "birthday": "2012-01-01"}
    consents = [GivenConsent("MARKETING", True, "SMS")]
    with pytest.raises(GuardianNeeded):
        enroll_by_staff(organization_id=shop, enrollment=Enrollment(profile, consents=consents), actor=CLERK, now=NOW)
    assert told(shop, "member.joined") == []

    given = Enrollment(profile, consents=consents, guardian="นางสมศรี")
    enrolled = enroll_by_staff(organization_id=shop, enrollment=given, actor=CLERK, now=NOW)
    with organization_scope(shop):
        (noted,) = consent_history(organization_id=shop, member_id=enrolled.member.id)
    assert (noted.granted, noted.guardian, noted.given_by) == (True, "นางสมศรี", "MEMBER")


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        ({"phone": "12"}, "phone"),
        ({"phone": "0811112222", "email": "no@mail"}, "email"),
        ({"phone": "0811112222", "birthday": "2030-01-01"}, "birthday"),
        ({"phone": "0811112222", "shoe_size": 40}, "shoe_size"),
        ({"phone": "0811112222", "attributes": {"shoe_size": 40}}, "shoe_size"),
    ],
)
def test_what_cannot_be_read_names_the_field_and_enrolls_nobody(shop, profile, field):
    with pytest.raises(Refusal) as refusal:
        enroll_by_staff(organization_id=shop, enrollment=Enrollment(profile), actor=CLERK, now=NOW)

    assert refusal.value.details["field"] == field
    assert told(shop, "member.joined") == []


# --- shadows and consents ------------------------------------------------------------------------------------------------------


def test_shadow_is_made_once_and_told_once(shop):
    first = find_or_shadow(organization_id=shop, kind="PHONE", value="0811112222", now=NOW)
    again = find_or_shadow(organization_id=shop, kind="PHONE", value="+66811112222", now=NOW)

    assert (first.status, again.id) == ("SHADOW", first.id)
    assert told(shop, "member.shadowed") == [{"kind": "PHONE"}]


def test_consent_is_told_and_audited_where_staff_note_it(shop, member_id):
    yes = [Answer("MARKETING", True, "SMS")]
    record_consent(organization_id=shop, member_id=member_id, answers=yes, speaker=Speaker(), now=NOW)
    assert audited(shop, of=member_id) == []
    later = NOW + timedelta(minutes=1)
    (state,) = withdraw_consent(organization_id=shop, member_id=member_id, now=later, purpose="MARKETING", actor=CLERK)
    withdraw_consent(organization_id=shop, member_id=member_id, now=later, purpose="MARKETING", actor=CLERK)

    about = {"purpose": "MARKETING", "channel": "SMS"}
    assert (state.is_granted, told(shop, "consent.granted"), told(shop, "consent.withdrawn")) == (False, [about], [about])
    assert audited(shop, of=member_id) == [("consent.withdrawn", "staff", "7", about)]
