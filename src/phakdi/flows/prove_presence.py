"""Make sure that the member is there before their points are spent at the counter."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.identify_by_code import CardPurpose, identify_by_code
from phakdi.flows.member_trail import Cause, audit
from phakdi.flows.verify_code import Asker, Proof, StartedCode, start_code, verify_code
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Rejected
from phakdi.people.members.queries import get_member
from phakdi.platform.audit.core import Actor
from phakdi.platform.staff.core import Permission, Place

__all__ = ["Asker", "CardOfAnother", "Proof", "prove_by_card", "prove_by_code", "send_presence_code", "vouch_for_presence"]

PURPOSE = "SPEND"


class CardOfAnother(Rejected):
    """The code is right, but another member's."""

    code = "card_of_another"


class NoContact(Rejected):
    """The member has neither phone nor e-mail to which a code could go."""

    code = "member_without_contact"


def prove_by_card(*, organization_id: UUID, member_id: UUID, text: str, now: datetime) -> None:
    """Accept the code that the member's card shows now; each serves once.

    Raises:
        CardOfAnother, and whatever `identify_by_code` refuses.
    """
    found = identify_by_code(organization_id=organization_id, text=text, purpose=CardPurpose.SPEND, now=now)
    if found != member_id:
        raise CardOfAnother("This is the card of another member.")


def send_presence_code(*, organization_id: UUID, member_id: UUID, asker: Asker, now: datetime) -> StartedCode:
    """Send a one-time code to the member's phone, else to their e-mail.

    Raises:
        NoContact, and whatever `start_code` refuses: no code is sent.
    """
    with organization_scope(organization_id):
        member = get_member(organization_id=organization_id, member_id=member_id)
    channel, destination = ("SMS", member.phone) if member.phone else ("EMAIL", member.email)
    if not destination:
        raise NoContact("The member has neither phone nor e-mail.")
    return start_code(
        organization_id=organization_id,
        purpose=PURPOSE,
        channel=channel,
        destination=destination,
        asker=asker,
        now=now,
        language=member.language,
    )


def prove_by_code(*, organization_id: UUID, member_id: UUID, proof: Proof, code: str, now: datetime) -> None:
    """Accept the one-time code that the member reads out.

    Raises:
        WrongCode, CodeGone, Invalid: as `verify_code`; CardOfAnother: it was sent to somebody else.
    """
    verified = verify_code(organization_id=organization_id, purpose=PURPOSE, proof=proof, code=code, now=now)
    if verified.member_id != member_id:
        raise CardOfAnother("This code was sent to another member.")


def vouch_for_presence(*, place: Place, member_id: UUID, reason: str, now: datetime) -> None:
    """Let somebody who may adjust points say that they know the member; it is audited.

    Raises:
        NotAllowed: cashiers may not.
        Invalid: ``why_missing``.
    """
    place.require(Permission.POINTS_ADJUST)
    if not reason.strip():
        raise Invalid("Say why.", code="why_missing", field="reason")
    actor = Actor("staff", str(place.staff_id))
    with organization_scope(place.organization_id):
        audit(Cause(place.organization_id, now, actor), "member.vouched_for", member_id, {"reason": reason.strip()[:200]})
