"""A key of the shop, and a client that speaks as a till does."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.test import Client

ISSUED = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _plenty_of_calls(monkeypatch):
    """Let tests call as often as they like, and look keys up anew: databases are emptied between them."""
    from phakdi.api import door
    from phakdi.platform.keys.authentication import forget_keys
    from phakdi.platform.keys.core import RateLimiter

    forget_keys()
    monkeypatch.setattr(door, "_limiter", RateLimiter(per_second=1_000_000, burst=1_000_000))


@dataclass
class Api:
    """Calls the API with a key and reads its answers."""

    token: str
    organization_id: UUID
    key_id: UUID
    client: Client = field(default_factory=Client)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = {} if body is None else {"data": body if isinstance(body, bytes) else orjson.dumps(body)}
        kind = headers.pop("content_type", "application/json")
        extra = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        extra |= {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.client.generic(method, f"/api/v1{path}", content_type=kind, headers=extra, **data)
        response.value = (
            orjson.loads(response.content) if b"json" in response["Content-Type"].encode() and response.content else None
        )
        return response

    def get(self, path: str, **headers: str) -> Any:
        return self("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self("POST", path, body, **headers)


@pytest.fixture
def make_key() -> Callable[..., Api]:
    """Return a function that issues a key, with every scope unless some are named, and returns a client that uses it."""
    from phakdi.flows.issue_api_key import issue_api_key
    from phakdi.platform.keys.core import Scope

    names = itertools.count(1)

    def make(organization_id: UUID, *scopes: str, now: datetime = ISSUED, **more: Any) -> Api:
        wanted = scopes or tuple(scope.value for scope in Scope)
        issued = issue_api_key(organization_id=organization_id, name=f"till {next(names)}", scopes=wanted, now=now, **more)
        return Api(issued.token, organization_id, issued.key.id)

    return make


@pytest.fixture
def api(make_key: Callable[..., Api], shop: UUID) -> Api:
    """Return a client of the shop whose key may do everything."""
    return make_key(shop)


@pytest.fixture
def other_api(make_key: Callable[..., Api], other_organization_id: UUID) -> Api:
    """Return a client of another organization."""
    return make_key(other_organization_id)
