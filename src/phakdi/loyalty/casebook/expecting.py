"""What a case may expect, and how each of it is read from the members' states and the reports of the steps.

Money is in currency units, points are whole. Only what is named is compared; ``refused`` always is: a step that is not
listed has to succeed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from phakdi.loyalty.casebook.reading import EXPECTATIONS
from phakdi.loyalty.casebook.results import Difference, StepReport
from phakdi.loyalty.casebook.world import World, is_called
from phakdi.loyalty.engine.core import levels
from phakdi.loyalty.engine.core.state import Lot, MemberState, Voucher
from phakdi.loyalty.engine.core.work import Work
from phakdi.loyalty.programs.compiled import CompiledProgram, RunningUnit
from phakdi.loyalty.programs.document.program import Case

PRICED = frozenset({"purchase", "redeem", "use_voucher"})


@dataclass(slots=True, frozen=True)
class View:
    """What expectations look at: the program, the member that is meant, everybody, and what the steps reported."""

    world: World
    state: MemberState
    reports: Sequence[StepReport]

    @property
    def program(self) -> CompiledProgram:
        """The program that is tried."""
        return self.world.program

    def money(self, minor: int) -> Decimal:
        """Return minor units as currency units."""
        return Decimal(minor) / 10**self.program.exponent

    def last(self, name: str, kinds: frozenset[str] | None = None) -> Any:
        """Return what the last step that was not refused and says ``name`` said about it; None where none did."""
        for report in reversed(self.reports):
            if not report.is_refused and (kinds is None or report.verb in kinds) and report.outcome.get(name) is not None:
                return report.outcome[name]
        return None

    def units(self, *kinds: str) -> list[RunningUnit]:
        """Return the program's kinds of points of these sorts."""
        return [unit for unit in self.program.units.values() if unit.kind in kinds]


def compare(case: Case, world: World, reports: Sequence[StepReport]) -> tuple[Difference, ...]:
    """Return what differs from what the case expects."""
    first = "" if "" in world.members else next(iter(world.members), "")
    state = world.members.get(first)
    if state is None:  # a case in which only time passes
        world.id_of("")
        state = world.members[""]
    view = View(world, state, reports)
    expected = {"refused": [], **case.expect}
    return tuple(found for name, value in expected.items() if (found := _difference(name, value, view)) is not None)


def _difference(name: str, expected: Any, view: View) -> Difference | None:
    found = READERS[name](view, expected)
    if name == "not_tier":
        return Difference(name, expected, found) if found in _listed(expected) else None
    return None if _same(expected, found) else Difference(name, expected, _plain(found))


def _same(expected: Any, found: Any) -> bool:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return expected.keys() == found.keys() and all(_same(expected[key], found[key]) for key in expected)
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(_same(one, other) for one, other in zip(expected, found, strict=True))
    one, other = _number(expected), _number(found)
    return one == other if one is not None and other is not None else expected == found


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


# --- points -----------------------------------------------------------------------------------------------------------


def points_unit(program: CompiledProgram) -> str:
    """Return the unit that ``points`` means: the main one, or the first of kind points where the main one is another."""
    if program.units[program.main_unit].kind == "points":
        return program.main_unit
    return next((key for key, unit in program.units.items() if unit.kind == "points"), program.main_unit)


def _active(view: View, state: MemberState, unit: str) -> Decimal:
    wallet = state.wallets.get(unit)
    return Decimal(wallet.active if wallet else 0) / view.program.units[unit].scale


def _points(view: View, expected: Any) -> Any:
    if isinstance(expected, Mapping):
        return {name: _active(view, view.state, name) if name in view.program.units else None for name in expected}
    return _active(view, view.state, points_unit(view.program))


def _balances(view: View, expected: Any) -> Any:
    unit = points_unit(view.program)
    if not isinstance(expected, Mapping):
        return None
    members = view.world.members
    return {name: _active(view, members[name], unit) if name in members else None for name in expected}


def _pending(view: View, _expected: Any) -> Any:
    unit = points_unit(view.program)
    wallet = view.state.wallets.get(unit)
    return Decimal(wallet.pending if wallet else 0) / view.program.units[unit].scale


def _open_lots(view: View, unit: str) -> list[Lot]:
    lots = [lot for lot in view.state.lots.values() if lot.unit == unit and lot.remaining > 0 and not lot.is_pending]
    return sorted(lots, key=lambda lot: (lot.expires_at is None, lot.expires_at or lot.earned_at, lot.earned_at, lot.id))


def _bonus(view: View, _expected: Any) -> Any:
    return sum(lot.remaining for lot in _open_lots(view, points_unit(view.program)) if lot.is_bonus)


def _stamps(view: View, expected: Any) -> Any:
    units = view.units("stamps") or [view.program.units[view.program.main_unit]]
    if isinstance(expected, Mapping):
        return {name: _named(view, name, units) for name in expected}
    return _active(view, view.state, units[0].key)


def _stars(view: View, _expected: Any) -> Any:
    return _active(view, view.state, "stars" if "stars" in view.program.units else points_unit(view.program))


def _balance(view: View, _expected: Any) -> Any:
    units = view.units("credit") or [view.program.units[view.program.main_unit]]
    return sum((_active(view, view.state, unit.key) for unit in units), Decimal(0))


def _wallets(view: View, expected: Any) -> Any:
    if not isinstance(expected, Mapping):
        return None
    units = list(view.program.units.values())
    return {name: _named(view, name, units) for name in expected}


def _named(view: View, name: str, units: Sequence[RunningUnit]) -> Any:
    """Return what a wallet holds that is called by its unit, or by the pot of one."""
    if name in view.program.units:
        return _active(view, view.state, name)
    return sum(
        (Decimal(lot.remaining) / unit.scale for unit in units for lot in _open_lots(view, unit.key) if lot.pot == name),
        Decimal(0),
    )


def _lots(view: View, expected: Any) -> Any:
    """Return open points by their ends, as a list of figures, of mappings with ``points`` and ``until``, or by last day."""
    lots = _open_lots(view, points_unit(view.program))
    if isinstance(expected, Mapping):
        found: dict[str, int] = {}
        for lot in lots:
            day = str(_last_day(view, lot) or "never")
            found[day] = found.get(day, 0) + lot.remaining
        return found
    if isinstance(expected, list) and any(isinstance(item, Mapping) for item in expected):
        shape = next(item for item in expected if isinstance(item, Mapping))
        return [{name: _of_lot(view, lot, name) for name in shape} for lot in lots]
    return [lot.remaining for lot in lots] if isinstance(expected, list) else len(lots)


def _of_lot(view: View, lot: Lot, name: str) -> Any:
    if name == "points":
        return lot.remaining
    if name in {"until", "expires"}:
        day = _last_day(view, lot)
        return str(day) if day else None
    return getattr(lot, name, None)


def _last_day(view: View, lot: Lot) -> date | None:
    if lot.expires_at is None:
        return None
    return (lot.expires_at.astimezone(view.program.zone) - timedelta(microseconds=1)).date()


# --- levels -----------------------------------------------------------------------------------------------------------


def _tier(view: View, expected: Any) -> Any:
    """Return the level held, as the case calls it: by its key or one of its names; ``none`` for none."""
    held = view.state.standing.level
    if not held:
        return expected if expected in {None, "none"} else None
    level = view.program.level_by_key.get(held)
    return next((name for name in _listed(expected) if level and is_called(held, level.definition.name, name)), held)


def _tier_points(view: View, _expected: Any) -> Any:
    """Return the status points, or where a program has none what the first level that asks for a meter looks at."""
    if units := view.units("status"):
        return _active(view, view.state, units[0].key)
    for level in view.program.levels:
        for criterion in (level.reach, *(level.reach.any if level.reach else ()), *(level.reach.all if level.reach else ())):
            if criterion is not None and criterion.meter and criterion.window:
                work = Work(view.state, view.program, view.world.now.astimezone(UTC))
                scale = next((meter.measure.scale for meter in view.program.meters if meter.key == criterion.meter), 1)
                return Decimal(levels.quantity(work, criterion)) / scale
    return _active(view, view.state, points_unit(view.program))


# --- money ------------------------------------------------------------------------------------------------------------


def _money_of(name: str, kinds: frozenset[str] | None, otherwise: Any = None) -> Callable[[View, Any], Any]:
    def read(view: View, _expected: Any) -> Any:
        found = view.last(name, kinds)
        return otherwise if found is None else view.money(found)

    return read


def _converted(view: View, _expected: Any) -> Any:
    """Return what partners were given, less what was taken back."""
    return sum(
        (Decimal(str(report.outcome.get("converted") or 0)) for report in view.reports if not report.is_refused), Decimal(0)
    )


def _progress(view: View, _expected: Any) -> Any:
    """Return what is left of the last steps and waits for the next time: of the first rule that carries."""
    carried = view.state.marks.get("carry", {})
    for rule in (rule for rules in view.program.rules.values() for rule in rules if rule.carry):
        for number, give in enumerate(rule.gives):
            for name in (rule.key, f"{rule.key}:{number}"):
                found = next((n for n in carried if n == name or n.startswith(f"{name}@")), None)
                if found:
                    return Decimal(carried[found]) / give.measure.scale
    return Decimal(0)


# --- vouchers ---------------------------------------------------------------------------------------------------------


def _open_vouchers(view: View) -> list[Voucher]:
    now = view.world.now
    found = [
        voucher
        for voucher in view.state.vouchers.values()
        if voucher.state == "ISSUED" and (voucher.expires_at is None or voucher.expires_at > now)
    ]
    return sorted(found, key=lambda voucher: (voucher.issued_at, voucher.id))


def worth_of(program: CompiledProgram, voucher: Voucher) -> Decimal | None:
    """Return what a voucher pays in currency units, or None where that depends on the bill."""
    if voucher.value_minor is not None:
        return Decimal(voucher.value_minor) / 10**program.exponent
    running = program.vouchers.get(voucher.definition)
    amount = running.definition.amount if running else None
    return amount if isinstance(amount, Decimal) else None


def _vouchers(view: View, expected: Any) -> Any:
    """Return the open vouchers as the case calls them: by name, or by what they pay; a number counts them."""
    vouchers = _open_vouchers(view)
    if isinstance(expected, Mapping):
        return {name: sum(_is_called(view, voucher, name) for voucher in vouchers) for name in expected}
    if not isinstance(expected, list):
        return len(vouchers)
    left, found = list(vouchers), []
    for wanted in sorted(expected, key=lambda item: _number(item) is not None):  # names first: they say more
        voucher = next((voucher for voucher in left if _is_called(view, voucher, wanted)), None)
        if voucher is not None:
            left.remove(voucher)
            found.append(wanted)
    if not left and len(found) == len(expected):
        return expected
    return [*found, *(worth_of(view.program, v) if worth_of(view.program, v) is not None else v.definition for v in left)]


def _is_called(view: View, voucher: Voucher, name: Any) -> bool:
    running = view.program.vouchers.get(voucher.definition)
    if is_called(voucher.definition, running.definition.name if running else None, name):
        return True
    worth, number = worth_of(view.program, voucher), _number(name)
    return worth is not None and worth == number


def _vouchers_total(view: View, _expected: Any) -> Any:
    return sum((worth_of(view.program, voucher) or Decimal(0) for voucher in _open_vouchers(view)), Decimal(0))


def _rewards_open(view: View, expected: Any) -> Any:
    """Return the milestones that were reached and not yet taken: their places, their names, or how many."""
    found = sorted([*_open_places(view), *_open_milestones(view)])
    if not isinstance(expected, list):
        return len(found)
    return [at if all(_number(item) is not None for item in expected) else name for at, name in found]


def _open_milestones(view: View) -> list[tuple[int, str]]:
    """Return the places of cards whose voucher is open."""
    vouchers, found = _open_vouchers(view), []
    for unit in view.program.units.values():
        for milestone in unit.card.milestones if unit.card else ():
            taken = next((voucher for voucher in vouchers if voucher.definition == milestone.voucher), None)
            if taken is not None:
                vouchers.remove(taken)
                found.append((milestone.at, milestone.voucher))
    return found


def _open_places(view: View) -> list[tuple[int, str]]:
    """Return the rewards that wait at a place which was reached and were not taken there."""
    unit = (view.units("stamps") or [view.program.units[view.program.main_unit]])[0]
    taken = view.state.marks.get("places", {}).get(unit.key, ())
    there = _active(view, view.state, unit.key)
    places = ((reward.definition.milestone, key) for key, reward in view.program.rewards.items())
    return [(at, key) for at, key in places if at is not None and at <= there and key not in taken]


def _gifts(view: View, expected: Any) -> Any:
    """Return the gifts of all steps, by any of their names, or how many."""
    left = [
        gift
        for report in view.reports
        if not report.is_refused
        for gift in (*report.outcome.get("gifts", ()), *report.outcome.get("items", ()))
    ]
    if not isinstance(expected, list):
        return len(left)
    found = []
    for wanted in expected:
        gift = next((gift for gift in left if wanted in _names_of(gift)), None)
        if gift is not None:
            left.remove(gift)
            found.append(wanted)
    return [*found, *left]


def _names_of(gift: Any) -> set[str]:
    """Return every name that a gift may be called by: its rule, voucher or reward, and what it is in any language."""
    if not isinstance(gift, Mapping):
        return {str(gift)}
    return {name for value in gift.values() for name in _names_of(value)}


def _refused(view: View, _expected: Any) -> Any:
    return [report.number for report in view.reports if report.is_refused]


READERS: Mapping[str, Callable[[View, Any], Any]] = {
    "points": _points,
    "tier": _tier,
    "not_tier": _tier,
    "refused": _refused,
    "discount": _money_of("discount", PRICED),
    "pay": _money_of("pay", PRICED),
    "fee": _money_of("fee", None, Decimal(0)),
    "stamps": _stamps,
    "vouchers": _vouchers,
    "vouchers_total": _vouchers_total,
    "balances": _balances,
    "bonus": _bonus,
    "rewards_open": _rewards_open,
    "balance": _balance,
    "progress": _progress,
    "converted": _converted,
    "tier_points": _tier_points,
    "pending": _pending,
    "stars": _stars,
    "lots": _lots,
    "gifts": _gifts,
    "shipping": _money_of("shipping", PRICED),
    "wallets": _wallets,
}
assert READERS.keys() == EXPECTATIONS
