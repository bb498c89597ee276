"""Hand a key for the API out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.platform.audit.core import Actor
from phakdi.platform.keys import operations
from phakdi.platform.keys.models import ApiKey
from phakdi.platform.organizations.queries import stores_of


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key and its token, which is shown now and never again."""

    key: ApiKey
    token: str

    def __repr__(self) -> str:
        return f"IssuedKey({self.key})"


def issue_api_key(
    *,
    organization_id: UUID,
    name: str,
    scopes: Collection[str],
    now: datetime,
    stores: Collection[str] = (),
    expires_at: datetime | None = None,
    actor: Actor | None = None,
) -> IssuedKey:
    """Make a key that may do what ``scopes`` say, in ``stores`` (codes) or in all, until ``expires_at`` or until revoked.

    Raises:
        Invalid: no name, no or an unknown scope, an unknown store, or a time that is over already.
    """
    with organization_scope(organization_id):
        known = {store.code for store in stores_of(organization_id=organization_id)}
        for store in stores:
            if store not in known:
                raise Invalid("There is no such store.", code="store_not_found", field="stores", store=store)
        key, token = operations.issue_key(
            organization_id=organization_id,
            name=name,
            scopes=scopes,
            stores=stores,
            created_by=actor.id if actor else "",
            expires_at=expires_at,
            now=now,
        )
        note(
            organization_id=organization_id,
            action="api_key.issued",
            subject=("api_key", str(key.id)),
            now=now,
            actor=actor,
            data={"prefix": key.prefix, "scopes": key.scopes, "stores": key.stores},
        )
    return IssuedKey(key, token.token)
