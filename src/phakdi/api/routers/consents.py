"""What members agree to."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from phakdi.api.request import call_of
from phakdi.api.schemas import members as wire
from phakdi.api.showing.members import show_consents
from phakdi.api.terms import terms
from phakdi.flows import record_consent as flow
from phakdi.kit.db.scope import organization_scope
from phakdi.people.consents.queries import current_consents
from phakdi.people.members.queries import find_surviving
from phakdi.platform.keys.core import Scope

router = Router(tags=["consents"])


@router.get("/members/{member_id}/consents", response=wire.ConsentsOut)
@terms(Scope.MEMBERS_READ, refuses=(404,))
def list_consents(request: HttpRequest, member_id: UUID) -> wire.ConsentsOut:
    """Tell the member's latest word about every purpose and channel that they were asked about."""
    call = call_of(request)
    with organization_scope(call.organization_id):
        member_id = find_surviving(organization_id=call.organization_id, member_id=member_id).id
        found = current_consents(organization_id=call.organization_id, member_id=member_id)
    return show_consents(list(found.values()))


@router.put("/members/{member_id}/consents", response=wire.ConsentsOut)
@terms(Scope.MEMBERS_WRITE, refuses=(404, 409))
def record_consents(request: HttpRequest, member_id: UUID, data: wire.ConsentsIn) -> wire.ConsentsOut:
    """Note the member's answers; what is not named stays. The latest word counts."""
    call = call_of(request)
    counting = flow.record_consent(
        organization_id=call.organization_id,
        member_id=member_id,
        answers=[flow.Answer(item.purpose, item.is_granted, item.channel, item.text_version) for item in data.answers],
        speaker=flow.Speaker(data.language, data.source, data.guardian, data.is_guardian),
        now=call.now,
        actor=call.actor(),
    )
    return show_consents(counting)
