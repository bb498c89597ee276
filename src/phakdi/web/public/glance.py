"""What a program gives, at a glance: a few lines with icons, each said as the terms say it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from phakdi.kit.text import pick
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.wording.plain import Talk, part_text
from phakdi.loyalty.wording.plain.sentences import give_text

EARNING_MAX, REWARDS_MAX = 2, 6


@dataclass(frozen=True, slots=True)
class Glance:
    """One thing that the program gives."""

    icon: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class RewardShown:
    """A reward and what it costs."""

    name: str
    cost: str


@dataclass(frozen=True, slots=True)
class LevelShown:
    """A level, how it is reached and what it brings."""

    name: str
    text: str
    benefits: tuple[str, ...]


def glances(document: ProgramDocument, talk: Talk) -> list[Glance]:
    """Return how points come, what joining brings, what cards and points are good for: few enough for a phone's screen."""
    return list(_glances(document, talk))


def rewards_shown(document: ProgramDocument, talk: Talk) -> list[RewardShown]:
    """Return the rewards with a price in points, the cheapest first."""
    priced = []
    for key, reward in document.rewards.items():
        cost = reward.cost[0] if reward.cost else None
        if cost is not None and isinstance(cost.points, Decimal) and cost.points > 0:
            priced.append((cost.points, RewardShown(talk.reader.called(key), talk.some(cost.points, cost.unit))))
    return [shown for _points, shown in sorted(priced, key=lambda each: each[0])[:REWARDS_MAX]]


def levels_shown(document: ProgramDocument, talk: Talk) -> list[LevelShown]:
    """Return the levels in rising order."""
    if document.tiers is None:
        return []
    language = talk.reader.language
    return [
        LevelShown(
            talk.named(level.key, level.name), part_text(level, talk), tuple(pick(text, language) for text in level.benefits)
        )
        for level in document.tiers.levels
    ]


def _glances(document: ProgramDocument, talk: Talk) -> Iterator[Glance]:
    bought = [rule for rule in document.earning if rule.on == ["purchase"] and rule.to == "member"]
    for rule in [rule for rule in bought if any(give.points is not None or give.percent is not None for give in rule.give)][
        :EARNING_MAX
    ]:
        yield Glance(
            "points", pick(rule.name, talk.reader.language) or talk.both("ทุกการซื้อ", "Every purchase"), part_text(rule, talk)
        )
    for rule in document.earning:
        if rule.on == ["join"]:
            yield Glance(
                "gift",
                talk.both("สมัครแล้วรับทันที", "For joining"),
                talk.every([give_text(give, talk) for give in rule.give]),
            )
            break
    for key, unit in document.units.items():
        if unit.card:
            yield Glance("stamp", talk.reader.called(key), part_text(unit, talk))
    for rule in document.earning:
        if {"birthday", "birth_month"} & set(rule.on):
            yield Glance("cake", talk.both("วันเกิด", "Birthday"), talk.every([give_text(give, talk) for give in rule.give]))
            break
    if document.spending:
        yield Glance("till", talk.both("ใช้แต้มแทนเงิน", "Pay with points"), part_text(document.spending[0], talk))
