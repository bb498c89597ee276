"""Say which products are never to be recommended: for adults only, sold out, a carrier bag."""

from collections.abc import Collection
from datetime import datetime

from phakdi.flows.organization_trail import note
from phakdi.insight.recommend import operations, queries
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Permission, Place

PRODUCTS_MAX, CODE_MAX = 1_000, 100


def change_never_shown(*, place: Place, products: Collection[str], now: datetime) -> None:
    """Keep these codes of products in place of those before. Members' lists heed it from the next refresh on.

    Raises:
        Forbidden: this person does not decide what members are offered.
        Invalid: there are too many codes, or one is too long.
    """
    place.require(Permission.PROGRAMS_WRITE)
    wanted = {product.strip() for product in products if product.strip()}
    if len(wanted) > PRODUCTS_MAX or any(len(product) > CODE_MAX for product in wanted):
        raise Invalid("At most 1,000 codes of at most 100 characters.", code="never_shown_too_many", field="products")
    with organization_scope(place.organization_id):
        before = set(queries.never_shown(organization_id=place.organization_id))
        if wanted == before:
            return
        operations.set_never_shown(organization_id=place.organization_id, products=wanted, now=now)
        note(
            organization_id=place.organization_id,
            action="recommend.never_changed",
            subject=("products", "never"),
            now=now,
            actor=Actor("staff", str(place.staff_id)),
            data={"added": sorted(wanted - before)[:50], "removed": sorted(before - wanted)[:50]},
        )
