"""Every read of consents. All run in a scope of the organization and always read the present.

The latest word counts; of two at the same instant, the no.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max
from django.db.models.functions import Now

from phakdi.kit.errors import NotFound
from phakdi.people.consents.core import ConsentChannel, ConsentKey, ConsentState, Purpose
from phakdi.people.consents.models import Consent, ConsentText

_BY_VERSION = """
SELECT channel, text_version, count(*) FILTER (WHERE granted), count(*) FILTER (WHERE NOT granted)
FROM (
    SELECT DISTINCT ON (member_id, channel) channel, text_version, granted FROM consent
    WHERE organization_id = %(organization)s AND purpose = %(purpose)s ORDER BY member_id, channel, at DESC, granted, id DESC
) AS latest GROUP BY channel, text_version ORDER BY text_version DESC, channel
"""


@dataclass(frozen=True, slots=True)
class VersionAnswers:
    """How many members say yes and no at present, through one channel, to one version of the words."""

    channel: ConsentChannel
    version: int
    granted: int
    refused: int


def current_consents(*, organization_id: UUID, member_id: UUID) -> dict[ConsentKey, ConsentState]:
    """Return the member's latest word about every purpose and channel they were asked about."""
    found = Consent.objects.filter(organization_id=organization_id, member_id=member_id).exclude(purpose=Purpose.SERVICE)
    latest = found.order_by("purpose", "channel", "-at", "granted", "-id").distinct("purpose", "channel")
    return {state.key: state for state in map(_state, latest)}


def has_consent(*, organization_id: UUID, member_id: UUID, purpose: Purpose, channel: ConsentChannel) -> bool:
    """Tell whether the member agrees now; without an answer, no. Service rests on the contract and is always allowed."""
    if purpose is Purpose.SERVICE:
        return True
    found = Consent.objects.filter(organization_id=organization_id, member_id=member_id, purpose=purpose, channel=channel)
    latest = found.order_by("-at", "granted", "-id").values_list("granted", "text_version").first()
    return latest is not None and latest[0] and latest[1] >= material_version(organization_id=organization_id, purpose=purpose)


def consenting(*, organization_id: UUID, member_ids: Sequence[UUID], purpose: Purpose, channel: ConsentChannel) -> set[UUID]:
    """Return those of up to 10,000 members who agree now."""
    assert len(member_ids) <= 10_000, "ask for at most 10,000 members at once"  # noqa: PLR2004 - said in the same line
    if purpose is Purpose.SERVICE:
        return set(member_ids)
    found = Consent.objects.filter(organization_id=organization_id, member_id__in=member_ids, purpose=purpose, channel=channel)
    latest = found.order_by("member_id", "-at", "granted", "-id").distinct("member_id")
    least = material_version(organization_id=organization_id, purpose=purpose)
    rows = latest.values_list("member_id", "granted", "text_version")
    return {member_id for member_id, granted, version in rows if granted and version >= least}


def material_version(*, organization_id: UUID, purpose: Purpose, at: datetime | None = None) -> int:
    """Return the version of the words that a yes must be to, at least, to count at ``at`` (now): the latest material one, or 0."""
    found = ConsentText.objects.filter(organization_id=organization_id, purpose=purpose, is_material=True)
    found = found.filter(effective_from__lte=Now() if at is None else at)
    return found.aggregate(latest=Max("version"))["latest"] or 0


def to_ask_again(*, organization_id: UUID, member_id: UUID, at: datetime) -> list[ConsentKey]:
    """Return what the member once agreed to in words that have changed so much since that they have to be asked again."""
    states = current_consents(organization_id=organization_id, member_id=member_id).values()
    least = {
        purpose: material_version(organization_id=organization_id, purpose=purpose, at=at)
        for purpose in {state.key.purpose for state in states}
    }
    return [state.key for state in states if state.is_granted and state.text_version < least[state.key.purpose]]


def answers_by_version(*, organization_id: UUID, purpose: Purpose) -> list[VersionAnswers]:
    """Return how many members' latest word about the purpose is a yes, and a no, to each version of the words, newest first."""
    with connection.cursor() as db:
        db.execute(_BY_VERSION, {"organization": organization_id, "purpose": purpose.value})
        return [VersionAnswers(ConsentChannel(channel), *rest) for channel, *rest in db.fetchall()]


def consent_history(*, organization_id: UUID, member_id: UUID, limit: int = 200) -> list[Consent]:
    """Return the member's consents, newest first: what they see, and what an authority asks for."""
    found = Consent.objects.filter(organization_id=organization_id, member_id=member_id)
    return list(found.order_by("-at", "granted", "-id")[:limit])


def text_at(*, organization_id: UUID, purpose: Purpose, at: datetime) -> ConsentText | None:
    """Return the words in force at ``at``, or None where the organization has written none."""
    found = ConsentText.objects.filter(organization_id=organization_id, purpose=purpose, effective_from__lte=at)
    return found.order_by("-version").first()


def get_text(*, organization_id: UUID, purpose: Purpose, version: int) -> ConsentText:
    """Return one version of the words, or raise NotFound."""
    found = ConsentText.objects.filter(organization_id=organization_id, purpose=purpose, version=version).first()
    if found is None:
        raise NotFound("There are no such words.", code="consent_text_not_found", purpose=purpose.value, version=version)
    return found


def texts_of(*, organization_id: UUID) -> list[ConsentText]:
    """Return all versions of all words, newest first."""
    return list(ConsentText.objects.filter(organization_id=organization_id).order_by("purpose", "-version"))


def _state(row: Consent) -> ConsentState:
    key = ConsentKey(Purpose(row.purpose), ConsentChannel(row.channel))
    return ConsentState(key, row.granted, row.at, row.text_version, row.language)
