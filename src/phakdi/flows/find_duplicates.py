"""Find members who may be one person: those who are new or changed, a few at a time, each compared with who shares a block."""

import random
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from phakdi.flows.comparing import pair_of, person_of
from phakdi.flows.organization_trail import note
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.engine.recording import Actor
from phakdi.people.duplicates import operations, queries
from phakdi.people.duplicates.core import (
    Person,
    block_keys,
    compare,
    estimate,
)
from phakdi.people.members.core.status import FORGOTTEN
from phakdi.people.members.queries import counting, identities_of_many, members_by_id
from phakdi.people.members.queries.changes import members_written

MEMBERS_A_SLICE = 200
PEOPLE_AT_ONCE = 1000
ESTIMATED_FROM = 500
"""Fewer members say too little; the defaults serve them."""
ESTIMATE_AGAIN = timedelta(days=30)
RANDOM_PAIRS, SAMPLED = 10_000, 2_000
COMPARED = frozenset({"ACTIVE", "FROZEN", "SHADOW"})


def find_duplicates(*, organization_id: UUID, now: datetime, limit: int) -> bool:
    """Compare up to ``limit`` members who are new or changed, and return whether all are up to date. Safe to repeat.

    Once there are enough members the weights are estimated from them, and again every month.
    """
    members = 0
    for _ in range(max(limit // MEMBERS_A_SLICE, 1)):
        with organization_scope(organization_id):
            place = queries.read_to(organization_id=organization_id)
            written = members_written(organization_id=organization_id, after=place, limit=MEMBERS_A_SLICE)
            if not written:
                break
            members = members or counting.how_many(organization_id=organization_id)
            _look_at(organization_id, [item.member_id for item in written], members, now)
            operations.note_read(organization_id=organization_id, place=written[-1].place, members=members, now=now)
        if len(written) < MEMBERS_A_SLICE:
            break
    else:
        return False
    with organization_scope(organization_id):
        _estimate(organization_id, now)
    return True


def read_all_again(*, organization_id: UUID, now: datetime, actor: Actor) -> None:
    """Have all members compared again in the background, with the weights as they are by now."""
    with organization_scope(organization_id):
        operations.read_again(organization_id=organization_id)
        subject = ("organization", str(organization_id))
        note(organization_id=organization_id, action="duplicates.read_again", subject=subject, now=now, actor=actor)


def decide_pair(*, organization_id: UUID, member_ids: tuple[UUID, UUID], state: str, now: datetime, actor: Actor) -> None:
    """Note that two members are DIFFERENT people (they are not proposed again until one of them changes), or to look LATER.

    Raises:
        UnknownPair: these two were not found to be alike.
    """
    who = {"kind": actor.kind, "id": actor.id, "store": actor.store}
    with organization_scope(organization_id):
        operations.decide(organization_id=organization_id, member_ids=member_ids, state=state, now=now, actor=who)
        data = {"other": str(max(member_ids)), "state": state}
        subject = ("member", str(min(member_ids)))
        note(organization_id=organization_id, action="duplicates.decided", subject=subject, now=now, actor=actor, data=data)


def _look_at(organization_id: UUID, member_ids: Sequence[UUID], members: int, now: datetime) -> None:
    """Index these members and compare each with who shares a block."""
    people = _people(organization_id, member_ids)
    keys = {member_id: block_keys(people[member_id]) if member_id in people else () for member_id in member_ids}
    operations.keep_keys(organization_id=organization_id, keys=keys)
    pairs = queries.sharing(organization_id=organization_id, member_ids=[*people])
    people |= _people(organization_id, {each for pair in pairs for each in pair} - people.keys())
    model, prior = queries.model_of(organization_id=organization_id, members=members)
    found = [pair_of(pair, people, model, prior) for pair in sorted(pairs) if pair[0] in people and pair[1] in people]
    likely = [pair for pair in found if pair.strength]
    operations.keep_pairs(organization_id=organization_id, looked_at=member_ids, found=likely, now=now)


def _people(organization_id: UUID, member_ids: Collection[UUID]) -> dict[UUID, Person]:
    people: dict[UUID, Person] = {}
    wanted = sorted(member_ids)
    for start in range(0, len(wanted), PEOPLE_AT_ONCE):
        some = wanted[start : start + PEOPLE_AT_ONCE]
        identities = identities_of_many(organization_id=organization_id, member_ids=some)
        for member_id, member in members_by_id(organization_id=organization_id, member_ids=some).items():
            if member.status in COMPARED and member.status_reason != FORGOTTEN:
                people[member_id] = person_of(member, identities.get(member_id, ()))
    return people


def _estimate(organization_id: UUID, now: datetime) -> None:
    """Estimate the weights from pairs that share blocks and from pairs drawn at random, where it is time to."""
    scan = queries.scan_of(organization_id=organization_id)
    if scan is None or scan.members < ESTIMATED_FROM:
        return
    if scan.estimated_at is not None and now - scan.estimated_at < ESTIMATE_AGAIN and scan.members < 2 * scan.estimated_from:
        return
    draw = random.Random(organization_id.int)
    drawn = queries.sample(organization_id=organization_id, keys=[draw.randrange(-(2**63), 2**63) for _ in range(SAMPLED)])
    pairs = queries.sharing(organization_id=organization_id, member_ids=drawn)
    people = _people(organization_id, {*drawn, *(each for pair in pairs for each in pair)})
    everybody = sorted(people)
    if len(everybody) < ESTIMATED_FROM // 2:
        return
    levels = [_levels(people, pair) for pair in sorted(pairs) if pair[0] in people and pair[1] in people]
    others = [_levels(people, draw.sample(everybody, 2)) for _ in range(RANDOM_PAIRS)]
    model, prior = estimate(levels, others, all_pairs=len(drawn) * (scan.members - 1))
    operations.keep_model(organization_id=organization_id, model=model, prior=prior, members=scan.members, now=now)


def _levels(people: Mapping[UUID, Person], pair: Sequence[Any]) -> tuple[int, ...]:
    return tuple(each.level for each in compare(people[pair[0]], people[pair[1]]))
