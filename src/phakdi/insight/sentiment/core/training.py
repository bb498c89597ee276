"""Making a model from texts with labels. Only whoever trains needs scikit-learn; see ``tools/sentiment``."""

import warnings
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phakdi.insight.sentiment.core.grams import BITS, Grams, grams_of
from phakdi.insight.sentiment.core.weighing import Weights, values_of

HELD_OUT = 10  # one text in so many is kept for judging, by the hash of its words
RARE = "q"  # a label with too few texts to say which buckets tell
_FLOOR, _PENALTY, _ROUNDS, _BYTE = 0.1, 1.0, 60, 127


def is_held_out(text: str) -> bool:
    """Return whether a text is kept for judging and never trained on; the same on every machine."""
    return zlib.crc32(text.encode()) % HELD_OUT == 0


def train(texts: Sequence[str], labels: Sequence[str]) -> Weights:
    """Return a model of texts with their labels.

    Buckets are weighed by how much they tell before the regression sees them, as in Wang and Manning (2012), *Baselines and
    Bigrams*: the largest |ln ratio| of a bucket's share among texts of a label to that among the others.
    """
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - only whoever trains needs these
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - as above
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as above
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - as above

    grams, truth = grams_of(texts), np.array(labels)
    telling = _telling(grams, truth)
    value = values_of(grams, telling).astype(np.float32)
    table = csr_matrix((value, (grams.row, grams.bucket)), shape=(len(texts), 1 << BITS))
    with warnings.catch_warnings(), threadpool_limits(1):  # sums in one order: the same bytes on every machine
        warnings.simplefilter("ignore", ConvergenceWarning)  # more rounds change digits that the bytes do not hold
        fitted = LogisticRegression(C=_PENALTY, max_iter=_ROUNDS, tol=1e-3).fit(table, truth)
    scale = np.abs(fitted.coef_).max(axis=1) / _BYTE
    weights = np.round(fitted.coef_ / scale[:, None]).astype(np.int8)
    return Weights(
        tuple(map(str, fitted.classes_)), telling, weights, scale.astype(np.float32), fitted.intercept_.astype(np.float32)
    )


def _telling(grams: Grams, truth: NDArray[np.str_]) -> NDArray[np.float32]:
    """Return how much each bucket tells, in sixteenths, so that it fits a byte."""
    telling = np.zeros(1 << BITS)
    for label in sorted(set(truth) - {RARE}):
        of_label = (truth == label)[grams.row]
        yes, no = (np.bincount(grams.bucket[part], minlength=1 << BITS) + 1.0 for part in (of_label, ~of_label))
        telling = np.maximum(telling, np.abs(np.log(yes / yes.sum() * no.sum() / no)))
    return (np.round((telling + _FLOOR) * 16) / 16).astype(np.float32)
