"""How points are earned and what a basket costs."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from phakdi.loyalty.programs.document.values import (
    Condition,
    DateText,
    DurationText,
    ExpiryRule,
    Key,
    LimitList,
    NotNegative,
    PendingRule,
    Quantity,
    RoundingMode,
    Strict,
    Text,
    _as_list,
)


class Give(Strict):
    """One effect of a rule.

    ``points: 1, per: 25`` steps of an amount (or of any numeric field, ``of``) · ``percent: 3`` of it · ``points: 100``
    fixed · ``multiply: 2`` what other rules give · ``voucher`` · ``level`` · ``set`` attributes.
    """

    unit: Key | None = None
    points: Quantity | None = None
    per: Quantity | None = None
    of: str | None = None
    percent: Quantity | None = None
    rounding: RoundingMode = "floor"  # of the steps, or of a percentage
    whole: RoundingMode | None = None  # rounds the measured quantity of each receipt first (litres to whole litres)
    proportional: bool = False  # part steps earn their part
    each_line: bool = False  # work it out line by line, not on the sum
    from_above: Quantity | None = None  # only the part of the quantity above this earns
    at_most: Quantity | None = None  # points of one activity
    multiply: Quantity | None = None
    rules: Annotated[list[Key], BeforeValidator(_as_list)] | None = None  # which rules are multiplied; all
    voucher: Key | None = None
    value: Quantity | None = None  # of the voucher
    count: Quantity | None = None
    level: Key | None = None
    set: dict[str, Any] | None = None
    item: Text | None = None
    pot: str | None = None

    @model_validator(mode="after")
    def _one_effect(self) -> "Give":
        kinds = [n for n in ("points", "percent", "multiply", "voucher", "level", "set", "item") if getattr(self, n) is not None]
        if len(kinds) != 1:
            raise ValueError("give exactly one of points, percent, multiply, voucher, level, set or item")
        if self.per is not None and kinds[0] not in {"points", "voucher", "item"}:
            raise ValueError("'per' goes with points, a voucher or an item")
        return self


class Base(Strict):
    """What of a bill earns (R5): the amounts named here are taken off it first, or left in."""

    discounts: Literal["exclude", "include"] = "exclude"
    other_discounts: Literal["exclude", "include"] = "exclude"
    points_paid: Literal["exclude", "include"] = "exclude"
    vouchers: Literal["exclude", "include"] = "exclude"
    tax: Literal["exclude", "include"] = "include"
    tax_percent: NotNegative | None = None  # of a bill that includes tax and does not say how much
    shipping: Literal["exclude", "include"] = "exclude"


class EarningRule(Strict):
    """When something happens that fits, give something."""

    key: Key
    name: Text | None = None
    on: Annotated[list[Key], BeforeValidator(_as_list)] = ["purchase"]
    when: Condition | None = None
    lines: Condition | None = None
    starts: DateText | None = None
    ends: DateText | None = None  # a date is counted in whole: the offer runs through that day
    give: Annotated[list[Give], BeforeValidator(_as_list)]
    base: Base | None = None
    limits: LimitList = []
    group: str | None = None  # of one group only one rule gives
    to: Literal["member", "referrer", "household", "friend"] = "member"
    pending: PendingRule | Literal["none"] | None = None
    expires: ExpiryRule | None = None
    bonus: bool = False  # promotional points
    qualifying: bool = True  # counts for the level
    carry: bool | Literal["day", "week", "month", "quarter", "half_year", "year"] = False
    # what is left of a step waits for the next time (R4), or within such a period only
    cumulative: Literal["day", "week", "month", "quarter", "half_year", "year", "lifetime"] | None = None
    # worked out on all of the period together, less what was given before
    multiplied: bool = True
    once: Literal["ever", "per_level", "per_year"] | None = None
    budget: Quantity | None = None


class Discount(Strict):
    """A price advantage that needs no voucher."""

    key: Key
    name: Text | None = None
    when: Condition | None = None
    lines: Condition | None = None
    starts: DateText | None = None
    ends: DateText | None = None
    percent: Quantity | None = None
    amount: Quantity | None = None
    of: str | None = None  # a field (gallons): ``amount`` is taken off for each of them, up to ``at_most``
    at_most: Quantity | None = None
    free_shipping: bool = False
    shipping_fee: Quantity | None = None  # what delivery costs then
    cap: Quantity | None = None
    minimum: Quantity | None = None
    rounding: RoundingMode = "half_up"
    round_to: NotNegative | None = None  # the smallest step of what a percentage takes off: 1 for whole baht
    group: str | None = None
    limits: LimitList = []
    combinable: bool | Literal["always"] = True  # false: stands alone; always: applies also beside what stands alone (R87)
    gift: Text | None = None

    @model_validator(mode="after")
    def _gives(self) -> "Discount":
        if (
            self.percent is None
            and self.amount is None
            and self.shipping_fee is None
            and not self.free_shipping
            and self.gift is None
        ):
            raise ValueError("say what it takes off: 'percent', 'amount', 'free_shipping', 'shipping_fee' or a 'gift'")
        return self


class VoucherDefinition(Strict):
    """The right to something. Terms stay those of the version that issued it (R75)."""

    name: Text | None = None
    percent: Quantity | None = None
    amount: Quantity | None = None
    of: str | None = None  # a field (gallons): ``amount`` is taken off for each of them, up to ``at_most``
    at_most: Quantity | None = None
    item: Text | None = None
    item_up_to: Quantity | None = None
    free_shipping: bool = False
    points: Quantity | None = None
    unit: Key | None = None
    cap: Quantity | None = None
    minimum_bill: Quantity | None = None
    when: Condition | None = None
    lines: Condition | None = None
    valid: ExpiryRule = "never"
    starts: Literal["at_once", "next_day", "next_month", "birthday", "birth_month"] = "at_once"
    uses: int = Field(default=1, gt=0)
    combinable: bool | Literal["always"] = True
    one_of: str | None = None  # of the vouchers of one such group only one may be used
    limits: LimitList = []
    partial: bool = False  # an amount may be used in parts
    whole_bill: bool = False
    rounding: RoundingMode = "half_up"
    round_to: NotNegative | None = None  # the smallest step of what a percentage takes off: 1 for whole baht
    on_refund: Literal["restore", "keep_used"] = "restore"
    offered: bool = False  # open to every member while the conditions hold, without being issued


class Stacking(Strict):
    """How things that apply together combine (R10, R86-R88)."""

    multipliers: Literal["compound", "additive", "highest"] = "additive"
    discounts: Literal["all", "highest", "first"] = "all"
    scope: Literal["order", "line"] = "order"  # what ``discounts`` is decided for: the bill, or each line by itself
    percent_of: Literal["running", "initial"] = "running"
    groups: Literal["first", "highest", "lowest"] = "first"
    vouchers: int = Field(default=1, ge=0)  # how many on one bill
    invalid: Literal["refuse", "skip"] = "refuse"  # a bill with a voucher that cannot be used, or only that voucher (R88)


class Refunds(Strict):
    """What a return does (R37-R50)."""

    recover: Literal["prorate", "recompute", "none", "all"] = "prorate"
    shortfall: Literal["debt", "zero", "pending_only"] = "debt"
    within: DurationText | None = None
    restore_points: bool = True
    courtesy: DurationText = "30 days"
    restore_vouchers: bool = True
    meters: Literal["step_back", "keep"] = "step_back"
    level: Literal["keep", "recheck"] = "keep"
