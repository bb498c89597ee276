"""Words of consents change: who is asked again, what still counts, and who speaks for a child."""

from datetime import UTC, datetime, timedelta

import pytest

from phakdi.engagement.messaging import operations as messaging
from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.queries import get_message
from phakdi.flows.enroll_member import Enrollment, GivenConsent, enroll_by_staff
from phakdi.flows.publish_consent import publish_consent
from phakdi.flows.record_activity import Actor
from phakdi.flows.record_consent import Answer, Speaker, record_consent, withdraw_consent
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.people.consents.core import ConsentChannel, ConsentKey, GuardianJoins, GuardianNeeded, Purpose
from phakdi.people.consents.queries import (
    answers_by_version,
    consent_history,
    consenting,
    has_consent,
    text_at,
    texts_of,
    to_ask_again,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
CLERK = Actor("staff", "7")
SMS = ConsentKey(Purpose.MARKETING, ConsentChannel.SMS)
WORDS = {"th": "ร้านส่งข่าวถึงฉันได้", "en": "The shop may send me news."}


def publish(organization_id, *, at=NOW, is_material=False, words=WORDS):
    return publish_consent(
        organization_id=organization_id,
        purpose="MARKETING",
        texts=words,
        effective_from=at,
        is_material=is_material,
        now=at,
        actor=CLERK,
    )


def say(organization_id, member_id, *, at=NOW, yes=True):
    answers = [Answer("MARKETING", yes, "SMS")]
    record_consent(organization_id=organization_id, member_id=member_id, answers=answers, speaker=Speaker(), now=at, actor=CLERK)


def agrees(organization_id, member_id):
    with organization_scope(organization_id):
        one = has_consent(organization_id=organization_id, member_id=member_id, purpose=SMS.purpose, channel=SMS.channel)
        many = consenting(organization_id=organization_id, member_ids=[member_id], purpose=SMS.purpose, channel=SMS.channel)
    assert one == (member_id in many)
    return one


def test_a_new_version_keeps_its_words_hash_and_author_and_the_old_one_stays(shop):
    first = publish(shop)
    second = publish(shop, at=LATER, words={"th": "ใหม่", "en": "New"})

    with organization_scope(shop):
        kept = texts_of(organization_id=shop)
        then = text_at(organization_id=shop, purpose=Purpose.MARKETING, at=NOW + timedelta(hours=1))
    assert [(text.version, text.texts["en"]) for text in kept] == [(2, "New"), (1, WORDS["en"])]
    assert then.version == 1
    assert first.hash != second.hash
    assert {text.created_by for text in kept} == {"7"}


def test_words_are_needed_in_both_languages_and_never_come_into_force_in_the_past(shop):
    with pytest.raises(Invalid) as missing:
        publish(shop, words={"th": "มี", "en": " "})
    with pytest.raises(Invalid) as past:
        publish_consent(
            organization_id=shop,
            purpose="MARKETING",
            texts=WORDS,
            effective_from=NOW - timedelta(days=1),
            is_material=False,
            now=NOW,
        )

    assert (missing.value.code, past.value.code) == ("consent_text_missing", "consent_text_past")


def test_after_a_small_change_a_yes_still_counts(shop, member_id):
    publish(shop)
    say(shop, member_id)
    publish(shop, at=LATER, words={"th": "แก้คำผิด", "en": "A typo less"})

    assert agrees(shop, member_id)
    with organization_scope(shop):
        assert to_ask_again(organization_id=shop, member_id=member_id, at=LATER) == []


def test_after_a_material_change_nothing_rests_on_the_old_yes_until_they_agree_anew(shop, member_id):
    publish(shop)
    say(shop, member_id)
    publish(shop, at=LATER, is_material=True, words={"th": "และพันธมิตร", "en": "And partners"})

    assert not agrees(shop, member_id)
    with organization_scope(shop):
        assert to_ask_again(organization_id=shop, member_id=member_id, at=LATER) == [SMS]
    say(shop, member_id, at=LATER)
    assert agrees(shop, member_id)
    with organization_scope(shop):
        assert to_ask_again(organization_id=shop, member_id=member_id, at=LATER) == []


def test_a_message_that_waits_is_not_sent_once_the_consent_is_gone(shop, member_id):
    say(shop, member_id)
    message = messaging.NewMessage(
        kind=MessageClass.MARKETING, template="welcome", channel=MessageChannel.SMS, destination="+66800000001", member_id=member_id,
        params={"organization": "S", "name": "N", "number": "1"},
    )  # fmt: skip
    with organization_scope(shop):
        first = messaging.queue_message(organization_id=shop, message=message, now=NOW)
        second = messaging.queue_message(organization_id=shop, message=message, now=NOW)
    claims = {claim.message_id: claim for claim in messaging.claim(now=NOW, most=2)}
    with organization_scope(shop):
        went = messaging.prepare(claim=claims[first], provider="console", keeps_secrets=False, now=NOW)
    withdraw_consent(organization_id=shop, member_id=member_id, purpose="MARKETING", now=LATER)
    with organization_scope(shop):
        stopped = messaging.prepare(claim=claims[second], provider="console", keeps_secrets=False, now=NOW)
        row = get_message(organization_id=shop, message_id=second)

    assert went is not None
    assert stopped is None
    assert (row.state, row.state_reason) == ("CANCELLED", "no_consent")


def test_figures_tell_how_many_agree_to_which_version(shop, member_id, other_member_id):
    publish(shop)
    say(shop, member_id)
    say(shop, other_member_id, yes=False)
    publish(shop, at=LATER)
    say(shop, other_member_id, at=LATER)

    with organization_scope(shop):
        found = answers_by_version(organization_id=shop, purpose=Purpose.MARKETING)
    assert [(each.version, each.granted, each.refused) for each in found] == [(2, 1, 0), (1, 1, 0)]


def enroll(shop, birthday, *, guardian="", yes=True):
    profile = {"given_name": "น้อย", "phone": "0811112222", "birthday": birthday}
    consents = [GivenConsent("MARKETING", yes, "SMS")]
    enrollment = Enrollment(profile, consents=consents, guardian=guardian)
    return enroll_by_staff(organization_id=shop, enrollment=enrollment, actor=CLERK, now=NOW).member.id


def test_a_child_under_ten_is_enrolled_by_a_guardian_whose_word_is_kept(shop):
    with pytest.raises(GuardianJoins):
        enroll(shop, "2017-03-03", yes=False)

    member_id = enroll(shop, "2017-03-03", guardian="นางสมศรี", yes=False)

    with organization_scope(shop):
        history = consent_history(organization_id=shop, member_id=member_id)
    kept = {row.purpose: (row.granted, row.given_by, row.guardian) for row in history}
    assert kept == {"SERVICE": (True, "GUARDIAN", "นางสมศรี"), "MARKETING": (False, "GUARDIAN", "นางสมศรี")}


def test_a_minor_joins_alone_but_agrees_to_nothing_more_without_a_guardian(shop):
    with pytest.raises(GuardianNeeded):
        enroll(shop, "2012-01-01")

    assert enroll(shop, "2012-01-01", yes=False)
