"""What is decided about imports without asking the database. Pure."""

from phakdi.platform.imports.core.orders import LINES_MAX, OrderLine, Purchase, Reject, Return, group_lines
from phakdi.platform.imports.core.returns import Bought, match_returns
from phakdi.platform.imports.core.running import WHOLE, ImportKind, ImportState, cut, total

__all__ = [
    "LINES_MAX",
    "WHOLE",
    "Bought",
    "ImportKind",
    "ImportState",
    "OrderLine",
    "Purchase",
    "Reject",
    "Return",
    "cut",
    "group_lines",
    "match_returns",
    "total",
]
