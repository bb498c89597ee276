"""Record what members did, as a till, a shop or another program reports it with an API key."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.flows.forgotten import demand_not_forgotten
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.loyalty.engine import recording
from phakdi.loyalty.engine.batches import record_many
from phakdi.loyalty.engine.combining import record_together
from phakdi.loyalty.engine.recording import Receipt
from phakdi.loyalty.programs.kinds import CAUSED_KINDS, STAFF_KINDS
from phakdi.people.members import facts, operations
from phakdi.people.members.core import IdentityKey, read_identity
from phakdi.people.members.queries import UnknownMember, find_by_identity, find_by_number, ids_told
from phakdi.platform.audit.core import Actor
from phakdi.platform.audit.operations import write_entry
from phakdi.platform.keys.core import Principal, Scope, StoreOutOfReach
from phakdi.platform.keys.operations import KeyReused
from phakdi.platform.outbox.operations import publish

__all__ = ["MemberName", "Receipt", "Reported", "record_batch_by_key", "record_by_key", "rehearse_by_key"]

RESERVED = "phakdi"  # origins that begin so are our own


@dataclass(frozen=True, slots=True)
class MemberName:
    """How a report names its member: by id, by number, or by an identity (kind and value)."""

    id: UUID | None = None
    number: str = ""
    identity: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """One activity as it was sent, and its member. ``key`` stands for its reference where it has none."""

    member: MemberName
    activity: Mapping[str, Any]
    key: str = ""


def record_by_key(*, principal: Principal, reported: Reported, now: datetime) -> Receipt:
    """Record one activity and everything the program causes by it, and return what the till is told.

    A member named by an identity that nobody has becomes a shadow, whose points are theirs once they enroll (R16). Safe
    to repeat where the activity has a ``ref`` or the call a key.

    Raises:
        ScopeMissing, StoreOutOfReach: the key may not report this.
        Invalid, NotFound, Conflict, Rejected, Unavailable: as for any activity.
    """
    raw = _as_recorded(principal, reported)
    context = _context(principal, now)
    report = recording.read(raw, context)
    member_id = _find(principal.organization_id, reported.member, now, _named(principal.organization_id, [reported.member]))
    try:
        receipt = record_together(member_id=member_id, report=report, context=context)
    except recording.ReceiptConflict as conflict:
        if raw["ref"] == reported.activity.get("ref"):
            raise
        raise KeyReused("This key came before with other content.", key=reported.key) from conflict
    if raw["kind"] in STAFF_KINDS and not receipt.is_replay:
        _audit(principal, receipt, raw, now)
    return receipt


def record_batch_by_key(*, principal: Principal, reported: Sequence[Reported], now: datetime) -> list[Receipt | Refusal]:
    """Record up to 1,000 activities and return a receipt or a refusal for each, in their order.

    A member's activities take effect in the order given; a refused one changes nothing and stops no other.

    Raises:
        Invalid: more than 1,000 activities.
    """
    answers: dict[int, Receipt | Refusal] = {}
    readable: list[tuple[int, UUID, recording.Report, dict[str, Any]]] = []
    known = _named(principal.organization_id, [item.member for item in reported])
    context = _context(principal, now)
    for position, item in enumerate(reported):
        try:
            raw = _as_recorded(principal, item)
            report = recording.read(raw, context)
            readable.append((position, _find(principal.organization_id, item.member, now, known), report, raw))
        except Refusal as refusal:
            answers[position] = refusal
    recorded = record_many(items=[(member_id, report) for _, member_id, report, _ in readable], context=context)
    for (position, _, _, raw), answer in zip(readable, recorded, strict=True):
        answers[position] = answer
        if raw["kind"] in STAFF_KINDS and isinstance(answer, Receipt) and not answer.is_replay:
            _audit(principal, answer, raw, now)
    return [answers[position] for position in range(len(reported))]


def rehearse_by_key(*, principal: Principal, reported: Reported, now: datetime) -> Receipt:
    """Return what `record_by_key` would answer at ``now``, which may lie in the future, and write nothing.

    Raises:
        UnknownMember: nobody has the identity; recording would keep a shadow.
        ScopeMissing, StoreOutOfReach, Invalid, NotFound, Conflict, Rejected: as recording it would.
    """
    raw = _as_recorded(principal, reported)
    context = _context(principal, now)
    report = recording.read(raw, context)
    member_id = _find_known(principal.organization_id, reported.member)
    return recording.rehearse(member_id=member_id, report=report, context=context)


def _as_recorded(principal: Principal, reported: Reported) -> dict[str, Any]:
    """Return the report with its store and reference filled in, or raise what stands against this key's reporting it."""
    raw = dict(reported.activity)
    kind = raw.get("kind")
    if not isinstance(kind, str):
        raise Invalid("Say what kind of activity it is.", code="kind_missing", field="kind")
    if kind in CAUSED_KINDS:
        raise Invalid("This kind of activity is not reported.", code="kind_unknown", field="kind", kind=kind)
    if kind in STAFF_KINDS:
        principal.require(Scope.POINTS_ADJUST)
    if isinstance(origin := raw.get("origin"), str) and origin.strip().lower().startswith(RESERVED):
        raise Invalid("This origin is our own.", code="origin_reserved", field="origin")
    if principal.stores:
        _bind_to_store(principal, raw)
    if reported.key and raw.get("ref") in (None, ""):
        raw["ref"] = _ref_of(principal, reported.key)
    return raw


def _bind_to_store(principal: Principal, raw: dict[str, Any]) -> None:
    if raw.get("store") in (None, ""):
        if len(principal.stores) > 1:
            raise StoreOutOfReach("Name the store.", code="store_needed", stores=list(principal.stores))
        raw["store"] = principal.stores[0]
    principal.require_store(str(raw["store"]))


def _ref_of(principal: Principal, key: str) -> str:
    """Return the reference of a call that is told from others by its key alone."""
    return "key:" + hashlib.sha256(f"{principal.key_id}\x1f{key}".encode()).hexdigest()[:40]


def _context(principal: Principal, now: datetime) -> recording.Context:
    """Return what all reports of a key share; in which store each happened stands in the activity."""
    actor = Actor("api_key", str(principal.key_id))
    return recording.Context(principal.organization_id, now, actor=recording.actor_values(actor))


def _named(organization_id: UUID, names: Sequence[MemberName]) -> dict[MemberName, UUID]:
    """Return those of ``names`` that are identities somebody has, and who that is; one call at most."""
    keys: dict[MemberName, IdentityKey] = {}
    for name in names:
        if name.identity is not None and name not in keys:
            with suppress(Invalid):  # refused where its own report is read
                keys[name] = read_identity(*name.identity)
    if not keys:
        return {}
    found = ids_told(organization_id=organization_id, keys=list(keys.values()))
    return {name: member_id for name, member_id in zip(keys, found, strict=True) if member_id is not None}


def _find(organization_id: UUID, name: MemberName, now: datetime, known: dict[MemberName, UUID]) -> UUID:
    """Return whom the report names, keeping a shadow for an identity that nobody has."""
    if name.id is not None:
        return name.id
    if name.identity is None:
        return _find_known(organization_id, name)
    if name not in known:
        key = read_identity(*name.identity)
        with organization_scope(organization_id):
            demand_not_forgotten(organization_id=organization_id, keys=[key])
            found = operations.find_or_create_shadow(organization_id=organization_id, key=key, now=now, source="api")
            if found.is_new:
                data = {"kind": key.kind}
                publish(organization_id=organization_id, topic=facts.SHADOWED, member_id=found.member.id, data=data, at=now)
        known[name] = found.member.id
    return known[name]


def _find_known(organization_id: UUID, name: MemberName) -> UUID:
    """Return whom the report names, or raise UnknownMember."""
    if name.id is not None:
        return name.id
    with organization_scope(organization_id):
        if name.identity is not None:
            found = find_by_identity(organization_id=organization_id, kind=name.identity[0], value=name.identity[1])
        else:
            found = find_by_number(organization_id=organization_id, number=name.number)
    if found is None:
        raise UnknownMember("There is no such member.")
    return found.id


def _audit(principal: Principal, receipt: Receipt, raw: Mapping[str, Any], now: datetime) -> None:
    """Note what was decided for a member by hand, so to speak."""
    with organization_scope(principal.organization_id):
        write_entry(
            organization_id=principal.organization_id,
            action=f"activity.{raw['kind']}",
            actor_kind="api_key",
            actor_id=str(principal.key_id),
            subject_kind="member",
            subject_id=str(receipt.member_id),
            data={"activity_id": str(receipt.activity_id)},
            at=now,
        )
