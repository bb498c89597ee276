"""Make somebody a member: with a code that proves their phone or e-mail, or at the counter."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from phakdi.flows.forgotten import demand_not_forgotten, welcome
from phakdi.flows.member_trail import Cause, audit, tell
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Refusal
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.recording import Actor, Receipt
from phakdi.people.codes.operations import Proof, spend_proof
from phakdi.people.consents import operations as consents
from phakdi.people.consents.core import GivenBy, GuardianRule, check_joining, guardian_rule, read_key
from phakdi.people.members import facts, operations, queries
from phakdi.people.members.core import IdentityKey, read_identity
from phakdi.people.members.core.identities import LINE
from phakdi.people.members.models import Member

log = logging.getLogger("phakdi.flows")

SIGN_IN = "SIGN_IN"
KINDS = {"SMS": "PHONE", "EMAIL": "EMAIL"}
ORIGIN = "phakdi"


class AlreadyMember(Conflict):
    """Somebody with this identity is a member already; ``details['member_id']`` says who."""

    code = "already_member"


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """One answer on the form. ``text_version`` 0 stands for the words in force."""

    purpose: str
    is_granted: bool
    channel: str = "ANY"
    text_version: int = 0


@dataclass(frozen=True, slots=True)
class Enrollment:
    """What a new member tells. ``profile`` has names, birthday, language, home_store, attributes; phone and e-mail too."""

    profile: Mapping[str, Any] = field(default_factory=dict)
    identities: Sequence[tuple[str, str]] = ()
    consents: Sequence[GivenConsent] = ()
    source: str = ""
    referred_by: UUID | None = None
    number: str = ""
    guardian: str = ""  # who spoke for a minor
    is_guardian: bool = False  # the guardian filled the form in


@dataclass(frozen=True, slots=True)
class EnrolledMember:
    """Who is a member now, whether they are since this call, and what joining brought, if the program is at work."""

    member: Member
    is_new: bool
    receipt: Receipt | None = None


def enroll_with_proof(
    *, organization_id: UUID, proof: Proof, enrollment: Enrollment, now: datetime, line_user_id: str = ""
) -> EnrolledMember:
    """Enroll whoever proved a phone or e-mail by a code (see `verify_code`); a member already is welcomed back unchanged.

    Points earned before enrolling, by the same phone or e-mail, are theirs (R16). ``line_user_id`` is a LINE that they
    proved as well.

    Raises:
        CodeGone: the proof is too old or was used before.
        Invalid, IdentitiesDisagree, NumberTaken, GuardianNeeded: nothing was changed, and the proof still holds.
    """
    cause = Cause(organization_id, now)
    proved = read_identity(KINDS[proof.channel], proof.destination)
    with organization_scope(organization_id):
        spend_proof(organization_id=organization_id, purpose=SIGN_IN, proof=proof, now=now)
        keys = [proved, *([read_identity(LINE, line_user_id)] if line_user_id else [])]
        enrolled = _enroll(cause, enrollment, [operations.NewIdentity(key, verified_at=now) for key in keys])
    return _join(cause, enrolled)


def enroll_with_line(*, organization_id: UUID, line_user_id: str, enrollment: Enrollment, now: datetime) -> EnrolledMember:
    """Enroll whoever LINE vouched for; a member already is welcomed back unchanged.

    Raises:
        Invalid, IdentitiesDisagree, NumberTaken, GuardianNeeded: nothing was changed.
    """
    cause = Cause(organization_id, now)
    with organization_scope(organization_id):
        proved = operations.NewIdentity(read_identity(LINE, line_user_id), verified_at=now)
        enrolled = _enroll(cause, enrollment, [proved])
    return _join(cause, enrolled)


def enroll_by_staff(*, organization_id: UUID, enrollment: Enrollment, actor: Actor, now: datetime) -> EnrolledMember:
    """Enroll somebody at the counter, without a code: what they gave is theirs, but not verified.

    Raises:
        AlreadyMember: somebody with this identity is a member.
        Invalid, IdentitiesDisagree, NumberTaken, GuardianNeeded: nothing was changed.
    """
    cause = Cause(organization_id, now, actor)
    with organization_scope(organization_id):
        enrolled = _enroll(cause, enrollment, [])
        if not enrolled.is_new:
            raise AlreadyMember("This person is a member already.", member_id=str(enrolled.member.id))
        audit(cause, "member.enrolled", enrolled.member.id)
    return _join(cause, enrolled)


def record_join(*, organization_id: UUID, member_id: UUID, at: datetime, data: Mapping[str, Any]) -> Receipt:
    """Record the activity ``join`` for the fact ``member.joined``; told again, it is the first answer again.

    Raises:
        NotFound: the organization has no program yet.
        Invalid, Rejected, Unavailable: as for any activity.
    """
    raw: dict[str, Any] = {"kind": "join", "at": at, "ref": str(member_id), "origin": ORIGIN}
    for name, told in (("channel", "source"), ("store", "store"), ("referred_by", "referred_by")):
        if data.get(told):
            raw[name] = data[told]
    context = recording.Context(organization_id, at, accepts_late=True)
    return recording.record(member_id=member_id, report=recording.read(raw, context), context=context)


def _enroll(cause: Cause, enrollment: Enrollment, proved: Sequence[operations.NewIdentity]) -> operations.Enrolled:
    given = [read_identity(kind, value) for kind, value in enrollment.identities]
    written = ((name, enrollment.profile.get(name)) for name in ("phone", "email"))
    given += [read_identity(name.upper(), str(value), field=name) for name, value in written if value]
    unproved = [operations.NewIdentity(key) for key in dict.fromkeys(given) if key not in {item.key for item in proved}]
    today = timezone.localdate(cause.now)
    _let_back(cause, enrollment, [*given, *(item.key for item in proved)])
    enrolled = operations.enroll(
        organization_id=cause.organization_id,
        profile=enrollment.profile,
        identities=[*proved, *unproved],
        now=cause.now,
        today=today,
        source=enrollment.source,
        referred_by=_referrer(cause, enrollment.referred_by),
        number=enrollment.number,
    )
    if enrolled.is_new:
        _record_consents(cause, enrolled.member, enrollment, today)
        tell(cause, facts.JOINED, enrolled.member.id, _joined(enrolled.member))
    return enrolled


def _let_back(cause: Cause, enrollment: Enrollment, keys: Sequence[IdentityKey]) -> None:
    """Let somebody back who was forgotten: by their own hand, at a counter, or where a system tells that they agreed anew."""
    if cause.actor is not None and cause.actor.kind == "api_key" and not any(item.is_granted for item in enrollment.consents):
        demand_not_forgotten(organization_id=cause.organization_id, keys=keys)
    welcome(organization_id=cause.organization_id, keys=keys)


def _referrer(cause: Cause, member_id: UUID | None) -> UUID | None:
    """Return the member who invited, who must exist; raises UnknownMember."""
    if member_id is None:
        return None
    return queries.get_member(organization_id=cause.organization_id, member_id=member_id).id


def _joined(member: Member) -> dict[str, str]:
    told = {"source": member.source, "store": member.home_store, "referred_by": str(member.referred_by or "")}
    return {name: value for name, value in told.items() if value}


def _record_consents(cause: Cause, member: Member, enrollment: Enrollment, today: date) -> None:
    rule = guardian_rule(member.birthday, today=today)
    check_joining(rule, guardian=enrollment.guardian)
    is_guardian = enrollment.is_guardian or rule is GuardianRule.GUARDIAN_ONLY
    circumstances = consents.Circumstances(
        at=cause.now,
        language=member.language,
        source=enrollment.source,
        actor=cause.who,
        given_by=GivenBy.GUARDIAN if is_guardian else GivenBy.MEMBER,
        guardian=enrollment.guardian,
        rule=rule,
    )
    given = [
        consents.GivenConsent(read_key(item.purpose, item.channel), item.is_granted, item.text_version)
        for item in enrollment.consents
    ]
    consents.record(organization_id=cause.organization_id, member_id=member.id, given=given, circumstances=circumstances)
    if rule is not GuardianRule.NONE and enrollment.guardian.strip() and not any(item.is_granted for item in given):
        consents.record_guardian(organization_id=cause.organization_id, member_id=member.id, circumstances=circumstances)


def _join(cause: Cause, enrolled: operations.Enrolled) -> EnrolledMember:
    """Record the join at once, so that the welcome is seen at once; what fails here, the fact brings about later."""
    if not enrolled.is_new:
        return EnrolledMember(enrolled.member, is_new=False)
    member = enrolled.member
    try:
        data = _joined(member)
        receipt = record_join(organization_id=cause.organization_id, member_id=member.id, at=cause.now, data=data)
    except Refusal as refusal:
        log.info("join of %s waits: %s", member.id, refusal.code)
        return EnrolledMember(member, is_new=True)
    return EnrolledMember(member, is_new=True, receipt=receipt)
