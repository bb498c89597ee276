"""Find the member who shows the rotating code of their card."""

from datetime import datetime
from uuid import UUID

from phakdi.kit.db.scope import current_organization, organization_scope
from phakdi.people.cards.core import (
    CardElsewhere,
    CardLocked,
    CardPurpose,
    CardStale,
    CardUsed,
    CardWrong,
    ShownCode,
    Verdict,
    read_shown,
)
from phakdi.people.cards.operations import Judged, judge_code, spend_code
from phakdi.people.members.core.status import Status
from phakdi.people.members.queries import find_surviving
from phakdi.platform.organizations.queries import get_organization

__all__ = ["CardPurpose", "identify_by_code"]

SHOWS = frozenset({Status.ACTIVE.value, Status.FROZEN.value})


def identify_by_code(*, organization_id: UUID, text: str, purpose: CardPurpose | str, now: datetime) -> UUID:
    """Return the member whose card shows ``text``; to spend, a code serves once, to earn as often as it is scanned.

    Call it outside a transaction: a wrong code counts though it is refused. A member who is frozen is found; it is the
    engine that says no.

    Raises:
        CardUnreadable: ``card_unreadable``: this is no code of a card; nothing was counted.
        CardElsewhere: ``card_elsewhere``: it is a card of another organization.
        CardWrong: ``card_wrong``: nobody's card shows this. The fifth within a minute locks the card.
        CardStale: ``card_stale``: right once, but more than half a minute off.
        CardUsed: ``card_used``: something was spent with this code before.
        CardLocked: ``card_locked``: after too many wrong codes; ``details['until']``.
    """
    assert current_organization() is None, "a wrong code must count: call this outside a scope"
    purpose, shown = CardPurpose(purpose), read_shown(text)
    with organization_scope(organization_id):
        if get_organization(organization_id=organization_id).slug != shown.organization:
            raise CardElsewhere("This card is of another organization.")
        judged = judge_code(organization_id=organization_id, shown=shown, now=now)
    with organization_scope(organization_id):
        return _accept(organization_id, shown, judged, purpose, now)


def _accept(organization_id: UUID, shown: ShownCode, judged: Judged, purpose: CardPurpose, now: datetime) -> UUID:
    if judged.verdict is Verdict.LOCKED:
        raise CardLocked("Too many wrong codes were shown for this card.", until=judged.locked_until)
    if judged.verdict is Verdict.STALE:
        raise CardStale("This code is too old.")
    if judged.verdict is Verdict.WRONG or judged.member_id is None:
        raise CardWrong("Nobody's card shows this code.")
    member = find_surviving(organization_id=organization_id, member_id=judged.member_id)
    if member.status not in SHOWS:
        raise CardWrong("Nobody's card shows this code.")
    spends = purpose is CardPurpose.SPEND
    if spends and not spend_code(organization_id=organization_id, member_id=member.id, step=shown.step, now=now):
        raise CardUsed("Something was spent with this code before.")
    return member.id
