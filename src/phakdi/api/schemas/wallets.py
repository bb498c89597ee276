"""Points: wallets, movements with their reasons, lots, vouchers, standing."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from phakdi.api.schemas.paging import NextCursor
from phakdi.api.schemas.values import Amount, Out


class WalletOut(Out):
    """A member's points of one unit, with all that time has made true by now. Only `active` may be spent."""

    unit: str
    name: str
    kind: str = Field(description="points, status, stamps or credit; credit counts minor units of money.")
    active: int
    pending: int
    held: int
    debt: int
    earned: int
    spent: int
    expired: int
    worth: Amount | None = Field(description="What the active points are worth in the program's currency, where it says so.")
    expires_next_at: datetime | None
    expires_next: int = Field(description="How many active points end then.")


class WalletsOut(Out):
    """All wallets of a member."""

    items: list[WalletOut]


class EntryReasonOut(Out):
    """Why points moved."""

    code: str
    params: dict[str, Any]
    text: str = Field(description="In the language asked for.")


class EntryOut(Out):
    """One movement of points from one account to another."""

    id: UUID
    activity_id: UUID | None
    kind: str
    unit: str
    points: int = Field(description="How many moved, always above zero.")
    change: int = Field(description="What it did to the points that may be spent: more, fewer, or 0.")
    source: str
    target: str
    rule: str
    reason: EntryReasonOut
    reverses_id: UUID | None
    pot: str
    ref: str
    effective_at: datetime
    recorded_at: datetime
    program_version_id: UUID | None


class EntriesOut(Out):
    """A page of movements, the latest first."""

    items: list[EntryOut]
    next_cursor: NextCursor


class LotOut(Out):
    """Points earned together that are still the member's."""

    id: UUID
    activity_id: UUID | None
    unit: str
    granted: int
    remaining: int
    earned_at: datetime
    available_at: datetime | None
    expires_at: datetime | None
    is_pending: bool
    waits_for: str
    is_bonus: bool
    pot: str
    rule: str
    ref: str


class LotsOut(Out):
    """A page of lots, the first to end first."""

    items: list[LotOut]
    next_cursor: NextCursor


class VoucherOut(Out):
    """The right to something."""

    id: UUID
    definition: str
    name: str
    state: Literal["ISSUED", "HELD", "USED", "EXPIRED", "CANCELLED"]
    is_usable: bool = Field(description="Issued, begun, and not over at this moment.")
    issued_at: datetime
    starts_at: datetime
    expires_at: datetime | None
    value: Amount | None
    uses_left: int
    rule: str
    ref: str


class VouchersOut(Out):
    """A page of vouchers, the latest first."""

    items: list[VoucherOut]
    next_cursor: NextCursor
