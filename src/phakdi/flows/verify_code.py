"""Prove that a phone or an e-mail address is somebody's own: send a code, then check it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.operations import NewMessage, queue_message
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid
from phakdi.people.codes.operations import Asker, Proof, issue_code, try_code
from phakdi.people.members.core.identities import EMAIL, PHONE, IdentityKey, masked, read_identity
from phakdi.people.members.queries import find_by_identity
from phakdi.platform.organizations.queries import get_organization

__all__ = ["Asker", "Proof", "StartedCode", "Verified", "identity_of", "start_code", "verify_code"]

SIGN_IN = "SIGN_IN"  # signing in, or enrolling where nobody is known
CHANGE_CONTACT = "CHANGE_CONTACT"
KINDS = {"SMS": PHONE, "EMAIL": EMAIL}


@dataclass(frozen=True, slots=True)
class StartedCode:
    """What the page shows while the code is on its way. The browser gives ``proof`` back with the code."""

    proof: Proof
    ref: str
    shown_destination: str
    expires_at: datetime
    resend_at: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """What a right code proved, and who is known by it: None where nobody is yet."""

    key: IdentityKey
    member_id: UUID | None


def start_code(
    *,
    organization_id: UUID,
    purpose: str,
    channel: str,
    destination: str,
    asker: Asker,
    now: datetime,
    language: str = "th",
) -> StartedCode:
    """Send a code by SMS or EMAIL. The answer is the same whether or not anybody is known by the destination.

    Raises:
        Invalid: the destination cannot be read.
        CountryNotServed, TooManyCodes: no code is sent; nothing was counted.
    """
    key = _read(channel, destination)
    with organization_scope(organization_id):
        zone = ZoneInfo(get_organization(organization_id=organization_id).time_zone)
        issued = issue_code(
            organization_id=organization_id,
            purpose=purpose,
            channel=channel,
            destination=key.value,
            asker=asker,
            now=now,
            today=now.astimezone(zone).date(),
        )
        minutes = int((issued.expires_at - now).total_seconds()) // 60
        message = NewMessage(
            kind=MessageClass.SECURITY,
            template="code",
            channel=MessageChannel(channel),
            destination=key.value,
            language=language,
            params={"code": issued.code, "ref": issued.ref, "minutes": minutes},
            expires_at=issued.expires_at,
        )
        queue_message(organization_id=organization_id, message=message, now=now)
    proof = Proof(issued.challenge_id, channel, key.value, asker.session)
    return StartedCode(proof, issued.ref, masked(key), issued.expires_at, issued.resend_at)


def verify_code(*, organization_id: UUID, purpose: str, proof: Proof, code: str, now: datetime) -> Verified:
    """Check a code. A right one can be made use of once, in the next 15 minutes, by the same browser.

    Raises:
        Invalid: what was typed is no code.
        WrongCode: and how often one may try again.
        CodeGone: used, expired, tried too often, or not for this purpose, browser or destination.
    """
    with organization_scope(organization_id):  # commits also where the code is wrong: every try counts
        verification = try_code(organization_id=organization_id, purpose=purpose, proof=proof, code=code, now=now)
    verification.require_accepted()
    key = identity_of(proof)
    with organization_scope(organization_id):
        member = find_by_identity(organization_id=organization_id, kind=key.kind, value=key.value)
    is_member = member is not None and member.status in {"ACTIVE", "FROZEN"}
    return Verified(key, member.id if member is not None and is_member else None)


def identity_of(proof: Proof) -> IdentityKey:
    """Return the identity that a proof is about."""
    return IdentityKey(KINDS[proof.channel], proof.destination)


def _read(channel: str, destination: str) -> IdentityKey:
    if channel not in KINDS:
        raise Invalid("Codes go by SMS or e-mail.", code="code_channel_unknown", field="channel")
    return read_identity(KINDS[channel], destination)
