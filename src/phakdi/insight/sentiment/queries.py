"""Asking the model that comes with the package."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from phakdi.insight.sentiment.core.weighing import Weights

MODEL = Path(__file__).with_name("model.npz")
QUESTION, NEUTRAL = "q", "neu"
_PICTURES_FROM = "\u2190"  # arrows, hearts, faces: they say something too


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How a text speaks: ``label`` is ``pos``, ``neu`` or ``neg`` (empty for a text without words), ``score`` its chance, 0–1.

    A question is neutral.
    """

    label: str
    score: float


def sentiment_of(texts: Sequence[str]) -> list[Sentiment]:
    """Return how each text speaks, in order; some thousands a second. Made for Thai as people write it online.

    About three in four are what a person would say (see ``docs/sentiment.md``): good for shares of many texts and for what to
    read first, not for deciding about one member.
    """
    model = model_of_package()
    has_words = [any(character.isalnum() or character >= _PICTURES_FROM for character in text) for text in texts]
    chances = model.chances(texts)
    neutral = [model.labels.index(label) for label in (NEUTRAL, QUESTION)]
    merged = {label: chances[:, at] for at, label in enumerate(model.labels) if at not in neutral}
    merged[NEUTRAL] = chances[:, neutral].sum(axis=1)
    names = sorted(merged)
    table = np.stack([merged[name] for name in names], axis=1)
    best = table.argmax(axis=1)
    return [
        Sentiment(names[at], float(table[row, at])) if has_words[row] else Sentiment("", 0.0)
        for row, at in enumerate(best.tolist())
    ]


@lru_cache(maxsize=1)
def model_of_package() -> Weights:
    """Return the model that comes with the package, read once (some 300 kB)."""
    with np.load(MODEL, allow_pickle=False) as kept:
        return Weights(
            tuple(str(label) for label in kept["labels"]),
            kept["telling"].astype(np.float32) / 16,
            kept["weights"],
            kept["scale"],
            kept["start"],
        )
