"""Ends of points that are counted anew: what a member does keeps them alive, and a change of level dates them again (R28)."""

from collections.abc import Iterable
from datetime import datetime

from phakdi.loyalty.engine.core import expiry, moves
from phakdi.loyalty.engine.core.state import Lot
from phakdi.loyalty.engine.core.work import Work

_DONE = {"EARN": "earn", "SPEND": "spend"}


def after_activity(work: Work, kind: str, *, is_own: bool) -> None:
    """Push the end of what this activity keeps alive; never to an earlier day.

    Beside kinds of activities, policies may name ``any`` (which the engine's own kinds are not), ``earn`` and ``spend``.
    """
    names = frozenset({kind, *(_DONE[entry.kind] for entry in work.entries if entry.kind in _DONE)})
    names |= frozenset() if is_own else {"any"}
    for lot, end in _counted_anew(work, names, work.at):
        if lot.expires_at is not None and (end is None or end > lot.expires_at):
            work.lot(lot.id).expires_at = end


def after_level(work: Work, kind: str, at: datetime) -> None:
    """Give what is there the end of the level held from ``at`` on, where policies name ``level_up`` or ``level_down``."""
    for lot, end in _counted_anew(work, frozenset({kind}), at):
        if end != lot.expires_at and (end is None or end > at):
            work.lot(lot.id).expires_at = end


def _counted_anew(work: Work, names: frozenset[str], at: datetime) -> Iterable[tuple[Lot, datetime | None]]:
    """Yield the lots of which a policy is extended by one of ``names``, with their ends as of ``at``."""
    if names.isdisjoint(work.prepared.extends):
        return
    for lot in [lot for lot in work.state.lots.values() if lot.remaining > 0]:
        policies = moves.policies_of(work, lot)
        if any(names.intersection(policy.extended_by) for policy in policies):
            yield lot, expiry.end_of(
                work, policies, starts_at=lot.available_at or lot.earned_at, earned_at=lot.earned_at, unit=moves.first_of(lot),
                is_bonus=lot.is_bonus, extended_at=at, extended_by=names,
            )  # fmt: skip
