"""What members are worth from now on: expected purchases times their value, discounted."""

import numpy as np

from phakdi.insight.lifetime.core.dropout import Dropout
from phakdi.insight.lifetime.core.histories import Histories, Numbers


def lifetime_value(
    model: Dropout, seen: Histories, value: Numbers, *, periods: int = 12, length: float, rate: float = 0.01, margin: float = 1.0
) -> Numbers:
    """Return the discounted margin of each member's next ``periods`` periods of ``length``: K31 of the KPI definitions.

    ``value`` is what a purchase is expected to bring, ``rate`` the discount of one period, ``margin`` the share of value that is kept.
    """
    found, before = np.zeros_like(seen.x), np.zeros_like(seen.x)
    for period in range(1, periods + 1):
        so_far = model.expected(seen, period * length)
        found += (so_far - before) / (1 + rate) ** period
        before = so_far
    return np.asarray(found * value * margin)
