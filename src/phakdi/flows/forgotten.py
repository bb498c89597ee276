"""Who was forgotten comes back only by their own word: no till, file or connected system may bring them back (R124)."""

from collections.abc import Iterable
from uuid import UUID

from phakdi.kit.errors import Invalid, Rejected
from phakdi.people.members.core import IdentityKey, read_identity
from phakdi.people.members.operations import ImportRow
from phakdi.people.requests.core import ContactKey
from phakdi.people.requests.operations import welcome_back
from phakdi.people.requests.queries import forgotten_among, has_forgotten

CODE = "person_forgotten"


class PersonForgotten(Rejected):
    """Somebody with this phone, e-mail or other identity had their data erased and has not agreed anew."""

    code = CODE


def forgotten_of(*, organization_id: UUID, keys: Iterable[IdentityKey]) -> set[IdentityKey]:
    """Return which of these identities belong to somebody who was forgotten; in a scope."""
    found = forgotten_among(organization_id=organization_id, keys=[ContactKey(key.kind, key.value) for key in keys])
    return {IdentityKey(key.kind, key.value) for key in found}


def demand_not_forgotten(*, organization_id: UUID, keys: Iterable[IdentityKey]) -> None:
    """Raise PersonForgotten where one of these identities belongs to somebody who was forgotten; in a scope."""
    if found := forgotten_of(organization_id=organization_id, keys=keys):
        raise PersonForgotten("This person had their data erased.", kinds=sorted({key.kind for key in found}))


def welcome(*, organization_id: UUID, keys: Iterable[IdentityKey]) -> None:
    """Let somebody who was forgotten be kept again, now that they agreed anew; in a scope."""
    welcome_back(organization_id=organization_id, keys=[ContactKey(key.kind, key.value) for key in keys])


def forgotten_rows(*, organization_id: UUID, rows: Iterable[ImportRow]) -> dict[int, str]:
    """Return the lines of a file that would bring somebody back who was forgotten, each with the field that tells so; in a scope."""
    if not has_forgotten(organization_id=organization_id):
        return {}
    read = {row.line: _keys(row) for row in rows}
    found = forgotten_of(organization_id=organization_id, keys={key for keys in read.values() for key in keys})
    return {line: kinds[0].lower() for line, keys in read.items() if (kinds := [key.kind for key in keys if key in found])}


def _keys(row: ImportRow) -> list[IdentityKey]:
    given = [*row.identities, ("PHONE", row.fields.get("phone")), ("EMAIL", row.fields.get("email"))]
    keys = []
    for kind, value in given:
        try:
            keys += [read_identity(kind, str(value))] if value else []
        except Invalid:  # the import says so itself
            continue
    return keys
