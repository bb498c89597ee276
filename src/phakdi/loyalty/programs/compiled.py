"""A program made ready to run: conditions are closures, numbers are whole, names are resolved. Immutable and pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any
from uuid import UUID

from phakdi.loyalty.programs import reading
from phakdi.loyalty.programs.activity import Activity
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.document.rules import Base, Discount, Refunds, Stacking, VoucherDefinition
from phakdi.loyalty.programs.document.spending import Conversion, Level, Membership, Reward, SpendingRule, Tiers, Transfer
from phakdi.loyalty.programs.document.units import Auto, Card, Receipts
from phakdi.loyalty.programs.document.values import Expiry
from phakdi.loyalty.programs.periods import Duration, Window

DECIMAL_SCALE = 1000

Test = Callable[[Any], bool]
Ratio = Callable[[Any], tuple[int, int]]  # numerator, denominator > 0


@dataclass(slots=True, frozen=True)
class RunningLimit:
    """At most ``maximum`` of something per window, in the scaled units of what it counts."""

    key: str
    maximum: Ratio
    of: str
    window: Window
    rejects: bool
    shared: bool
    when: Test | None
    scale: int = 1
    by: Callable[[Any], Any] | None = None  # counted for each of its values by itself


@dataclass(slots=True, frozen=True)
class RunningPending:
    """When a lot becomes spendable."""

    when: Test | None
    until: frozenset[str]
    after: Duration | None
    on: tuple[int, int] | None
    round: str
    cancel_after: Duration | None


@dataclass(slots=True, frozen=True)
class Measure:
    """What is measured of an activity: ``net`` or ``gross`` money, ``quantity``, ``lines``, ``one``, or a field."""

    source: str
    scale: int = 1
    of_line: bool = False
    read: Callable[[Any], Any] | None = None  # of a field that is made on demand: ``tender.cash``, ``spend.month``


@dataclass(slots=True, frozen=True)
class RunningGive:
    """One effect of a rule, ready to run."""

    kind: str  # points percent multiply voucher level set item
    unit: str = ""
    points: Ratio | None = None
    per: Ratio | None = None
    measure: Measure = Measure("net")
    percent: Ratio | None = None
    rounding: str = "floor"
    whole: str | None = None
    proportional: bool = False
    each_line: bool = False
    from_above: Ratio | None = None
    at_most: Ratio | None = None
    multiply: Ratio | None = None
    rules: frozenset[str] | None = None
    voucher: str = ""
    value: Ratio | None = None
    count: Ratio | None = None
    level: str = ""
    set: Mapping[str, Any] = field(default_factory=dict)
    item: Any = None
    pot: str = ""


@dataclass(slots=True, frozen=True)
class RunningRule:
    """An earning rule, ready to run."""

    key: str
    kinds: frozenset[str]
    when: Test | None
    lines: Test | None
    starts: datetime | None
    ends: datetime | None
    gives: tuple[RunningGive, ...]
    base: Base
    limits: tuple[RunningLimit, ...]
    group: str | None
    to: str
    pending: tuple[RunningPending, ...] | None
    expires: tuple[Expiry, ...] | None
    bonus: bool
    qualifying: bool
    carry: str  # empty, the letter of the period within which the rest of a step waits, or L
    multiplied: bool
    once: str | None
    is_multiplier: bool = False
    cumulative: str = ""  # the letter of the period on all of which it is worked out


@dataclass(slots=True, frozen=True)
class RunningDiscount:
    """A discount or the price effect of a voucher, ready to run."""

    key: str
    definition: Discount | VoucherDefinition
    when: Test | None
    lines: Test | None
    starts: datetime | None
    ends: datetime | None
    percent: Ratio | None
    amount: Ratio | None
    cap: Ratio | None
    minimum: Ratio | None
    shipping_fee: Ratio | None
    limits: tuple[RunningLimit, ...]
    rounding: str
    points: Ratio | None = None
    of: str = ""  # a field: ``amount`` is for each of its quantity
    quantum: int = 1  # the smallest step, minor units
    at_most: Ratio | None = None


@dataclass(slots=True, frozen=True)
class RunningSpending:
    """A way to pay with points, ready to run."""

    key: str
    definition: SpendingRule
    unit: str
    when: Test | None
    lines: Test | None
    starts: datetime | None
    ends: datetime | None
    pays: Ratio | None
    values: Mapping[int, int] | None
    step: Ratio | None
    minimum: Mapping[str, Ratio]
    maximum: Mapping[str, Ratio]
    limits: tuple[RunningLimit, ...]
    quantum: int = 1


@dataclass(slots=True, frozen=True)
class RunningCost:
    """One price of a reward."""

    unit: str
    points: Ratio | None  # None: as many as are offered
    money: Ratio | None
    when: Test | None
    also: tuple[tuple[str, Ratio], ...] = ()  # of other units, beside


@dataclass(slots=True, frozen=True)
class RunningReward:
    """A reward, ready to run."""

    key: str
    definition: Reward
    when: Test | None
    starts: datetime | None
    ends: datetime | None
    costs: tuple[RunningCost, ...]
    minimum: Mapping[str, Ratio]
    amount: Ratio | None
    percent: Ratio | None
    give_points: Ratio | None
    limits: tuple[RunningLimit, ...]


@dataclass(slots=True, frozen=True)
class RunningTransfer:
    """How points of a unit may be given away, or changed into a partner's."""

    key: str
    definition: Transfer | Conversion
    unit: str
    when: Test | None
    starts: datetime | None
    ends: datetime | None
    fees: Mapping[str, Ratio]
    limits: tuple[RunningLimit, ...]


@dataclass(slots=True, frozen=True)
class RunningUnit:
    """A kind of points, ready to run."""

    key: str
    kind: str
    scale: int
    expires: tuple[Expiry, ...]
    pending: tuple[RunningPending, ...]
    cap: Ratio | None
    pots: str | None
    pot_field: Callable[[Any], Any] | None
    spend_order: str
    lost_on: frozenset[str]
    extended_by: frozenset[str]
    auto: Auto | None
    card: Card | None


@dataclass(slots=True, frozen=True)
class RunningMeter:
    """Something counted over time, with the kinds of buckets that its readers need."""

    key: str
    kinds: frozenset[str]
    measure: Measure
    when: Test | None
    lines: Test | None
    unit: str
    bonus: bool
    letters: frozenset[str]
    windows: tuple[Window, ...]


@dataclass(slots=True, frozen=True)
class RunningCriterion:
    """What a level asks for."""

    meter: str = ""
    window: Window | None = None
    at_least: Ratio | None = None
    beyond: int = 0  # 1 where the quantity must be more than that
    when: Test | None = None
    any: tuple["RunningCriterion", ...] = ()
    all: tuple["RunningCriterion", ...] = ()


@dataclass(slots=True, frozen=True)
class RunningLevel:
    """A level, ready to run."""

    key: str
    number: int
    definition: Level
    reach: RunningCriterion | None
    keep: RunningCriterion | None
    by_purchase: RunningCriterion | None
    lasts: tuple[Expiry, ...]


@dataclass(slots=True, frozen=True)
class RunningKind:
    """What is asked of an activity kind."""

    key: str
    fields: Mapping[str, Any]
    requires: Test | None
    limits: tuple[RunningLimit, ...]
    fee: Ratio | None
    about_order: bool
    refused: bool


@dataclass(slots=True, frozen=True)
class RunningPlan:
    """What a membership costs."""

    key: str
    definition: Any
    fee: Ratio
    renewal_fee: Ratio
    replacement_fee: Ratio
    waived_when: Test | None
    joins_when: Test | None


@dataclass(slots=True)
class CompiledProgram:
    """A version of a program that `advance` and `price` run on."""

    key: str
    currency: str
    exponent: int
    zone: tzinfo
    document: ProgramDocument
    main_unit: str
    units: Mapping[str, RunningUnit]
    rules: Mapping[str, tuple[RunningRule, ...]]  # by activity kind
    rule_by_key: Mapping[str, RunningRule]
    meters: tuple[RunningMeter, ...]
    meters_by_kind: Mapping[str, tuple[RunningMeter, ...]]
    discounts: tuple[RunningDiscount, ...]
    vouchers: Mapping[str, RunningDiscount]
    spending: tuple[RunningSpending, ...]
    rewards: Mapping[str, RunningReward]
    levels: tuple[RunningLevel, ...]
    level_by_key: Mapping[str, RunningLevel]
    tiers: Tiers | None
    kinds: Mapping[str, RunningKind]
    plans: Mapping[str, RunningPlan]
    membership: Membership
    transfers: Mapping[str, RunningTransfer]
    conversions: Mapping[str, RunningTransfer]
    receipts: Receipts | None
    receipts_test: Test | None
    receipts_limits: tuple[RunningLimit, ...]
    referral_test: Test | None
    referral_limits: tuple[RunningLimit, ...]
    referral_starts: datetime | None
    referral_ends: datetime | None
    refunds: Refunds
    stacking: Stacking
    cycle_start: date | None
    cycle_months: int
    clock_kinds: frozenset[str]
    field_types: Mapping[str, str]
    line_field_types: Mapping[str, str]
    late_days: int
    has_last: frozenset[str]
    reported_kinds: frozenset[str] = frozenset()
    version_id: UUID | None = None
    budgets: Mapping[str, int] = field(default_factory=dict)
    traits: frozenset[str] = frozenset()  # of members, that a condition or a look-up asks for

    def read_activity(self, raw: Mapping[str, Any], *, id: UUID, now: datetime) -> Activity:
        """Return the activity that ``raw`` reports; it happened ``now`` where it does not say when.

        Raises:
            Invalid: ``details['field']`` names what cannot be read.
        """
        return reading.read_activity(self, raw, id=id, now=now)

    def scale_of(self, field_name: str) -> int:
        """Return by how much the field's numbers are multiplied to be whole."""
        type_ = self.field_types.get(field_name) or self.line_field_types.get(field_name, "")
        return {"money": 10**self.exponent, "decimal": DECIMAL_SCALE}.get(type_, 1)

    @property
    def has_credit(self) -> bool:
        """Whether some unit is money."""
        return any(unit.kind == "credit" for unit in self.units.values())

    def default_plan(self, key: str) -> RunningPlan | None:
        """Return the plan called ``key``, else the one for everybody."""
        return self.plans.get(key) or self.plans.get("default")
