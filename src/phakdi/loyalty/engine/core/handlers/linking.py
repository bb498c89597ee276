"""Accounts elsewhere that belong to a member, and stamp cards that become one."""

from phakdi.loyalty.engine.core import moves
from phakdi.loyalty.engine.core.handlers import asking
from phakdi.loyalty.engine.core.state import Lot
from phakdi.loyalty.engine.core.work import Work, reject

LINKS_MAX = 50


def link(work: Work) -> None:
    """Note that the member linked an ``account`` elsewhere; rules may give for the first time.

    Raises:
        Rejected: ``already_linked``, ``links_too_many``.
    """
    asking.demand_active(work)
    account = _account(work)
    linked = work.mark("linked", [])
    if account in linked:
        raise reject("already_linked", "This account is linked already.", account=account)
    if len(linked) >= LINKS_MAX:
        raise reject("links_too_many", "So many accounts cannot be linked.", maximum=LINKS_MAX)
    linked.append(account)


def unlink(work: Work) -> None:
    """Forget a linked account. Rejected (``not_linked``): it was not."""
    account = _account(work)
    linked = work.mark("linked", [])
    if account not in linked:
        raise reject("not_linked", "This account is not linked.", account=account)
    linked.remove(account)


def _account(work: Work) -> str:
    account = str(work.activity.fields.get("account") or "")
    if not account:
        raise reject("account_missing", "Say which account.", field="account")
    return account


def merge_cards(work: Work) -> None:
    """Bring the stamps of several cards together on the first one named, each stamp with its own end.

    Raises:
        Rejected: ``cards_missing``, ``cards_empty``.
    """
    asking.demand_active(work)
    work.earns = False
    cards = [str(card) for card in work.activity.fields.get("cards") or ()]
    if not cards:
        raise reject("cards_missing", "Say which cards become one.", field="cards")
    units = [unit for unit in work.program.units.values() if unit.pots is not None]
    target, others = cards[0], cards[1:]
    for unit in units:
        for lot in [lot for lot in work.state.lots.values() if lot.unit == unit.key and lot.pot in others and lot.remaining]:
            _move(work, lot, target)


def _move(work: Work, lot: Lot, pot: str) -> None:
    """Move what is left of a lot into another pot; the points stay the member's."""
    points, expires_at, is_bonus = lot.remaining, lot.expires_at, lot.is_bonus
    if lot.is_pending or (expires_at is not None and expires_at <= work.at):
        return
    uses = moves.take_from(work, [lot], points)
    work.entry(
        "TRANSFER", lot.unit, points, "ACTIVE", "TRANSFER", uses=uses, reason="cards_merged", params={"into": pot}, pot=lot.pot
    )
    moves.grant(
        work, lot.unit, points, rule_key=lot.rule, kind="TRANSFER", source="TRANSFER", reason="cards_merged", is_bonus=is_bonus, pot=pot,
        pending=(), expires_at=expires_at,
    )  # fmt: skip
