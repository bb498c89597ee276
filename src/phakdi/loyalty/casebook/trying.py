"""Trying a program on a customer who does not exist: one bill, or a year of what people usually do. In memory, nothing is kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from phakdi.kit.money import exponent
from phakdi.loyalty.casebook.reading import PlannedStep
from phakdi.loyalty.casebook.results import StepReport
from phakdi.loyalty.casebook.world import World
from phakdi.loyalty.programs.compiled import CompiledProgram

BIRTHDAY = "1990-07-15"
MONTHS, MONTH = 12, timedelta(days=30)
NOBODY = ""  # the unnamed member of a world
OPEN = ("ISSUED", "HELD", "USED", "EXPIRED")


@dataclass(frozen=True, slots=True)
class Visit:
    """One thing that a customer does: a purchase or a stay of so much, with what else is told of it."""

    kind: str
    amount: int
    told: Mapping[str, Any]

    def step(self, number: int, at: datetime) -> PlannedStep:
        """Return it as a step of a case."""
        return PlannedStep(number, at, self.kind, NOBODY, {"amount": self.amount, **self.told}, None)


@dataclass(frozen=True, slots=True)
class Year:
    """What a usual customer was given within twelve months."""

    visits: int
    spent: int  # whole units of money
    welcome: Mapping[str, int]  # by joining, by unit
    earned: Mapping[str, int]  # by what they did, by unit
    vouchers: Mapping[str, int]  # by definition
    level: str

    def rate(self, program: CompiledProgram) -> Fraction | None:
        """Return what of the money came back as points of the main kind; None where nobody says what one is worth."""
        worth = worth_of(program)
        if worth is None or not self.spent:
            return None
        return Fraction(self.earned.get(program.main_unit, 0)) * worth / self.spent


def worth_of(program: CompiledProgram) -> Fraction | None:
    """Return what one point of the main kind is worth in money: as the program says, else as it pays."""
    said = program.document.units[program.main_unit].worth
    if said is not None:
        return Fraction(said)
    for way in program.document.spending:
        if (way.unit or program.main_unit) == program.main_unit and isinstance(way.pays, Decimal):
            return Fraction(way.pays) / way.points
    return None


def worth_minor(program: CompiledProgram, points: int) -> int | None:
    """Return what so many points are worth in minor units, rounded down; None where nobody says."""
    worth = worth_of(program)
    return None if worth is None else int(points * worth * 10 ** exponent(program.currency))


def try_bill(program: CompiledProgram, visit: Visit, *, at: datetime) -> StepReport:
    """Return what the visit would bring somebody who joined just before.

    Raises:
        Invalid: the program cannot read it.
    """
    world = _joined(program, at)
    return world.perform(visit.step(2, at + timedelta(minutes=1)))


def live_a_year(program: CompiledProgram, visit: Visit, *, times_a_month: int, since: datetime) -> Year:
    """Return what a year of such visits brings, evenly spread over its months.

    Raises:
        Invalid: the program cannot read it.
    """
    world = World(program)
    joining = world.perform(_join(since))
    earned: Counter[str] = Counter()
    for number in range(MONTHS * times_a_month):
        at = since + timedelta(hours=1) + MONTH * number / times_a_month
        earned.update(world.perform(visit.step(number + 2, at)).earned)
    world.pass_time(since + MONTH * MONTHS)
    state = world.members[NOBODY]
    given = Counter(voucher.definition for voucher in state.vouchers.values() if voucher.state in OPEN)
    visits = MONTHS * times_a_month
    return Year(visits, visits * visit.amount, joining.earned, earned, given, state.standing.level)


def _joined(program: CompiledProgram, at: datetime) -> World:
    world = World(program)
    world.perform(_join(at))
    return world


def _join(at: datetime) -> PlannedStep:
    return PlannedStep(1, at, "join", NOBODY, {"birthday": BIRTHDAY}, None)
