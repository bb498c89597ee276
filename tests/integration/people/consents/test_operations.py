"""Consents in the database: the latest word counts, at once, and nothing that was said can be unsaid."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, NotFound
from phakdi.kit.ids import new_id
from phakdi.people.consents import operations, queries
from phakdi.people.consents.core import ConsentChannel, ConsentKey, GivenBy, GuardianNeeded, GuardianRule, Purpose, text_hash
from phakdi.people.consents.models import Consent, ConsentText
from phakdi.people.consents.operations import Circumstances, GivenConsent
from tests.integration.loyalty.engine.by_hand import all_at_once
from tests.integration.platform.owner import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
SMS = ConsentKey(Purpose.MARKETING, ConsentChannel.SMS)
EMAIL = ConsentKey(Purpose.MARKETING, ConsentChannel.EMAIL)
PROFILING = ConsentKey(Purpose.PROFILING, ConsentChannel.ANY)
WORDS = {"th": "ยินดีรับข่าวสาร", "en": "I would like to hear from you."}


@pytest.fixture
def say(organization_id, member_id):
    """Return a function that notes yes (or no) to some keys."""

    def record(*keys, yes=True, at=NOW, version=0, member=member_id, **more):
        given = [GivenConsent(key, is_granted=yes, text_version=version) for key in keys]
        circumstances = Circumstances(at=at, **more)
        with organization_scope(organization_id):
            return operations.record(organization_id=organization_id, member_id=member, given=given, circumstances=circumstances)

    return record


@pytest.fixture
def agreed(organization_id, member_id):
    """Return a function that reads what the member agrees to now."""

    def read(member=member_id):
        with organization_scope(organization_id):
            current = queries.current_consents(organization_id=organization_id, member_id=member)
        return {key for key, state in current.items() if state.is_granted}

    return read


def publish(organization_id, texts=WORDS, *, purpose=Purpose.MARKETING, effective_from=NOW):
    with organization_scope(organization_id):
        return operations.publish_text(
            organization_id=organization_id, purpose=purpose, texts=texts, effective_from=effective_from, now=NOW
        )


def take_back(organization_id, member_id, *, at=NOW, **more):
    with organization_scope(organization_id):
        return operations.withdraw(
            organization_id=organization_id, member_id=member_id, circumstances=Circumstances(at=at, source="portal"), **more
        )


def history(organization_id, member_id):
    with organization_scope(organization_id):
        found = queries.consent_history(organization_id=organization_id, member_id=member_id)
    return [(row.purpose, row.channel, row.granted, row.at) for row in found]


def test_yes_is_kept_with_how_it_was_given(say, organization_id, member_id):
    words = publish(organization_id)
    say(SMS, language="en", source="counter", actor={"kind": "staff", "id": "7"})

    with organization_scope(organization_id):
        kept = Consent.objects.get(organization_id=organization_id)
    assert (kept.member_id, kept.purpose, kept.channel, kept.granted, kept.at) == (member_id, "MARKETING", "SMS", True, NOW)
    assert (kept.text_version, kept.text_hash) == (words.version, text_hash(WORDS))
    assert (kept.language, kept.source, kept.actor) == ("en", "counter", {"kind": "staff", "id": "7"})
    assert (kept.given_by, kept.guardian) == ("MEMBER", "")


def test_without_an_answer_it_is_no(agreed, organization_id, member_id):
    with organization_scope(organization_id):
        asked = {
            purpose: queries.has_consent(
                organization_id=organization_id, member_id=member_id, purpose=purpose, channel=ConsentChannel.ANY
            )
            for purpose in Purpose
        }

    assert {purpose for purpose, holds in asked.items() if holds} == {Purpose.SERVICE}
    assert agreed() == set()


def test_each_channel_is_agreed_to_by_itself(say, agreed, organization_id, member_id):
    say(SMS)

    assert agreed() == {SMS}
    with organization_scope(organization_id):
        assert not queries.has_consent(
            organization_id=organization_id, member_id=member_id, purpose=Purpose.MARKETING, channel=ConsentChannel.EMAIL
        )


def test_latest_word_counts_also_when_noted_later(say, agreed):
    say(SMS, yes=False, at=NOW)
    say(SMS, at=NOW - timedelta(days=1))  # an import of older answers
    assert agreed() == set()

    say(SMS, at=NOW + timedelta(seconds=1))
    assert agreed() == {SMS}


def test_of_two_words_at_one_instant_the_no_counts(say, agreed, organization_id, member_id):
    say(SMS, yes=False)
    say(SMS, yes=True)

    assert agreed() == set()
    with organization_scope(organization_id):
        for found in (
            queries.has_consent(organization_id=organization_id, member_id=member_id, purpose=SMS.purpose, channel=SMS.channel),
            queries.consenting(organization_id=organization_id, member_ids=[member_id], purpose=SMS.purpose, channel=SMS.channel),
        ):
            assert not found


def test_taking_back_acts_at_once_and_keeps_the_history(say, agreed, organization_id, member_id):
    words = publish(organization_id)
    say(SMS, EMAIL, PROFILING)
    later = NOW + timedelta(hours=1)
    rows = take_back(organization_id, member_id, at=later, purpose=Purpose.MARKETING)

    assert agreed() == {PROFILING}
    assert sorted((row.channel, row.granted, row.text_version) for row in rows) == [
        ("EMAIL", False, words.version), ("SMS", False, words.version)
    ]  # fmt: skip
    assert sorted(history(organization_id, member_id)) == sorted(
        [
            ("MARKETING", "SMS", False, later),
            ("MARKETING", "EMAIL", False, later),
            ("MARKETING", "SMS", True, NOW),
            ("MARKETING", "EMAIL", True, NOW),
            ("PROFILING", "ANY", True, NOW),
        ]
    )
    assert [at for *_, at in history(organization_id, member_id)] == [later, later, NOW, NOW, NOW]


def test_taking_back_one_channel_or_everything(say, agreed, organization_id, member_id):
    say(SMS, EMAIL, PROFILING)

    take_back(organization_id, member_id, channel=ConsentChannel.EMAIL, at=NOW + timedelta(seconds=1))
    assert agreed() == {SMS, PROFILING}
    take_back(organization_id, member_id, at=NOW + timedelta(seconds=2))
    assert agreed() == set()
    assert take_back(organization_id, member_id, at=NOW + timedelta(seconds=3)) == []
    assert len(history(organization_id, member_id)) == 6


def test_only_who_agrees_is_among_many(say, organization_id, member_id, other_member_id, new_member):
    silent = new_member()
    say(SMS)
    say(SMS, member=other_member_id)
    say(SMS, member=other_member_id, yes=False, at=NOW + timedelta(seconds=1))
    everybody = [member_id, other_member_id, silent]

    with organization_scope(organization_id):
        agree = queries.consenting(
            organization_id=organization_id, member_ids=everybody, purpose=Purpose.MARKETING, channel=ConsentChannel.SMS
        )
        served = queries.consenting(
            organization_id=organization_id, member_ids=everybody, purpose=Purpose.SERVICE, channel=ConsentChannel.ANY
        )
    assert (agree, served) == ({member_id}, set(everybody))


def test_consents_of_many_members_are_noted_in_one_go(agreed, organization_id, member_id, other_member_id):
    given = [(each, GivenConsent(SMS, is_granted=True)) for each in (member_id, other_member_id)]
    with organization_scope(organization_id):
        assert operations.record_many(organization_id=organization_id, given=given, circumstances=Circumstances(at=NOW)) == 2

    assert (agreed(), agreed(other_member_id)) == ({SMS}, {SMS})


# --- words --------------------------------------------------------------------------------------------------------------


def test_words_are_numbered_and_take_effect_at_their_time(say, organization_id):
    publish(organization_id)
    publish(organization_id, {**WORDS, "en": "Newer."}, effective_from=NOW + timedelta(days=1))
    publish(organization_id, purpose=Purpose.PROFILING)

    versions = [say(SMS, at=at)[0].text_version for at in (NOW - timedelta(days=1), NOW, NOW + timedelta(days=1))]
    assert versions == [0, 1, 2]
    with organization_scope(organization_id):
        second = queries.get_text(organization_id=organization_id, purpose=Purpose.MARKETING, version=2)
        assert (second.texts["en"], second.hash) == ("Newer.", text_hash({**WORDS, "en": "Newer."}))


def test_member_agrees_to_the_words_they_were_shown(say, organization_id, member_id):
    publish(organization_id)
    publish(organization_id, {**WORDS, "en": "Newer."})

    assert say(SMS, version=1)[0].text_hash == text_hash(WORDS)
    before = history(organization_id, member_id)
    with pytest.raises(NotFound):
        say(SMS, version=3)
    assert history(organization_id, member_id) == before


@pytest.mark.parametrize("texts", [{"th": "ก"}, {"th": "ก", "en": " "}, {"th": "ก", "en": "x" * 20_001}])
def test_words_are_needed_in_every_language(organization_id, texts):
    with pytest.raises(Invalid) as refusal:
        publish(organization_id, texts)

    assert (refusal.value.code, refusal.value.details["field"]) == ("consent_text_missing", "en")
    with organization_scope(organization_id):
        assert list(ConsentText.objects.filter(organization_id=organization_id)) == []


def test_words_written_at_once_get_numbers_of_their_own(organization_id):
    made = all_at_once([lambda: publish(organization_id).version] * 8)

    assert sorted(made) == list(range(1, 9))


# --- minors -------------------------------------------------------------------------------------------------------------


def test_minor_alone_agrees_to_nothing(say, organization_id, member_id):
    for how in (
        {"rule": GuardianRule.BOTH},
        {"rule": GuardianRule.BOTH, "guardian": "  "},
        {"rule": GuardianRule.GUARDIAN_ONLY, "guardian": "แม่"},
    ):
        with pytest.raises(GuardianNeeded):
            say(SMS, EMAIL, **how)

    assert history(organization_id, member_id) == []


def test_guardian_is_kept_with_the_yes_and_not_needed_for_the_no(say, agreed):
    (kept,) = say(SMS, rule=GuardianRule.GUARDIAN_ONLY, guardian=" นางสมศรี ", given_by=GivenBy.GUARDIAN)
    assert (kept.given_by, kept.guardian) == ("GUARDIAN", "นางสมศรี")

    say(SMS, yes=False, rule=GuardianRule.GUARDIAN_ONLY, at=NOW + timedelta(seconds=1))
    assert agreed() == set()


# --- what the database holds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET organization_id = organization_id WHERE organization_id = %s",
        "DELETE FROM {table} WHERE organization_id = %s",
        "TRUNCATE {table} /* %s */",
    ],
)
@pytest.mark.parametrize("table", ["consent", "activity", "entry", "receipt", "audit_entry", "audit_seal"])
def test_application_may_only_add_to_what_was_said_and_done(say, organization_id, table, statement):
    say(SMS)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        organization_scope(organization_id),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=table).replace("%s", f"'{organization_id}'"))

    assert as_owner("SELECT count(*) FROM consent") == [(1,)]


def test_application_adds_nothing_to_another_organization(organization_id, other_organization_id, member_id):
    row = Consent(
        id=new_id(), organization_id=other_organization_id, member_id=member_id, purpose="MARKETING", channel="SMS",
        granted=True, at=NOW,
    )  # fmt: skip
    with pytest.raises(ProgrammingError, match="row-level security"), organization_scope(organization_id):
        row.save(force_insert=True)

    assert as_owner("SELECT count(*) FROM consent") == [(0,)]
