"""Every read of requests, of the forgotten and of breaches. All run in a scope of the organization."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.conf import settings

from phakdi.kit.errors import NotFound
from phakdi.people.requests.core import UNDONE, ContactKey, RequestState, forgotten_hash
from phakdi.people.requests.models import Breach, DataRequest, Erasure, ForgottenContact

PAGE_MAX = 200


class UnknownRequest(NotFound):
    """The organization has no such request."""

    code = "request_not_found"


def get_request(*, organization_id: UUID, request_id: UUID, member_id: UUID | None = None) -> DataRequest:
    """Return the request, which must be the member's where one is named; or raise UnknownRequest."""
    found = DataRequest.objects.filter(organization_id=organization_id, id=request_id)
    row = (found.filter(member_id=member_id) if member_id else found).first()
    if row is None:
        raise UnknownRequest("There is no such request.", request_id=str(request_id))
    return row


def requests_of(*, organization_id: UUID, member_id: UUID) -> list[DataRequest]:
    """Return what the member has asked, newest first."""
    found = DataRequest.objects.filter(organization_id=organization_id, member_id=member_id)
    return list(found.order_by("-opened_at", "-id")[:PAGE_MAX])


def waiting_requests(*, organization_id: UUID, due_by: date | None = None) -> list[DataRequest]:
    """Return requests that wait for an answer, the most urgent first; only those due by a day where one is given."""
    found = DataRequest.objects.filter(organization_id=organization_id, state__in=[state.value for state in UNDONE])
    if due_by is not None:
        found = found.filter(due_date__lte=due_by)
    return list(found.order_by("due_date", "opened_at", "id")[:PAGE_MAX])


def finished_requests(*, organization_id: UUID, before: UUID | None = None, limit: int = 50) -> list[DataRequest]:
    """Return requests that were answered, refused or withdrawn, newest first: the register that is kept."""
    states = [state.value for state in RequestState if state not in UNDONE]
    found = DataRequest.objects.filter(organization_id=organization_id, state__in=states)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(found.order_by("-id")[: min(limit, PAGE_MAX)])


def find_erasure(*, organization_id: UUID, member_id: UUID) -> Erasure | None:
    """Return when the member was forgotten, or None."""
    return Erasure.objects.filter(organization_id=organization_id, member_id=member_id).first()


def erasures_of(*, organization_id: UUID, limit: int = 50) -> list[Erasure]:
    """Return who was forgotten, the latest first."""
    return list(Erasure.objects.filter(organization_id=organization_id).order_by("-erased_at")[: min(limit, PAGE_MAX)])


def unwritten_erasures(*, organization_id: UUID) -> list[Erasure]:
    """Return erasures that the journal beside the database does not have yet."""
    return list(Erasure.objects.filter(organization_id=organization_id).exclude(hashes=[]).order_by("erased_at"))


def forgotten_among(*, organization_id: UUID, keys: Iterable[ContactKey]) -> set[ContactKey]:
    """Return which of these contacts belong to somebody who was forgotten and has not agreed anew."""
    wanted: dict[str, ContactKey] = {}
    for key in keys:
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            wanted[forgotten_hash(secret, organization_id, key)] = key
    if not wanted:
        return set()
    found = ForgottenContact.objects.filter(organization_id=organization_id)
    return {wanted[each] for each in found.filter(hash__in=list(wanted)).values_list("hash", flat=True)}


def has_forgotten(*, organization_id: UUID) -> bool:
    """Tell whether anybody was ever forgotten: where not, no contact need be looked up."""
    return ForgottenContact.objects.filter(organization_id=organization_id).exists()


def breaches_of(*, organization_id: UUID) -> list[Breach]:
    """Return the log of breaches, newest first."""
    return list(Breach.objects.filter(organization_id=organization_id).order_by("-known_at", "-id")[:PAGE_MAX])


def get_breach(*, organization_id: UUID, breach_id: UUID) -> Breach:
    """Return one breach, or raise NotFound."""
    found = Breach.objects.filter(organization_id=organization_id, id=breach_id).first()
    if found is None:
        raise NotFound("There is no such entry.", code="breach_not_found", breach_id=str(breach_id))
    return found


def hashes_of(*, organization_id: UUID, keys: Collection[ContactKey]) -> list[str]:
    """Return the keyed hashes of contacts under the key in use."""
    return sorted({forgotten_hash(settings.SECRET_KEY, organization_id, key) for key in keys})
