"""Show what purchases would bring under a draft, and what they bring now. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Refusal
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine import codec, queries
from phakdi.loyalty.engine.core import advance
from phakdi.loyalty.engine.core.state import Activity, MemberState
from phakdi.loyalty.engine.reviewing import told_again
from phakdi.loyalty.ledger.models import Activity as Recorded
from phakdi.loyalty.ledger.queries import activities_by_time, latest_activities
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.people.members.models import Member
from phakdi.people.members.queries import members_by_id

PURCHASE = "purchase"
MEMBERS_MAX, PURCHASES_MAX, SAMPLE_MAX = 3, 3, 60
LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What one program answers to a purchase; ``refusal`` where it does not take it."""

    outcome: Mapping[str, Any] = field(default_factory=dict)
    verdicts: Sequence[Mapping[str, Any]] = ()
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """One purchase of a member under both programs. ``repeats`` is when the real one was, None for one that is made up."""

    activity: Activity
    now: Answer | None  # None: there is no program yet
    then: Answer
    repeats: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A member, and what their purchases would bring."""

    member: Member
    level: str
    purchases: tuple[Compared, ...]


@dataclass(slots=True)
class Impact:
    """What the latest purchases bring now and would bring, in all: points by unit, and for how many it is more or less."""

    purchases: int = 0
    members: int = 0
    more: int = 0
    less: int = 0
    same: int = 0
    now: dict[str, int] = field(default_factory=dict)
    then: dict[str, int] = field(default_factory=dict)
    amount_minor: int = 0


def recent_buyers(*, organization_id: UUID, limit: int = MEMBERS_MAX) -> list[UUID]:
    """Return the members who bought last, the latest first."""
    with organization_scope(organization_id):
        found = latest_activities(organization_id=organization_id, limit=LOOKED_AT)
    return list(dict.fromkeys(each.member_id for each in found if _is_purchase(each)))[:limit]


def compare_for_members(
    *,
    organization_id: UUID,
    draft: CompiledProgram,
    member_ids: Sequence[UUID],
    made_up: Mapping[str, Any] | None,
    now: datetime,
) -> list[Tried]:
    """Return, for up to three members, what a made-up purchase and their last real ones would bring, were they made again.

    A real one is made again on the next same day of the week at the same time. ``made_up`` is a report of a purchase; with
    an ``at`` that may lie in the future.

    Raises:
        Invalid: the made-up purchase cannot be read.
    """
    with organization_scope(organization_id):
        members = members_by_id(organization_id=organization_id, member_ids=list(member_ids[:MEMBERS_MAX]))
        bought = {
            member_id: [
                each
                for each in activities_by_time(organization_id=organization_id, member_id=member_id, limit=30)
                if _is_purchase(each)
            ]
            for member_id in members
        }
    states = queries.load_many(organization_id=organization_id, wanted=dict.fromkeys(members, ()))
    queries.add_traits(states, organization_id=organization_id, wanted=_traits_of(organization_id, draft, now))
    tried = []
    for member_id in member_ids:
        if member_id not in states:
            continue
        state = states[member_id]
        compared = []
        if made_up is not None:
            activity = draft.read_activity(made_up, id=new_id(), now=now)
            compared.append(_compare(organization_id, state, activity, draft, now))
        for each in bought[member_id][:PURCHASES_MAX]:
            again = _made_again(each, draft, now)
            compared.append(_compare(organization_id, state, again, draft, now, repeats=each.occurred_at))
        tried.append(Tried(members[member_id], state.standing.level, tuple(compared)))
    return tried


def impact_of(*, organization_id: UUID, draft: CompiledProgram, now: datetime) -> Impact:
    """Return what the latest purchases of the organization, made again, bring now and would bring in all."""
    with organization_scope(organization_id):
        found = [each for each in latest_activities(organization_id=organization_id, limit=LOOKED_AT) if _is_purchase(each)]
    found = found[:SAMPLE_MAX]
    states = queries.load_many(organization_id=organization_id, wanted={each.member_id: () for each in found})
    queries.add_traits(states, organization_id=organization_id, wanted=_traits_of(organization_id, draft, now))
    impact = Impact(members=len(states))
    for each in found:
        if each.member_id in states:
            again = _made_again(each, draft, now)
            _count(impact, _compare(organization_id, states[each.member_id], again, draft, now))
    return impact


def _traits_of(organization_id: UUID, draft: CompiledProgram, now: datetime) -> frozenset[str]:
    """Return what traits the draft or the program in force asks for."""
    try:
        return draft.traits | version_at(organization_id=organization_id, at=now).traits
    except NoProgram:
        return draft.traits


def _count(impact: Impact, compared: Compared) -> None:
    impact.purchases += 1
    impact.amount_minor += compared.activity.amount or 0
    sums = []
    for answer, total in ((compared.now, impact.now), (compared.then, impact.then)):
        earned: dict[str, int] = dict(answer.outcome.get("earned") or {}) if answer else {}
        for unit, points in earned.items():
            total[unit] = total.get(unit, 0) + points
        sums.append(sum(earned.values()))
    if sums[1] > sums[0]:
        impact.more += 1
    elif sums[1] < sums[0]:
        impact.less += 1
    else:
        impact.same += 1


def _compare(
    organization_id: UUID,
    state: MemberState,
    activity: Activity,
    draft: CompiledProgram,
    now: datetime,
    *,
    repeats: datetime | None = None,
) -> Compared:
    at = max(activity.at, now)
    try:
        in_force = version_at(organization_id=organization_id, at=at)
    except NoProgram:
        return Compared(activity, None, _answer(state, activity, draft, at), repeats)
    return Compared(activity, _answer(state, activity, in_force, at), _answer(state, activity, draft, at), repeats)


def _answer(state: MemberState, activity: Activity, program: CompiledProgram, at: datetime) -> Answer:
    """Return what a program answers; budgets that members share count as untouched."""
    try:
        step = advance(replace(state, budgets=dict(program.budgets)), activity, program=program, now=at)
    except Refusal as refusal:
        return Answer(refusal=refusal)
    return Answer(step.outcome, codec.verdict_values(step.verdicts))


def _made_again(recorded: Recorded, program: CompiledProgram, now: datetime) -> Activity:
    """Return a purchase as it would be made again: on the next same day of the week, at the same time."""
    then, today = recorded.occurred_at.astimezone(program.zone), now.astimezone(program.zone)
    at = today.replace(hour=then.hour, minute=then.minute, second=0, microsecond=0)
    at += timedelta(days=(then.weekday() - at.weekday()) % 7)
    if at <= today:
        at += timedelta(days=7)
    return replace(told_again(recorded, program), at=at.astimezone(now.tzinfo), ref="", of="")


def _is_purchase(recorded: Recorded) -> bool:
    return recorded.kind == PURCHASE and recorded.state == Recorded.State.BOOKED
