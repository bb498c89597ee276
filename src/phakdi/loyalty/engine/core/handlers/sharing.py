"""Points given to other members, and points changed into a partner's units."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from phakdi.kit.money import Rounding, round_div
from phakdi.loyalty.engine.core import limits, moves
from phakdi.loyalty.engine.core.handlers import asking, documents
from phakdi.loyalty.engine.core.state import Caused
from phakdi.loyalty.engine.core.work import Work, reject
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.compiled import RunningTransfer
from phakdi.loyalty.programs.document.spending import Conversion, Transfer

CONVERSION = "convert"
HOUSEHOLD = frozenset({"household", "family"})
GONE = frozenset({"CLOSED", "MERGED"})
_MODES: dict[str, Rounding] = {"floor": "floor", "ceil": "ceil", "half_up": "half_up", "half_even": "half_even"}


# --- to other members ---------------------------------------------------------------------------------------------------


def transfer(work: Work) -> None:
    """Give points to the member ``to``; they keep their ends unless the program renews them (R30).

    Raises:
        Rejected: ``transfer_not_offered``, a condition, a limit, a receiver who is not allowed, or too few points.
    """
    asking.demand_spending(work)
    asked = _asked(work)
    running = work.program.transfers.get(asked.unit)
    if running is None:
        raise reject("transfer_not_offered", "These points cannot be given away.", unit=asked.unit)
    definition, points = running.definition, asked.points or 0
    assert isinstance(definition, Transfer)
    receiver = _receiver(work, definition, "to")
    _check(work, running, points, definition.minimum, definition.step)
    fee = _fee(work, running, points)
    if work.balance(asked.unit) - points - fee < definition.keep:
        raise reject(
            "balance_minimum", "So much must stay.", keep=definition.keep, balance=work.balance(asked.unit), points=points
        )
    limits.count(work, running.limits, uses=1, points=points)
    params = {"to": str(receiver)}
    parcels = moves.transfer_out(work, asked.unit, points, reason="given_away", params=params)
    if fee:
        moves.spend(work, asked.unit, fee, target="FEES", reason="transfer_fee", params=params)
    if "fee_money" in running.fees:
        work.outcome["fee"] = work.quantity(running.fees["fee_money"])
    fields = {"unit": asked.unit, "parcels": parcels, "from": str(work.state.member_id), "renew": definition.expiry == "renew"}
    work.caused.append(Caused(receiver, "receive_points", work.at, fields, work.activity.ref))
    work.outcome["transferred"] = {"points": points, "fee": fee}


def _asked(work: Work) -> asking.Asked:
    asked = asking.one(work)
    if asked is None or not asked.points or asked.points <= 0:
        raise reject("points_invalid", "Say how many points.")
    return asked


def _receiver(work: Work, definition: Transfer, name: str) -> UUID:
    try:
        receiver = UUID(str(work.activity.fields.get(name)))
    except ValueError:
        raise reject("member_missing", "Say which member.", field=name) from None
    if receiver == work.state.member_id:
        raise reject("transfer_self", "Points are given to somebody else.")
    relation = work.activity.fields.get("relation")
    payee = work.state.marks.get("payees", {}).get(str(receiver))
    if payee and relation is None:
        relation = payee.get("relation")
    if definition.relations is not None and relation not in definition.relations:
        raise reject(
            "relation_not_allowed", "Points cannot be given to such a person.", relation=relation, allowed=definition.relations
        )
    if definition.to == "payees":
        _check_payee(work, definition, payee)
    if definition.to == "household" and not _same_household(work, receiver, relation):
        raise reject("receiver_not_allowed", "Points stay within the household.")
    return receiver


def _check_payee(work: Work, definition: Transfer, payee: dict[str, Any] | None) -> None:
    if payee is None:
        raise reject("receiver_not_allowed", "Add this member to the receivers first.")
    if definition.payee_wait:
        added, length = datetime.fromisoformat(payee["at"]), periods.parse_duration(definition.payee_wait)
        day = periods.add(periods.day_of(added, work.zone), length)
        if work.at < (added + timedelta(hours=length.hours) if length.is_exact else work.start_of(day)):
            raise reject("payee_too_new", "This receiver was added too lately.", wait=definition.payee_wait)


def _same_household(work: Work, receiver: UUID, relation: Any) -> bool:
    marks = work.state.marks
    members = {str(marks.get("household") or ""), *map(str, marks.get("household_members", ()))}
    return str(receiver) in members or relation in HOUSEHOLD


def _check(work: Work, running: RunningTransfer, points: int, minimum: int, step: int | None) -> None:
    if (running.starts is not None and work.at < running.starts) or (running.ends is not None and work.at >= running.ends):
        raise reject("not_offered_now", "This is not offered now.", key=running.key)
    if running.when is not None and not running.when(work):
        raise reject("condition", "The conditions are not met.", key=running.key)
    if points < minimum:
        raise reject("points_minimum", "So few points cannot be used.", minimum=minimum, points=points)
    if step and points % step:
        raise reject("points_step", "Points are used in steps only.", points=points, step=step)
    limits.demand(work, running.limits, "uses", 1)
    limits.demand(work, running.limits, "points", points)


def _fee(work: Work, running: RunningTransfer, points: int) -> int:
    fee = work.quantity(running.fees.get("fee_points"))
    if (percent := running.fees.get("fee_percent")) is not None:
        numerator, denominator = percent(work)
        fee += -(-points * numerator // (denominator * 100))
    return fee


def receive(work: Work) -> None:
    """Take in points that another member gave; who is gone sends them back."""
    work.earns = False
    fields = work.activity.fields
    unit, parcels = str(fields["unit"]), fields["parcels"]
    if work.state.profile.status in GONE and not fields.get("reason"):
        back = {"unit": unit, "parcels": parcels, "from": str(work.state.member_id), "renew": False, "reason": "returned"}
        work.caused.append(Caused(UUID(str(fields["from"])), "receive_points", work.at, back))
        return
    points = moves.transfer_in(
        work, unit, parcels, renew=bool(fields.get("renew")), reason="received", params={"from": fields["from"]}
    )
    work.outcome["received"] = {unit: points}


def add_payee(work: Work) -> None:
    """Put a member on the list of those who may be given points.

    Raises:
        Rejected: ``payee_known``, ``payees_too_many``, ``transfer_not_offered``, ``relation_not_allowed``.
    """
    asking.demand_active(work)
    running = next((t for t in work.program.transfers.values() if isinstance(t.definition, Transfer)), None)
    if running is None:
        raise reject("transfer_not_offered", "Points cannot be given away.")
    definition = running.definition
    assert isinstance(definition, Transfer)
    try:
        payee = str(UUID(str(work.activity.fields.get("payee"))))
    except ValueError:
        raise reject("member_missing", "Say which member.", field="payee") from None
    if payee == str(work.state.member_id):
        raise reject("transfer_self", "Points are given to somebody else.")
    payees = work.mark("payees", {})
    if payee in payees:
        raise reject("payee_known", "This receiver is on the list.")
    if definition.payees_at_most is not None and len(payees) >= definition.payees_at_most:
        raise reject("payees_too_many", "So many receivers are not allowed.", maximum=definition.payees_at_most)
    relation = work.activity.fields.get("relation")
    if definition.relations is not None and relation is not None and relation not in definition.relations:
        raise reject(
            "relation_not_allowed", "Points cannot be given to such a person.", relation=relation, allowed=definition.relations
        )
    payees[payee] = {"at": work.at.isoformat(), "relation": relation}
    if relation in HOUSEHOLD:
        work.mark("household_members", []).append(payee)
        work.caused.append(Caused(UUID(payee), "household_joined", work.at, {"from": str(work.state.member_id)}))


def join_household(work: Work) -> None:
    """Note whose household this member was taken into; the first one stays."""
    work.earns = False
    work.state.marks.setdefault("household", str(work.activity.fields["from"]))


# --- to partners --------------------------------------------------------------------------------------------------------


def convert(work: Work) -> None:
    """Change points into the units of the partner ``to`` and tell how many (R130).

    Raises:
        Rejected: ``conversion_not_offered``, a condition, a limit, a step, or too few points.
    """
    asking.demand_spending(work)
    running = _conversion(work)
    definition = running.definition
    assert isinstance(definition, Conversion)
    asked = asking.one(work)
    usable = moves.usable(work, running.unit)
    points = usable if asked is not None and asked.points is None else (asked.points if asked else 0) or 0
    if asked is not None and asked.points is None:
        points = _whole(definition, points)
    if points <= 0:
        raise reject("points_invalid", "Say how many points.")
    _check(work, running, points, definition.minimum, definition.step)
    if definition.steps is not None and points not in definition.steps:
        raise reject("points_step", "Points are used in steps only.", points=points, step=definition.steps)
    rate = Fraction(definition.to)
    converted = round_div(points * rate.numerator, definition.points * rate.denominator, _MODES[definition.rounding])
    converted += _bonus(definition, points, converted)
    if converted <= 0:
        raise reject("points_minimum", "So few points come to nothing.", minimum=definition.points, points=points)
    kept = limits.count(work, running.limits, uses=1, points=points)
    params = {"to": running.key, "converted": converted}
    entry = moves.spend(
        work, running.unit, points, target="PARTNER", rule=f"convert:{running.key}", reason="converted", params=params
    )
    doc: documents.Doc = {"kind": CONVERSION, "state": "DONE", "taken": documents.of_entry(entry), "limits": kept, "meters": []}
    doc |= {"converted": converted, "to": running.key, "reversible": definition.reversible, "at": work.at.isoformat()}
    if fee := work.quantity(running.fees.get("fee_points")):
        doc["fee"] = documents.of_entry(moves.spend(work, running.unit, fee, target="FEES", reason="conversion_fee"))
    documents.keep(work, doc)
    work.outcome.update(converted=converted, to=running.key)
    work.fact("points.converted", partner=running.key, points=points, converted=converted)


def _bonus(definition: Conversion, points: int, converted: int) -> int:
    """Return what comes on top: of each bonus for so many points, and of the highest threshold that is reached."""
    found = sum(int(bonus.to or 0) * (points // bonus.each) for bonus in definition.bonus if bonus.each)
    reached = [bonus for bonus in definition.bonus if bonus.at_least and bonus.at_least <= points]
    if reached:
        best = max(reached, key=lambda bonus: bonus.at_least or 0)
        found += int(best.to) if best.to is not None else int(converted * Fraction(best.percent or 0) / 100)
    return found


def _whole(definition: Conversion, points: int) -> int:
    if definition.steps:
        return max((step for step in definition.steps if step <= points), default=0)
    step = definition.step or 1
    return points // step * step


def _conversion(work: Work) -> RunningTransfer:
    conversions, to = work.program.conversions, work.activity.fields.get("to")
    if to is None and len(conversions) == 1:
        return next(iter(conversions.values()))
    found = conversions.get(str(to))
    if found is None:
        raise reject("conversion_not_offered", "Points cannot be changed into that.", to=to, known=sorted(conversions))
    return found


def cancel_convert(work: Work) -> None:
    """Undo a conversion where the program allows it.

    Raises:
        Rejected: ``convert_unknown``, ``conversion_cancelled``, ``conversion_final``.
    """
    of = work.activity.of
    work.earns = False
    doc = documents.find(work, of, CONVERSION)
    if doc["state"] != "DONE":
        raise reject("conversion_cancelled", "This conversion was undone before.", ref=of)
    if not doc["reversible"]:
        raise reject("conversion_final", "This conversion cannot be undone.", ref=of)
    for name in ("taken", "fee"):
        if taken := doc.get(name):
            documents.give_back(work, taken, reason="conversion_cancelled", ref=of)
    documents.step_back(work, doc)
    doc["state"] = "CANCELLED"
    work.outcome.update(converted=-doc["converted"], to=doc["to"])
