"""Programs and what they offer: versions, findings, changes, levels, kinds of points, rewards, prices, standings."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from phakdi.api.schemas.activities import ActivityIn, AmountIn, ReasonOut
from phakdi.api.schemas.paging import NextCursor
from phakdi.api.schemas.problems import FieldProblem
from phakdi.api.schemas.values import Amount, In, Instant, Out

ProgramText = Annotated[str, Field(min_length=1, max_length=1_000_000, description="A program file, YAML.")]


class VersionOut(Out):
    """A version of a program. What was recorded keeps the version under which it was."""

    id: UUID
    program: str
    number: int
    effective_from: datetime
    created_at: datetime
    created_by_id: UUID | None
    note: str
    is_in_force: bool


class VersionTextOut(VersionOut):
    """A version with the file as it was written."""

    text: str


class VersionsOut(Out):
    """A page of versions, the newest first."""

    items: list[VersionOut]
    next_cursor: NextCursor


class ProgramTextIn(In):
    """A program file."""

    text: ProgramText


class ApplyIn(ProgramTextIn):
    """A program file to put in force."""

    effective_from: Instant | None = Field(
        default=None, description="When it takes effect: now where left out, never in the past."
    )
    note: Annotated[str, Field(max_length=500)] = ""


class FindingOut(Out):
    """What can hardly be meant."""

    code: str
    path: str
    message: str
    line: int | None
    column: int | None


class ValidatedOut(Out):
    """Whether the file can be put in force, and what is wrong or odd about it."""

    is_valid: bool
    errors: list[FieldProblem]
    warnings: list[FindingOut]


class ChangeOut(Out):
    """One difference to the version in force."""

    kind: Literal["added", "removed", "changed", "moved"]
    path: str
    before: Any
    after: Any


class ChangesOut(Out):
    """All differences; none where the files say the same."""

    items: list[ChangeOut]


class LevelOut(Out):
    """A level."""

    key: str
    name: str
    number: int
    benefits: list[str]
    reach: dict[str, Any] | None = Field(description="What it asks for, as the program file says it.")
    keep: dict[str, Any] | None


class LevelsOut(Out):
    """The program's levels, the lowest first."""

    items: list[LevelOut]


class UnitOut(Out):
    """A kind of points."""

    key: str
    name: str
    kind: str
    is_main: bool


class UnitsOut(Out):
    """The program's kinds of points."""

    items: list[UnitOut]


class CostOut(Out):
    """One way to pay for a reward. `points` is a number as text, `any`, or a table of numbers."""

    unit: str
    points: Any
    money: Any
    also: dict[str, Any] = Field(default_factory=dict)


class RewardOut(Out):
    """Something to take for points: report an activity `redeem` with `reward` and its key."""

    key: str
    name: str
    costs: list[CostOut]
    voucher: str | None
    starts: str | None
    ends: str | None
    is_open: bool = Field(description="It has begun and has not ended.")
    stock: int | None


class RewardsOut(Out):
    """The program's rewards."""

    items: list[RewardOut]


class AskOut(Out):
    """What a level asks for and what is there: a `meter`, a `condition`, or `any` or `all` of its parts."""

    kind: Literal["meter", "condition", "any", "all"]
    is_met: bool
    percent: int
    meter: str
    window: str
    have: Amount = Field(description="Money in currency units, all else as it is counted.")
    need: Amount
    missing: Amount
    counted_until: datetime | None
    parts: list["AskOut"]


class StandingOut(Out):
    """Where a member stands, what keeps them there, and what is missing for the next level."""

    level: str
    name: str
    since: datetime | None
    until: datetime | None
    grace_until: datetime | None
    is_assigned: bool
    to_retain: AskOut | None = Field(description="Null where the level is secured or asks for nothing.")
    next_level: str
    next_name: str
    to_next: AskOut | None
    percent_to_next: int
    upgrade_to: str
    upgrade_at: datetime | None
    review_at: datetime | None


class BasketIn(ActivityIn):
    """A purchase to price. `vouchers`, `pay_points` and all that the program declares may stand beside these."""

    member: Any = Field(default=None, description="As in an activity; a stranger where left out.")
    kind: Literal["purchase"] = "purchase"
    now: datetime | None = Field(
        default=None, description="The clock to price it at, with its offset; the present where left out."
    )
    pay_points: int | str | None = Field(default=None, description="How many points the member offers, or `max`.")
    vouchers: list[str] | None = Field(default=None, description="Vouchers to use, by id or definition.")
    other_discount: AmountIn | None = Field(default=None, description="What somebody else takes off: the mall, the bank.")


class AppliedOut(Out):
    """Something that took money off."""

    kind: str
    key: str
    name: str
    amount: Amount
    voucher_id: UUID | None


class PricedLineOut(Out):
    """A line with what is left to pay of it."""

    id: str
    amount: Amount
    discount: Amount
    pay: Amount


class PricedOut(Out):
    """What the basket costs. Record `activity` once it is paid, with the receipt's number as `ref`."""

    member_id: UUID | None
    currency: str
    amount: Amount
    discount: Amount = Field(description="All that the program takes off: discounts, vouchers and points.")
    voucher_discount: Amount
    points: int
    points_value: Amount
    pay: Amount
    shipping: Amount | None
    lines: list[PricedLineOut]
    applied: list[AppliedOut]
    gifts: list[dict[str, Any]]
    reasons: list[ReasonOut]
    activity: dict[str, Any] = Field(description="The purchase to report, its amounts in currency units.")
