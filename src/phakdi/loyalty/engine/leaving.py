"""What is told of points that leave a member's wallet, read from a step's entries: no part of the engine can forget it."""

from typing import Any

from phakdi.loyalty.engine.core.state import Step

POINTS_LEFT = "points.left"  # data: {"kind", "unit", "points", "since", "ref"}
SPENDABLE = frozenset({"ACTIVE", "HELD"})
OF_MEMBERS = frozenset({"ACTIVE", "PENDING", "HELD", "DEBT"})


def points_left(step: Step) -> list[dict[str, Any]]:
    """Return what left the wallet: points of one unit by one kind of entry, since when, and for which order."""
    left: dict[tuple[str, str], dict[str, Any]] = {}
    for entry in step.entries:
        if entry.source in SPENDABLE and entry.target not in OF_MEMBERS:
            told = {"kind": entry.kind, "unit": entry.unit, "points": 0, "since": entry.effective_at, "ref": entry.ref}
            found = left.setdefault((entry.kind, entry.unit), told)
            found["points"] += entry.points
    return list(left.values())
