"""Buy again: which of the products that a member had they will want next."""

from dataclasses import dataclass

import numpy as np

from phakdi.insight.recommend.core.histories import Bought, Demand, Flags, Numbers, Pairs, is_among

_RIDGE, _ROUNDS, _STILL = 1.0, 25, 1e-6
YES_MIN = 50  # pairs that were bought again, below which nothing is fitted


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign of `Pairs.told` counts: a logistic regression on signs of mean 0 and deviation 1."""

    mean: Numbers
    deviation: Numbers
    weight: Numbers

    def score(self, pairs: Pairs) -> Numbers:
        """Return for each pair how likely it comes again: higher is likelier."""
        scored: Numbers = ((pairs.told - self.mean) / self.deviation) @ self.weight
        return scored


def fit(pairs: Pairs, targets: Bought) -> Weights | None:
    """Fit the weights to which pairs were bought again; pairs of members who bought nothing then say nothing.

    None where too few were. Maximum likelihood with a ridge of 1, by Newton's method.
    """
    asked = np.isin(pairs.member, targets.member)
    signs, again = pairs.told[asked], is_target(pairs, targets)[asked]
    if again.sum() < YES_MIN or (~again).sum() < YES_MIN:
        return None
    mean, deviation = signs.mean(axis=0), np.maximum(signs.std(axis=0), 1e-9)
    table = np.column_stack([np.ones(len(signs)), (signs - mean) / deviation])
    ridge = np.diag([1e-9] + [_RIDGE] * signs.shape[1])
    weight = np.zeros(table.shape[1])
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-(table @ weight)))
        slope = table.T @ (again - chance) - ridge @ weight
        curve = table.T @ (table * (chance * (1 - chance))[:, None]) + ridge
        step = np.linalg.solve(curve, slope)
        weight += step
        if np.abs(step).max() < _STILL:
            break
    return Weights(mean, deviation, weight[1:])


def is_target(pairs: Pairs, targets: Bought) -> Flags:
    """Return for each pair whether it is among what was bought afterwards."""
    return is_among(pairs.member * targets.products + pairs.product, targets.keys)


def most_frequent(pairs: Pairs, demand: Demand) -> Numbers:
    """Return the baseline's score: how often the member bought it; where equal, how often everybody did."""
    scored: Numbers = pairs.times + demand.baskets[pairs.product] / (demand.baskets.max(initial=0.0) + 1.0)
    return scored
