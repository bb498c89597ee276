"""The kinds of activities that every program understands, and who may report them."""

# What members do; programs add kinds of their own under ``activities``.
MEMBER_KINDS = frozenset({
    "purchase", "deliver", "refund", "visit", "stamp", "fly", "stay", "ride", "prescription", "survey", "claim", "bill", "review",
    "submit_receipt", "ship", "confirm_receipt", "redeem", "cancel_redeem", "hold", "confirm", "release", "use_voucher", "refer",
    "transfer", "add_payee", "convert", "cancel_convert", "link", "unlink", "merge_cards", "join", "renew", "replace_card",
    "cancel_membership",
})  # fmt: skip

# What staff and systems decide for a member: an edge lets nobody else report these.
STAFF_KINDS = frozenset({
    "award", "adjust", "balance", "migrate", "upgrade", "grant_voucher", "approve_receipt", "reject_receipt", "cancel_voucher",
})  # fmt: skip

# What other activities cause: they come through the outbox only.
CAUSED_KINDS = frozenset(
    {"receive_points", "referral_claimed", "referral_given", "household_joined", "take_back", "expire_to", "forget_member"}
)

# What the calendar brings about: nobody reports these.
CLOCK_KINDS = frozenset({
    "birthday", "birth_month", "month_start", "quarter_start", "half_year_start", "year_start", "week_start",
    "join_anniversary", "day_start",
})  # fmt: skip

# Kinds that are about an order, a redemption or a conversion named in ``of``.
ABOUT_ANOTHER = frozenset({
    "deliver", "refund", "ship", "confirm_receipt", "cancel_redeem", "confirm", "release", "approve_receipt", "reject_receipt",
    "cancel_convert", "cancel_voucher",
})  # fmt: skip

# What a change of level brings about: rules may be written for them, nobody reports them.
LEVEL_KINDS = frozenset({"level_up", "level_down", "level_kept"})
