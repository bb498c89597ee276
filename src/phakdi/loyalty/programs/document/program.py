"""A whole program as one document."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document import rules as earn
from phakdi.loyalty.programs.document import spending as spend
from phakdi.loyalty.programs.document import units as count
from phakdi.loyalty.programs.document.values import DateText, Key, Limit, Strict, Text, _as_text
from phakdi.loyalty.programs.yaml import Places


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
    units: Mapping[Key, count.Unit] = {"points": count.Unit()}
    main_unit: Key | None = None
    activities: Mapping[Key, count.ActivityKind] = {}
    attributes: count.Fields = {}
    meters: Mapping[Key, count.Meter] = {}
    limits: Mapping[Key, Limit] = {}
    base: earn.Base = earn.Base()
    earning: list[earn.EarningRule] = []
    discounts: list[earn.Discount] = []
    vouchers: Mapping[Key, earn.VoucherDefinition] = {}
    stacking: earn.Stacking = earn.Stacking()
    spending: list[spend.SpendingRule] = []
    rewards: Mapping[Key, spend.Reward] = {}
    tiers: spend.Tiers | None = None
    membership: spend.Membership = spend.Membership()
    cycle: spend.Cycle | None = None
    referral: spend.Referral | None = None
    transfers: Mapping[Key, spend.Transfer] = {}
    conversions: Mapping[Key, spend.Conversion] = {}
    receipts: count.Receipts | None = None
    refunds: earn.Refunds = earn.Refunds()
    cases: list[Case] = []
    _places: Places = PrivateAttr(default_factory=lambda: Places({}))

    @model_validator(mode="after")
    def _consistent(self) -> "ProgramDocument":
        periods.parse_zone(self.time_zone)
        if not self.units:
            raise ValueError("a program needs at least one kind of points under 'units'")
        if self.main_unit and self.main_unit not in self.units:
            raise ValueError(f"main_unit '{self.main_unit}' is not among the units")
        return self

    def keep_places(self, places: Places) -> None:
        """Remember where each value stood in the text that was read."""
        self._places = places

    def place(self, path: str) -> dict[str, int]:
        """Return ``line`` and ``column`` of what ``path`` names, or nothing where no text was read."""
        position = self._places.find(path)
        return {"line": position[0], "column": position[1]} if position else {}

    @property
    def first_unit(self) -> str:
        """The unit that is meant where none is named."""
        return self.main_unit or next(iter(self.units))
