"""Who is meant by what was typed or scanned at the counter: exactly one member, or nobody. In the organization's scope."""

from uuid import UUID

from phakdi.kit.errors import Invalid
from phakdi.kit.thai import arabic_digits, typed_in_latin
from phakdi.people.members.core.identities import CARD, EMAIL, PHONE
from phakdi.people.members.models import Member
from phakdi.people.members.queries import find_by_identity, find_by_number

SCANNED = (CARD, PHONE, EMAIL)


def find_exactly(*, organization_id: UUID, text: str) -> Member | None:
    """Return the one member whose number, card, phone or e-mail this is, also where the keyboard was set to Thai."""
    for written in dict.fromkeys((text.strip(), arabic_digits(text.strip()), typed_in_latin(text.strip()))):
        if written and (found := _find(organization_id, written)):
            return found
    return None


def _find(organization_id: UUID, text: str) -> Member | None:
    found = find_by_number(organization_id=organization_id, number=text)
    for kind in SCANNED:
        if found is not None:
            break
        try:
            found = find_by_identity(organization_id=organization_id, kind=kind, value=text)
        except Invalid:
            continue
    return found
