"""Shares, means and how sure they are. A figure whose denominator is 0 is None: unknown, neither nothing nor everything."""

from collections.abc import Iterable
from fractions import Fraction

from phakdi.kit.proportions import wilson

__all__ = ["FEW", "pooled", "share", "wilson"]

FEW = 30  # below so many a figure is shown in grey


def share(part: int, whole: int) -> Fraction | None:
    """Return part / whole; None where there is no whole."""
    return Fraction(part, whole) if whole else None


def pooled(parts: Iterable[tuple[int, int]]) -> Fraction | None:
    """Return the figure of several groups together: numerators and denominators are added, then divided."""
    pairs = list(parts)
    return share(sum(part for part, _ in pairs), sum(whole for _, whole in pairs))
