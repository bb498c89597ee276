"""What becomes of a member's points and rights when everything personal about them is destroyed (R124)."""

from phakdi.loyalty.engine.core import limits, moves, rights
from phakdi.loyalty.engine.core.work import Work

REASON = "member_forgotten"
KEPT_MARKS = frozenset({"joined", "last", "left", "level_term", "once", "first_earned", "carry", "lapsed"})


def forget(work: Work) -> None:
    """End what is still open: holds are given back, points expire, vouchers are cancelled, links to others are cut.

    What a member did stays in the books; what waits for nobody any more does not stay a debt of the shop.
    """
    work.earns = False
    for ref, hold in list(work.state.marks.get("holds", {}).items()):
        for key, bucket, quantity in hold.get("limits", ()):
            limits.step_back(work, key, bucket, quantity)
        moves.release(work, ref, reason=REASON)
    for unit in sorted({lot.unit for lot in work.state.lots.values() if lot.remaining}):
        moves.expire_all(work, unit, reason=REASON)
    for voucher in list(work.state.vouchers.values()):
        if voucher.state in rights.OPEN:
            rights.cancel(work, voucher.id, reason=REASON)
    membership = work.membership
    membership.ended, membership.until = True, work.at
    work.state.marks["left"] = work.at.isoformat()
    for name in [name for name in work.state.marks if name not in KEPT_MARKS]:
        del work.state.marks[name]
