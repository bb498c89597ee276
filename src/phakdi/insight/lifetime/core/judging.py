"""How good predictions were, once it is known what happened."""

import numpy as np

from phakdi.insight.lifetime.core.histories import Numbers
from phakdi.kit.later import later

stats = later("scipy.stats")


def auc(score: Numbers, truth: Numbers) -> float | None:
    """Return the chance that a member to whom it happened was scored above one to whom it did not; ties count half."""
    yes = truth > 0
    many, few = int(yes.sum()), int((~yes).sum())
    if not many or not few:
        return None
    return float((stats.rankdata(score)[yes].sum() - many * (many + 1) / 2) / (many * few))


def brier(score: Numbers, truth: Numbers) -> float | None:
    """Return the mean square of how far chances were from what happened; None of nothing."""
    return float(np.mean((score - truth) ** 2)) if len(score) else None


def fifths(score: Numbers, truth: Numbers) -> list[tuple[float, float]]:
    """Return for each fifth of members by score, the highest first, the mean that was predicted and the mean that happened."""
    order = np.argsort(-score, kind="stable")
    return [(float(score[part].mean()), float(truth[part].mean())) for part in np.array_split(order, 5) if len(part)]


def top_lift(score: Numbers, truth: Numbers, share: float = 0.1) -> float | None:
    """Return how many times more often it happened among the highest ``share`` of scores than among all."""
    base = float(truth.mean()) if len(truth) else 0.0
    if base <= 0:
        return None
    top = np.argsort(-score, kind="stable")[: max(1, round(len(score) * share))]
    return float(truth[top].mean()) / base
