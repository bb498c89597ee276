"""Which traits a member carries, of which type, who writes them, and how long they count.

A trait is worked out by a model or a count, not told by anybody. Decimals are whole thousandths, money is in minor units, days are
written as ISO dates, as attributes are kept. A trait that could not be worked out is missing, and why is kept as a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from phakdi.kit.errors import Invalid

FRESH = timedelta(days=8)  # an older trait counts as null
RENEWED_AFTER = timedelta(days=4)  # an unchanged row is written again when it is older, so that it stays fresh
PREFIX = "member.trait."
DECIMAL_SCALE = 1000

LIFETIME, RECOMMEND, OFFER = "lifetime", "recommend", "offer"  # who writes


@dataclass(frozen=True, slots=True)
class TraitKind:
    """A trait: its type as conditions know it (text, integer, decimal, money, date, list), and by whom it is written."""

    type: str
    source: str


TRAITS: Mapping[str, TraitKind] = {
    "rfm_recency": TraitKind("integer", LIFETIME),
    "rfm_frequency": TraitKind("integer", LIFETIME),
    "rfm_monetary": TraitKind("integer", LIFETIME),
    "rfm_segment": TraitKind("text", LIFETIME),
    "p_alive": TraitKind("decimal", LIFETIME),
    "p_active_90d": TraitKind("decimal", LIFETIME),
    "churn_risk": TraitKind("text", LIFETIME),
    "expected_purchases_12m": TraitKind("decimal", LIFETIME),
    "expected_value_minor": TraitKind("money", LIFETIME),
    "clv_12m_minor": TraitKind("money", LIFETIME),
    "clv_historic_minor": TraitKind("money", LIFETIME),
    "first_purchase_date": TraitKind("date", LIFETIME),
    "last_purchase_date": TraitKind("date", LIFETIME),
    "purchase_days": TraitKind("integer", LIFETIME),
    "next_purchase_due_date": TraitKind("date", LIFETIME),
    "usual_gap_days": TraitKind("integer", LIFETIME),
    "spent_180d_minor": TraitKind("money", LIFETIME),
    "spent_180d_before_minor": TraitKind("money", LIFETIME),
    "recommended_product_ids": TraitKind("list", RECOMMEND),
    "buy_again_product_ids": TraitKind("list", RECOMMEND),
    "best_offer_id": TraitKind("text", OFFER),
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "churn_risk": ("low", "medium", "high"),
    "rfm_segment": (
        "champions", "loyal", "potential", "new", "promising", "needs_attention", "about_to_sleep", "cannot_lose", "at_risk",
        "hibernating",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TraitRow:
    """What one source says of one member: values by trait, and a code for each that could not be worked out."""

    member_id: UUID
    values: Mapping[str, Any]
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trait:
    """One trait of a member: its value as it is kept (None with a ``reason``), by which run, and when it was worked out."""

    value: Any
    run_id: UUID
    computed_at: datetime
    reason: str = ""

    def is_fresh(self, at: datetime) -> bool:
        """Tell whether it still counts at ``at``."""
        return at - self.computed_at <= FRESH


def read_value(name: str, trait: Trait | None, at: datetime) -> Any:
    """Return a trait as conditions see it at ``at``: None where it is missing or too old, dates as dates, lists as sets."""
    if trait is None or trait.value is None or not trait.is_fresh(at):
        return None
    kind = TRAITS[name].type
    if kind == "date":
        return date.fromisoformat(trait.value)
    return frozenset(trait.value) if kind == "list" else trait.value


def sql_of(name: str) -> str:
    """Return the SQL of a trait of the member ``m`` as of the transaction's time, NULL where it is missing or too old."""
    kind = TRAITS[name]
    casts = {"integer": "::bigint", "money": "::bigint", "decimal": "::bigint", "date": "::date"}
    value = f"t.traits->'{name}'" if kind.type == "list" else f"(t.traits->>'{name}'){casts.get(kind.type, '')}"
    return (
        f"SELECT {value} FROM member_trait AS t WHERE t.member_id = m.id AND t.source = '{kind.source}'"  # noqa: S608 - names of our own
        f" AND t.computed_at >= now() - interval '{FRESH.days} days'"
    )


def told_traits(told: Mapping[str, Any], *, exponent: int) -> dict[str, Trait]:
    """Return traits as a worked case tells them: decimals and amounts in plain numbers; they never grow old.

    Raises:
        Invalid: there is no such trait, or the value cannot be one.
    """
    found = {}
    for name, value in told.items():
        if name not in TRAITS:
            raise Invalid(f"There is no trait '{name}'.", code="trait_unknown", field="traits", trait=name)
        scale = {"decimal": DECIMAL_SCALE, "money": 10**exponent, "integer": 1}.get(TRAITS[name].type)
        try:
            kept = int(Decimal(str(value)) * scale) if scale else list(value) if TRAITS[name].type == "list" else str(value)
        except (ArithmeticError, TypeError) as error:
            raise Invalid(f"'{value}' is no value of '{name}'.", code="trait_value", field="traits", trait=name) from error
        found[name] = Trait(kept, UUID(int=0), datetime.max.replace(tzinfo=UTC))
    return found


def told_value(name: str, value: Any) -> Any:
    """Return a kept value as the outside reads it: thousandths as a decimal number, everything else as it is."""
    return value / DECIMAL_SCALE if value is not None and TRAITS[name].type == "decimal" else value
