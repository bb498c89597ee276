"""What all pages of the counter need: the store in which somebody works, and the member before them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.engine.snapshots import Snapshot, snapshot_of
from phakdi.loyalty.wording import Reader
from phakdi.people.members.models import Member
from phakdi.people.members.queries import find_surviving
from phakdi.platform.organizations.models import Store
from phakdi.platform.organizations.queries import stores_of
from phakdi.web.access import Desk
from phakdi.web.naming import reader_for

STORE = "counter_store"  # in the session
PROVED, CODE_SENT, BROWSER = "counter_proved", "counter_code_sent", "counter_browser"
PROOF_LIFE = timedelta(minutes=5)  # for so long the member counts as being here
TILL, COUNTER = "pos", "counter"  # receipts have the till's numbers; bills without one have ours


@dataclass(frozen=True, slots=True)
class Customer:
    """The member at the counter, with what they have if there is a program."""

    member: Member
    snapshot: Snapshot | None
    reader: Reader

    @property
    def is_served(self) -> bool:
        """Whether they may earn and spend."""
        return self.member.status in {"ACTIVE", "SHADOW"}


@dataclass(frozen=True, slots=True)
class Work:
    """Somebody at a desk in a store, with a member before them."""

    desk: Desk
    store: Store | None
    customer: Customer

    @property
    def member(self) -> Member:
        """The member."""
        return self.customer.member

    @property
    def store_code(self) -> str:
        """The store's code, empty where none is chosen."""
        return self.store.code if self.store else ""


def own_stores(desk: Desk) -> list[Store]:
    """Return the open stores in which somebody works."""
    with organization_scope(desk.organization_id):
        stores = stores_of(organization_id=desk.organization_id, only_active=True)
    return [store for store in stores if desk.place.works_in(store.code)]


def current_store(request: HttpRequest, stores: Sequence[Store]) -> Store | None:
    """Return the store chosen in this session, else the only one there is."""
    chosen = request.session.get(STORE, "")
    found = next((store for store in stores if store.code == chosen), None)
    return found or (stores[0] if len(stores) == 1 else None)


def customer_of(desk: Desk, member_id: UUID, stores: Sequence[Store], now: datetime) -> Customer:
    """Return the member (of one who became part of another, the surviving one) and what they have; raises UnknownMember."""
    with organization_scope(desk.organization_id):
        member = find_surviving(organization_id=desk.organization_id, member_id=member_id)
        try:
            snapshot = snapshot_of(organization_id=desk.organization_id, member_id=member.id, now=now)
        except NotFound:
            snapshot = None
    return Customer(member, snapshot, reader_for(desk.organization, snapshot.program if snapshot else None, stores))


def work_at(request: HttpRequest, desk: Desk, member_id: UUID, now: datetime) -> Work:
    """Return who serves whom and where; raises UnknownMember."""
    stores = own_stores(desk)
    return Work(desk, current_store(request, stores), customer_of(desk, member_id, stores, now))
