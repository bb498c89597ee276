"""What needs a consent, who may give it, and which of several counts (R122, R123)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from phakdi.kit.errors import Invalid, Rejected


class Purpose(StrEnum):
    """What personal data is used for."""

    SERVICE = "SERVICE"  # running the membership: rests on the contract and needs no consent
    MARKETING = "MARKETING"
    PROFILING = "PROFILING"
    PARTNERS = "PARTNERS"
    RESEARCH = "RESEARCH"
    SENSITIVE = "SENSITIVE"  # health, biometrics: explicit consent (PDPA s. 26)


class ConsentChannel(StrEnum):
    """The way a member is reached; ANY where the purpose has no channel."""

    ANY = "ANY"
    LINE = "LINE"
    EMAIL = "EMAIL"
    SMS = "SMS"
    PUSH = "PUSH"
    FACEBOOK = "FACEBOOK"
    PHONE = "PHONE"


class GivenBy(StrEnum):
    """Who gave or withdrew a consent."""

    MEMBER = "MEMBER"
    GUARDIAN = "GUARDIAN"


class GuardianRule(StrEnum):
    """Whose consent counts at an age (PDPA s. 20)."""

    NONE = "NONE"  # of age: the member's own
    BOTH = "BOTH"  # the member's, with a guardian's
    GUARDIAN_ONLY = "GUARDIAN_ONLY"


PER_CHANNEL = frozenset({Purpose.MARKETING})
OF_AGE_YEARS = 20
GUARDIAN_ONLY_UNTIL_YEARS = 10


class GuardianNeeded(Rejected):
    """The member is too young to agree to this alone."""

    code = "guardian_needed"


class GuardianJoins(GuardianNeeded):
    """A child under ten is enrolled by a parent or guardian."""

    code = "guardian_joins"


@dataclass(frozen=True, slots=True)
class ConsentKey:
    """What a consent is about."""

    purpose: Purpose
    channel: ConsentChannel


@dataclass(frozen=True, slots=True)
class ConsentState:
    """What a member's latest word about one purpose and channel is."""

    key: ConsentKey
    is_granted: bool
    at: datetime
    text_version: int
    language: str


def read_key(purpose: str, channel: str = "ANY") -> ConsentKey:
    """Return the purpose and channel, or raise Invalid with ``field``.

    Marketing is agreed to per channel; all else for any. What rests on the contract takes no consent at all.
    """
    wanted = read_purpose(purpose)
    if wanted is Purpose.SERVICE:
        raise Invalid("Service needs no consent.", code="consent_not_needed", field="purpose")
    through = read_channel(channel or "ANY")
    if (wanted in PER_CHANNEL) == (through is ConsentChannel.ANY):
        raise Invalid("Only marketing is agreed to per channel.", code="consent_channel_wrong", field="channel")
    return ConsentKey(wanted, through)


def read_purpose(purpose: str) -> Purpose:
    """Return the purpose, or raise Invalid with ``field``."""
    try:
        return Purpose(purpose.upper())
    except ValueError:
        raise Invalid("This purpose is not known.", code="consent_purpose_unknown", field="purpose") from None


def read_channel(channel: str) -> ConsentChannel:
    """Return the channel, or raise Invalid with ``field``."""
    try:
        return ConsentChannel(channel.upper())
    except ValueError:
        raise Invalid("This channel is not known.", code="consent_channel_unknown", field="channel") from None


def guardian_rule(birthday: date | None, *, today: date) -> GuardianRule:
    """Return whose consent counts for somebody born then; without a birthday, a member is taken to be of age."""
    if birthday is None:
        return GuardianRule.NONE
    age = today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day))
    if age >= OF_AGE_YEARS:
        return GuardianRule.NONE
    return GuardianRule.BOTH if age >= GUARDIAN_ONLY_UNTIL_YEARS else GuardianRule.GUARDIAN_ONLY


def check_giver(rule: GuardianRule, *, given_by: GivenBy, guardian: str, is_granted: bool) -> None:
    """Raise GuardianNeeded unless whoever gives the consent may; withdrawing is everybody's right at any age."""
    if not is_granted or rule is GuardianRule.NONE:
        return
    if not guardian or (rule is GuardianRule.GUARDIAN_ONLY and given_by is not GivenBy.GUARDIAN):
        raise GuardianNeeded("A guardian has to agree as well.", rule=rule.value, field="guardian")


def check_joining(rule: GuardianRule, *, guardian: str) -> None:
    """Raise GuardianJoins where a child under ten is to be enrolled and no guardian is named."""
    if rule is GuardianRule.GUARDIAN_ONLY and not guardian.strip():
        raise GuardianJoins("A parent or guardian enrolls a child under ten.", rule=rule.value, field="guardian")


def text_hash(texts: Mapping[str, str]) -> str:
    """Return what identifies the words of a consent: SHA-256 over its languages and texts."""
    spelled = "\x1e".join(f"{language}\x1f{texts[language]}" for language in sorted(texts))
    return hashlib.sha256(spelled.encode()).hexdigest()
