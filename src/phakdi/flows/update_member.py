"""Change what is known of a member: by staff, by the member, and the phone or e-mail by a code."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from phakdi.engagement.messaging.core import MessageChannel
from phakdi.flows.member_trail import Cause, audit, send_notice, tell
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Forbidden
from phakdi.loyalty.engine.recording import Actor
from phakdi.people.codes.operations import Proof, spend_proof
from phakdi.people.codes.queries import policy_of
from phakdi.people.members import facts, operations
from phakdi.people.members.models import Member

CHANGE_CONTACT = "CHANGE_CONTACT"
FIELDS = {"SMS": "phone", "EMAIL": "email"}
CHANNELS = {"phone": MessageChannel.SMS, "email": MessageChannel.EMAIL}


class ContactNeedsCode(Forbidden):
    """A member changes a phone or e-mail with a code that was sent to the new one."""

    code = "contact_needs_code"


def update_member(
    *, organization_id: UUID, member_id: UUID, changes: Mapping[str, Any], now: datetime, actor: Actor | None = None
) -> Member:
    """Write the given fields; the audit says who changed which. Without an actor it is the member.

    A replaced phone or e-mail is told of it, and so is the other one. After a change, and also where one is added, nobody can
    spend the member's points for as long as the organization says (24 to 72 hours).

    Raises:
        ContactNeedsCode: a member cannot change phone or e-mail this way.
        UnknownMember, Invalid, IdentityTaken: nothing was changed.
    """
    cause = Cause(organization_id, now, actor)
    if cause.is_member and changes.keys() & CHANNELS.keys():
        raise ContactNeedsCode("This is changed with a code.", fields=sorted(changes.keys() & CHANNELS.keys()))
    with organization_scope(organization_id):
        return _update(cause, member_id, changes, verified_at=None)


def change_contact(*, organization_id: UUID, member_id: UUID, proof: Proof, now: datetime) -> Member:
    """Make the phone or e-mail that a code proved the member's own, in place of the one before.

    The edge has signed the member in again before. Whoever was reached before is told, and nobody can spend the member's
    points for 24 to 72 hours, also where there was none before: a stolen SIM card must not be enough.

    Raises:
        CodeGone: the proof is too old or was used before.
        UnknownMember, IdentityTaken: nothing was changed.
    """
    cause = Cause(organization_id, now)
    with organization_scope(organization_id):
        spend_proof(organization_id=organization_id, purpose=CHANGE_CONTACT, proof=proof, now=now)
        return _update(cause, member_id, {FIELDS[proof.channel]: proof.destination}, verified_at=now)


def _update(cause: Cause, member_id: UUID, changes: Mapping[str, Any], *, verified_at: datetime | None) -> Member:
    organization_id, now = cause.organization_id, cause.now
    changed = operations.update_profile(
        organization_id=organization_id,
        member_id=member_id,
        changes=changes,
        now=now,
        today=timezone.localdate(now),
        verified_at=verified_at,
    )
    if not changed.fields:
        return changed.member
    audit(cause, "member.changed", member_id, {"fields": list(changed.fields)})
    tell(cause, facts.CHANGED, member_id, {"fields": list(changed.fields)})
    if CHANNELS.keys() & set(changed.fields):
        hours = policy_of(organization_id=organization_id).hold_hours
        changed.member.spend_held_until = until = now + timedelta(hours=hours)
        operations.hold_spending(organization_id=organization_id, member_id=member_id, until=until)
        _warn(cause, changed, hours)
    return changed.member


def _warn(cause: Cause, changed: operations.Changed, hours: int) -> None:
    """Tell whoever was reached before: through what was replaced, and through what stays (a stolen SIM gets the former)."""
    stays = {name: getattr(changed.member, name) for name in CHANNELS if name not in changed.fields}
    for name, destination in {**changed.replaced, **stays}.items():
        if destination:
            send_notice(cause, changed.member, "contact_changed", {"hours": hours}, CHANNELS[name], destination)
