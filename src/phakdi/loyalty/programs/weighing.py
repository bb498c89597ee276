"""What a program gives away and asks for, weighed against each other: warnings about numbers that can hardly be meant."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from phakdi.kit.text import LANGUAGES, missing_languages
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.document.rules import EarningRule, Give
from phakdi.loyalty.programs.document.values import Expiry, Limit, Lookup, Pending

GENEROUS_PERCENT = 30  # of sales given back: more is hardly ever meant
MONEY = frozenset({None, "net", "gross", "amount"})
LEVELS = frozenset({"level", "member.level"})
EVERYBODY = ""


@dataclass(slots=True, frozen=True)
class Weighed:
    """A warning before its place in the text is known."""

    code: str
    path: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


def weigh(document: ProgramDocument, today: date | None) -> Iterator[Weighed]:
    """Yield what can hardly be meant, in no order."""
    yield from _unaffordable(document)
    yield from _too_small(document)
    yield from _gone_before_there(document)
    yield from _ends(document, today)
    yield from _too_generous(document)
    yield from _half_named(document)


# --- what nobody can pay, and what nobody gets ----------------------------------------------------------------------------


def _unaffordable(document: ProgramDocument) -> Iterator[Weighed]:
    for key, reward in document.rewards.items():
        caps = [(cost.points, _cap(document, cost.unit)) for cost in reward.cost]
        if caps and all(isinstance(points, Decimal) and cap is not None and points > cap for points, cap in caps):
            points, cap = caps[0]
            message = f"It costs {points}, and nobody can hold more than {cap}."
            yield Weighed("reward_above_cap", f"rewards.{key}.cost", message, {"cost": str(points), "cap": str(cap)})
    for number, level in enumerate(document.tiers.levels if document.tiers else []):
        reach = level.reach
        if reach is None or not reach.meter or not reach.meter.startswith("balance."):
            continue
        unit, bound = reach.meter.removeprefix("balance."), reach.at_least
        cap = _cap(document, unit)
        if isinstance(bound, Decimal) and cap is not None and bound > cap:
            message = f"It asks for {bound} {unit}, and nobody can hold more than {cap}."
            yield Weighed("level_above_cap", f"tiers.levels[{number}].reach", message, {"needs": str(bound), "cap": str(cap)})


def _cap(document: ProgramDocument, unit: str | None) -> Decimal | None:
    found = document.units.get(unit or document.first_unit)
    return found.balance_cap if found and isinstance(found.balance_cap, Decimal) else None


def _too_small(document: ProgramDocument) -> Iterator[Weighed]:
    """Budgets and limits that do not hold a single grant."""
    for number, rule in enumerate(document.earning):
        grants = [give.points for give in rule.give if give.points is not None and give.per is None and give.of is None]
        grant = grants[0] if len(grants) == 1 and isinstance(grants[0], Decimal) else None
        if grant is None:
            continue
        if isinstance(rule.budget, Decimal) and rule.budget < grant:
            message = f"The budget of {rule.budget} is less than the {grant} points given at a time."
            yield Weighed(
                "budget_below_grant", f"earning[{number}].budget", message, {"budget": str(rule.budget), "grant": str(grant)}
            )
        for place, limit in enumerate(rule.limits):
            found = document.limits.get(limit) if isinstance(limit, str) else limit
            if _holds_nothing(found, grant):
                assert found is not None
                message = f"At most {found.max} points are allowed, and {grant} are given at a time: the rule never gives."
                where = f"earning[{number}].limits[{place}]"
                yield Weighed("limit_below_grant", where, message, {"limit": str(found.max), "grant": str(grant)})


def _holds_nothing(limit: Limit | None, grant: Decimal) -> bool:
    return (
        limit is not None
        and limit.of == "points"
        and limit.over == "reject"
        and isinstance(limit.max, Decimal)
        and limit.max < grant
    )


# --- time ---------------------------------------------------------------------------------------------------------------


def _gone_before_there(document: ProgramDocument) -> Iterator[Weighed]:
    """Points that end before they can be spent."""
    for key, unit in document.units.items():
        yield from _gone(unit.expires, unit.pending, f"units.{key}.expires")
    for number, rule in enumerate(document.earning):
        own = document.units.get(next((give.unit for give in rule.give if give.unit), None) or document.first_unit)
        if own is None or (rule.expires is None and rule.pending is None):
            continue
        pending = own.pending if rule.pending is None else [] if rule.pending == "none" else rule.pending
        yield from _gone(rule.expires or own.expires, pending, f"earning[{number}].{'expires' if rule.expires else 'pending'}")


def _gone(expires: Any, pending: Iterable[Pending], path: str) -> Iterator[Weighed]:
    ends = [expires] if isinstance(expires, Expiry) else expires if isinstance(expires, list) else []
    waits = [periods.parse_duration(each.after) for each in pending if each.after and each.when is None]
    for end in ends:
        from_earning = end.counted_from in {"earned", "first_earned"}
        lengths = [periods.parse_duration(end.after)] if end.after and from_earning and not end.round_up else []
        for wait in waits:
            if any(_least_days(wait) > _most_days(length) for length in lengths):
                message = f"Points can be spent after {wait}, and end {end.after} after they were earned."
                yield Weighed("ends_before_available", path, message, {"wait": str(wait), "after": end.after})


def _least_days(length: periods.Duration) -> int:
    return length.months * 28 + length.days + length.hours // 24


def _most_days(length: periods.Duration) -> int:
    return length.months * 31 + length.days + length.hours // 24


def _ends(document: ProgramDocument, today: date | None) -> Iterator[Weighed]:
    """Vouchers and points that are over as soon as they are given."""
    lives = [(f"vouchers.{key}.valid", voucher.valid) for key, voucher in document.vouchers.items()]
    lives += [(f"units.{key}.expires", unit.expires) for key, unit in document.units.items()]
    for path, life in lives:
        for end in [life] if isinstance(life, Expiry) else life if isinstance(life, list) else []:
            if end.after and periods.parse_duration(end.after) == periods.Duration() and not end.round_up:
                yield Weighed("ends_at_once", path, "It ends on the day on which it is given.", {})
            if today and end.at and date.fromisoformat(end.at[:10]) < today:
                yield Weighed("has_ended", path, f"It ended on {end.at}.", {"ends": end.at})


# --- what is given back ---------------------------------------------------------------------------------------------------


def reward_rates(document: ProgramDocument) -> dict[str, Decimal]:
    """Return how much of what members pay the points are worth that they earn, in percent, by level.

    Only rules are counted that apply to every purchase of the level; without levels the key is empty. Empty where nothing
    says what a point is worth.
    """
    levels = [level.key for level in document.tiers.levels] if document.tiers else []
    found = {level: _rate(document, level) for level in levels or [EVERYBODY]}
    return {level: rate for level, rate in found.items() if rate is not None}


def _rate(document: ProgramDocument, level: str) -> Decimal | None:
    rules = [rule for rule in document.earning if "purchase" in rule.on and _is_for(rule, level)]
    worths = [(rule, _rate_of(document, rule, give, level)) for rule in rules for give in rule.give]
    told = [(rule, rate) for rule, rate in worths if rate is not None]
    if not told:
        return None
    factors = [
        _plain(give.multiply, level) for rule in rules for give in rule.give if give.multiply is not None and not give.rules
    ]
    factor = _together(document.stacking.multipliers, [each for each in factors if each is not None])
    return sum((rate * (factor if rule.multiplied else 1) for rule, rate in told), Decimal(0)) * 100


def _together(how: str, factors: list[Decimal]) -> Decimal:
    if not factors:
        return Decimal(1)
    if how == "highest":
        return max(factors)
    if how == "additive":
        return sum(factors, Decimal(0))
    product = Decimal(1)
    for each in factors:
        product *= each
    return product


def _is_for(rule: EarningRule, level: str) -> bool:
    """Whether the rule applies to every purchase of the level."""
    if rule.once or rule.starts or rule.ends or rule.to != "member" or rule.limits or rule.budget is not None or rule.group:
        return False
    if rule.when is None:
        return True
    only = dict(rule.when) if isinstance(rule.when, Mapping) else {}
    return len(only) == 1 and next(iter(only)) in LEVELS and next(iter(only.values())) in (level, [level])


def _rate_of(document: ProgramDocument, rule: EarningRule, give: Give, level: str) -> Decimal | None:
    """Return how much of a baht the points of one baht are worth, or None where they are not points for money."""
    del rule
    worth = unit_worth(document, give.unit or document.first_unit)
    if worth is None or give.of not in MONEY or give.from_above is not None or give.at_most is not None:
        return None
    if give.percent is not None:
        percent = _plain(give.percent, level)
        return None if percent is None else percent / 100 * worth
    points, per = _plain(give.points, level), _plain(give.per, level)
    return None if points is None or not per else points / per * worth


def unit_worth(document: ProgramDocument, unit: str) -> Decimal | None:
    """Return what one of a kind of points is worth: as the program says, else what it pays."""
    found = document.units.get(unit)
    if found is None or found.kind in {"status", "stamps"}:
        return None
    if found.worth is not None:
        return found.worth
    if found.kind == "credit":
        return Decimal(1)
    pays = [
        rule.pays / rule.points
        for rule in document.spending
        if (rule.unit or document.first_unit) == unit and isinstance(rule.pays, Decimal) and rule.of is None
    ]
    return max(pays, default=None)


def _plain(number: Any, level: str) -> Decimal | None:
    """Return a number as it is for a level, or None where it depends on something else."""
    if isinstance(number, Lookup):
        return number.values.get(level, number.otherwise) if number.values is not None and number.by in LEVELS else None
    return number if isinstance(number, Decimal) else None


def _too_generous(document: ProgramDocument) -> Iterator[Weighed]:
    rates = reward_rates(document)
    level, rate = max(rates.items(), key=lambda each: each[1], default=("", Decimal(0)))
    if rate > GENEROUS_PERCENT:
        shown = f"{rate:.1f}".removesuffix(".0")
        message = f"Points are worth {shown} % of what is paid{f' at level {level}' if level else ''}."
        yield Weighed("too_generous", "earning", message, {"percent": shown, "level": level})


# --- names ----------------------------------------------------------------------------------------------------------------


def _half_named(document: ProgramDocument) -> Iterator[Weighed]:
    """Things that members read in one language only."""
    named: list[tuple[str, Any]] = [("name", document.name), ("description", document.description)]
    for section in ("units", "vouchers", "rewards", "activities"):
        named += [(f"{section}.{key}.name", item.name) for key, item in getattr(document, section).items()]
    for section in ("earning", "discounts", "spending"):
        named += [(f"{section}[{number}].name", item.name) for number, item in enumerate(getattr(document, section))]
    for number, level in enumerate(document.tiers.levels if document.tiers else []):
        named.append((f"tiers.levels[{number}].name", level.name))
        named += [(f"tiers.levels[{number}].benefits", each) for each in level.benefits]
    for path, name in named:
        missing = missing_languages(name) if name is not None else ()
        if missing and len(missing) < len(LANGUAGES):
            word = {"th": "Thai", "en": "English"}[missing[0]]
            yield Weighed("name_missing", path, f"There is no text in {word}.", {"language": missing[0]})


# --- what points are for --------------------------------------------------------------------------------------------------------


def least_spend(document: ProgramDocument, unit: str) -> int | None:
    """Return how many of a kind of points the cheapest use of them takes; None where the program has no use for them at all.

    Where the cheapest use depends on the member or the basket it counts as one point.
    """
    first = document.first_unit
    found: list[Any] = []
    for rule in document.spending:
        if (rule.unit or first) == unit:
            least = rule.minimum.points
            found.append(min(rule.values) if rule.values else least if least is not None else rule.points)
    for reward in document.rewards.values():
        found += [cost.points for cost in reward.cost if (cost.unit or first) == unit and cost.points]
        if reward.milestone is not None:
            found.append(reward.milestone)
        found += [points for cost in reward.cost for key, points in cost.also.items() if key == unit]
    definition = document.units.get(unit)
    if definition is not None:
        if definition.kind in {"credit", "status"}:
            found.append(1)
        if definition.auto:
            found.append(max(definition.auto.every, definition.auto.minimum or 0))
        if definition.card:
            found += [definition.card.size, *(milestone.at for milestone in definition.card.milestones)]
    found += [
        1
        for each in (*document.conversions.values(), *document.transfers.values())
        if (getattr(each, "unit", None) or first) == unit
    ]
    return min((int(each) if isinstance(each, Decimal | int) else 1 for each in found), default=None)
