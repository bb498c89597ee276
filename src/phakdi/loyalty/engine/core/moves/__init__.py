"""The moves of the ledger. Each writes entries, changes lots with them, and leaves wallet, lots and entries in agreement.

``reason`` is a code and ``params`` its figures; ``ref`` is the order or redemption that it belongs to (by default the one
that the activity names). Points are > 0 everywhere.
"""

from phakdi.loyalty.engine.core.moves.giving import (
    CALENDAR_POTS,
    KEEP,
    Granted,
    activate,
    expiry_of,
    first_of,
    grant,
    once,
    policies_of,
    pot_of,
    repay,
    within_cap,
)
from phakdi.loyalty.engine.core.moves.holding import confirm, hold, kept_lot, release
from phakdi.loyalty.engine.core.moves.restoring import courtesy_end, restore
from phakdi.loyalty.engine.core.moves.sending import transfer_in, transfer_out
from phakdi.loyalty.engine.core.moves.taking import (
    Uses,
    cancel_pending,
    expire,
    expire_all,
    lapsed_of,
    spend,
    spendable,
    take_from,
    usable,
)

__all__ = [
    "CALENDAR_POTS", "KEEP", "Granted", "Uses", "activate", "cancel_pending", "confirm", "courtesy_end", "expire",
    "expire_all", "expiry_of", "first_of", "grant", "hold", "kept_lot", "lapsed_of", "once", "policies_of", "pot_of", "release", "repay", "restore", "spend",
    "spendable", "take_from", "transfer_in", "transfer_out", "usable", "within_cap",
]  # fmt: skip
