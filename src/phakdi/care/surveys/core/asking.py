"""Who is asked, and why others are not (R142)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class AskChannel(StrEnum):
    """The way somebody is asked."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PORTAL = "PORTAL"  # a card on their own page: nothing is sent


class NotAsked(StrEnum):
    """Why somebody is not asked."""

    ASKED_LATELY = "ASKED_LATELY"
    ASKED_IN_WAVE = "ASKED_IN_WAVE"
    ANSWERED = "ANSWERED"
    NO_WAY = "NO_WAY"  # no consent or no address for any way that was chosen


@dataclass(frozen=True, slots=True)
class Reach:
    """What is known of somebody who may be asked; ``consents`` are channels they agreed to be written to."""

    member_id: UUID
    email: str
    phone: str
    language: str
    consents: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ask:
    """One invitation to make."""

    member_id: UUID
    channel: AskChannel
    destination: str
    language: str


@dataclass(frozen=True, slots=True)
class Round:
    """Whom an asking reaches, and how many it does not, by why."""

    asks: tuple[Ask, ...]
    left_out: Mapping[NotAsked, int]

    @property
    def by_channel(self) -> Mapping[AskChannel, int]:
        """How many are asked in which way."""
        return Counter(each.channel for each in self.asks)


def plan_round(
    people: Iterable[Reach],
    *,
    ways: Iterable[AskChannel],
    asked_lately: frozenset[UUID] | set[UUID],
    asked_in_wave: frozenset[UUID] | set[UUID],
    answered: frozenset[UUID] | set[UUID],
) -> Round:
    """Decide for everybody whether and how they are asked: by the first of ``ways`` that is open to them."""
    order, asks, left = tuple(ways), [], Counter[NotAsked]()
    for one in people:
        if one.member_id in answered:
            left[NotAsked.ANSWERED] += 1
        elif one.member_id in asked_in_wave:
            left[NotAsked.ASKED_IN_WAVE] += 1
        elif one.member_id in asked_lately:
            left[NotAsked.ASKED_LATELY] += 1
        elif (ask := _ask(one, order)) is None:
            left[NotAsked.NO_WAY] += 1
        else:
            asks.append(ask)
    return Round(tuple(asks), dict(left))


def _ask(one: Reach, ways: tuple[AskChannel, ...]) -> Ask | None:
    places = {AskChannel.EMAIL: one.email, AskChannel.SMS: one.phone}
    for way in ways:
        if way is AskChannel.PORTAL:
            return Ask(one.member_id, way, "", one.language)
        if places[way] and way.value in one.consents:
            return Ask(one.member_id, way, places[way], one.language)
    return None
