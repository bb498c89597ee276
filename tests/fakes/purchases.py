"""Purchases as members of a shop might make them: at rates of their own, until each drops out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from phakdi.insight.warehouse.reading import Warehouse


def buying_members(known: Sequence[UUID], *, count: int, as_of: datetime, seed: int = 11) -> Warehouse:
    """Return a warehouse of ``count`` members who buy and drop out; the first of them are ``known``, all of whom came again."""
    dice = np.random.default_rng(seed)
    members, purchases = [], []
    today = as_of.astimezone(UTC).date()
    for n in range(count):
        began = int(dice.integers(150, 420))
        rate, leaving, value = dice.gamma(1.2, 1 / 30), dice.beta(1, 4), dice.gamma(6) * 15_000 / dice.gamma(4)
        at, days = 0.0, [0]
        while dice.random() > leaving or (n < len(known) and len(days) < 3 + n):
            at += dice.exponential(1 / max(rate, 0.02 if n < len(known) else 0.0))
            if at >= began:
                break
            days.append(int(at))
        who = known[n] if n < len(known) else UUID(int=(7 << 76) | (1 << 63) | n)
        members.append({"member_key": n, "member_id": str(who), "is_enrolled": True})
        purchases += [(n, today - timedelta(days=began - day), int(value * dice.gamma(5) / 5) + 100) for day in sorted(set(days))]
    rows = [{"purchase_key": at, "member_key": n, "day": day, "net_minor": net} for at, (n, day, net) in enumerate(purchases)]
    return Warehouse.of_rows({"member": members, "purchase": rows}, as_of=as_of)
