"""Figures, and what stores sold in all."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from phakdi.api.schemas.places import StoreCode
from phakdi.api.schemas.values import Amount, Day, In, Out

By = Literal["store", "channel", "level", "segment"]


class DefinitionOut(Out):
    """What a figure is."""

    name: str = Field(examples=["retention"])
    title: str
    unit: Literal["count", "money", "percent", "decimal", "score"] = Field(
        description="`percent` is a share: 0.25 is 25 %. `money` is in currency units. `score` runs from −100 to 100."
    )
    formula: str
    by: list[By] = Field(description="By what it can be asked for.")


class DefinitionsOut(Out):
    """Every figure."""

    items: list[DefinitionOut]


class ValueOut(Out):
    """One figure of one key."""

    key: str = Field(description="Code of the store, channel, level or name of the segment; empty for all together.")
    value: Amount | None = Field(description="Null where it cannot be known: nothing to divide by, or a window that is not over.")
    numerator: Amount | None
    denominator: Amount | None = Field(description="Null where nothing is divided.")


class FigureOut(DefinitionOut):
    """One figure of a window."""

    first: date = Field(description="The first day.")
    last: date = Field(description="The last day, included.")
    as_of: datetime | None = Field(description="When it was found; null where figures were never refreshed.")
    items: list[ValueOut]


class TotalIn(In):
    """What a store sold on a day, bills without a member too."""

    store: StoreCode
    day: Day
    bills: Annotated[int, Field(ge=0, le=10**12)]
    sales: Annotated[Decimal, Field(description="After returns, so it may be below zero.", examples=["52000.00"])]


class TotalsIn(In):
    """Totals; a store and day that was told before is written over."""

    totals: Annotated[list[TotalIn], Field(min_length=1, max_length=1_000)]


class TotalsOut(Out):
    """How many were written."""

    written: int
