"""Show a member the rotating codes of their card."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.people.cards.core import step_at
from phakdi.people.cards.operations import get_or_make_card, get_or_make_invitation
from phakdi.people.cards.queries import codes_of
from phakdi.platform.organizations.core import OrganizationRef

__all__ = ["CardCodes", "card_codes", "invitation_word"]


@dataclass(frozen=True, slots=True)
class CardCodes:
    """What the card shows from a half minute on, one text for each."""

    first_step: int
    texts: tuple[str, ...]


def card_codes(*, organization: OrganizationRef, member_id: UUID, now: datetime, most: int) -> CardCodes:
    """Return the codes of the member's card from now on; who has no card yet gets one."""
    first = step_at(now)
    with organization_scope(organization.id):
        card = get_or_make_card(organization_id=organization.id, member_id=member_id, now=now)
        texts = codes_of(card, organization=organization.slug, first_step=first, most=most)
    return CardCodes(first, tuple(texts))


def invitation_word(*, organization_id: UUID, member_id: UUID, now: datetime) -> str:
    """Return the word of the member's link for friends, the same each time."""
    with organization_scope(organization_id):
        return get_or_make_invitation(organization_id=organization_id, member_id=member_id, now=now)
