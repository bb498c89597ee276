"""The heart: one pure transition function for everything that happens to a member's points, vouchers and levels."""

from phakdi.loyalty.engine.core.price import price
from phakdi.loyalty.engine.core.standing import Ask, StandingView, standing_of
from phakdi.loyalty.engine.core.step import advance, advance_time

__all__ = ["Ask", "StandingView", "advance", "advance_time", "price", "standing_of"]
