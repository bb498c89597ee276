"""How likely two members are one person, given how their fields compare.

The model is that of I. P. Fellegi and A. B. Sunter, "A Theory for Record Linkage" (JASA 64, 1969): each level of each field has a
probability among pairs of one person (m) and among others (u), the fields are taken as independent, and the odds that a pair is
one person are the prior odds times every m/u. u is counted in pairs drawn at random, m and the prior are estimated by
expectation and maximization (Dempster, Laird and Rubin 1977; for linkage W. E. Winkler 1988). Nobody has to say which pairs
are right. The defaults are round figures of that kind of study for names that people type themselves; they serve until there
are enough members to estimate from.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from phakdi.people.duplicates.core.comparing import FIELDS, MISSING, Likeness

ROUNDS_MAX = 60
FLOOR = 1e-5  # nothing is impossible
STEADY = 1e-6
SMOOTHING = 0.5  # of an observation, for levels never seen
PRIOR_PAIRS = 40.0  # so many observations do the defaults weigh while estimating
DUPLICATES_PER_MEMBER = 0.05

Levels = tuple[int, ...]


class Strength(StrEnum):
    """How a pair is shown: by how likely it is one person."""

    CERTAIN = "CERTAIN"
    LIKELY = "LIKELY"
    PERHAPS = "PERHAPS"


# Out of the meaning of a probability, not fitted: wrong once in a hundred, once in ten, as often as not.
THRESHOLDS = {Strength.CERTAIN: 0.99, Strength.LIKELY: 0.9, Strength.PERHAPS: 0.5}


@dataclass(frozen=True, slots=True)
class Model:
    """For each field the probability of each level among pairs of one person (m) and among other pairs (u)."""

    m: Mapping[str, Sequence[float]]
    u: Mapping[str, Sequence[float]]

    def weight(self, field: str, level: int) -> float:
        """Return by how many bits the level of a field speaks for one person (above 0) or against."""
        return 0.0 if level == MISSING else math.log2(self.m[field][level] / self.u[field][level])


DEFAULTS = Model(
    m={
        "given": (0.72, 0.08, 0.08, 0.05, 0.07),
        "family": (0.75, 0.08, 0.08, 0.04, 0.05),
        "nickname": (0.7, 0.1, 0.2),
        "birthday": (0.82, 0.08, 0.05, 0.05),
        "phone": (0.5, 0.2, 0.3),
        "email": (0.5, 0.2, 0.3),
        "id": (0.8, 0.12, 0.08),
        "number": (0.75, 0.1, 0.15),
        "street": (0.65, 0.2, 0.15),
        "place": (0.7, 0.15, 0.15),
        "postcode": (0.8, 0.1, 0.1),
        "gender": (0.97, 0.03),
    },
    u={
        "given": (0.005, 0.003, 0.004, 0.04, 0.948),
        "family": (0.001, 0.001, 0.002, 0.03, 0.966),
        "nickname": (0.01, 0.03, 0.96),
        "birthday": (0.00005, 0.0005, 0.01, 0.98945),
        "phone": (0.000001, 0.00001, 0.999989),
        "email": (0.000001, 0.0005, 0.999499),
        "id": (0.000001, 0.00001, 0.999989),
        "number": (0.02, 0.06, 0.92),
        "street": (0.001, 0.01, 0.989),
        "place": (0.01, 0.02, 0.97),
        "postcode": (0.01, 0.03, 0.96),
        "gender": (0.5, 0.5),
    },
)


def default_prior(members: int) -> float:
    """Return the share of all pairs that are expected to be one person: it falls as members become many."""
    return DUPLICATES_PER_MEMBER * 2 / max(members, 10)


def likelihood(likenesses: Iterable[Likeness], model: Model, prior: float) -> float:
    """Return the probability (0 to 1) that a pair is one person."""
    return _probability([likeness.level for likeness in likenesses], model, prior)


def strength_of(probability: float) -> Strength | None:
    """Return how a pair is shown, or None where it is not."""
    return next((strength for strength, least in THRESHOLDS.items() if probability >= least), None)


def estimate(
    candidates: Iterable[Levels], random_pairs: Iterable[Levels], *, all_pairs: int, start: Model = DEFAULTS
) -> tuple[Model, float]:
    """Return the model and the prior that explain best how the pairs compare.

    ``candidates`` are the levels of pairs that share a block, ``random_pairs`` of pairs drawn from all; the prior is the
    share of ``all_pairs``, from which the candidates were taken, that are one person.
    """
    u = _shares(random_pairs, start.u)
    patterns = Counter(candidates)
    least = 1 / (max(all_pairs, 1) * 10)
    m, prior = start.m, default_prior(math.isqrt(2 * all_pairs))
    for _ in range(ROUNDS_MAX):
        model = Model(m, u)
        chances = {levels: _probability(levels, model, prior) for levels in patterns}
        found = sum(chances[levels] * count for levels, count in patterns.items())
        m = _expected(patterns, chances, start.m)
        before, prior = prior, min(max(found / max(all_pairs, 1), least), 0.5)
        if abs(before - prior) < STEADY * prior:
            break
    return Model(m, u), prior


def _probability(levels: Sequence[int], model: Model, prior: float) -> float:
    bits = math.log2(prior / (1 - prior))
    for field, level in zip(FIELDS, levels, strict=True):
        if level != MISSING:
            bits += math.log2(model.m[field][level] / model.u[field][level])
    return 1 / (1 + 2.0 ** -min(max(bits, -500), 500))


def _shares(pairs: Iterable[Levels], start: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, ...]]:
    """Return how often each level of each field comes, with the defaults where nothing was seen."""
    counts: dict[str, Counter[int]] = {field: Counter() for field in FIELDS}
    for levels in pairs:
        for field, level in zip(FIELDS, levels, strict=True):
            counts[field][level] += 1
    return {field: _share(counts[field], start[field], SMOOTHING) for field in FIELDS}


def _expected(
    patterns: Mapping[Levels, int], chances: Mapping[Levels, float], start: Mapping[str, Sequence[float]]
) -> dict[str, tuple[float, ...]]:
    sums: dict[str, dict[int, float]] = {field: {} for field in FIELDS}
    for levels, count in patterns.items():
        share = chances[levels] * count
        for field, level in zip(FIELDS, levels, strict=True):
            sums[field][level] = sums[field].get(level, 0.0) + share
    return {field: _share(sums[field], start[field], PRIOR_PAIRS) for field in FIELDS}


def _share(seen: Mapping[int, float], start: Sequence[float], weight: float) -> tuple[float, ...]:
    """Return shares that add up to one: as seen, with the defaults as so many observations."""
    whole = sum(count for level, count in seen.items() if level != MISSING) + weight
    return tuple(max((seen.get(level, 0) + weight * default) / whole, FLOOR / 10) for level, default in enumerate(start))
