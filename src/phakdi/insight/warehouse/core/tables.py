"""The tables of the warehouse: what each column means, its type and its unit.

One warehouse belongs to one organization. Days are program days (of the organization's time zone), ``at`` is UTC, ``local_at`` the
same instant as the shop's clock showed it. Amounts are integer minor units; points are whole. Keys are integers that mean nothing
outside: ``member.member_id`` leads back to the member. Whoever became part of another member is that member here (``member_key`` of
the survivor). No names, phones, addresses or free texts are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableOf:
    """One table: what a row is, and of each column the type (as Ibis writes it) and the meaning."""

    row: str
    columns: Mapping[str, tuple[str, str]]

    @property
    def schema(self) -> dict[str, str]:
        """Types by column, in order."""
        return {name: type_ for name, (type_, _) in self.columns.items()}


_MEMBER = ("int64", "whose it is: the survivor's key where members became one")
_DAY = ("date", "program day")
_STORE = ("string", "code of the store; empty where nowhere in particular")
_CHANNEL = ("string", "channel as reported; empty where not said")

TABLES: Mapping[str, TableOf] = {
    "member": TableOf(
        "one member who is not merged away: enrolled, frozen, closed or a shadow",
        {
            "member_key": ("int64", "number of the member in this warehouse"),
            "member_id": ("string", "id of the member outside"),
            "status": ("string", "ACTIVE, FROZEN, SHADOW, CLOSED …"),
            "is_enrolled": ("boolean", "whether the member counts as enrolled now (ACTIVE or FROZEN)"),
            "joined_on": ("date", "day of enrolment; null for a shadow"),
            "left_on": ("date", "day on which the account was closed or erased"),
            "birth_year": ("int32", "year of birth, if told"),
            "gender": ("string", "as told, or empty"),
            "language": ("string", "language of messages"),
            "home_store": ("string", "store where the member enrolled or belongs"),
            "source": ("string", "where the member came from"),
            "level": ("string", "level of the tier now; empty without one"),
            "plan": ("string", "paid plan now; empty without one"),
            "referred_by_key": ("int64", "member who brought this one"),
        },
    ),
    "member_segment": TableOf(
        "one segment a member is in now",
        {"member_key": _MEMBER, "segment": ("string", "name of the segment")},
    ),
    "reach": TableOf(
        "one purpose and channel for which a member's consent stands now and a working address is known",
        {"member_key": _MEMBER, "purpose": ("string", "purpose of the consent"), "channel": ("string", "SMS, EMAIL, LINE …")},
    ),
    "level_span": TableOf(
        "one time during which a member was on a level",
        {
            "member_key": _MEMBER,
            "level": ("string", "level; empty for none"),
            "from_day": ("date", "first day"),
            "to_day": ("date", "day on which it ended, not included; null while it lasts"),
        },
    ),
    "purchase": TableOf(
        "one bill of a member, after the returns and reversals known now; a bill that came back whole stays with net 0",
        {
            "purchase_key": ("int64", "number of the bill in this warehouse"),
            "activity_id": ("string", "id of the activity outside"),
            "member_key": _MEMBER,
            "day": _DAY,
            "at": ("timestamp('UTC')", "when, UTC"),
            "local_at": ("timestamp", "when, by the shop's clock"),
            "store": _STORE,
            "channel": _CHANNEL,
            "tender": ("string", "how it was paid, if told"),
            "gross_minor": ("int64", "amount of the bill as reported"),
            "net_minor": ("int64", "what was paid after discounts, vouchers, points and returns; ≥ 0 (K3)"),
            "returned_minor": ("int64", "what came back of it"),
            "points_minor": ("int64", "the part paid with points"),
            "lines": ("int32", "number of lines"),
        },
    ),
    "purchase_line": TableOf(
        "one line of a bill, after returns",
        {
            "purchase_key": ("int64", "the bill"),
            "line": ("int32", "position on the bill, from 1"),
            "member_key": _MEMBER,
            "day": _DAY,
            "store": _STORE,
            "channel": _CHANNEL,
            "product": ("string", "code of the product; empty where not told"),
            "category": ("string", "category of the product; empty where not told"),
            "quantity_milli": ("int64", "thousandths of a piece, litre or kilogram, after returns"),
            "amount_minor": ("int64", "what was paid for the line, after returns; the bill's discounts are shared out"),
            "returned_minor": ("int64", "what came back of it"),
        },
    ),
    "points_movement": TableOf(
        "one entry of the ledger",
        {
            "entry_key": ("int64", "number of the entry in this warehouse"),
            "entry_id": ("string", "id of the entry outside"),
            "activity_id": ("string", "activity that caused it; empty for time alone"),
            "purchase_key": ("int64", "the bill that caused it; null where it was no bill"),
            "member_key": _MEMBER,
            "day": _DAY,
            "unit": ("string", "kind of points"),
            "kind": ("string", "earn, spend, expire, adjust …, as in the ledger"),
            "points": ("int64", "> 0"),
            "source": ("string", "account it came from: ISSUED, ACTIVE, PENDING, HELD, REDEEMED, EXPIRED, PARTNER …"),
            "target": ("string", "account it went to"),
            "rule": ("string", "rule of the program, or empty"),
            "store": _STORE,
            "channel": _CHANNEL,
        },
    ),
    "lot": TableOf(
        "points that were earned together",
        {
            "lot_key": ("int64", "number of the lot in this warehouse"),
            "member_key": _MEMBER,
            "unit": ("string", "kind of points"),
            "granted": ("int64", "points at first"),
            "remaining": ("int64", "points still outstanding: active, pending or held"),
            "spent": ("int64", "points used so far, less what was given back"),
            "expired": ("int64", "points that ended unused"),
            "earned_on": ("date", "day on which they were earned"),
            "available_on": ("date", "day from which they can be used"),
            "expires_on": ("date", "day on which they end; null for never"),
            "is_pending": ("boolean", "whether they still wait"),
            "rule": ("string", "rule that gave them"),
        },
    ),
    "lot_use": TableOf(
        "points of one lot that were used (> 0) or given back (< 0)",
        {
            "lot_key": ("int64", "the lot"),
            "member_key": _MEMBER,
            "unit": ("string", "kind of points"),
            "earned_on": ("date", "day on which the lot was earned"),
            "day": ("date", "day of the use"),
            "points": ("int64", "points used; negative where given back"),
        },
    ),
    "wallet": TableOf(
        "what a member holds of one kind of points now",
        {
            "member_key": _MEMBER,
            "unit": ("string", "kind of points"),
            "active": ("int64", "points that can be used"),
            "pending": ("int64", "points that wait"),
            "held": ("int64", "points put aside"),
            "debt": ("int64", "points owed"),
        },
    ),
    "voucher": TableOf(
        "one right to something: a reward taken, a coupon, a gift",
        {
            "voucher_key": ("int64", "number in this warehouse"),
            "member_key": _MEMBER,
            "definition": ("string", "what it is, as in the program"),
            "state": ("string", "ISSUED, HELD, USED, EXPIRED, CANCELLED"),
            "issued_on": ("date", "day of issue"),
            "expires_on": ("date", "day on which it ends"),
            "value_minor": ("int64", "face value, if it has one"),
            "rule": ("string", "rule that gave it; reward:… where points were paid for it"),
            "used_on": ("date", "day of the bill or activity it was used on; null until then"),
        },
    ),
    "activity": TableOf(
        "anything a member did or that was done for them, purchases too",
        {
            "activity_key": ("int64", "number in this warehouse"),
            "activity_id": ("string", "id of the activity outside"),
            "member_key": _MEMBER,
            "kind": ("string", "as in the program: purchase, refund, check_in, review, referral, reward …"),
            "day": _DAY,
            "at": ("timestamp('UTC')", "when, UTC"),
            "store": _STORE,
            "channel": _CHANNEL,
            "amount_minor": ("int64", "amount, if it has one"),
            "is_engaged": ("boolean", "whether it shows that the member took part (K12): not what staff or time did"),
        },
    ),
    "message": TableOf(
        "one message to a member",
        {
            "message_key": ("int64", "number in this warehouse"),
            "member_key": _MEMBER,
            "day": _DAY,
            "at": ("timestamp('UTC')", "when it was made, UTC"),
            "channel": ("string", "SMS, EMAIL, LINE …"),
            "template": ("string", "which message"),
            "state": ("string", "what became of it"),
            "parts": ("int32", "parts that were paid for"),
        },
    ),
    "sign_in": TableOf(
        "one time a member signed in",
        {
            "member_key": _MEMBER,
            "day": _DAY,
            "at": ("timestamp('UTC')", "when, UTC"),
            "way": ("string", "how: LINE, PHONE …"),
        },
    ),
    "survey_answer": TableOf(
        "one answer to a survey's scored question",
        {
            "answer_key": ("int64", "number in this warehouse"),
            "member_key": ("int64", "who answered; null for an answer by link without a member"),
            "survey": ("string", "code of the survey"),
            "wave": ("string", "round of asking"),
            "metric": ("string", "NPS, CSAT or SCORE"),
            "scale": ("int32", "highest value of the scale: 10 for NPS; 5, 7 or 10 for CSAT"),
            "score": ("int32", "the answer"),
            "day": _DAY,
            "store": _STORE,
            "channel": ("string", "link, portal or api"),
            "sentiment": ("string", "pos, neu, neg of the words beside it; empty without words"),
        },
    ),
    "till_total": TableOf(
        "what a store sold on a day, bills without a member too",
        {
            "day": _DAY,
            "store": _STORE,
            "bills": ("int64", "all bills"),
            "sales_minor": ("int64", "all sales"),
        },
    ),
}
