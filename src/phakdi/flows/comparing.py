"""Members as people that are compared: shared by the flows that find them and those that merge them; no flow itself."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any
from uuid import UUID

from phakdi.people.duplicates import queries
from phakdi.people.duplicates.core import Model, Person, compare, likelihood, strength_of
from phakdi.people.duplicates.operations import FoundPair
from phakdi.people.members.models import Identity, Member
from phakdi.people.members.queries import counting, identities_of_many

_ADDRESS = {
    "number": ("house_number", "house_no", "street_number", "address_no", "บ้านเลขที่"),
    "street": ("street", "road", "address", "address_1", "ที่อยู่", "ถนน"),
    "place": ("sub_district", "subdistrict", "district", "suburb", "city", "town", "ตำบล", "อำเภอ", "เขต"),
    "postcode": ("postcode", "postal_code", "zip", "zip_code", "zipcode", "รหัสไปรษณีย์"),
}


def compare_pair(one: Member, other: Member) -> FoundPair:
    """Return how two members compare, whether or not they are alike; in a scope."""
    identities = identities_of_many(organization_id=one.organization_id, member_ids=[one.id, other.id])
    people = {member.id: person_of(member, identities.get(member.id, ())) for member in (one, other)}
    low, high = sorted((one.id, other.id))
    model, prior = queries.model_of(
        organization_id=one.organization_id, members=counting.how_many(organization_id=one.organization_id)
    )
    return pair_of((low, high), people, model, prior)


def person_of(member: Member, identities: Iterable[Identity]) -> Person:
    """Return what is compared of a member: the profile, all ways by which they are known, an address among the attributes."""
    known: dict[str, list[str]] = {"PHONE": [member.phone], "EMAIL": [member.email], "": []}
    for identity in identities:
        if identity.kind in {"LINE", "FACEBOOK"}:  # nobody mistypes these
            continue
        known[identity.kind if identity.kind in known else ""].append(identity.value)
    attributes = {str(name).lower(): str(value) for name, value in member.attributes.items() if isinstance(value, str | int)}
    address: dict[str, Any] = {
        part: next((attributes[name] for name in names if name in attributes), "") for part, names in _ADDRESS.items()
    }
    return Person(
        given=member.given_name,
        family=member.family_name,
        nickname=member.nickname,
        birthday=member.birthday,
        gender=member.gender,
        phones=_distinct(known["PHONE"]),
        emails=_distinct(known["EMAIL"]),
        ids=_distinct(known[""]),
        **address,
    )


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))


def pair_of(pair: tuple[UUID, UUID], people: Mapping[UUID, Person], model: Model, prior: float) -> FoundPair:
    """Return how two people compare, the lower id first."""
    one, other = people[pair[0]], people[pair[1]]
    likenesses = compare(one, other)
    probability = likelihood(likenesses, model, prior)
    return FoundPair(*pair, strength_of(probability) or "", probability, likenesses, _fingerprint(one, other))


def _fingerprint(*people: Person) -> str:
    said = [{name: getattr(person, name) for name in Person.__dataclass_fields__} for person in people]
    return blake2b(repr(said).encode(), digest_size=12).hexdigest()
