"""One part of a backtest: some members replayed, their sums, and a row for each; what runs in every process and on Spark."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from phakdi.insight.backtest.core.history import History
from phakdi.insight.backtest.core.planning import NOW, Plan
from phakdi.insight.backtest.core.replaying import Outcome, replay
from phakdi.insight.backtest.core.tallying import Sums, add


@dataclass(slots=True)
class MemberRow:
    """What one member would have had. ``differences`` are benefits less those of the program in force, by draft."""

    member_id: UUID
    differences: dict[str, int]
    doc: dict[str, Any]


@dataclass(slots=True)
class Part:
    """What came of some members."""

    sums: Sums = field(default_factory=dict)
    members: list[MemberRow] = field(default_factory=list)

    def dump(self) -> bytes:
        """Return the part as bytes."""
        return orjson.dumps([self.sums, [[each.member_id, each.differences, each.doc] for each in self.members]])


def read_part(content: bytes) -> Part:
    """Return the part in ``content``, as `Part.dump` wrote it."""
    sums, members = orjson.loads(content)
    return Part(sums, [MemberRow(UUID(member_id), differences, doc) for member_id, differences, doc in members])


def replay_part(histories: Iterable[History], plan: Plan) -> Part:
    """Return what the sides of the plan bring the members with these histories."""
    part, months = Part(), plan.months
    for told in histories:
        outcome = replay(told, plan, months)
        if outcome is not None:
            _put(part, outcome, plan)
    return part


def _put(part: Part, outcome: Outcome, plan: Plan) -> None:
    add(part.sums, outcome.sums)
    present = outcome.rows.get(NOW)
    differences = {
        side.key: outcome.rows[side.key]["benefit_minor"] - (present["benefit_minor"] if present else 0) for side in plan.drafts
    }
    for key, difference in differences.items():
        name = "more" if difference > 0 else "less" if difference < 0 else "same"
        add(part.sums[key], {"compared": {name: 1, f"{name}_minor": abs(difference)}})
    doc = {"purchases": outcome.purchases, "sales_minor": outcome.sales_minor, **outcome.rows}
    part.members.append(MemberRow(outcome.member_id, differences, doc))
