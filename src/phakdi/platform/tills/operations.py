"""Every write of tills and their bills, inside the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from phakdi.kit.db.scope import in_transaction
from phakdi.kit.vault import seal
from phakdi.platform.tills import queries
from phakdi.platform.tills.core import BillState, KeptBill, Keys, digest_of, keys_of, new_secret
from phakdi.platform.tills.models import Till, TillBill

LABEL_MAX = 200
SEEN_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Received:
    """A bill as it is known now, and whether another one of the same till has its number."""

    bill: TillBill
    is_number_used: bool


@in_transaction
def open_till(
    *, organization_id: UUID, till_id: UUID | None, staff_id: UUID, label: str, now: datetime
) -> tuple[Till, Keys, bool]:
    """Return the till with the keys for this person, and whether it is new: it is where it is not known or was closed."""
    found = queries.find_till(organization_id=organization_id, till_id=till_id) if till_id else None
    if found is not None and found.closed_at is None:
        if found.seen_at < now - SEEN_AGAIN:
            Till.objects.filter(organization_id=organization_id, id=found.id).update(seen_at=now)
        return found, keys_of(queries.secret_of(found), staff_id), False
    secret = new_secret()
    till = Till.objects.create(
        organization_id=organization_id,
        label=label[:LABEL_MAX],
        sealed_secret=seal(secret.hex()),
        created_by_id=staff_id,
        created_at=now,
        seen_at=now,
    )
    return till, keys_of(secret, staff_id), True


@in_transaction
def close_till(*, organization_id: UUID, till_id: UUID, now: datetime) -> bool:
    """Let a till keep no more bills, and tell whether it was open."""
    return Till.objects.filter(organization_id=organization_id, id=till_id, closed_at=None).update(closed_at=now) == 1


@in_transaction
def receive_bill(*, organization_id: UUID, said: KeptBill, text: str, sent_by: UUID, now: datetime) -> Received:
    """Keep a bill as it arrived, or return it as it was kept before; nothing that a till sends is lost."""
    digest = digest_of(text)
    bill, _ = TillBill.objects.get_or_create(
        organization_id=organization_id,
        till_id=said.till_id,
        number=said.number,
        digest=digest,
        defaults={
            "state": BillState.RECEIVED.value,
            "staff_id": said.staff_id,
            "sent_by_id": sent_by,
            "store": said.store,
            "kept_at": said.at,
            "received_at": now,
            "sealed": seal(text),
        },
    )
    others = TillBill.objects.filter(organization_id=organization_id, till_id=said.till_id, number=said.number)
    return Received(bill, others.exclude(digest=digest).exists())


@in_transaction
def book(*, organization_id: UUID, bill_id: UUID, member_id: UUID, activity_id: UUID, by: UUID | None, now: datetime) -> None:
    """Note what a bill became, and forget what it said. Safe to repeat."""
    TillBill.objects.filter(organization_id=organization_id, id=bill_id).exclude(state=BillState.BOOKED.value).update(
        state=BillState.BOOKED.value,
        member_id=member_id,
        activity_id=activity_id,
        sealed="",
        settled_at=now,
        settled_by_id=by,
    )


@in_transaction
def set_aside(*, organization_id: UUID, bill_id: UUID, reason: str, details: Mapping[str, Any]) -> None:
    """Put a bill where somebody looks at it; one that is booked stays so."""
    open_ones = TillBill.objects.filter(
        organization_id=organization_id, id=bill_id, state__in=[BillState.RECEIVED.value, BillState.CONFLICT.value]
    )
    open_ones.update(state=BillState.CONFLICT.value, reason=reason, details=dict(details))


@in_transaction
def give_up(*, organization_id: UUID, bill_id: UUID, by: UUID, now: datetime) -> bool:
    """Note that nothing is given for a bill, forget what it said, and tell whether it was open."""
    waiting = TillBill.objects.filter(organization_id=organization_id, id=bill_id, state=BillState.CONFLICT.value)
    return waiting.update(state=BillState.GIVEN_UP.value, sealed="", settled_at=now, settled_by_id=by) == 1
