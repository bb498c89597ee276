"""The verbs of worked cases and their arguments. A verb is the kind of the activity that it reports."""

from collections.abc import Mapping

EXPIRE_TO = "expire_to"  # moves the clock; the only verb that reports nothing
PURCHASE = "purchase"
SUBMIT_RECEIPT = "submit_receipt"  # the one report that a member repeats at will: each receipt is taken once

COMMON = frozenset({"id", "of", "member", "channel", "store", "origin", "where", "place"})

VERBS: Mapping[str, frozenset[str]] = {
    "join": frozenset({"birthday", "level", "fee", "referred_by", "segments", "language", "plan", "traits"}),
    PURCHASE: frozenset({
        "amount", "lines", "pay", "tenders", "other_discount", "voucher", "vouchers", "delivery_fee", "shipping",
        "vat_included", "kind", "price", "regular_price", "privilege", "identified", "presented_by", "segment", "choose",
        "pay_points", "wallet", "litres", "gallons", "items", "card", "tax",
    }),
    "deliver": frozenset(),
    "refund": frozenset({"line", "amount", "lines", "items", "reason"}),
    "award": frozenset({
        "points", "base_points", "stars", "stamps", "credits", "wallet", "unit", "qualifying", "bonus", "reason", "amount",
    }),
    "redeem": frozenset({
        "points", "bill", "reward", "milestone", "stamps", "stars", "credits", "card", "gallons", "litres", "wallet", "unit",
        "amount", "lines", "items", "choose", "pay", "value",
    }),
    "cancel_redeem": frozenset({"reason"}),
    "use_voucher": frozenset({"voucher", "bill", "amount", "value", "choose", "lines", "pay"}),
    "refer": frozenset({"friend"}),
    "upgrade": frozenset({"level", "fee"}),
    "renew": frozenset({"fee", "level", "plan"}),
    "balance": frozenset({
        "points", "level", "tier", "nights_in_year", "orders_in_year", "wallet", "unit", "stamps", "stars", "credits",
        "tier_points", "amount", "spend",
    }),
    "stamp": frozenset({
        "drinks", "items", "card", "cup_price", "pay", "reusable_cup", "weather", "film", "amount", "stamps", "count",
    }),
    "merge_cards": frozenset({"cards"}),
    SUBMIT_RECEIPT: frozenset({"amount", "lines", "kind", "receipt_date", "pay"}),
    "approve_receipt": frozenset({"amount"}),
    "reject_receipt": frozenset({"reason"}),
    "ship": frozenset(),
    "confirm_receipt": frozenset(),
    "grant_voucher": frozenset({"voucher", "value", "count"}),
    "transfer": frozenset({"to", "points", "relation", "unit", "wallet", "fee"}),
    "add_payee": frozenset({"payee", "relation"}),
    "convert": frozenset({"points", "to", "owner", "unit"}),
    "cancel_convert": frozenset({"reason"}),
    "link": frozenset({"account"}),
    "unlink": frozenset({"account"}),
    "claim": frozenset({"kind", "activity_date", "points", "items", "amount"}),
    "replace_card": frozenset({"reason", "fee"}),
    "cancel_membership": frozenset({"reason"}),
    "bill": frozenset({"amount", "paid"}),
    "review": frozenset(),
    "fly": frozenset({"q_miles", "q_points", "sectors", "amount"}),
    "stay": frozenset({"nights", "amount"}),
    "ride": frozenset({"count", "line", "month", "amount"}),
    "prescription": frozenset({"days", "amount"}),
    "survey": frozenset(),
    "migrate": frozenset({"points", "level", "tier", "stamps", "credits", "wallet", "unit"}),
    EXPIRE_TO: frozenset(),
}  # fmt: skip

MEMBERS: Mapping[str, str] = {"transfer": "to", "add_payee": "payee", "refer": "friend", "join": "referred_by"}
"""The argument of a verb that names another member of the case."""

RENAMED: Mapping[str, str] = {"where": "place", "pay": "tender", "id": "ref", "month": "of_month"}
"""Arguments whose name in a case is shorter than that of the activity, or is a word of conditions."""

MAPPINGS = frozenset({"traits", "tenders", "balances"})
"""Arguments that are mappings; of others the members are arguments of their own."""

LINE_RENAMED: Mapping[str, str] = {"cat": "category", "code": "product"}
LINE_COMMON = frozenset({"id", "amount", "quantity", "product", "category", *LINE_RENAMED})
