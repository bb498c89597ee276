"""Paths between touchpoints, and how much each touchpoint matters: a first-order Markov chain (K27)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

START, BOUGHT, LOST = "(start)", "(bought)", "(lost)"


@dataclass(frozen=True, slots=True)
class TouchFigures:
    """One touchpoint: the paths it is in, the part that buys less without it, its share, and how often it was first and last.

    ``effect`` is 1 − P(buys without it) / P(buys); None where nobody buys. ``first`` and ``last`` count paths that end with a purchase.
    """

    touch: str
    steps: int
    effect: float | None
    share: float | None
    first: int
    last: int


def chance(moves: Mapping[tuple[str, str], int], *, without: str | None = None) -> float:
    """Return the probability that a path ends with a purchase, from how often one thing followed another.

    Whoever comes to a touchpoint ``without`` which we reckon is lost there.
    """
    states = sorted({state for move in moves for state in move} - {START, BOUGHT, LOST, without})
    index = {state: number for number, state in enumerate([START, *states])}
    size = len(index)
    go, buy = np.zeros((size, size)), np.zeros(size)
    leaving: defaultdict[str, int] = defaultdict(int)
    for (one, _), count in moves.items():
        leaving[one] += count
    for (one, other), count in moves.items():
        if one not in index:
            continue
        if other == BOUGHT:
            buy[index[one]] += count / leaving[one]
        elif other in index:
            go[index[one], index[other]] += count / leaving[one]
    return float(np.linalg.solve(np.eye(size) - go, buy)[0])


def touchpoints(
    moves: Mapping[tuple[str, str], int], *, first: Mapping[str, int] | None = None, last: Mapping[str, int] | None = None
) -> list[TouchFigures]:
    """Return every touchpoint with its effect when it is removed, normalised to shares; the largest share first."""
    steps: Counter[str] = Counter()
    for (_, other), count in moves.items():
        steps[other] += count
    names = sorted(set(steps) - {BOUGHT, LOST})
    whole = chance(moves) if moves else 0.0
    effects = {name: 1 - chance(moves, without=name) / whole for name in names} if whole else {}
    total = sum(effects.values())
    found = [
        TouchFigures(
            name,
            steps[name],
            effects.get(name),
            effects[name] / total if total else None,
            (first or {}).get(name, 0),
            (last or {}).get(name, 0),
        )
        for name in names
    ]
    return sorted(found, key=lambda each: (-(each.share or 0), -each.steps, each.touch))
