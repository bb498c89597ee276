"""Every read of cards. All run in a scope of the organization."""

from uuid import UUID

from phakdi.kit.vault import unseal
from phakdi.people.cards.core import BATCH, code_text
from phakdi.people.cards.models import Card, Invitation


def find_card(*, organization_id: UUID, member_id: UUID) -> Card | None:
    """Return the member's card, or None where none was made yet."""
    return Card.objects.filter(organization_id=organization_id, member_id=member_id).first()


def codes_of(card: Card, *, organization: str, first_step: int, most: int = BATCH) -> list[str]:
    """Return the texts of ``most`` half minutes from ``first_step`` on. The card's secret stays here."""
    secret = bytes.fromhex(unseal(card.sealed_secret))
    steps = range(first_step, first_step + min(most, BATCH))
    return [code_text(organization=organization, secret=secret, pub=card.pub, step=step) for step in steps]


def find_inviter(*, organization_id: UUID, word: str) -> UUID | None:
    """Return the member whose link it is, or None."""
    found = Invitation.objects.filter(organization_id=organization_id, word=word.strip().upper())
    return found.values_list("member_id", flat=True).first()
