"""What an organization tells about itself so that figures are its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from phakdi.kit.errors import Invalid

BP = 10_000
HORIZON_DAYS, HORIZON_MAX, LAPSE_DAYS_MAX = 90, 365, 1_095
USUAL_MARGIN_BP = 3_000  # where nobody told: 30 %


class ActiveBy(StrEnum):
    """What makes a member active (K2, K4)."""

    PURCHASE = "purchase"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class KpiSettings:
    """What was told; None and empty: not told. Amounts in minor units, margins in hundredths of a percent."""

    margin_bp: int | None = None
    margins_bp: Mapping[str, int] = field(default_factory=dict)  # by category
    point_costs: Mapping[str, Fraction] = field(default_factory=dict)  # by unit; else what the program says it is worth
    contact_minor: Fraction = Fraction()  # one part of a message
    lapse_days: int | None = None  # else by each member's rhythm (K7)
    engaged_kinds: tuple[str, ...] = ()  # else all that members do of their own accord (K12)
    active_by: ActiveBy = ActiveBy.PURCHASE
    horizon_days: int = HORIZON_DAYS  # of churn risk (K8)

    @property
    def margin(self) -> Fraction:
        """Margin where the category has none of its own, as a share."""
        return Fraction(USUAL_MARGIN_BP if self.margin_bp is None else self.margin_bp, BP)

    def margin_of(self, category: str) -> Fraction:
        """Return the margin of a category, as a share."""
        return Fraction(self.margins_bp[category], BP) if category in self.margins_bp else self.margin

    def check(self) -> None:
        """Refuse what cannot be.

        Raises:
            Invalid: with the field that is wrong.
        """
        margins = [*self.margins_bp.values(), *([] if self.margin_bp is None else [self.margin_bp])]
        if any(not 0 <= margin <= BP for margin in margins):
            raise Invalid("A margin is between 0 and 100 %.", code="insight_margin", field="margin")
        if self.contact_minor < 0 or any(cost < 0 for cost in self.point_costs.values()):
            raise Invalid("A cost is not below zero.", code="insight_cost", field="contact")
        if self.lapse_days is not None and not 1 <= self.lapse_days <= LAPSE_DAYS_MAX:
            raise Invalid("Between 1 day and three years.", code="insight_lapse", field="lapse_days")
        if not 1 <= self.horizon_days <= HORIZON_MAX:
            raise Invalid("Between 1 day and a year.", code="insight_horizon", field="horizon_days")


def write(settings: KpiSettings) -> dict[str, Any]:
    """Return settings as they are kept."""
    return {
        "margin_bp": settings.margin_bp,
        "margins_bp": dict(settings.margins_bp),
        "point_costs": {unit: str(cost) for unit, cost in settings.point_costs.items()},
        "contact_minor": str(settings.contact_minor),
        "lapse_days": settings.lapse_days,
        "engaged_kinds": list(settings.engaged_kinds),
        "active_by": settings.active_by.value,
        "horizon_days": settings.horizon_days,
    }


def read(doc: Mapping[str, Any]) -> KpiSettings:
    """Return settings from what was kept."""
    return KpiSettings(
        doc.get("margin_bp"),
        dict(doc.get("margins_bp", {})),
        {unit: Fraction(cost) for unit, cost in doc.get("point_costs", {}).items()},
        Fraction(doc.get("contact_minor", "0")),
        doc.get("lapse_days"),
        tuple(doc.get("engaged_kinds", ())),
        ActiveBy(doc.get("active_by", ActiveBy.PURCHASE)),
        doc.get("horizon_days", HORIZON_DAYS),
    )


def bp_of(percent: Decimal) -> int:
    """Return a percentage in hundredths of a percent."""
    return round(percent * 100)
