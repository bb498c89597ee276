"""A whole program as one document."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document import rules, spending, units
from phakdi.loyalty.programs.document.values import DateText, Key, Limit, Strict, Text, _as_text


class CaseStep(Strict):
    """One step of a worked case: local time with offset, a verb, and its arguments."""

    model_config = {"extra": "allow", "frozen": True}

    at: Annotated[str, BeforeValidator(_as_text)]
    do: str


class Case(Strict):
    """A worked case: steps in time order, and what must hold at the time of the last."""

    name: str
    steps: list[CaseStep]
    expect: Mapping[str, Any]
    why: str | None = None


class ProgramDocument(Strict):
    """A loyalty program: everything it gives, takes and promises, with the cases that prove it."""

    phakdi: Literal[1] = 1
    key: Key
    name: Text | None = None
    description: Text | None = None
    source: str | None = None
    currency: str = Field(default="THB", pattern="^[A-Z]{3}$")
    time_zone: str = "Asia/Bangkok"
    effective_from: DateText | None = None
    late_days: int = Field(default=30, ge=0)
    units: Mapping[Key, units.Unit] = {"points": units.Unit()}
    main_unit: Key | None = None
    activities: Mapping[Key, units.ActivityKind] = {}
    attributes: units.Fields = {}
    meters: Mapping[Key, units.Meter] = {}
    limits: Mapping[Key, Limit] = {}
    base: rules.Base = rules.Base()
    earning: list[rules.EarningRule] = []
    discounts: list[rules.Discount] = []
    vouchers: Mapping[Key, rules.VoucherDefinition] = {}
    stacking: rules.Stacking = rules.Stacking()
    spending: list[spending.SpendingRule] = []
    rewards: Mapping[Key, spending.Reward] = {}
    tiers: spending.Tiers | None = None
    membership: spending.Membership = spending.Membership()
    cycle: spending.Cycle | None = None
    referral: spending.Referral | None = None
    transfers: Mapping[Key, spending.Transfer] = {}
    conversions: Mapping[Key, spending.Conversion] = {}
    receipts: units.Receipts | None = None
    refunds: rules.Refunds = rules.Refunds()
    cases: list[Case] = []

    @model_validator(mode="after")
    def _consistent(self) -> "ProgramDocument":
        periods.parse_zone(self.time_zone)
        if not self.units:
            raise ValueError("a program needs at least one kind of points under 'units'")
        if self.main_unit and self.main_unit not in self.units:
            raise ValueError(f"main_unit '{self.main_unit}' is not among the units")
        return self

    @property
    def first_unit(self) -> str:
        """The unit that is meant where none is named."""
        return self.main_unit or next(iter(self.units))
