"""The small values that a program file is made of: texts, numbers that look things up, durations, dates, conditions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from phakdi.loyalty.programs import periods


class Strict(BaseModel):
    """A part of a program file: an unknown key is an error, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _plain_decimal(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("write a number")  # noqa: TRY004 - what pydantic collects
    return str(value) if isinstance(value, float) else value


def _checked(parse: Any) -> AfterValidator:
    def check(value: str) -> str:
        parse(value)
        return value

    return AfterValidator(check)


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list | tuple) or value is None else [value]


def _as_text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


Number = Annotated[Decimal, BeforeValidator(_plain_decimal), Field(allow_inf_nan=False)]
NotNegative = Annotated[Decimal, BeforeValidator(_plain_decimal), Field(allow_inf_nan=False, ge=0)]
DurationText = Annotated[str, _checked(periods.parse_duration)]
MonthDay = Annotated[str, _checked(periods.parse_month_day)]
WindowText = Annotated[str, _checked(periods.parse_window)]
DateText = Annotated[
    str, BeforeValidator(_as_text), Field(pattern=r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$")
]
Key = Annotated[str, Field(min_length=1, max_length=80)]
Condition = Mapping[str, Any] | list[Mapping[str, Any]]
Text = str | Mapping[str, str]
RoundingMode = Literal["floor", "ceil", "half_up", "half_even"]


class Lookup(Strict):
    """A number that depends on a field: ``{by: member.level, values: {Gold: 2}, else: 1}``.

    ``bands`` is for numbers: the entry with the greatest lower bound that the field reaches counts.
    """

    by: str
    values: Mapping[str, NotNegative] | None = None
    bands: Mapping[Number, NotNegative] | None = None
    otherwise: NotNegative | None = Field(default=None, alias="else")

    @model_validator(mode="after")
    def _one_table(self) -> "Lookup":
        if (self.values is None) == (self.bands is None):
            raise ValueError("a look-up has either 'values' or 'bands'")
        return self


Quantity = NotNegative | Lookup
DATE_OR_DAY = r"^(\d{4}-\d\d-\d\d|\d\d-\d\d)$"


class Expiry(Strict):
    """When points or vouchers end. Valid through the last local day, gone at 00:00 of the next (R23).

    ``after`` a length (rolling) · ``on`` the next of one or more yearly dates · ``at`` one date · ``cycle`` the end of
    the program's fixed cycle. ``round_up`` to the end of a week, month, quarter, half_year, year or MM-DD (R25).
    """

    after: DurationText | None = None
    on: Annotated[list[MonthDay], BeforeValidator(_as_list)] | None = None
    at: DateText | None = None
    cycle: bool = False
    within: (
        Literal[
            "day", "month", "quarter", "half_year", "year", "birthday", "birth_month", "level", "membership", "membership_year"
        ]
        | None
    ) = None
    round_up: str | None = None
    last_day: Literal["anniversary", "before"] = "anniversary"
    counted_from: Literal["available", "earned", "first_earned", "joined", "level", "membership"] = "available"
    carry_over_from: MonthDay | None = None
    extended_by: Annotated[list[str], BeforeValidator(_as_list)] = []
    by_level: Mapping[str, "Expiry | Literal['never']"] = {}
    for_bonus: "Expiry | Literal['never'] | None" = None

    @model_validator(mode="after")
    def _says_when(self) -> "Expiry":
        if self.round_up is not None and self.round_up not in {"day", "week", "month", "quarter", "half_year", "year"}:
            periods.parse_month_day(self.round_up)
        if not (self.after or self.on or self.at or self.cycle or self.within or self.by_level):
            raise ValueError("say when it ends: 'after', 'on', 'at', 'cycle', 'within' or 'by_level'")
        return self


ExpiryRule = Literal["never"] | Expiry | list[Expiry]


class Pending(Strict):
    """When points become spendable (R17): after a length, on a date, or once an activity about the order comes."""

    when: Condition | None = None
    until: Annotated[list[str], BeforeValidator(_as_list)] = []
    after: DurationText | None = None
    on: MonthDay | None = None
    round: Literal["none", "day_start", "day_end", "week_end", "month_end", "quarter_end", "year_end"] = "day_start"
    cancel_after: DurationText | None = None

    @model_validator(mode="after")
    def _says_when(self) -> "Pending":
        if not (self.until or self.after or self.on):
            raise ValueError("say until when: 'until' an activity, 'after' a length or 'on' a date")
        return self


PendingRule = Annotated[list[Pending], BeforeValidator(_as_list)]


class Limit(Strict):
    """At most so much per window. What is over is cut off (``truncate``) or the whole refused (``reject``) (R11)."""

    max: Quantity
    of: Literal["points", "uses", "quantity", "amount", "value"] = "points"
    per: WindowText = "lifetime"
    over: Literal["truncate", "reject"] = "truncate"
    shared: bool = False  # a budget of the whole program, not of one member
    by: str | None = None  # counted for each value of this field by itself: for each film, store or card
    when: Condition | None = None


LimitList = list[str | Limit]
Period = Mapping[Literal["from", "until"], DateText]
