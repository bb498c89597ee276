"""The REST API, version 1, for tills, shops and other programs. `docs/api.md` is for those who call it."""

from phakdi.api.application import ExactParser, OrjsonRenderer, PhakdiApi
from phakdi.api.door import nowhere
from phakdi.api.front import Front
from phakdi.api.routers import (
    activities,
    codes,
    consents,
    figures,
    members,
    merges,
    offers,
    places,
    programs,
    surveys,
    wallets,
    webhooks,
)

__all__ = ["Front", "api", "nowhere"]

DESCRIPTION = """
Record what members do, price baskets, read points with the reason of every movement.

- Send your key as `Authorization: Bearer phk_…`; every operation names its scope.
- Amounts are in currency units (`120.50`), never in satang; instants have an offset.
- Errors are problem documents (RFC 9457) with a stable `code`; sentences come in the language of `Accept-Language`.
- Purchases are recorded once by their receipt number (`ref`); all else that is not to happen twice takes an `Idempotency-Key`.
- Lists answer in pages: pass `next_cursor` on as `cursor` until it is null.
""".strip()

api = PhakdiApi(
    title="Phakdi API",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api-v1",
    servers=[{"url": "/api/v1"}],
    renderer=OrjsonRenderer(),
    parser=ExactParser(),
    openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
)
for router in (
    activities.router,
    offers.router,
    members.router,
    merges.router,
    consents.router,
    codes.router,
    wallets.router,
    programs.router,
    places.router,
    webhooks.router,
    surveys.router,
    figures.router,
    places.me_router,
):
    api.add_router("", router)
