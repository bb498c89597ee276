"""Every read of tills and their bills. All run in a scope of the organization."""

from datetime import datetime
from uuid import UUID

from phakdi.kit.errors import NotFound
from phakdi.kit.vault import unseal
from phakdi.platform.tills.core import BillState, KeptBill, read_bill
from phakdi.platform.tills.models import Till, TillBill

BILLS_MAX = 500
TILLS_MAX = 200


class UnknownBill(NotFound):
    """The organization has no such bill of a till."""

    code = "bill_not_found"


def find_till(*, organization_id: UUID, till_id: UUID) -> Till | None:
    """Return the till, closed or not, or None."""
    return Till.objects.filter(organization_id=organization_id, id=till_id).first()


def open_tills(*, organization_id: UUID, limit: int = TILLS_MAX) -> list[Till]:
    """Return the tills that may keep bills, the latest seen first."""
    found = Till.objects.filter(organization_id=organization_id, closed_at=None)
    return list(found.order_by("-seen_at", "-id")[: min(limit, TILLS_MAX)])


def secret_of(till: Till) -> bytes:
    """Return what a till's keys are made from."""
    return bytes.fromhex(unseal(till.sealed_secret))


def get_bill(*, organization_id: UUID, bill_id: UUID) -> TillBill:
    """Return one bill, or raise UnknownBill."""
    found = TillBill.objects.filter(organization_id=organization_id, id=bill_id).first()
    if found is None:
        raise UnknownBill("There is no such bill.", bill_id=str(bill_id))
    return found


def said_by(bill: TillBill) -> KeptBill | None:
    """Return what the till wrote, or None once it is forgotten."""
    return read_bill(unseal(bill.sealed)) if bill.sealed else None


def bills_to_look_at(*, organization_id: UUID, stores: tuple[str, ...] = (), limit: int = 200) -> list[TillBill]:
    """Return the bills that wait for somebody, the oldest first; of these stores, or of all where none is named."""
    found = TillBill.objects.filter(organization_id=organization_id, state=BillState.CONFLICT.value)
    found = found.filter(store__in=["", *stores]) if stores else found
    return list(found.order_by("received_at", "id")[: min(limit, BILLS_MAX)])


def bills_between(*, organization_id: UUID, since: datetime, until: datetime, limit: int = BILLS_MAX) -> list[TillBill]:
    """Return the bills received in a time, the latest first."""
    found = TillBill.objects.filter(organization_id=organization_id, received_at__gte=since, received_at__lt=until)
    return list(found.order_by("-received_at", "-id")[: min(limit, BILLS_MAX)])
