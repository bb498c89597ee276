"""Show what a draft, or two, would have brought with the organization's own history, against the program in force.

Nothing of the ledger is written. `ask` keeps a what-if for the worker, `work` runs it; `backtest` answers at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from phakdi.flows.organization_trail import note
from phakdi.insight.backtest import operations, queries, running
from phakdi.insight.backtest.core.findings import findings_of
from phakdi.insight.backtest.core.parts import MemberRow, Part
from phakdi.insight.backtest.core.planning import DRAFTS, NOW, Plan, Side
from phakdi.insight.backtest.core.reporting import report_of
from phakdi.insight.backtest.core.tallying import Sums, add
from phakdi.insight.backtest.models import Backtest
from phakdi.insight.kpis.queries import settings_of
from phakdi.insight.points.documents import MILLI, KeptPoints
from phakdi.insight.points.queries import accounts_of
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Conflict, Invalid, Refusal
from phakdi.kit.money import exponent
from phakdi.loyalty.programs import compile_program, load_program, periods
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.models import ProgramVersion
from phakdi.loyalty.programs.weighing import least_spend, unit_worth
from phakdi.platform.audit.core import Actor
from phakdi.platform.outbox.operations import publish

REQUESTED = "backtest.requested"  # data: {"backtest"}
DAYS_MAX = 366 * 5
Progress = Callable[[int, int], None]


class BacktestRuns(Conflict):
    """Another what-if of this organization is being worked out."""

    code = "backtest_runs"


@dataclass(frozen=True, slots=True)
class Draft:
    """A program that is not in force, as it is written."""

    name: str
    text: str

    @property
    def digest(self) -> str:
        """What makes it the same draft."""
        return blake2b(self.text.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which days, both included, and up to two drafts; ``costs`` says what one point costs in currency units, by unit."""

    drafts: Sequence[Draft]
    first_day: date
    last_day: date
    costs: Mapping[str, Decimal] = field(default_factory=dict)


# --- at once ------------------------------------------------------------------------------------------------------------------


def backtest(
    *,
    organization_id: UUID,
    wanted: Wanted,
    now: datetime,
    processes: int = 1,
    engine: str = "local",
    progress: Progress | None = None,
    on_members: Callable[[Sequence[MemberRow]], None] | None = None,
) -> dict[str, Any]:
    """Return the report; ``on_members`` is given what each member would have had, part by part, in no order.

    Raises:
        Invalid: a draft cannot be read, is in another currency, or the days are none.
    """
    plan = plan_of(organization_id=organization_id, wanted=wanted, now=now)
    sums: Sums = {}
    for part in _parts(plan, engine, processes, progress):
        add(sums, part.sums)
        if on_members:
            on_members(part.members)
    return report(plan, sums, wanted)


def _parts(plan: Plan, engine: str, processes: int, progress: Progress | None) -> Iterator[Part]:
    if engine == "spark":
        from phakdi.insight.backtest.spark import run_on_spark  # noqa: PLC0415 - an extra

        return run_on_spark(plan, progress=progress)
    return running.run_parts(plan, processes=processes, progress=progress)


def report(plan: Plan, sums: Sums, wanted: Wanted) -> dict[str, Any]:
    """Return the report with its warnings, and what it is about."""
    found = report_of(plan, sums)
    for side, told in zip(plan.sides, found["sides"], strict=True):
        warned = findings_of(plan, side, told, sums) if side.key != NOW else []
        told["findings"] = [{"code": each.code, "params": dict(each.params)} for each in warned]
    program = plan.sides[-1].program_at(plan.end)
    return {
        "first_day": wanted.first_day.isoformat(),
        "last_day": wanted.last_day.isoformat(),
        "currency": program.currency,
        "exponent": program.exponent,
        "drafts": [{"name": draft.name, "digest": draft.digest} for draft in wanted.drafts],
        **found,
    }


def plan_of(*, organization_id: UUID, wanted: Wanted, now: datetime) -> Plan:
    """Return what is to be run: the versions in force as they followed one another, and each draft, with what points cost."""
    if not 1 <= len(wanted.drafts) <= len(DRAFTS):
        raise Invalid("Name one draft, or two.", code="backtest_drafts", maximum=len(DRAFTS))
    if wanted.last_day < wanted.first_day or (wanted.last_day - wanted.first_day).days > DAYS_MAX:
        raise Invalid("These days are no time to look at.", code="backtest_days", field="to", maximum=DAYS_MAX)
    documents = [load_program(draft.text) for draft in wanted.drafts]
    zone = periods.parse_zone(documents[0].time_zone)
    start = periods.start_of(wanted.first_day, zone)
    end = min(periods.start_of(wanted.last_day + timedelta(days=1), zone), now)
    if start >= end:
        raise Invalid("The time has to begin in the past.", code="backtest_days", field="from")
    with organization_scope(organization_id):
        versions = list(
            ProgramVersion.objects.filter(organization_id=organization_id)
            .order_by("effective_from", "created_at", "id")
            .values_list("effective_from", "document")
        )
        told = settings_of(organization_id=organization_id).point_costs
        expected = {unit: expected_of(kept) for unit, kept in accounts_of(organization_id=organization_id).items()}
    sides, in_force = [], load_program(versions[-1][1]) if versions else None

    def costs(document: ProgramDocument) -> dict[str, Fraction]:
        return _costs(document, in_force, told, wanted)

    if in_force is not None:
        dated = [(begins, orjson.dumps(document).decode()) for begins, document in versions if begins < end] or [
            (versions[0][0], orjson.dumps(versions[0][1]).decode())
        ]
        sides.append(_side(NOW, "", dated, in_force, expected, costs(in_force)))
    for key, draft, document in zip(DRAFTS, wanted.drafts, documents, strict=False):
        compile_program(document)
        if document.currency != (in_force or documents[0]).currency:
            raise Invalid("The draft is in another currency.", code="backtest_currency", currency=document.currency)
        text = orjson.dumps(document.model_dump(mode="json", exclude_unset=True, by_alias=True)).decode()
        sides.append(_side(key, draft.name, [(start, text)], document, expected, costs(document)))
    known = {unit: cost for side in sides for unit, cost in side.costs.items()}
    priced = [replace(side, costs=_with_others(side, known)) for side in sides]
    return Plan(organization_id, start, end, documents[0].time_zone, priced)


def _with_others(side: Side, known: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Return what a side's points cost; a unit that it does not price is priced as the other side does: the two are compared."""
    units = side.program_at(side.versions[-1][0]).units
    return {**{unit: cost for unit, cost in known.items() if unit in units}, **side.costs}


def expected_of(kept: KeptPoints) -> Fraction | None:
    """Return which share of the points outstanding will still be used, as last worked out (K21); None where nothing is outstanding."""
    remaining = sum(line.remaining for line in kept.issues)
    still = sum(line.ultimate_milli - MILLI * line.spent for line in kept.issues if line.remaining)
    return min(max(Fraction(still, MILLI * remaining), Fraction()), Fraction(1)) if remaining else None


def _costs(
    document: ProgramDocument, in_force: ProgramDocument | None, told: Mapping[str, Fraction], wanted: Wanted
) -> dict[str, Fraction]:
    """Return what one point costs, in minor units, by unit: as asked, else as the organization told, else what it is worth.

    What was told is about the program in force: where a draft makes points worth more or less, they cost that much more or less.
    """
    scale = 10 ** exponent(document.currency)
    found = {}
    for unit, definition in document.units.items():
        each = 1 if definition.kind == "credit" else scale
        worth = unit_worth(document, unit)
        if unit in wanted.costs:
            found[unit] = Fraction(wanted.costs[unit]) * each
        elif unit in told:
            before = unit_worth(in_force, unit) if in_force is not None and unit in in_force.units else None
            found[unit] = told[unit] * Fraction(worth) / Fraction(before) if worth and before else told[unit]
        elif worth is not None:
            found[unit] = Fraction(worth) * each
    return found


def _side(
    key: str,
    name: str,
    versions: list[tuple[datetime, str]],
    document: ProgramDocument,
    expected: Mapping[str, Fraction | None],
    costs: Mapping[str, Fraction],
) -> Side:
    each = {unit: (cost.numerator, cost.denominator) for unit, cost in costs.items()}
    shares = {
        unit: (share.numerator, share.denominator) for unit, share in expected.items() if share is not None and unit in costs
    }
    least = {unit: least for unit in document.units if (least := least_spend(document, unit)) is not None}
    return Side(key, name, versions, each, shares, least)


# --- in the background --------------------------------------------------------------------------------------------------------


def ask(*, organization_id: UUID, wanted: Wanted, now: datetime, actor: Actor) -> UUID:
    """Have a what-if worked out as soon as a worker is free, and return its id.

    Raises:
        Invalid: as `plan_of`.
        BacktestRuns: one is being worked out already.
    """
    plan_of(organization_id=organization_id, wanted=wanted, now=now)
    with organization_scope(organization_id):
        if queries.is_running(organization_id=organization_id):
            raise BacktestRuns("Another what-if is being worked out. Wait until it is done.")
        drafts = [{"name": draft.name, "digest": draft.digest, "text": draft.text} for draft in wanted.drafts]
        asked = operations.begin(
            organization_id=organization_id,
            first_day=wanted.first_day,
            last_day=wanted.last_day,
            drafts=drafts,
            now=now,
            asked_by=UUID(actor.id) if actor.kind == "staff" else None,
        )
        publish(organization_id=organization_id, topic=REQUESTED, data={"backtest": str(asked)}, at=now)
        note(
            organization_id=organization_id, action=REQUESTED, subject=("backtest", str(asked)), now=now, actor=actor,
            data={"from": wanted.first_day.isoformat(), "to": wanted.last_day.isoformat()},
        )  # fmt: skip
    return asked


def work(*, organization_id: UUID, backtest_id: UUID, now: datetime) -> None:
    """Work out a what-if that was asked for; run again it begins anew. What cannot be worked out says why."""
    with organization_scope(organization_id):
        kept = queries.get_backtest(organization_id=organization_id, backtest_id=backtest_id)
        if kept.state == Backtest.State.DONE:
            return
        operations.start(organization_id=organization_id, backtest_id=backtest_id)
    wanted = Wanted([Draft(each["name"], each["text"]) for each in kept.drafts], kept.first_day, kept.last_day)

    def on_members(rows: Sequence[MemberRow]) -> None:
        with organization_scope(organization_id):
            operations.keep_members(organization_id=organization_id, backtest_id=backtest_id, rows=rows)

    def on_progress(done: int, parts: int) -> None:
        with organization_scope(organization_id):
            operations.note_progress(organization_id=organization_id, backtest_id=backtest_id, done=done, parts=parts)

    try:
        found = backtest(organization_id=organization_id, wanted=wanted, now=now, progress=on_progress, on_members=on_members)
    except Refusal as refusal:
        with organization_scope(organization_id):
            operations.fail(organization_id=organization_id, backtest_id=backtest_id, error=refusal.code, now=now)
        return
    with organization_scope(organization_id):
        operations.finish(organization_id=organization_id, backtest_id=backtest_id, report=found, now=now)
