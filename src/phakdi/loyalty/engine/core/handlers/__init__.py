"""What the engine does with an activity besides letting it earn: one function for each kind that needs one.

A handler looks at ``work.activity`` and changes ``work``, or raises `Rejected`; then earning rules for the kind run, unless
it set ``work.earns = False``, and meters, levels and time after them. What it wants to tell the till goes into
``work.outcome``. A redemption that may be undone keeps a document (see `documents`).

Kinds that only earn (a visit, a stay, a flight, a ride, a survey, a stamp, a claim) have no handler: rules say it all.
"""

from collections.abc import Callable

from phakdi.loyalty.engine.core.handlers import (
    awarding,
    forgetting,
    linking,
    membership,
    purchases,
    receipts,
    redeeming,
    referring,
    sharing,
    vouchers,
)
from phakdi.loyalty.engine.core.work import Work

Handler = Callable[[Work], None]

HANDLERS: dict[str, Handler] = {
    "purchase": purchases.purchase,
    "redeem": redeeming.redeem,
    "hold": redeeming.hold,
    "confirm": redeeming.confirm,
    "release": redeeming.release,
    "cancel_redeem": redeeming.cancel,
    "use_voucher": vouchers.use,
    "grant_voucher": vouchers.grant,
    "cancel_voucher": vouchers.cancel,
    "award": awarding.award,
    "adjust": awarding.adjust,
    "balance": awarding.balance,
    "migrate": awarding.balance,
    "join": membership.join,
    "upgrade": membership.upgrade,
    "renew": membership.renew,
    "replace_card": membership.replace_card,
    "cancel_membership": membership.cancel,
    "review": membership.review,
    "refer": referring.refer,
    "referral_claimed": referring.claimed,
    "referral_given": referring.given,
    "transfer": sharing.transfer,
    "receive_points": sharing.receive,
    "add_payee": sharing.add_payee,
    "household_joined": sharing.join_household,
    "convert": sharing.convert,
    "cancel_convert": sharing.cancel_convert,
    "submit_receipt": receipts.submit,
    "approve_receipt": receipts.approve,
    "reject_receipt": receipts.reject_it,
    "link": linking.link,
    "unlink": linking.unlink,
    "merge_cards": linking.merge_cards,
    "forget_member": forgetting.forget,
}
