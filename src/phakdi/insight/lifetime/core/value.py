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
    return np.asarray(model.discounted(seen, periods=periods, length=length, rate=rate) * value * margin)
