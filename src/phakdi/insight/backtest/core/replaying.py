"""One member's history told again to ``advance``, under each of the programs that are compared.

What was before the time looked at leads up to it under the program in force; from its beginning each side goes its own way.
What the member paid with rights is repeated where they are there, and left out where not; the purchase itself was made in any
case. Budgets that members share count as untouched by others: what was taken of them is summed and judged afterwards.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from phakdi.insight.backtest.core import history
from phakdi.insight.backtest.core.history import CAUSED_BY_OTHERS, History, Row
from phakdi.insight.backtest.core.planning import Plan, Side
from phakdi.insight.backtest.core.tallying import Sums, Tally
from phakdi.kit.errors import Refusal
from phakdi.loyalty.engine.core import advance, advance_time
from phakdi.loyalty.engine.core.state import Activity, MemberState, Step
from phakdi.loyalty.programs.compiled import CompiledProgram

PURCHASE, REFUND = "purchase", "refund"
RIGHTS = (
    ("points", history.PAID_WITH_POINTS),
    ("vouchers", history.PAID_WITH_VOUCHERS),
    ("credit", history.PAID_WITH_CREDIT),
)
PAID_WITH_RIGHTS = frozenset().union(*(names for _, names in RIGHTS)) - {"choose", "tenders"}
USES = frozenset({"redeem", "hold", "confirm", "use_voucher", "transfer", "convert"})
UNKNOWN_RULE = "rule_unknown"
FAILED = "engine_failed"


@dataclass(slots=True)
class Outcome:
    """What the sides brought one member. ``rows`` has by side: level at the end, benefit in minor units, flows by unit."""

    member_id: UUID
    sums: Sums = field(default_factory=dict)  # by side, and what is the same for all
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    purchases: int = 0
    sales_minor: int = 0


def replay(told: History, plan: Plan, months: list[tuple[datetime, str]]) -> Outcome | None:
    """Return what each side of the plan brings the member; None where the history has nothing before the end.

    ``months`` are the plan's.
    """
    before = [row for row in told.rows if _moment(row) < plan.start]
    since = [row for row in told.rows if plan.start <= _moment(row) < plan.end]
    if not before and not since:
        return None
    state = MemberState(plan.organization_id, told.member_id, profile=told.profile())
    present = plan.present
    if present is not None and before:
        run = _Run(told, present, None, state)
        run.tell(before, plan.start)
        state = run.state
    outcome = Outcome(told.member_id)
    _count_sales(outcome, since, months)
    for side in plan.sides:
        tally = Tally(months)
        run = _Run(told, side, tally, state)
        run.tell(since, plan.end)
        outcome.sums[side.key] = tally.sums(state, run.state, side.least)
        outcome.rows[side.key] = _row(side, tally, run.state)
    return outcome


def _moment(row: Row) -> datetime:
    return row.moment or row.at


def _count_sales(outcome: Outcome, rows: list[Row], months: list[tuple[datetime, str]]) -> None:
    sums: Sums = {"members": 1, "months": {}, "kinds": {}, "used": 0}
    for row in rows:
        sums["kinds"][row.kind] = sums["kinds"].get(row.kind, 0) + 1
        if row.kind in USES or (row.data and not PAID_WITH_RIGHTS.isdisjoint(row.data.get("fields", ()))):
            sums["used"] += 1
        if row.kind in {PURCHASE, REFUND}:
            month = next(name for begins, name in reversed(months) if begins <= row.at or begins == months[0][0])
            found = sums["months"].setdefault(month, {"purchases": 0, "sales_minor": 0})
            if row.kind == PURCHASE:
                outcome.purchases += 1
                found["purchases"] += 1
            amount = _amount(row) * (1 if row.kind == PURCHASE else -1)
            outcome.sales_minor += amount
            found["sales_minor"] += amount
    outcome.sums["all"] = sums


def _amount(row: Row) -> int:
    if row.amount is not None:
        return row.amount
    return sum(line["amount"] for line in row.data.get("lines", ()))


def _row(side: Side, tally: Tally, state: MemberState) -> dict[str, Any]:
    flows = tally.flows()
    benefit = tally.vouchers_minor
    for unit, flow in flows.items():
        if (cost := side.costs.get(unit)) is not None:
            benefit += (flow.get("issued", 0) - flow.get("reversed", 0)) * cost[0] // cost[1]
    held = {unit: wallet.active + wallet.pending + wallet.held for unit, wallet in state.wallets.items()}
    return {"level": state.standing.level, "benefit_minor": benefit, "units": flows, "held": held}


class _Run:
    """One side's way through a history."""

    def __init__(self, told: History, side: Side, tally: Tally | None, state: MemberState) -> None:
        self.told, self.side, self.tally, self.state = told, side, tally, state

    def tell(self, rows: list[Row], end: datetime) -> None:
        """Tell the rows in their order, and let time pass to just ``end``."""
        for row in rows:
            self._one(row)
        self._pass_time(end)

    def _one(self, row: Row) -> None:
        clock = self.state.clock
        moment = row.moment or (row.at if clock is None else max(row.at, clock))
        if clock is not None:
            self._change_versions(clock, moment)
        program = self.side.program_at(row.at)
        if row.origin == CAUSED_BY_OTHERS and not self._knows_rule(row, program):
            return
        activity = history.told_again(row, program)
        if self.told.vouchers and ("voucher" in activity.fields or "vouchers" in activity.fields):
            activity = history.with_named_vouchers(activity, self.state.vouchers, self.told.vouchers)
        step = self._advance(activity, program, moment)
        if step is not None:
            self._take(step)

    def _knows_rule(self, row: Row, program: CompiledProgram) -> bool:
        """Whether what another member's doing gave this one would be given: by a rule that the program still has."""
        rule = row.data.get("fields", {}).get("rule")
        if not rule or rule in program.rule_by_key:
            return True
        self._refuse(row.kind, UNKNOWN_RULE)
        return False

    def _advance(self, activity: Activity, program: CompiledProgram, moment: datetime) -> Step | None:
        refused = self._try(activity, program, moment)
        if isinstance(refused, Step):
            return refused
        if activity.kind != PURCHASE:
            points = activity.fields.get("points")
            self._refuse(activity.kind, refused, points=points if isinstance(points, int) else 0, minor=activity.amount or 0)
            return None
        for what, names in RIGHTS:
            used = names & activity.fields.keys()
            if not used:
                continue
            points, minor = _paid(activity, what)
            self._refuse(what, refused, points=points, minor=minor)
            activity = history.without(activity, names)
            refused = self._try(activity, program, moment)
            if isinstance(refused, Step):
                return refused
        self._refuse(activity.kind, refused, minor=activity.amount or 0)
        return None

    def _try(self, activity: Activity, program: CompiledProgram, moment: datetime) -> Step | str:
        """Return what the engine answers, or the code of why it does not."""
        state = self.state
        if program.budgets:
            state.budgets = dict(program.budgets)
        try:
            return advance(state, activity, program=program, now=moment)
        except Refusal as refusal:
            return refusal.code
        except (KeyError, AssertionError, ArithmeticError, TypeError, ValueError):  # a program that does not suit the history
            return FAILED

    def _pass_time(self, until: datetime) -> None:
        if self.state.clock is None:
            return
        self._change_versions(self.state.clock, until)
        self._time(until)

    def _change_versions(self, after: datetime, until: datetime) -> None:
        """Let the version that ends book what came true while it was in force."""
        if len(self.side.versions) > 1:
            for change in self.side.changes_between(after, until):
                self._time(change)

    def _time(self, until: datetime) -> None:
        clock = self.state.clock
        if clock is None or clock >= until:
            return
        program = self.side.program_at(clock)
        if program.budgets:
            self.state.budgets = dict(program.budgets)
        self._take(advance_time(self.state, program=program, now=until))

    def _take(self, step: Step) -> None:
        self.state = step.state
        if self.tally is not None:
            self.tally.take(step)

    def _refuse(self, what: str, code: str, *, points: int = 0, minor: int = 0) -> None:
        if self.tally is not None:
            self.tally.refuse(what, code, points=points, minor=minor)


def _paid(activity: Activity, what: str) -> tuple[int, int]:
    """Return the points and the money that one sort of rights paid of a purchase."""
    fields = activity.fields
    if what == "points":
        return int(fields.get("pay_points") or 0), int(fields.get("points_value") or 0)
    return 0, int(fields.get("voucher_discount") or 0) if what == "vouchers" else 0
