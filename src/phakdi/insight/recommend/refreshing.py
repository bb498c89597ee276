"""One making of lists: a step of the refresh."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np

from phakdi.insight.recommend import making
from phakdi.insight.recommend.core.runs import Counted, Run
from phakdi.insight.recommend.making import Fitted, Listed
from phakdi.insight.recommend.operations import keep_run, write_lists
from phakdi.insight.recommend.queries import never_shown
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.ids import new_id

TOP, NEAR = 20, 5


def step(organization_id: UUID, warehouse: Warehouse, now: datetime) -> None:
    """Fit, judge, and write both lists of every member as traits, some members in a transaction; safe to repeat and to stop.

    Does nothing where no bill names a product. Members who bought nothing with a code keep no lists.
    """
    with organization_scope(organization_id):
        never = never_shown(organization_id=organization_id)
    today = warehouse.as_of.astimezone(ZoneInfo(warehouse.time_zone)).date()
    fitted = making.fit(warehouse, never=never, today=today)
    if fitted is None:
        return
    run_id, counts = new_id(), _Counts(fitted)
    for listed in making.list_everybody(warehouse, fitted):
        counts.add(listed)
        with organization_scope(organization_id):
            write_lists(organization_id=organization_id, run_id=run_id, listed=listed, names=counts.names, now=now)
    run = Run(fitted.until, len(counts.names), fitted.shelf.on_sale, fitted.judged, counts.counted())
    with organization_scope(organization_id):
        keep_run(organization_id=organization_id, run_id=run_id, run=run, now=now)


class _Counts:
    """Counts lists while they pass on their way to members."""

    def __init__(self, fitted: Fitted) -> None:
        self.fitted = fitted
        self.names: list[str] = fitted.shelf.products.to_pylist()
        self.members, self.having = 0, np.zeros(2, dtype=np.int64)
        self.shown = np.zeros((2, len(self.names)), dtype=np.int64)

    def add(self, listed: Listed) -> None:
        """Count the lists of some members."""
        self.members += len(listed.member_ids)
        for side, lists in enumerate((listed.again, listed.new)):
            self.having[side] += int((lists[:, 0] >= 0).sum())
            self.shown[side] += np.bincount(lists[lists >= 0], minlength=len(self.names))

    def counted(self) -> Counted:
        """Return what was counted, and what goes with the products that sell most now."""
        recent = self.fitted.shelf.demand.recent
        sold = [at for at in np.argsort(-recent, kind="stable")[:TOP].tolist() if recent[at] > 0]
        together = {
            self.names[product]: [self.names[other] for other, _ in self.fitted.near.near(product)[:NEAR]] for product in sold
        }
        again, new = (
            [(self.names[at], int(many[at])) for at in np.argsort(-many, kind="stable")[:TOP].tolist() if many[at]]
            for many in self.shown
        )
        return Counted(self.members, int(self.having[0]), int(self.having[1]), again, new, together)
