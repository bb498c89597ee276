"""Which rewards a member could take this moment, what each would cost them, and what stands against the others."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from phakdi.kit.errors import Rejected
from phakdi.kit.ids import new_id
from phakdi.loyalty.engine.core import advance
from phakdi.loyalty.engine.core.state import MemberState
from phakdi.loyalty.engine.queries import add_traits, load
from phakdi.loyalty.programs.activity import Activity
from phakdi.loyalty.programs.compiled import CompiledProgram, RunningReward
from phakdi.loyalty.programs.queries import version_at

REWARDS_MAX = 100
LASTING = frozenset({"reward_ended", "reward_not_started"})  # not worth showing


@dataclass(frozen=True, slots=True)
class MemberOffer:
    """A reward as a member sees it.

    ``points`` of ``unit`` is what it costs them, None where it depends on the purchase; ``money_minor`` comes on top.
    ``refusal`` says why it cannot be taken now, None where it can. ``is_own``: members take it by themselves, because it
    gives a voucher or points; anything else is handed over by the shop.
    """

    key: str
    unit: str
    points: int | None
    money_minor: int
    is_own: bool
    refusal: Rejected | None

    @property
    def is_open(self) -> bool:
        """Whether nothing stands against it."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class MemberOffers:
    """The offers to a member, what can be taken first and then the cheapest, and the program and state behind them."""

    offers: tuple[MemberOffer, ...]
    program: CompiledProgram
    state: MemberState


def member_offers(*, organization_id: UUID, member_id: UUID, now: datetime) -> MemberOffers:
    """Return every reward that is offered now, tried on the member; two reads, nothing is written.

    Raises:
        UnknownMember, NoProgram: no such member, or the organization has no program yet.
    """
    program = version_at(organization_id=organization_id, at=now)
    loaded = load(organization_id=organization_id, member_id=member_id, refs=(), receipt=None, budgets=program.budgets)
    assert loaded.state is not None, "without a receipt there is no first answer"
    add_traits({member_id: loaded.state}, organization_id=organization_id, wanted=program.traits)
    tried = (_tried(loaded.state, program, reward, now) for reward in list(program.rewards.values())[:REWARDS_MAX])
    found = [offer for offer in tried if offer is not None]
    found.sort(key=lambda offer: (not offer.is_open, offer.points is None, offer.points or 0, offer.key))
    return MemberOffers(tuple(found), program, loaded.state)


def _tried(state: MemberState, program: CompiledProgram, reward: RunningReward, now: datetime) -> MemberOffer | None:
    definition = reward.definition
    if definition.milestone is not None or not reward.costs:
        return None
    is_own = bool(definition.voucher or definition.give_points is not None or definition.level)
    unit, plain, money = _plain_cost(program, reward)
    activity = Activity(new_id(), "redeem", now, fields={"reward": reward.key})
    try:
        step = advance(state, activity, program=program, now=now)
    except Rejected as refusal:
        if refusal.code in LASTING:
            return None
        return MemberOffer(reward.key, unit, plain, money, is_own, refusal)
    taken = dict(step.outcome.get("redeemed") or {})
    unit = next(iter(taken), unit)
    return MemberOffer(reward.key, unit, taken.get(unit, plain), int(step.outcome.get("pay") or 0), is_own, None)


def _plain_cost(program: CompiledProgram, reward: RunningReward) -> tuple[str, int | None, int]:
    """Return the first price as it is written, as far as it is a plain number."""
    cost, running = reward.definition.cost[0], reward.costs[0]
    scale = program.units[running.unit].scale
    points = None if isinstance(cost.points, str) else _whole(cost.points, scale)
    return running.unit, points, _whole(cost.money, 100) or 0


def _whole(quantity: object, scale: int) -> int | None:
    try:
        return int(quantity * scale)  # type: ignore[operator]  # what is no number depends on something
    except TypeError:
        return None
