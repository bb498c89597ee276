"""Forget a member: destroy everything that tells who they are, in every room; the books stay under a pseudonym (R124)."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from phakdi.care.surveys import operations as surveys
from phakdi.engagement.messaging.operations import forget_messages
from phakdi.flows.erasure_journal import Line, read_journal, write_journal
from phakdi.flows.member_trail import Cause, audit, notify, tell
from phakdi.insight.backtest import operations as backtest
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, NotFound, Unavailable
from phakdi.loyalty.engine import forgetting
from phakdi.loyalty.engine.operations import WorldMoved
from phakdi.loyalty.engine.recording import Actor
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.people.cards import operations as cards
from phakdi.people.consents import operations as consents
from phakdi.people.duplicates import operations as duplicates
from phakdi.people.members import operations as members
from phakdi.people.members.core import IdentityKey
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member, merged_into
from phakdi.people.presence import operations as presence
from phakdi.people.requests import operations as requests
from phakdi.people.requests import queries as request_queries
from phakdi.people.requests.core import ContactKey, RequestKind, RequestState
from phakdi.people.traits import operations as traits
from phakdi.platform.audit.operations import forget_details
from phakdi.platform.files.operations import delete_files_with
from phakdi.platform.imports.operations import forget_rejects
from phakdi.platform.keys.operations import forget_answers
from phakdi.platform.organizations.queries import all_organizations
from phakdi.platform.outbox.operations import forget_facts
from phakdi.platform.staff.operations import unlink_members
from phakdi.platform.webhooks.operations import forget_events

ERASED = "member.erased"  # data: {}
ATTEMPTS_MAX = 5
PATIENCE = "60s"  # what has no index is looked through


class AlreadyForgotten(Conflict):
    """Everything personal about this member was destroyed before."""

    code = "member_forgotten"


@dataclass(frozen=True, slots=True)
class Erased:
    """When a member was forgotten, and how much was destroyed."""

    member_id: UUID
    erased_at: datetime
    counts: dict[str, int]


def erase_member(
    *, organization_id: UUID, member_id: UUID, now: datetime, actor: Actor | None = None, request_id: UUID | None = None
) -> Erased:
    """Forget the member, tell them one last time, and answer their requests; without an actor it is the member's own doing.

    Destroyed are profile, identities, consents' names, messages, details of the audit, requests' words, files and answers that
    were kept with them; the ledger stays under a pseudonym. Points expire, vouchers are cancelled, whom they invited was invited
    by nobody, their sessions end, and no import brings them back before they agree anew. It cannot be undone.

    Raises:
        UnknownMember: no such member.
        AlreadyForgotten: it was done before.
        Busy: somebody kept changing the member; nothing was destroyed.
    """
    cause = Cause(organization_id, now, actor)
    erased = _erase(cause, member_id, request_id, is_told=True)
    write_journal(organization_id=organization_id)
    return erased


def erase_again(*, now: datetime) -> int:
    """Forget again, after a restore, everybody in the journal whom the backup still knows; return how many. Safe to repeat."""
    known = {organization.id for organization in all_organizations()}
    count = 0
    for line in read_journal():
        if line.organization_id in known:
            count += _again(line, now)
    return count


def _again(line: Line, now: datetime) -> int:
    with organization_scope(line.organization_id):
        requests.forget_contacts(organization_id=line.organization_id, hashes=line.hashes, now=line.erased_at)
        if request_queries.find_erasure(organization_id=line.organization_id, member_id=line.member_id):
            return 0
    try:
        _erase(Cause(line.organization_id, now, Actor("operator")), line.member_id, None, is_told=False)
    except NotFound:  # joined after the backup was made
        return 0
    return 1


def _erase(cause: Cause, member_id: UUID, request_id: UUID | None, *, is_told: bool) -> Erased:
    try:
        program = version_at(organization_id=cause.organization_id, at=cause.now)
    except NoProgram:
        program = None
    for _ in range(ATTEMPTS_MAX):
        try:
            with organization_scope(cause.organization_id), transaction.atomic():
                return _erase_once(cause, member_id, request_id, program, is_told=is_told)
        except WorldMoved:
            continue
    raise Unavailable("Somebody else is changing this member.", code="member_busy", member_id=str(member_id))


def _erase_once(
    cause: Cause, member_id: UUID, request_id: UUID | None, program: CompiledProgram | None, *, is_told: bool
) -> Erased:
    organization_id, now = cause.organization_id, cause.now
    if request_queries.find_erasure(organization_id=organization_id, member_id=member_id):
        raise AlreadyForgotten("This member was forgotten before.", member_id=str(member_id))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
    member = get_member(organization_id=organization_id, member_id=member_id)
    former = merged_into(organization_id=organization_id, member_id=member_id)
    ids = [member_id, *(row.id for row in former)]
    keys = members.known_by(organization_id=organization_id, member_ids=ids)
    if program is not None:
        forgetting.end_everything(organization_id=organization_id, member_id=member_id, program=program, now=now)
    circumstances = consents.Circumstances(at=now, language=member.language, source="erase", actor=cause.who)
    consents.withdraw(organization_id=organization_id, member_id=member_id, circumstances=circumstances)
    counts = _destroy(cause, ids, keys, [member, *former])
    _close_requests(cause, member_id, request_id)
    requests.note_erasure(
        organization_id=organization_id,
        member_id=member_id,
        keys=[ContactKey(key.kind, key.value) for key in keys],
        request_id=request_id,
        counts=counts,
        now=now,
    )
    audit(cause, ERASED, member_id, dict(counts))
    tell(cause, ERASED, member_id)
    if is_told:
        notify(cause, member, "data_erased", {})  # the only row that knows them: it is emptied once it was sent
    return Erased(member_id, now, dict(counts))


def _destroy(cause: Cause, ids: Collection[UUID], keys: Collection[IdentityKey], people: Iterable[Member]) -> Counter[str]:
    organization_id = cause.organization_id
    texts = [str(id_) for id_ in ids]
    values = sorted({key.value for key in keys})
    needles = [*values, *(person.number for person in people)]
    files = requests.forget_words(organization_id=organization_id, member_ids=ids)
    counts: Counter[str] = Counter()
    counts["identities"] = len(keys)
    counts["activities"] = forgetting.forget_words(organization_id=organization_id, member_ids=ids)
    counts["consents"] = consents.forget_names(organization_id=organization_id, member_ids=ids)
    counts["messages"] = forget_messages(organization_id=organization_id, member_ids=ids, destinations=values)
    counts["survey_answers"] = surveys.forget_members(organization_id=organization_id, member_ids=ids)
    counts["facts"] = forget_facts(organization_id=organization_id, member_ids=ids)
    counts["webhooks"] = forget_events(organization_id=organization_id, member_ids=ids)
    counts["sessions"] = presence.forget_members(organization_id=organization_id, member_ids=ids)
    cards.forget_members(organization_id=organization_id, member_ids=ids)
    traits.forget_members(organization_id=organization_id, member_ids=ids)
    backtest.forget_members(organization_id=organization_id, member_ids=ids)
    duplicates.forget_for_good(organization_id=organization_id, member_ids=ids)
    counts["answers"] = forget_answers(organization_id=organization_id, texts=[*texts, *values])
    counts["rejects"] = forget_rejects(organization_id=organization_id, texts=needles)
    counts["files"] = delete_files_with(organization_id=organization_id, texts=needles, file_ids=files)
    unlink_members(organization_id=organization_id, member_ids=ids)
    members.forget(organization_id=organization_id, member_ids=list(ids), now=cause.now)
    counts["audit"] = forget_details(organization_id=organization_id, subject_ids=texts)
    return +counts


def _close_requests(cause: Cause, member_id: UUID, request_id: UUID | None) -> None:
    """Answer what the member asked to be erased, and end what else they asked: there is nothing left to answer about."""
    for row in request_queries.requests_of(organization_id=cause.organization_id, member_id=member_id):
        if row.state in {RequestState.OPEN.value, RequestState.IN_PROGRESS.value}:
            is_answer = row.id == request_id or row.kind == RequestKind.ERASURE.value
            state = RequestState.ANSWERED if is_answer else RequestState.WITHDRAWN
            requests.finish(organization_id=cause.organization_id, request_id=row.id, state=state, now=cause.now)
