"""What points buy, where they may go, and what membership costs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from phakdi.loyalty.programs.document.values import (
    Condition,
    DateText,
    DurationText,
    ExpiryRule,
    Key,
    LimitList,
    MonthDay,
    NotNegative,
    Quantity,
    RoundingMode,
    Strict,
    Text,
    WindowText,
    _as_list,
)


class Minimum(Strict):
    """What must be there before points may be spent."""

    points: Quantity | None = None
    balance: Quantity | None = None
    bill: Quantity | None = None
    value: Quantity | None = None


class Maximum(Strict):
    """How much of a bill points may pay."""

    points: Quantity | None = None
    value: Quantity | None = None
    percent_of_bill: Quantity | None = None
    quantity: Quantity | None = None  # of the field in ``of``


class SpendingRule(Strict):
    """Points pay money: ``points`` of them pay ``pays`` baht, in multiples of ``step`` or in one of ``steps``."""

    key: Key
    name: Text | None = None
    unit: Key | None = None
    when: Condition | None = None
    starts: DateText | None = None
    ends: DateText | None = None
    points: int = Field(default=1, gt=0)
    pays: Quantity | None = None
    step: Quantity | None = None
    steps: list[int] | None = None
    values: Mapping[int, NotNegative] | None = None  # fixed steps, each with its own worth
    minimum: Minimum = Minimum()
    maximum: Maximum = Maximum()
    limits: LimitList = []
    whole_bill: bool = False
    over: Literal["reject", "truncate", "forfeit"] = "reject"  # worth more than may be paid: refused, fewer points, or lost
    rounding: RoundingMode = "floor"
    round_to: NotNegative | None = None  # the smallest step of what points pay: 1 for whole baht
    reversible: bool = True
    lines: Condition | None = None
    of: str | None = None  # a field (gallons): what the points pay is for each of them, up to ``maximum.quantity``

    @model_validator(mode="after")
    def _pays_something(self) -> "SpendingRule":
        if (self.pays is None) == (self.values is None):
            raise ValueError("say what the points pay: 'points' and 'pays', or a table of 'values'")
        return self


class Cost(Strict):
    """One way to pay for a reward; several are tried in order (R69)."""

    unit: Key | None = None
    points: Quantity | Literal["any"] = Decimal(0)
    also: Mapping[Key, Quantity] = {}  # points of other units that are paid beside
    money: Quantity | None = None
    when: Condition | None = None


class Reward(Strict):
    """Something to take for points."""

    name: Text | None = None
    cost: Annotated[list[Cost], BeforeValidator(_as_list)] = []
    voucher: Key | None = None
    amount: Quantity | None = None
    percent: Quantity | None = None
    item: Text | None = None
    give_points: Quantity | None = None
    give_unit: Key | None = None
    level: Key | None = None
    when: Condition | None = None
    minimum: Minimum = Minimum()
    starts: DateText | None = None
    ends: DateText | None = None
    limits: LimitList = []
    stock: int | None = Field(default=None, ge=0)
    reversible: bool = True
    milestone: int | None = None


class Transfer(Strict):
    """Giving points to another member (R30, R100)."""

    when: Condition | None = None
    minimum: int = 1
    step: int = 1
    keep: int = 0  # what must stay
    fee_points: Quantity | None = None
    fee_percent: Quantity | None = None
    fee_money: Quantity | None = None
    limits: LimitList = []
    to: Literal["anyone", "payees", "household"] = "anyone"
    relations: list[str] | None = None
    payees_at_most: int | None = None
    payee_wait: DurationText | None = None
    expiry: Literal["keep", "renew"] = "keep"


class ConversionBonus(Strict):
    """More of a partner's units: for ``each`` so many points changed at once, or where they are ``at_least`` so many."""

    each: int | None = Field(default=None, gt=0)
    at_least: int | None = Field(default=None, gt=0)
    to: NotNegative | None = None
    percent: NotNegative | None = None  # of what they are changed into

    @model_validator(mode="after")
    def _says_when_and_what(self) -> "ConversionBonus":
        if (self.each is None) == (self.at_least is None) or (self.to is None) == (self.percent is None):
            raise ValueError("a bonus is for 'each' so many points or for 'at_least' so many, and gives 'to' or 'percent'")
        if self.each is not None and self.to is None:
            raise ValueError("a bonus for 'each' so many points gives 'to'")
        return self


class Conversion(Strict):
    """Points into a partner's units: each ``points`` become ``to``, in multiples of ``step`` (R130)."""

    unit: Key | None = None
    points: int = Field(gt=0)
    to: NotNegative
    bonus: list[ConversionBonus] = []
    minimum: int = 0
    step: int | None = None
    steps: list[int] | None = None
    when: Condition | None = None
    fee_points: Quantity | None = None
    limits: LimitList = []
    reversible: bool = False
    rounding: RoundingMode = "floor"
    starts: DateText | None = None
    ends: DateText | None = None


class Plan(Strict):
    """What a membership costs and how long it lasts. A plan's key is the level (or plan) that is joined."""

    fee: Quantity = Decimal(0)
    renewal_fee: Quantity | None = None
    replacement_fee: Quantity | None = None
    waived_when: Condition | None = None  # the renewal costs nothing then
    joins_when: Condition | None = None
    term: DurationText | None = None
    term_from: Literal["day", "month_start", "year_start"] = "day"
    round_up: str | None = None
    last_day: Literal["anniversary", "before"] = "before"
    renewal_window: DurationText | None = None  # how early it may be renewed
    late_renewal: DurationText | None = None  # how long after the end it may still be renewed
    level: Key | None = None  # held while the plan runs; the plan's own key where that is a level
    falls_to: Key | Literal["none"] | None = None  # the level afterwards
    after_end: Literal["level_only", "nothing_earns"] = "level_only"
    points_after_end: Literal["keep", "lose"] = "keep"
    renews_itself: bool = False


class Membership(Strict):
    """Joining, renewing, leaving. ``plans`` by level; ``default`` serves the others."""

    plans: Mapping[Key, Plan] = {}
    cancel: Literal["lose_points", "keep_points"] = "lose_points"

    def plan_for(self, key: str) -> Plan | None:
        """Return the plan of that name, else the default one."""
        return self.plans.get(key) or self.plans.get("default")


class Criterion(Strict):
    """What a level asks for: ``meter`` over ``window`` at least so much; or conditions on the member."""

    meter: str | None = None
    window: WindowText = "lifetime"
    at_least: Quantity | None = None
    more_than: Quantity | None = None
    when: Condition | None = None
    any: "list[Criterion] | None" = None
    all: "list[Criterion] | None" = None

    @model_validator(mode="after")
    def _asks(self) -> "Criterion":
        kinds = sum(x is not None for x in (self.meter, self.when, self.any, self.all))
        if kinds != 1 or (self.meter is not None) != (self.at_least is not None or self.more_than is not None):
            raise ValueError("a criterion is a 'meter' with 'at_least' (or 'more_than'), a 'when', an 'any' or an 'all'")
        return self


class Level(Strict):
    """One tier. Levels stand in rising order; the first is where everybody starts unless ``invited`` or paid."""

    key: Key
    name: Text | None = None
    reach: Criterion | None = None
    keep: Criterion | None = None  # as ``reach`` where nothing is said
    by_purchase: Criterion | None = None  # reached at once by one qualifying activity
    lasts: ExpiryRule | None = None
    grace: DurationText | None = None
    never_downgrade: bool = False
    falls_to: Key | None = None
    benefits: list[Text] = []


class Tiers(Strict):
    """How levels are reached and kept (R51-R64)."""

    levels: list[Level]
    start: Key | Literal["none"] | None = None
    upgrade: Literal["at_once", "next_day", "next_month", "next_quarter", "next_half_year", "next_year", "review"] = "at_once"
    one_at_a_time: bool = False
    downgrade: Literal["none", "one_step", "fit", "start"] = "fit"
    review: Literal["at_once", "at_end", "dates"] = "at_end"
    review_dates: Annotated[list[MonthDay], BeforeValidator(_as_list)] = []
    grace_round_up: str | None = None
    prolong: Literal["at_end", "at_once"] = "at_end"


class Cycle(Strict):
    """The program's own fixed cycle."""

    start: DateText
    every: DurationText


class Referral(Strict):
    """Who may bring whom (R93-R97)."""

    starts: DateText | None = None
    ends: DateText | None = None
    limits: LimitList = []
    when: Condition | None = None
    claim_within: DurationText | None = None  # the friend must join within this of being invited
