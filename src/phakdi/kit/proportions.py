"""How sure a share is."""

from math import sqrt

Z_95 = 1.959964


def wilson(yes: int, of: int, *, z: float = Z_95) -> tuple[float, float] | None:
    """Return the interval in which a share of ``yes`` of ``of`` lies, 0 to 1; None where nobody was asked (Wilson 1927)."""
    if not of:
        return None
    share, spread = yes / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(middle - half, 0.0), min(middle + half, 1.0)
