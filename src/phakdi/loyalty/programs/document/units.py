"""Kinds of points, what may be counted, and the activities a program knows."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from phakdi.loyalty.programs.document.values import (
    Condition,
    DurationText,
    ExpiryRule,
    Key,
    LimitList,
    NotNegative,
    PendingRule,
    Quantity,
    Strict,
    Text,
    _as_list,
)


class Auto(Strict):
    """What happens by itself when enough is there: every so many turn into a voucher (R72)."""

    every: int = Field(gt=0)
    minimum: int | None = Field(default=None, gt=0)  # nothing is turned below this
    voucher: Key | None = None
    reward: Key | None = None
    when: Literal["at_once", "day_end", "week_end", "month_end", "quarter_end", "half_year_end", "year_end"] = "at_once"
    together: bool = False  # one voucher worth them all, instead of one for each
    max_per_day: int = Field(default=10, gt=0)

    @model_validator(mode="after")
    def _one_result(self) -> "Auto":
        if (self.voucher is None) == (self.reward is None):
            raise ValueError("say what it turns into: 'voucher' or 'reward'")
        if self.together and self.voucher is None:
            raise ValueError("'together' goes with a voucher")
        return self


class Milestone(Strict):
    """A place on a stamp card that opens something."""

    at: int = Field(gt=0)
    voucher: Key


class Card(Strict):
    """A stamp card (R81): its size, what the places open, and what is done with stamps beyond the last place."""

    size: int = Field(gt=0)
    milestones: list[Milestone] = []
    surplus: Literal["carry", "lost"] = "carry"
    renews: bool = True  # a full card starts the next one


class Unit(Strict):
    """A kind of points: spendable, status, stamps or credit (money, in minor units)."""

    name: Text | None = None
    kind: Literal["points", "status", "stamps", "credit"] = "points"
    expires: ExpiryRule = "never"
    pending: PendingRule = []
    balance_cap: Quantity | None = None
    pots: str | None = None  # a field, or day/month/year: each pot is spent by itself
    spend_order: Literal["expiring_first", "oldest_first", "newest_first", "bonus_first"] = "expiring_first"
    lost_on: Annotated[list[str], BeforeValidator(_as_list)] = []  # activities after which nothing is left
    auto: Auto | None = None
    card: Card | None = None
    worth: NotNegative | None = None  # of one, in the program's currency


class FieldDefinition(Strict):
    """A field that an activity, a line or a member may carry."""

    type: Literal["text", "integer", "decimal", "money", "boolean", "date", "list"] = "text"
    required: bool = False
    choices: list[str] | None = None
    label: Text | None = None


def _as_field(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


Fields = Mapping[str, Annotated[FieldDefinition, BeforeValidator(_as_field)]]


class ActivityKind(Strict):
    """What the program wants to know of one kind of activity, and what it must fulfil to be accepted."""

    name: Text | None = None
    fields: Fields = {}
    line_fields: Fields = {}
    requires: Condition | None = None
    limits: LimitList = []
    fee: Quantity | None = None
    about_order: bool = False  # it must name a recorded order in ``of``
    refused: bool = False


class Meter(Strict):
    """Something that is counted over time: the sum of ``of`` (or the number) of matching activities."""

    on: Annotated[list[str], BeforeValidator(_as_list)] = ["purchase"]
    of: str | None = None  # a numeric field; None: how often; "points": qualifying points earned
    when: Condition | None = None
    lines: Condition | None = None
    unit: Key | None = None  # for ``of: points``: which kind of points
    bonus: bool = True  # for ``of: points``: whether promotional points count


class Receipts(Strict):
    """Receipts that members send in: they earn once approved."""

    earns_as: Key = "purchase"
    within: DurationText | None = None  # after the date on the receipt
    requires: Condition | None = None
    limits: LimitList = []
