"""What a program offers, where a member stands in it, and what a basket costs, as they are told."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from phakdi.api.schemas import programs as wire
from phakdi.api.schemas.activities import ReasonOut
from phakdi.api.showing.reader import show_reasons
from phakdi.kit.money import to_major
from phakdi.kit.text import pick
from phakdi.loyalty.engine.core.price import Priced
from phakdi.loyalty.engine.core.standing import Ask, StandingView
from phakdi.loyalty.engine.core.state import Activity, Line
from phakdi.loyalty.programs.compiled import CompiledProgram, RunningReward
from phakdi.loyalty.wording import Reader

MONEY_METERS = frozenset({"net", "gross"})


def show_levels(program: CompiledProgram, reader: Reader) -> wire.LevelsOut:
    """Return the program's levels, the lowest first."""
    return wire.LevelsOut(
        items=[
            wire.LevelOut(
                key=level.key,
                name=reader.called(level.key),
                number=level.number,
                benefits=[pick(benefit, reader.language) for benefit in level.definition.benefits],
                reach=_as_written(level.definition.reach),
                keep=_as_written(level.definition.keep),
            )
            for level in program.levels
        ]
    )


def show_units(program: CompiledProgram, reader: Reader) -> wire.UnitsOut:
    """Return the program's kinds of points."""
    return wire.UnitsOut(
        items=[
            wire.UnitOut(key=key, name=reader.called(key), kind=unit.kind, is_main=key == program.main_unit)
            for key, unit in program.units.items()
        ]
    )


def show_rewards(program: CompiledProgram, reader: Reader, now: datetime) -> wire.RewardsOut:
    """Return the program's rewards, and whether each may be taken at ``now``."""
    return wire.RewardsOut(items=[_reward(reward, program, reader, now) for reward in program.rewards.values()])


def show_standing(view: StandingView, program: CompiledProgram, reader: Reader) -> wire.StandingOut:
    """Return where a member stands."""
    same = (
        "level",
        "since",
        "until",
        "grace_until",
        "is_assigned",
        "next_level",
        "percent_to_next",
        "upgrade_to",
        "upgrade_at",
        "review_at",
    )
    return wire.StandingOut(
        name=reader.called(view.level) if view.level else "",
        next_name=reader.called(view.next_level) if view.next_level else "",
        to_retain=_ask(view.to_retain, program) if view.to_retain else None,
        to_next=_ask(view.to_next, program) if view.to_next else None,
        **{name: getattr(view, name) for name in same},
    )


def show_priced(
    priced: Priced, program: CompiledProgram, reader: Reader, member_id: UUID | None, verdicts: Any
) -> wire.PricedOut:
    """Return what a basket costs."""

    def money(minor: int) -> str:
        return str(to_major(minor, program.currency))

    same = {name: money(getattr(priced, name)) for name in ("amount", "discount", "voucher_discount", "points_value", "pay")}
    return wire.PricedOut(
        member_id=member_id,
        currency=program.currency,
        points=priced.points,
        shipping=None if priced.shipping is None else money(priced.shipping),
        lines=[
            wire.PricedLineOut(id=line.id, amount=money(line.amount), discount=money(line.discount), pay=money(line.pay))
            for line in priced.lines
        ],
        applied=[
            wire.AppliedOut(
                kind=item.kind, key=item.key, name=reader.called(item.key), amount=money(item.amount), voucher_id=item.voucher_id
            )
            for item in priced.applied
        ],
        gifts=[dict(gift) for gift in priced.gifts],
        reasons=[ReasonOut(**reason) for reason in show_reasons(verdicts, reader)],
        activity=_to_report(priced.activity, program, member_id),
        **same,
    )


def _as_written(part: BaseModel | None) -> dict[str, Any] | None:
    return None if part is None else part.model_dump(mode="json", exclude_unset=True, by_alias=True)


def _reward(reward: RunningReward, program: CompiledProgram, reader: Reader, now: datetime) -> wire.RewardOut:
    definition = reward.definition
    written = [_as_written(cost) or {} for cost in definition.cost]
    has_begun = reward.starts is None or reward.starts <= now
    return wire.RewardOut(
        key=reward.key,
        name=reader.called(reward.key),
        costs=[
            wire.CostOut(
                unit=cost.get("unit") or program.main_unit,
                points=cost.get("points", "0"),
                money=cost.get("money"),
                also=cost.get("also", {}),
            )
            for cost in written
        ],
        voucher=definition.voucher,
        starts=definition.starts,
        ends=definition.ends,
        is_open=has_begun and (reward.ends is None or now < reward.ends),
        stock=definition.stock,
    )


def _ask(ask: Ask, program: CompiledProgram) -> wire.AskOut:
    is_money = any(meter.key == ask.meter and meter.measure.source in MONEY_METERS for meter in program.meters)
    scale = 10**program.exponent if is_money else ask.scale
    return wire.AskOut(
        kind=ask.kind,  # type: ignore[arg-type]  # one of the four
        is_met=ask.is_met,
        percent=ask.percent,
        meter=ask.meter,
        window=ask.window,
        have=_decimal(ask.have, scale),
        need=_decimal(ask.need, scale),
        missing=_decimal(ask.missing, scale),
        counted_until=ask.counted_until,
        parts=[_ask(part, program) for part in ask.parts],
    )


def _decimal(value: int, scale: int) -> str:
    return str(value) if scale == 1 else str(Decimal(value).scaleb(1 - len(str(scale))))


def _to_report(activity: Activity, program: CompiledProgram, member_id: UUID | None) -> dict[str, Any]:
    """Return a purchase as it is reported: its amounts in currency units, decimals as such."""
    texts = {name: getattr(activity, name) for name in ("kind", "ref", "of", "origin", "channel", "store", "tender")}
    found: dict[str, Any] = {name: value for name, value in texts.items() if value}
    found["at"] = activity.at
    if member_id is not None:
        found["member"] = str(member_id)
    if activity.amount is not None:
        found["amount"] = _decimal(activity.amount, 10**program.exponent)
    if activity.lines:
        found["lines"] = [_line(line, program) for line in activity.lines]
    return {**found, **_fields(activity.fields, program.field_types, program)}


def _line(line: Line, program: CompiledProgram) -> dict[str, Any]:
    own = {"id": line.id, "product": line.product, "category": line.category}
    found: dict[str, Any] = {name: value for name, value in own.items() if value}
    found["amount"] = _decimal(line.amount, 10**program.exponent)
    found["quantity"] = _decimal(line.quantity, 1000)
    return {**found, **_fields(line.fields, program.line_field_types, program)}


def _fields(fields: Mapping[str, Any], types: Mapping[str, str], program: CompiledProgram) -> dict[str, Any]:
    scales = {"money": 10**program.exponent, "decimal": 1000}
    return {
        name: _decimal(value, scales[types[name]]) if types.get(name) in scales and type(value) is int else value
        for name, value in fields.items()
    }
