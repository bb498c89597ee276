"""What all pages of the counter need: the store in which somebody works, and the member before them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.loyalty.engine.snapshots import Snapshot, snapshot_of
from phakdi.loyalty.wording import Reader
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member
from phakdi.platform.organizations.models import Store
from phakdi.platform.organizations.queries import stores_of
from phakdi.web.access import Desk
from phakdi.web.naming import reader_for

STORE = "counter_store"  # in the session


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


def own_stores(desk: Desk) -> list[Store]:
    """Return the open stores in which somebody works."""
    with organization_scope(desk.organization_id):
        stores = stores_of(organization_id=desk.organization_id, only_active=True)
    return [store for store in stores if desk.place.works_in(store.code)]


def current_store(request: HttpRequest, stores: list[Store]) -> Store | None:
    """Return the store chosen in this session, else the only one there is."""
    chosen = request.session.get(STORE, "")
    found = next((store for store in stores if store.code == chosen), None)
    return found or (stores[0] if len(stores) == 1 else None)


def customer_of(desk: Desk, member_id: UUID, stores: list[Store], now: datetime) -> Customer:
    """Return the member and what they have; raises UnknownMember."""
    with organization_scope(desk.organization_id):
        member = get_member(organization_id=desk.organization_id, member_id=member_id)
        try:
            snapshot = snapshot_of(organization_id=desk.organization_id, member_id=member_id, now=now)
        except NotFound:
            snapshot = None
    return Customer(member, snapshot, reader_for(desk.organization, snapshot.program if snapshot else None, stores))
