"""What-ifs that were asked for in a browser, worked out in the background."""

from datetime import datetime
from uuid import UUID

from phakdi.flows.backtest_program import REQUESTED, work
from phakdi.platform.outbox.core import Consumer, Fact


def _backtest(fact: Fact, now: datetime) -> None:
    work(organization_id=fact.organization_id, backtest_id=UUID(fact.data["backtest"]), now=now)


BACKTEST = Consumer("backtest", frozenset({REQUESTED}), _backtest)
