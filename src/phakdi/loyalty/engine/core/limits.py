"""At most so much per window: what is over is cut off (``truncate``) or refused (``reject``) (R11); budgets are shared (R84)."""

from collections.abc import Iterable
from typing import Any

from phakdi.kit.errors import Rejected
from phakdi.loyalty.engine.core import meters
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import RunningLimit

OF_ORDER = "order"


class LimitReached(Rejected):
    """A limit refuses the whole; ``details`` name it, its maximum, what was used of it and what was wanted."""

    code = "limit_reached"


def applying(work: Work, limits: Iterable[RunningLimit], of: str) -> list[RunningLimit]:
    """Return the limits that count ``of`` and whose condition holds."""
    return [limit for limit in limits if limit.of == of and (limit.when is None or limit.when(work))]


def left(work: Work, limit: RunningLimit) -> int:
    """Return how much of a limit is left now."""
    key = key_of(work, limit)
    if limit.shared:
        return max(work.state.budgets.get(limit.key, work.program.budgets.get(limit.key, 0)), 0)
    maximum = work.quantity(limit.maximum)
    used = work.counts.get(key, 0) if limit.window.kind == OF_ORDER else meters.read(work, key, limit.window)
    return max(maximum - used, 0)


def room(work: Work, limits: Iterable[RunningLimit], of: str, wanted: int) -> tuple[int, RunningLimit | None]:
    """Return how much of ``wanted`` (points, uses, quantity, amount or value) may be had, and the limit that cuts it, if any.

    Raises:
        LimitReached: a limit that refuses the whole has less left than ``wanted``.
    """
    allowed, cut_by = wanted, None
    for limit in applying(work, limits, of):
        there = left(work, limit)
        if there >= allowed:
            continue
        if limit.rejects:
            raise LimitReached(
                "This limit is reached.", limit=limit.key, wanted=wanted, left=there, of=limit.of, per=limit.window.kind
            )
        allowed, cut_by = there, limit
    return allowed, cut_by


def demand(work: Work, limits: Iterable[RunningLimit], of: str, wanted: int) -> None:
    """Refuse where any limit, rejecting or not, has less left than ``wanted``: for what cannot be cut.

    Raises:
        LimitReached
    """
    for limit in applying(work, limits, of):
        if (there := left(work, limit)) < wanted:
            raise LimitReached(
                "This limit is reached.", limit=limit.key, wanted=wanted, left=there, of=limit.of, per=limit.window.kind
            )


def count(work: Work, limits: Iterable[RunningLimit], **quantities: int) -> list[list[Any]]:
    """Book what was used of each limit: ``count(work, limits, points=5, uses=1, amount=…, value=…, quantity=…)``.

    Returns what an order's document keeps so that `step_back` can undo it: ``[limit, bucket, quantity]``.
    """
    kept: list[list[Any]] = []
    for limit in limits:
        used = quantities.get(limit.of, 0)
        if not used or (limit.when is not None and not limit.when(work)):
            continue
        key = key_of(work, limit)
        if limit.shared:
            take_budget(work, limit.key, used)
            kept.append([limit.key, "", used])
        elif limit.window.kind == OF_ORDER:
            work.counts[key] = work.counts.get(key, 0) + used
        else:
            kept += [[key, bucket, used] for bucket in meters.book(work, key, limit.window.letter, used)]
    return kept


def key_of(work: Work, limit: RunningLimit) -> str:
    """Return the name under which a limit is counted: one for each value where it is counted by a field."""
    return limit.key if limit.by is None else f"{limit.key}={limit.by(work)}"


def take_budget(work: Work, key: str, amount: int) -> None:
    """Take ``amount`` from a shared budget; below zero gives back."""
    before = work.state.budgets.get(key, work.program.budgets.get(key, 0))
    work.state.budgets[key] = before - amount
    work.budget_takes[key] = work.budget_takes.get(key, 0) + amount


def step_back(work: Work, key: str, bucket: str, quantity: int) -> None:
    """Undo what `count` booked, in whole or in part (R14)."""
    if bucket:
        meters.step_back(work, key, bucket, quantity)
    elif key in work.program.budgets:
        take_budget(work, key, -quantity)
