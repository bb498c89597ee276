"""Who may agree, and to what."""

from datetime import date

import pytest

from phakdi.kit.errors import Invalid
from phakdi.people.consents.core import (
    ConsentChannel,
    ConsentKey,
    GivenBy,
    GuardianNeeded,
    GuardianRule,
    Purpose,
    check_giver,
    guardian_rule,
    read_key,
    text_hash,
)

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("birthday", "rule"),
    [
        (None, GuardianRule.NONE),
        (date(2006, 11, 24), GuardianRule.NONE),
        (date(2006, 11, 25), GuardianRule.BOTH),
        (date(2016, 11, 24), GuardianRule.BOTH),
        (date(2016, 11, 25), GuardianRule.GUARDIAN_ONLY),
        (TODAY, GuardianRule.GUARDIAN_ONLY),
    ],
)
def test_rule_follows_the_age_on_the_day(birthday, rule):
    assert guardian_rule(birthday, today=TODAY) is rule


@pytest.mark.parametrize(
    ("rule", "given_by", "guardian", "is_granted", "refused"),
    [
        (GuardianRule.NONE, GivenBy.MEMBER, "", True, False),
        (GuardianRule.BOTH, GivenBy.MEMBER, "", True, True),
        (GuardianRule.BOTH, GivenBy.MEMBER, "แม่", True, False),
        (GuardianRule.GUARDIAN_ONLY, GivenBy.MEMBER, "แม่", True, True),
        (GuardianRule.GUARDIAN_ONLY, GivenBy.GUARDIAN, "แม่", True, False),
        (GuardianRule.GUARDIAN_ONLY, GivenBy.MEMBER, "", False, False),
    ],
)
def test_minor_agrees_with_guardian_and_withdraws_alone(rule, given_by, guardian, is_granted, refused):
    if not refused:
        check_giver(rule, given_by=given_by, guardian=guardian, is_granted=is_granted)
        return
    with pytest.raises(GuardianNeeded):
        check_giver(rule, given_by=given_by, guardian=guardian, is_granted=is_granted)


def test_key_is_read():
    assert read_key("marketing", "line") == ConsentKey(Purpose.MARKETING, ConsentChannel.LINE)
    assert read_key("PROFILING") == ConsentKey(Purpose.PROFILING, ConsentChannel.ANY)


@pytest.mark.parametrize(
    ("purpose", "channel", "code"),
    [
        ("SERVICE", "ANY", "consent_not_needed"),
        ("SPAM", "ANY", "consent_purpose_unknown"),
        ("MARKETING", "FAX", "consent_channel_unknown"),
        ("MARKETING", "ANY", "consent_channel_wrong"),
        ("PROFILING", "SMS", "consent_channel_wrong"),
    ],
)
def test_key_that_makes_no_sense_is_refused(purpose, channel, code):
    with pytest.raises(Invalid) as refusal:
        read_key(purpose, channel)

    assert refusal.value.code == code


def test_hash_of_words_depends_on_every_language_and_not_on_order():
    assert text_hash({"th": "ก", "en": "a"}) == text_hash({"en": "a", "th": "ก"})
    assert len({text_hash({"th": "ก", "en": "a"}), text_hash({"th": "ก", "en": "b"}), text_hash({"th": "a", "en": "ก"})}) == 3
