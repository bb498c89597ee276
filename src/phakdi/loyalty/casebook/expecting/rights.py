"""Vouchers, milestones and gifts, as a case expects them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from phakdi.loyalty.casebook.expecting.view import View, active, number_in
from phakdi.loyalty.casebook.world import is_called
from phakdi.loyalty.engine.core.state import Voucher
from phakdi.loyalty.programs.compiled import CompiledProgram


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


def vouchers(view: View, expected: Any) -> Any:
    """Return the open vouchers as the case calls them: by name, or by what they pay; a number counts them."""
    vouchers = _open_vouchers(view)
    if isinstance(expected, Mapping):
        return {name: sum(_is_called(view, voucher, name) for voucher in vouchers) for name in expected}
    if not isinstance(expected, list):
        return len(vouchers)
    left, found = list(vouchers), []
    for wanted in sorted(expected, key=lambda item: number_in(item) is not None):  # names first: they say more
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
    worth, number = worth_of(view.program, voucher), number_in(name)
    return worth is not None and worth == number


def vouchers_total(view: View, _expected: Any) -> Any:
    """Return what the open vouchers pay together."""
    return sum((worth_of(view.program, voucher) or Decimal(0) for voucher in _open_vouchers(view)), Decimal(0))


def rewards_open(view: View, expected: Any) -> Any:
    """Return the milestones that were reached and not yet taken: their places, their names, or how many."""
    found = sorted([*_open_places(view), *_open_milestones(view)])
    if not isinstance(expected, list):
        return len(found)
    return [at if all(number_in(item) is not None for item in expected) else name for at, name in found]


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
    there = active(view, view.state, unit.key)
    places = ((reward.definition.milestone, key) for key, reward in view.program.rewards.items())
    return [(at, key) for at, key in places if at is not None and at <= there and key not in taken]


def gifts(view: View, expected: Any) -> Any:
    """Return the gifts of all steps and of time, by any of their names, or how many."""
    given = (report.outcome for report in view.reports if not report.is_refused)
    left = [*(gift for one in given for gift in (*one.get("gifts", ()), *one.get("items", ()))), *view.world.given_by_time]
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
