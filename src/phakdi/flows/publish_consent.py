"""Write a new version of the words that members agree to."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.people.consents.core import Purpose, read_purpose
from phakdi.people.consents.models import ConsentText
from phakdi.people.consents.operations import publish_text
from phakdi.platform.audit.core import Actor
from phakdi.platform.outbox.operations import publish

PUBLISHED = "consent_text.published"  # data: {"purpose", "version", "is_material"}


def publish_consent(
    *,
    organization_id: UUID,
    purpose: str,
    texts: Mapping[str, str],
    effective_from: datetime,
    is_material: bool,
    now: datetime,
    actor: Actor | None = None,
) -> ConsentText:
    """Keep the next version of the words in Thai and English, in force from ``effective_from``; earlier ones stay as they are.

    A material one asks members again at their next visit, and a yes to older words counts no more from then on.

    Raises:
        Invalid: a language is missing, a text is too long, the purpose needs no consent, or the day has passed.
    """
    about = read_purpose(purpose)
    if about is Purpose.SERVICE:
        raise Invalid("Service needs no consent.", code="consent_not_needed", field="purpose")
    if effective_from < now:
        raise Invalid("Words come into force now or later.", code="consent_text_past", field="effective_from")
    with organization_scope(organization_id):
        text = publish_text(
            organization_id=organization_id,
            purpose=about,
            texts={language: words.strip() for language, words in texts.items()},
            effective_from=effective_from,
            is_material=is_material,
            created_by=actor.id if actor else "",
            now=now,
        )
        data = {"purpose": text.purpose, "version": text.version, "is_material": is_material}
        publish(organization_id=organization_id, topic=PUBLISHED, at=now, data=data)
        note(
            organization_id=organization_id,
            action=PUBLISHED,
            subject=("consent_text", str(text.id)),
            now=now,
            actor=actor,
            data=data,
        )
    return text
