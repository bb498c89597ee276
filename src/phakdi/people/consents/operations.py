"""Every write of consents. All run in the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.errors import Invalid
from phakdi.kit.ids import new_id
from phakdi.kit.text import LANGUAGES
from phakdi.people.consents import queries
from phakdi.people.consents.core import (
    ConsentChannel,
    ConsentKey,
    GivenBy,
    GuardianRule,
    Purpose,
    check_giver,
    text_hash,
)
from phakdi.people.consents.models import Consent, ConsentText

TEXT_MAX = 20_000
SOURCE_MAX = 60
GUARDIAN_MAX = 200
BATCH = 1000


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A yes or no: about what, and to which version of the words (0: those in force)."""

    key: ConsentKey
    is_granted: bool
    text_version: int = 0


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How consents were given: when, in which language, where, who noted it, and who spoke for a minor."""

    at: datetime
    language: str = "th"
    source: str = ""
    actor: Mapping[str, Any] | None = None
    given_by: GivenBy = GivenBy.MEMBER
    guardian: str = ""
    rule: GuardianRule = GuardianRule.NONE


@in_transaction
def publish_text(
    *,
    organization_id: UUID,
    purpose: Purpose,
    texts: Mapping[str, str],
    effective_from: datetime,
    now: datetime,
    is_material: bool = False,
    created_by: str = "",
) -> ConsentText:
    """Keep the next version of the words that members agree to.

    A material one changes what is agreed to: from ``effective_from`` on, a yes to older words counts no more.

    Raises:
        Invalid: a language is missing or a text is too long.
    """
    for language in LANGUAGES:
        if not 0 < len(texts.get(language, "").strip()) <= TEXT_MAX:
            raise Invalid("The words are needed in every language.", code="consent_text_missing", field=language)
    with connection.cursor() as db:  # numbers are given one after the other
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"consent_text:{organization_id}:{purpose}"])
    last = ConsentText.objects.filter(organization_id=organization_id, purpose=purpose).order_by("-version").first()
    return ConsentText.objects.create(
        organization_id=organization_id,
        purpose=purpose,
        version=last.version + 1 if last else 1,
        texts=dict(texts),
        hash=text_hash(texts),
        effective_from=effective_from,
        is_material=is_material,
        created_by=created_by,
        created_at=now,
    )


@in_transaction
def record(
    *, organization_id: UUID, member_id: UUID, given: Sequence[GivenConsent], circumstances: Circumstances
) -> list[Consent]:
    """Note what the member agreed or did not agree to; it counts from ``circumstances.at`` on.

    Raises:
        NotFound: a version of the words that does not exist.
        GuardianNeeded: the member is too young to agree alone.
    """
    how = circumstances
    rows = []
    for item in given:
        check_giver(how.rule, given_by=how.given_by, guardian=how.guardian.strip(), is_granted=item.is_granted)
        version, hashed = _words(organization_id, item, how.at)
        rows.append(_row(organization_id, member_id, item, how, version, hashed))
    return Consent.objects.bulk_create(rows)


@in_transaction
def record_guardian(*, organization_id: UUID, member_id: UUID, circumstances: Circumstances) -> None:
    """Note that a guardian enrolled a child, or agreed that a minor joined."""
    how = replace(circumstances, given_by=GivenBy.GUARDIAN)
    item = GivenConsent(ConsentKey(Purpose.SERVICE, ConsentChannel.ANY), is_granted=True)
    _row(organization_id, member_id, item, how, 0, "").save(force_insert=True)


@in_transaction
def withdraw(
    *,
    organization_id: UUID,
    member_id: UUID,
    circumstances: Circumstances,
    purpose: Purpose | None = None,
    channel: ConsentChannel | None = None,
) -> list[Consent]:
    """Take back every consent given for the purpose and channel (all of them where None), and return the new rows.

    It is effective at once: whoever sends asks again right before. Taking back what was never given writes nothing.
    """
    granted = [
        GivenConsent(state.key, is_granted=False, text_version=state.text_version)
        for state in queries.current_consents(organization_id=organization_id, member_id=member_id).values()
        if state.is_granted and purpose in {None, state.key.purpose} and channel in {None, state.key.channel}
    ]
    return record(organization_id=organization_id, member_id=member_id, given=granted, circumstances=circumstances)


@in_transaction
def record_many(*, organization_id: UUID, given: Iterable[tuple[UUID, GivenConsent]], circumstances: Circumstances) -> int:
    """Note the consents of many members, as an import brings them, and return how many.

    What a member said later than ``circumstances.at`` still counts: the latest word does.
    """
    words: dict[tuple[Purpose, int], tuple[int, str]] = {}
    rows = []
    for member_id, item in given:
        wanted = (item.key.purpose, item.text_version)
        if wanted not in words:
            words[wanted] = _words(organization_id, item, circumstances.at)
        rows.append(_row(organization_id, member_id, item, circumstances, *words[wanted]))
    Consent.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


@in_transaction
def forget_names(*, organization_id: UUID, member_ids: Collection[UUID]) -> int:
    """Destroy who spoke for members that are forgotten; what was agreed to, in which words and when, stays as proof."""
    with connection.cursor() as db:
        db.execute("SELECT consent_forget_names(%s, %s::uuid[])", [organization_id, list(member_ids)])
        (count,) = db.fetchone()
    return int(count)


def _words(organization_id: UUID, item: GivenConsent, at: datetime) -> tuple[int, str]:
    """Return the version and hash of the words agreed to; version 0 where the organization has written none yet."""
    purpose = item.key.purpose
    if item.text_version:
        text = queries.get_text(organization_id=organization_id, purpose=purpose, version=item.text_version)
        return text.version, text.hash
    current = queries.text_at(organization_id=organization_id, purpose=purpose, at=at)
    return (current.version, current.hash) if current else (0, "")


def _row(organization_id: UUID, member_id: UUID, item: GivenConsent, how: Circumstances, version: int, hashed: str) -> Consent:
    return Consent(
        id=new_id(),
        organization_id=organization_id,
        member_id=member_id,
        purpose=item.key.purpose.value,
        channel=item.key.channel.value,
        granted=item.is_granted,
        text_version=version,
        text_hash=hashed,
        language=how.language,
        at=how.at,
        source=how.source[:SOURCE_MAX],
        actor=dict(how.actor) if how.actor else None,
        given_by=how.given_by.value,
        guardian=how.guardian.strip()[:GUARDIAN_MAX],
    )
