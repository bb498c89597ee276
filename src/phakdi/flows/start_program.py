"""Make a program of a template and the owner's few numbers, and show what it would bring before anything counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from phakdi.loyalty.casebook import StepReport, run_file
from phakdi.loyalty.casebook.trying import Visit, Year, live_a_year, try_bill, worth_minor
from phakdi.loyalty.programs import compile_program, load_program, starting
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.starting import Template
from phakdi.platform.organizations.core import OrganizationRef

__all__ = ["Started", "Tried", "start_program", "try_template", "worth_minor"]


@dataclass(frozen=True, slots=True)
class Started:
    """A program file that was made, ready to be put in force, and its program."""

    text: str
    program: CompiledProgram


@dataclass(frozen=True, slots=True)
class Tried:
    """What a program brings: a usual bill, and a usual customer's year."""

    amount: int  # of the bill
    bill: StepReport
    year: Year


def start_program(
    *,
    template: Template,
    organization: OrganizationRef,
    name: Mapping[str, str],
    points: Mapping[str, str],
    numbers: Mapping[str, int],
) -> Started:
    """Return the template's program with the owner's names and numbers.

    Worked cases of the template that no longer hold under other numbers are left out; the others stay.

    Raises:
        Invalid: the numbers do not make a program.
    """
    text = starting.fill(
        template,
        key=organization.slug,
        name=name,
        points=points,
        numbers=numbers,
        currency=organization.currency,
        time_zone=organization.time_zone,
    )
    failed = [case.name for case in run_file(text).cases if not case.passed]
    text = starting.without_cases(text, failed) if failed else text
    return Started(text, compile_program(load_program(text)))


def try_template(template: Template, program: CompiledProgram, *, now: datetime, amount: int | None = None) -> Tried:
    """Return what ``program``, made of the template, brings for a bill of ``amount`` (else the usual one) and in a usual year.

    Raises:
        Invalid: the program cannot read what people usually do.
    """
    habit, at = template.habit, _usual_evening(program, now)
    visit = Visit(habit.kind, habit.amount, habit.told)
    bill = visit if amount is None else Visit(habit.kind, amount, habit.told)
    return Tried(
        bill.amount, try_bill(program, bill, at=at), live_a_year(program, visit, times_a_month=habit.times_a_month, since=at)
    )


def _usual_evening(program: CompiledProgram, now: datetime) -> datetime:
    """Return the evening of the next Friday: offers for quiet hours and days would flatter a trial."""
    today = now.astimezone(program.zone)
    friday = today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    return friday.replace(hour=18, minute=0, second=0, microsecond=0).astimezone(UTC)
