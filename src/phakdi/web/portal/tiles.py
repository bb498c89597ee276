"""Rewards as the card shows them: how near each is."""

from dataclasses import dataclass
from decimal import Decimal

from phakdi.loyalty.engine.snapshots import Snapshot
from phakdi.loyalty.wording import Reader


@dataclass(frozen=True, slots=True)
class RewardTile:
    """A reward with a plain price: what it costs and how much of that is there, in percent."""

    key: str
    name: str
    points: int
    unit: str
    percent: int

    @property
    def is_within_reach(self) -> bool:
        """Whether there are points enough."""
        return self.percent >= 100  # noqa: PLR2004 - a whole


def cheapest_rewards(snapshot: Snapshot, reader: Reader, *, most: int) -> list[RewardTile]:
    """Return the rewards that are nearest: what can be had first, dearest first; then what is missing least.

    Whether conditions or limits stand against one is seen on its own page.
    """
    found = []
    for key, running in snapshot.program.rewards.items():
        if not running.costs or running.definition.milestone is not None:
            continue
        cost, written = running.costs[0], running.definition.cost[0].points
        if not isinstance(written, Decimal) or written <= 0:
            continue
        points = int(written * snapshot.program.units[cost.unit].scale)
        wallet = snapshot.state.wallets.get(cost.unit)
        have = wallet.active if wallet else 0
        percent = min(have * 100 // points, 100)
        found.append(RewardTile(key, reader.called(key), points, reader.called(cost.unit), percent))
    found.sort(key=lambda each: (not each.is_within_reach, -each.percent, -each.points if each.is_within_reach else each.points))
    return found[:most]
