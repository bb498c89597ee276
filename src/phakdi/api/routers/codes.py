"""Enrolling and recognizing members by a one-time code."""

from django.http import HttpRequest
from ninja import Router, Status

from phakdi.api.request import call_of
from phakdi.api.routers.members import enrollment_of, show_enrolled
from phakdi.api.schemas import members as wire
from phakdi.api.terms import terms
from phakdi.flows import enroll_member as enrolling
from phakdi.flows import verify_code as flow
from phakdi.people.members.core import read_identity
from phakdi.platform.keys.core import Scope

router = Router(tags=["codes"])


@router.post("/codes", response={202: wire.CodeOut})
@terms(Scope.MEMBERS_WRITE, refuses=(409,))
def send_code(request: HttpRequest, data: wire.CodeIn) -> Status[wire.CodeOut]:
    """Send a code by SMS or e-mail. The answer is the same whether or not anybody is known by the destination."""
    call = call_of(request)
    asker = flow.Asker(data.session, data.client_address or str(request.META.get("REMOTE_ADDR", "")))
    started = flow.start_code(
        organization_id=call.organization_id,
        purpose=flow.SIGN_IN,
        channel=data.channel,
        destination=data.destination,
        asker=asker,
        now=call.now,
        language=data.language,
    )
    proof = wire.ProofIn(
        challenge_id=started.proof.challenge_id,
        channel=data.channel,
        destination=started.proof.destination,
        session=started.proof.session,
    )
    answer = wire.CodeOut(
        proof=proof,
        ref=started.ref,
        shown_destination=started.shown_destination,
        expires_at=started.expires_at,
        resend_at=started.resend_at,
    )
    return Status(202, answer)


@router.post("/codes/verify", response=wire.CodeTriedOut)
@terms(Scope.MEMBERS_WRITE, refuses=(409,))
def verify_code(request: HttpRequest, data: wire.CodeTryIn) -> wire.CodeTriedOut:
    """Check a code. A right one may be made use of once, in the next 15 minutes, to enroll."""
    call = call_of(request)
    verified = flow.verify_code(
        organization_id=call.organization_id, purpose=flow.SIGN_IN, proof=proof_of(data.proof), code=data.code, now=call.now
    )
    return wire.CodeTriedOut(member_id=verified.member_id)


@router.post("/enrollments", response={201: wire.EnrolledOut, 200: wire.EnrolledOut})
@terms(Scope.MEMBERS_WRITE, refuses=(404, 409))
def enroll_with_code(request: HttpRequest, data: wire.EnrollmentByCodeIn) -> Status[wire.EnrolledOut]:
    """Enroll whoever proved a phone or e-mail by a code; a member already is welcomed back unchanged (200)."""
    call = call_of(request)
    enrolled = enrolling.enroll_with_proof(
        organization_id=call.organization_id, proof=proof_of(data.proof), enrollment=enrollment_of(data), now=call.now
    )
    status = 201 if enrolled.is_new else 200
    return Status(status, show_enrolled(call.organization_id, enrolled, call.language))


def proof_of(data: wire.ProofIn) -> flow.Proof:
    """Return the proof, its destination in the form in which it is kept."""
    key = read_identity(flow.KINDS[data.channel], data.destination, field="destination")
    return flow.Proof(data.challenge_id, data.channel, key.value, data.session)
