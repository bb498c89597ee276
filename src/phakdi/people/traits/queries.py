"""Every read of traits. They run in a scope of the organization or set it themselves, as they say."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from phakdi.kit.db.scope import organization_scope
from phakdi.people.traits.core import TRAITS, Trait, told_value
from phakdi.people.traits.models import MemberTrait

_PAGE = 50_000
_KEPT = "SELECT member_id, traits->>%s FROM member_trait WHERE organization_id = %s AND source = %s AND traits ? %s"


def traits_of(*, organization_id: UUID, member_id: UUID) -> dict[str, Trait]:
    """Return the traits of one member by name, old ones and missing ones too; in a scope."""
    return traits_of_many(organization_id=organization_id, member_ids=[member_id]).get(member_id, {})


def traits_of_many(*, organization_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, dict[str, Trait]]:
    """Return the traits of these members by name, old ones and missing ones too; in a scope."""
    found: dict[UUID, dict[str, Trait]] = {}
    for row in MemberTrait.objects.filter(organization_id=organization_id, member_id__in=member_ids):
        mine = found.setdefault(row.member_id, {})
        for name, value in row.traits.items():
            mine[name] = Trait(value, row.run_id, row.computed_at)
        for name, reason in row.missing.items():
            mine[name] = Trait(None, row.run_id, row.computed_at, reason)
    return found


def read_traits(*, organization_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, dict[str, Trait]]:
    """Return the same from outside any scope: what the engine asks for where a program speaks of traits."""
    with organization_scope(organization_id):
        return traits_of_many(organization_id=organization_id, member_ids=member_ids)


def kept_values(*, organization_id: UUID, name: str) -> Iterator[tuple[UUID, str]]:
    """Yield one trait of every member who has it, as text; in a scope. Its age does not matter."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_KEPT, [name, organization_id, TRAITS[name].source, name])
        while rows := cursor.fetchmany(_PAGE):
            yield from rows


def told_traits(traits: Mapping[str, Trait], *, at: datetime) -> dict[str, dict[str, Any]]:
    """Return traits as the outside reads them, in the order of the catalogue: value, when it was worked out, by which run, why not."""
    return {
        name: {
            "value": told_value(name, trait.value) if trait.is_fresh(at) else None,
            "computed_at": trait.computed_at,
            "model_run_id": trait.run_id,
            "reason": trait.reason or ("" if trait.is_fresh(at) else "too_old"),
        }
        for name in TRAITS
        if (trait := traits.get(name))
    }
