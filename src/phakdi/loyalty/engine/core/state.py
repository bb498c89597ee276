"""What the engine knows of one member, what it is told, and what it answers. Pure values: no database, no Django.

Numbers: money is in minor units (satang, cents); a quantity that may have decimals (litres, kilometres) is in
thousandths; points and counts are whole. Instants are aware UTC. ``None`` for an end means never.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from phakdi.loyalty.engine.core.lots import Lots
from phakdi.loyalty.programs.activity import Activity as Activity  # what is told: read by the programs room, below this one
from phakdi.loyalty.programs.activity import Line as Line
from phakdi.people.members.core.status import SPENDING_HOLD_MAX
from phakdi.people.traits.core import Trait

# --- what is known -----------------------------------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class Profile:
    """The facts about a member that rules may ask for; kept by the members room."""

    status: str = "ACTIVE"  # ACTIVE | FROZEN | MERGED | CLOSED | SHADOW
    joined_at: datetime | None = None
    birthday: date | None = None
    language: str = "th"
    segments: frozenset[str] = frozenset()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    spending_held_until: datetime | None = None
    traits: Mapping[str, Trait] = field(default_factory=dict)  # read only where the program asks for any

    def is_spending_held(self, at: datetime) -> bool:
        """Tell whether points may not be spent at ``at``: for one to three days after a phone or e-mail was changed (a stolen SIM)."""
        until = self.spending_held_until
        return until is not None and until - SPENDING_HOLD_MAX <= at < until


@dataclass(slots=True)
class Lot:
    """Points earned together. ``remaining`` is still the member's: spendable, or pending while ``is_pending``."""

    id: UUID
    unit: str
    granted: int
    remaining: int
    earned_at: datetime
    available_at: datetime | None  # None: waits for the activity kind in ``waits_for``
    expires_at: datetime | None
    is_pending: bool = False
    waits_for: str = ""
    cancel_at: datetime | None = None  # R21: what did not become true by then is cancelled
    pot: str = ""
    rule: str = ""
    is_bonus: bool = False
    activity_id: UUID | None = None
    ref: str = ""  # the order that earned it


@dataclass(slots=True)
class Wallet:
    """A member's points of one unit. ``active`` may be spent, ``held`` waits in a hold, ``debt`` is owed."""

    unit: str
    active: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0
    earned: int = 0  # ever activated, less what returns took back
    spent: int = 0
    expired: int = 0


@dataclass(slots=True)
class Voucher:
    """The right to something, with its own code and life."""

    id: UUID
    definition: str
    state: str  # ISSUED | HELD | USED | EXPIRED | CANCELLED
    issued_at: datetime
    starts_at: datetime
    expires_at: datetime | None
    value_minor: int | None = None
    uses_left: int = 1
    rule: str = ""
    activity_id: UUID | None = None
    ref: str = ""  # the order it was used on
    choice: str = ""  # group of which only one may be taken


@dataclass(slots=True)
class Standing:
    """Which level a member holds, since when, until when, and what is decided about the next."""

    level: str = ""
    since: datetime | None = None
    until: datetime | None = None  # end of the level's term
    grace_until: datetime | None = None
    next_level: str = ""  # an upgrade that starts at ``next_at``
    next_at: datetime | None = None
    assigned: bool = False  # given, not earned: reviews leave it alone until ``until``


@dataclass(slots=True)
class Membership:
    """A term of membership: free or paid. ``plan`` is the level or plan that was joined."""

    plan: str = ""
    since: datetime | None = None
    until: datetime | None = None
    ended: bool = False
    fee_paid_minor: int = 0


@dataclass(slots=True)
class MemberState:
    """All that `advance` may look at. ``orders`` holds those that the input refers to (all, in worked cases)."""

    organization_id: UUID
    member_id: UUID
    version: int = 0
    clock: datetime | None = None  # time has been booked up to here
    profile: Profile = field(default_factory=Profile)
    wallets: dict[str, Wallet] = field(default_factory=dict)
    lots: Lots = field(default_factory=Lots)
    vouchers: dict[UUID, Voucher] = field(default_factory=dict)
    standing: Standing = field(default_factory=Standing)
    membership: Membership = field(default_factory=Membership)
    meters: dict[str, dict[str, int]] = field(default_factory=dict)  # meter -> bucket -> quantity
    marks: dict[str, Any] = field(default_factory=dict)  # once-only marks, remainders carried, links, payees
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)  # ref -> order document (JSON shapes only)
    budgets: dict[str, int] = field(default_factory=dict)  # shared budget -> what is left of it (a snapshot)


# --- what is answered --------------------------------------------------------------------------------------------


@dataclass(slots=True)  # not frozen, and never changed: a frozen one takes three times as long to make
class Entry:
    """One movement of points from one account to another: ``points`` > 0, so every entry sums to zero.

    The member's accounts are ACTIVE PENDING HELD DEBT; the program's ISSUED REDEEMED EXPIRED CANCELLED TRANSFER
    PARTNER OPENING FEES. ``reason`` is a code, ``params`` its figures: the edge makes a sentence of them.
    ``uses`` names the lots touched as ``(lot id, points)``: taken from when ``source`` is ACTIVE/PENDING/HELD,
    given to when ``target`` is.
    """

    id: UUID
    kind: str  # EARN ACTIVATE SPEND RESTORE EXPIRE ADJUST REVERSE HOLD RELEASE TRANSFER REPAY OPEN CANCEL
    unit: str
    points: int
    source: str
    target: str
    effective_at: datetime
    rule: str = ""
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    reverses_id: UUID | None = None
    uses: tuple[tuple[UUID, int], ...] = ()
    pot: str = ""
    ref: str = ""


@dataclass(slots=True)  # as `Entry`
class Fact:
    """What is told afterwards: `topic` such as ``points.earned``, with ids and figures, never personal data."""

    topic: str
    data: Mapping[str, Any]


@dataclass(slots=True, frozen=True)
class Caused:
    """An activity of another member (or of this one, later) that this step brings about, through the outbox."""

    member_id: UUID
    kind: str
    at: datetime
    fields: Mapping[str, Any]
    ref: str = ""


@dataclass(slots=True)  # as `Entry`
class Verdict:
    """Why a rule did or did not apply."""

    rule: str
    applied: bool
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Step:
    """The next state and the rows to write. Writing them is all that a store has to do."""

    state: MemberState
    activity: Activity | None  # None: only time passed
    entries: list[Entry] = field(default_factory=list)
    new_lots: list[Lot] = field(default_factory=list)
    changed_lots: list[Lot] = field(default_factory=list)
    new_vouchers: list[Voucher] = field(default_factory=list)
    changed_vouchers: list[Voucher] = field(default_factory=list)
    changed_orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    caused: list[Caused] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    budget_takes: dict[str, int] = field(default_factory=dict)
    outcome: dict[str, Any] = field(default_factory=dict)  # what the till is told: earned, balances, level, fee, pay
    due_at: datetime | None = None  # when time next has something to book for this member
