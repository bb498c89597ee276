"""Every write of cards. Whoever shows a code holds the card's row until it is judged: no number of tills at once gets more tries."""

import base64
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.vault import seal, unseal
from phakdi.people.cards.core import (
    CardPurpose,
    Guard,
    ShownCode,
    Verdict,
    judge,
    new_pub,
    new_secret,
)
from phakdi.people.cards.models import Card, CardUse, Invitation

KEPT = timedelta(days=2)
WORD_BYTES = 5

_MAKE = """
INSERT INTO member_card (organization_id, pub, member_id, sealed_secret, created_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (organization_id, member_id) DO NOTHING
"""
_INVITE = """
INSERT INTO member_invitation (organization_id, word, member_id, created_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (organization_id, member_id) DO NOTHING
"""
_USE = """
INSERT INTO member_card_use (organization_id, member_id, step, purpose, used_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (member_id, step, purpose) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a shown code: whose card it is (None where there is no such card), and until when it is locked."""

    verdict: Verdict
    member_id: UUID | None = None
    locked_until: datetime | None = None


@in_transaction
def get_or_make_card(*, organization_id: UUID, member_id: UUID, now: datetime) -> Card:
    """Return the member's card, made now where there is none."""
    found = Card.objects.filter(organization_id=organization_id, member_id=member_id)
    card = found.first()
    if card is None:
        with connection.cursor() as db:
            db.execute(_MAKE, [organization_id, new_pub(), member_id, seal(new_secret().hex()), now])
        card = found.get()
    return card


@in_transaction
def renew_card(*, organization_id: UUID, member_id: UUID, now: datetime) -> Card:
    """Give the member a new card: whatever codes of the one before are about, they serve no more."""
    Card.objects.filter(organization_id=organization_id, member_id=member_id).delete()
    return get_or_make_card(organization_id=organization_id, member_id=member_id, now=now)


@in_transaction
def judge_code(*, organization_id: UUID, shown: ShownCode, now: datetime) -> Judged:
    """Return what the code is worth and count it where it is wrong. The caller commits whatever the verdict is."""
    card = Card.objects.select_for_update().filter(organization_id=organization_id, pub=shown.pub).first()
    if card is None:
        return Judged(Verdict.WRONG)
    before = Guard(tuple(card.faults), card.locked_until)
    verdict, after = judge(shown, secret=bytes.fromhex(unseal(card.sealed_secret)), guard=before, now=now)
    if after != before:
        changed = Card.objects.filter(organization_id=organization_id, pub=shown.pub)
        changed.update(faults=list(after.faults), locked_until=after.locked_until)
    return Judged(verdict, card.member_id, after.locked_until)


@in_transaction
def spend_code(*, organization_id: UUID, member_id: UUID, step: int, now: datetime) -> bool:
    """Use up the member's code of a half minute for spending; False where it was used before."""
    with connection.cursor() as db:
        db.execute(_USE, [organization_id, member_id, step, CardPurpose.SPEND.value, now])
        return bool(db.rowcount)


@in_transaction
def get_or_make_invitation(*, organization_id: UUID, member_id: UUID, now: datetime) -> str:
    """Return the word of the member's link for friends."""
    found = Invitation.objects.filter(organization_id=organization_id, member_id=member_id).values_list("word", flat=True)
    if (word := found.first()) is None:
        with connection.cursor() as db:
            word = base64.b32encode(secrets.token_bytes(WORD_BYTES)).decode()
            db.execute(_INVITE, [organization_id, word, member_id, now])
        word = found.get()
    return word


@in_transaction
def forget_old_uses(*, organization_id: UUID, now: datetime) -> int:
    """Delete which codes were used where they are too old to be shown again anyway, and return how many."""
    return CardUse.objects.filter(organization_id=organization_id, used_at__lt=now - KEPT).delete()[0]


@in_transaction
def forget_members(*, organization_id: UUID, member_ids: Collection[UUID]) -> None:
    """Delete the cards of members who are forgotten and their invitations: nobody is found or invited by them any more."""
    for rows in (Card, CardUse, Invitation):
        rows.objects.filter(organization_id=organization_id, member_id__in=member_ids).delete()
