"""Activities as they are reported and as they are answered.

Reports are described here for readers; they are read by `phakdi.api.reports` and the program itself, which knows its fields.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from phakdi.api.schemas.paging import NextCursor
from phakdi.api.schemas.problems import ProblemOut
from phakdi.api.schemas.values import Amount, In, Out

AmountIn = Annotated[
    Decimal | str,
    Field(description="In currency units, such as 120.50; never satang. A number or a decimal text.", examples=["120.50"]),
]
ReportText = Annotated[Annotated[str, Field(max_length=500)] | int, Field(description="A text; a whole number counts as one.")]


class NamedIdentity(In):
    """An identity of the member."""

    kind: str = Field(max_length=60, examples=["PHONE"])
    value: str = Field(min_length=1, max_length=200, examples=["0812345678"])


class MemberByIdentity(In):
    """A member named by an identity; one that nobody has yet becomes a shadow, whose points are theirs once they enroll."""

    identity: NamedIdentity


class MemberByNumber(In):
    """A member named by their number."""

    number: str = Field(min_length=1, max_length=60)


MemberNameIn = Annotated[
    UUID | MemberByIdentity | MemberByNumber,
    Field(description="The member's id, or an object with an identity or a number."),
]


class _Open(Schema):
    model_config = ConfigDict(extra="allow")


class LineIn(_Open):
    """One line of a basket. Fields that the program declares for lines may stand beside these."""

    id: ReportText | None = Field(default=None, description="By what a return names the line; its position where left out.")
    amount: AmountIn | None = Field(
        default=None, description="The line's total before the program's discounts; 0 where left out, in a return the whole line."
    )
    product: ReportText | None = None
    category: ReportText | None = None
    quantity: Decimal | str | None = Field(default=None, description="Up to three decimals; 1 where left out.")


class ActivityIn(_Open):
    """What a member did. Fields that the program declares for the kind may stand beside these, or in `fields`."""

    member: MemberNameIn
    kind: str = Field(
        max_length=500, examples=["purchase"], description="A kind that the program knows: purchase, refund, redeem, …"
    )
    ref: ReportText | None = Field(
        default=None,
        description="The receipt's or order's number at its origin: it is recorded once. Without one, send an Idempotency-Key.",
    )
    of: ReportText | None = Field(default=None, description="The order, redemption or conversion that it is about.")
    origin: ReportText | None = Field(default=None, description="Whose number `ref` is, such as the till system.")
    at: datetime | None = Field(
        default=None, description="When it happened; now where left out. Without an offset, in the program's zone."
    )
    channel: ReportText | None = None
    store: ReportText | None = None
    tender: ReportText | None = None
    amount: AmountIn | None = Field(default=None, description="The bill's total; the sum of the lines where left out.")
    lines: Annotated[list[LineIn], Field(max_length=1000)] | None = None
    fields: dict[str, Any] | None = None


class DryRunIn(ActivityIn):
    """An activity to try, at an instant that may lie in the future."""

    now: datetime | None = Field(default=None, description="The clock to try it at, with its offset; the present where left out.")


class BatchIn(In):
    """Up to 1,000 activities."""

    items: Annotated[list[ActivityIn], Field(min_length=1, max_length=1000)]


class ReasonOut(Out):
    """Why a rule did or did not apply."""

    rule: str
    applied: bool
    reason: str
    params: dict[str, Any]
    text: str = Field(description="In the language asked for.")


class ActivityOut(Out):
    """What the till is told: what it earned or cost, and why."""

    id: UUID
    member_id: UUID
    status: Literal["BOOKED", "REVIEW"] = Field(
        description="REVIEW: too late to be booked by itself; somebody has to look at it."
    )
    is_replay: bool = Field(description="It was recorded before; this is the first answer again.")
    outcome: dict[str, Any] = Field(description="Points by unit are whole; amounts of money are decimal texts in currency units.")
    reasons: list[ReasonOut]


class BatchItemOut(Out):
    """The answer to one item: an activity, or the problem that it met."""

    status: int
    activity: ActivityOut | None = None
    problem: ProblemOut | None = None


class BatchOut(Out):
    """One answer for each item, in their order."""

    items: list[BatchItemOut]
    recorded: int
    replayed: int
    refused: int


class KeptLineOut(Out):
    """A line as it was recorded."""

    id: str
    amount: Amount
    product: str
    category: str
    quantity: Amount
    fields: dict[str, Any]


class KeptActivityOut(Out):
    """An activity as it was recorded, and what the till was told."""

    id: UUID
    member_id: UUID
    kind: str
    ref: str
    of: str
    origin: str
    channel: str
    store: str
    tender: str
    amount: Amount | None
    lines: list[KeptLineOut]
    fields: dict[str, Any] = Field(description="As they are kept: money in minor units, decimals in thousandths.")
    occurred_at: datetime
    recorded_at: datetime
    status: Literal["BOOKED", "REVIEW"]
    program_version_id: UUID | None
    outcome: dict[str, Any]
    reasons: list[ReasonOut]


class KeptActivitiesOut(Out):
    """A page of activities, the latest recorded first."""

    items: list[KeptActivityOut]
    next_cursor: NextCursor
