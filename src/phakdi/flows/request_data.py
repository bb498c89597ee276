"""What a member asks about their data: opened, assigned, answered, refused or withdrawn, within 30 days (PDPA)."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.engagement.messaging.core import MessageChannel, MessageClass
from phakdi.engagement.messaging.operations import NewMessage, queue_message
from phakdi.flows.member_trail import Cause, audit, notify, tell
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.text import pick
from phakdi.kit.thai.dates import format_date
from phakdi.loyalty.engine.recording import Actor
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member
from phakdi.people.requests import operations, queries
from phakdi.people.requests.core import (
    IdentityCheck,
    RequestKind,
    RequestState,
    days_left,
    needs_reminder,
    read_kind,
    read_reason,
)
from phakdi.people.requests.models import DataRequest
from phakdi.people.requests.names import KINDS, REASONS
from phakdi.platform.organizations.queries import get_organization
from phakdi.platform.staff.core import Role
from phakdi.platform.staff.queries import staff_of

OPENED = "data_request.opened"  # data: {"request_id", "kind"}
FINISHED = "data_request.finished"  # data: {"request_id", "kind", "state"}
REMINDED_A_RUN = 200


def open_request(
    *,
    organization_id: UUID,
    member_id: UUID,
    kind: str,
    now: datetime,
    details: str = "",
    identity_check: IdentityCheck = IdentityCheck.SIGNED_IN,
    actor: Actor | None = None,
) -> DataRequest:
    """Keep what a member asks (ACCESS, COPY, CORRECTION, ERASURE, OBJECTION or RESTRICTION) and tell them until when it is answered.

    Without an actor the member asks, signed in; staff say how it was made sure who is asking.

    Raises:
        UnknownMember: no such member.
        Invalid: such a request is not known, or the text is too long.
        AlreadyAsked: the same question waits for its answer.
    """
    cause = Cause(organization_id, now, actor)
    asked = read_kind(kind)
    with organization_scope(organization_id):
        member = get_member(organization_id=organization_id, member_id=member_id)
        row = operations.open_request(
            organization_id=organization_id,
            member_id=member_id,
            kind=asked,
            details=details,
            today=_today(organization_id, now),
            now=now,
            opened_by="member" if cause.is_member else "staff",
            identity_check=identity_check,
        )
        data = {"request_id": str(row.id), "kind": row.kind}
        audit(cause, OPENED, member_id, data)
        tell(cause, OPENED, member_id, data)
        notify(cause, member, "request_received", _params(member, row))
    return row


def withdraw_request(
    *, organization_id: UUID, member_id: UUID, request_id: UUID, now: datetime, actor: Actor | None = None
) -> DataRequest:
    """Take a question of the member back.

    Raises:
        UnknownRequest: the member has asked no such thing.
        RequestFinished: it was answered, refused or withdrawn before.
    """
    cause = Cause(organization_id, now, actor)
    with organization_scope(organization_id):
        queries.get_request(organization_id=organization_id, request_id=request_id, member_id=member_id)
        row = operations.finish(organization_id=organization_id, request_id=request_id, state=RequestState.WITHDRAWN, now=now)
        _note_end(cause, row)
    return row


def assign_request(*, organization_id: UUID, request_id: UUID, staff_id: UUID | None, now: datetime, actor: Actor) -> DataRequest:
    """Make somebody of the staff answer for the request. Raises UnknownRequest, RequestFinished."""
    cause = Cause(organization_id, now, actor)
    with organization_scope(organization_id):
        row = operations.assign(organization_id=organization_id, request_id=request_id, staff_id=staff_id, now=now)
        audit(cause, "data_request.assigned", row.member_id, {"request_id": str(row.id), "staff": str(staff_id or "")})
    return row


def note_identity(
    *, organization_id: UUID, request_id: UUID, identity_check: IdentityCheck, now: datetime, actor: Actor
) -> DataRequest:
    """Note how it was made sure who is asking. Raises UnknownRequest."""
    cause = Cause(organization_id, now, actor)
    with organization_scope(organization_id):
        row = operations.note_identity(organization_id=organization_id, request_id=request_id, identity_check=identity_check)
        audit(cause, "data_request.identity_checked", row.member_id, {"request_id": str(row.id), "way": identity_check.value})
    return row


def answer_request(*, organization_id: UUID, request_id: UUID, answer: str, now: datetime, actor: Actor | None) -> DataRequest:
    """Note that a request was answered, and tell the member. Raises UnknownRequest, RequestFinished."""
    cause = Cause(organization_id, now, actor)
    with organization_scope(organization_id):
        row = operations.finish(
            organization_id=organization_id, request_id=request_id, state=RequestState.ANSWERED, now=now, answer=answer
        )
        _note_end(cause, row)
        member = get_member(organization_id=organization_id, member_id=row.member_id)
        notify(cause, member, "request_answered", _params(member, row))
    return row


def refuse_request(
    *, organization_id: UUID, request_id: UUID, reason: str, answer: str, now: datetime, actor: Actor
) -> DataRequest:
    """Refuse a request for one of the reasons that the law knows, keep the reason, and tell it to the member.

    Raises:
        UnknownRequest, RequestFinished: nothing was changed.
        Invalid: there is no such reason.
    """
    cause = Cause(organization_id, now, actor)
    why = read_reason(reason)
    with organization_scope(organization_id):
        row = operations.finish(
            organization_id=organization_id,
            request_id=request_id,
            state=RequestState.REFUSED,
            now=now,
            answer=answer,
            reason=why,
        )
        _note_end(cause, row, {"reason": why.value})
        member = get_member(organization_id=organization_id, member_id=row.member_id)
        told = {**_params(member, row), "reason": pick(REASONS[why], member.language)}
        notify(cause, member, "request_refused", told)
    return row


def remind_of_requests(*, organization_id: UUID, now: datetime) -> int:
    """Write to the owners, and to whoever answers for it, of each request that is due soon or overdue; return of how many.

    Safe to repeat: of one request nobody is reminded twice a day.
    """
    with organization_scope(organization_id):
        today = _today(organization_id, now)
        waiting = queries.waiting_requests(organization_id=organization_id)
        due = [row for row in waiting if needs_reminder(row.due_date, today=today, reminded_on=row.reminded_on)]
        if not due:
            return 0
        organization = get_organization(organization_id=organization_id)
        staff = [person for person in staff_of(organization_id=organization_id) if person.is_active and person.user.is_active]
        for row in due[:REMINDED_A_RUN]:
            for person in staff:
                if person.role == Role.OWNER or person.id == row.assigned_to:
                    language = person.user.language
                    params = {
                        "organization": organization.name,
                        "what": pick(KINDS[RequestKind(row.kind)], language),
                        "date": format_date(row.due_date, language),
                        "days": days_left(row.due_date, today=today),
                    }
                    message = NewMessage(
                        kind=MessageClass.SERVICE,
                        template="request_due",
                        channel=MessageChannel.EMAIL,
                        destination=person.user.email,
                        language=language,
                        params=params,
                        key=f"request_due:{row.id}:{today}:{person.id}",
                    )
                    queue_message(organization_id=organization_id, message=message, now=now)
        operations.note_reminder(organization_id=organization_id, request_ids=[row.id for row in due], today=today)
    return len(due)


def _note_end(cause: Cause, row: DataRequest, more: dict[str, str] | None = None) -> None:
    data = {"request_id": str(row.id), "kind": row.kind, "state": row.state, **(more or {})}
    audit(cause, f"data_request.{row.state.lower()}", row.member_id, data)
    tell(cause, FINISHED, row.member_id, {"request_id": str(row.id), "kind": row.kind, "state": row.state})


def _params(member: Member, row: DataRequest) -> dict[str, str]:
    return {
        "what": pick(KINDS[RequestKind(row.kind)], member.language),
        "date": format_date(row.due_date, member.language),
        "answer": row.answer,
    }


def _today(organization_id: UUID, now: datetime) -> date:
    organization = get_organization(organization_id=organization_id)
    return now.astimezone(ZoneInfo(organization.time_zone)).date()
