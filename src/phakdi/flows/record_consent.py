"""Note what a member agrees to, and take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from phakdi.flows.member_trail import Cause, audit, tell
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.recording import Actor
from phakdi.people.consents import operations
from phakdi.people.consents.core import ConsentState, GivenBy, guardian_rule, read_channel, read_key, read_purpose
from phakdi.people.consents.models import Consent
from phakdi.people.consents.queries import current_consents
from phakdi.people.members.queries import get_member

GRANTED = "consent.granted"  # data: {"purpose", "channel"}
WITHDRAWN = "consent.withdrawn"


@dataclass(frozen=True, slots=True)
class Answer:
    """A yes or no to one purpose through one channel. ``text_version`` 0 stands for the words in force."""

    purpose: str
    is_granted: bool
    channel: str = "ANY"
    text_version: int = 0


@dataclass(frozen=True, slots=True)
class Speaker:
    """How the answers were given: in which language, where, and who spoke for a minor."""

    language: str = "th"
    source: str = ""
    guardian: str = ""
    is_guardian: bool = False


def record_consent(
    *,
    organization_id: UUID,
    member_id: UUID,
    answers: Sequence[Answer],
    speaker: Speaker,
    now: datetime,
    actor: Actor | None = None,
) -> list[ConsentState]:
    """Note the member's answers and return what counts from now on.

    Raises:
        UnknownMember: no such member.
        Invalid: a purpose or channel is not known, or needs no consent.
        GuardianNeeded: the member is too young to agree alone; nothing was noted.
    """
    cause = Cause(organization_id, now, actor)
    given = [
        operations.GivenConsent(read_key(answer.purpose, answer.channel), answer.is_granted, answer.text_version)
        for answer in answers
    ]
    with organization_scope(organization_id):
        member = get_member(organization_id=organization_id, member_id=member_id)
        rule = guardian_rule(member.birthday, today=timezone.localdate(now))
        circumstances = operations.Circumstances(
            at=now,
            language=speaker.language,
            source=speaker.source,
            actor=cause.who,
            given_by=GivenBy.GUARDIAN if speaker.is_guardian else GivenBy.MEMBER,
            guardian=speaker.guardian,
            rule=rule,
        )
        rows = operations.record(organization_id=organization_id, member_id=member_id, given=given, circumstances=circumstances)
        _tell(cause, member_id, rows)
        return list(current_consents(organization_id=organization_id, member_id=member_id).values())


def withdraw_consent(
    *,
    organization_id: UUID,
    member_id: UUID,
    now: datetime,
    purpose: str = "",
    channel: str = "",
    source: str = "",
    actor: Actor | None = None,
) -> list[ConsentState]:
    """Take back what was agreed to for the purpose and channel, all of it where none is named; it acts at once.

    Safe to repeat: what is taken back already stays so. Raises UnknownMember, and Invalid for an unknown purpose.
    """
    cause = Cause(organization_id, now, actor)
    with organization_scope(organization_id):
        member = get_member(organization_id=organization_id, member_id=member_id)
        circumstances = operations.Circumstances(at=now, language=member.language, source=source, actor=cause.who)
        rows = operations.withdraw(
            organization_id=organization_id,
            member_id=member_id,
            circumstances=circumstances,
            purpose=read_purpose(purpose) if purpose else None,
            channel=read_channel(channel) if channel else None,
        )
        _tell(cause, member_id, rows)
        return list(current_consents(organization_id=organization_id, member_id=member_id).values())


def _tell(cause: Cause, member_id: UUID, rows: Sequence[Consent]) -> None:
    for row in rows:
        data = {"purpose": row.purpose, "channel": row.channel}
        tell(cause, GRANTED if row.granted else WITHDRAWN, member_id, data)
        if not cause.is_member:
            audit(cause, "consent.granted" if row.granted else "consent.withdrawn", member_id, data)
