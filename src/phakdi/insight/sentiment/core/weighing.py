"""What the runs of characters of a text say: a logistic regression whose weights were rounded to bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phakdi.insight.sentiment.core.grams import Grams, grams_of

BATCH = 1_000  # texts that are weighed at once: some ten megabytes


@dataclass(frozen=True, slots=True)
class Weights:
    """A model: for each bucket how much it tells (``telling``), for each label and bucket a weight, for each label a start.

    Of a text each bucket counts ``(1 + ln count) · telling``, and all of them together have length 1. Weights are bytes; a
    label's are multiplied by its ``scale``.
    """

    labels: tuple[str, ...]
    telling: NDArray[np.float32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    start: NDArray[np.float32]

    def chances(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return for each text the chance of each label, in the order of ``labels``."""
        parts = [self._chances(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.labels)))

    def _chances(self, texts: Sequence[str]) -> NDArray[np.float64]:
        grams = grams_of(texts)
        value = values_of(grams, self.telling)
        score = np.empty((len(texts), len(self.labels)))
        for at in range(len(self.labels)):
            told = np.bincount(grams.row, value * self.weights[at, grams.bucket], minlength=len(texts))
            score[:, at] = told * self.scale[at] + self.start[at]
        raised = np.exp(score - score.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
        return shares


def values_of(grams: Grams, telling: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what each (text, bucket) counts: ``(1 + ln count) · telling``, scaled so that each text has length 1."""
    value = (1.0 + np.log(grams.count)) * telling[grams.bucket]
    length = np.sqrt(np.bincount(grams.row, value * value, minlength=grams.texts))
    scaled: NDArray[np.float64] = value / np.maximum(length, 1e-12)[grams.row]
    return scaled
