"""Members and consents as they are told. In a scope of the organization."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from phakdi.api.schemas import members as wire
from phakdi.kit.clock import utc_now
from phakdi.people.consents.core import ConsentState
from phakdi.people.members.core.attributes import AttributeType, show_attribute
from phakdi.people.members.models import Member
from phakdi.people.members.queries import attribute_types, identities_of
from phakdi.people.traits.queries import told_traits, traits_of

COLUMNS = tuple(name for name in wire.MemberOut.model_fields if name != "attributes")


def show_members(organization_id: UUID, members: Sequence[Member]) -> list[wire.MemberOut]:
    """Return members of a list."""
    types = attribute_types(organization_id=organization_id)
    return [wire.MemberOut(**_columns(member, types)) for member in members]


def show_member(organization_id: UUID, member: Member) -> wire.MemberDetailOut:
    """Return one member with the ways by which they are known and what is expected of them."""
    types = attribute_types(organization_id=organization_id)
    known = identities_of(organization_id=organization_id, member_id=member.id)
    identities = [wire.IdentityOut(kind=item.kind, value=item.value, verified_at=item.verified_at) for item in known]
    found = traits_of(organization_id=organization_id, member_id=member.id)
    traits = {name: wire.TraitOut(**told) for name, told in told_traits(found, at=utc_now()).items()}
    return wire.MemberDetailOut(identities=identities, traits=traits, **_columns(member, types))


def show_consents(states: Iterable[ConsentState]) -> wire.ConsentsOut:
    """Return what counts, by purpose and channel."""
    ordered = sorted(states, key=lambda state: (state.key.purpose, state.key.channel))
    return wire.ConsentsOut(
        items=[
            wire.ConsentOut(
                purpose=state.key.purpose.value,
                channel=state.key.channel.value,
                is_granted=state.is_granted,
                at=state.at,
                text_version=state.text_version,
                language=state.language,
            )
            for state in ordered
        ]
    )


def _columns(member: Member, types: dict[str, AttributeType]) -> dict[str, Any]:
    attributes = {key: _plain(value, types.get(key)) for key, value in member.attributes.items()}
    return {**{name: getattr(member, name) for name in COLUMNS}, "attributes": attributes}


def _plain(value: Any, declared: AttributeType | None) -> Any:
    shown = show_attribute(value, declared) if declared else value
    return str(shown) if isinstance(shown, Decimal | date) else shown
