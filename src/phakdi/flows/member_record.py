"""Everything that is held about a member, gathered from every room: what they are shown, and what a copy has in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from phakdi.care.surveys.queries import member_answers
from phakdi.engagement.messaging.queries import messages_of
from phakdi.kit.text import Text
from phakdi.loyalty.ledger import queries as ledger
from phakdi.people.consents.queries import consent_history
from phakdi.people.members.models import Member
from phakdi.people.members.queries import get_member, identities_of, merged_into
from phakdi.people.requests.queries import requests_of
from phakdi.people.traits.core import TRAITS, told_value
from phakdi.people.traits.queries import traits_of
from phakdi.platform.audit.queries import AuditFilter, entries

Row = dict[str, Any]
PAGE = 500
ALL = 100_000
PAGES_MAX = 200  # a hundred thousand rows of one kind: nobody has more
AUDIT_MAX = 200
PROFILE = (
    "number", "status", "title", "given_name", "family_name", "nickname", "birthday", "gender", "language", "phone", "email",
    "home_store", "segments", "source", "joined_at", "referred_by", "spend_held_until", "created_at", "updated_at",
)  # fmt: skip
ACTIVITY = (
    "id", "kind", "occurred_at", "recorded_at", "store", "channel", "ref", "origin", "tender", "amount_minor", "data", "outcome",
    "state",
)  # fmt: skip
ENTRY = (
    "id",
    "activity_id",
    "effective_at",
    "recorded_at",
    "kind",
    "unit",
    "points",
    "source",
    "target",
    "rule",
    "reason",
    "params",
)
VOUCHER = ("id", "definition", "state", "issued_at", "starts_at", "expires_at", "value_minor", "uses_left")
CONSENT = ("purpose", "channel", "granted", "text_version", "text_hash", "language", "at", "source", "given_by", "guardian")
MESSAGE = ("created_at", "kind", "channel", "destination", "subject", "body", "state", "finished_at")
REQUEST = ("opened_at", "kind", "state", "details", "due_date", "closed_at", "answer", "refusal_reason")
LOOK = ("at", "action", "actor_kind", "data")


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of data: what it is called, what it is for, how long it is kept, and how it is read."""

    key: str
    title: Text
    why: Text
    kept: Text
    read: Callable[[Member, int], list[Row]]


def record_of(*, organization_id: UUID, member_id: UUID) -> tuple[Member, dict[str, list[Row]]]:
    """Return the member and every row that is held about them, by the key of `PARTS`; in a scope. Raises UnknownMember."""
    member = get_member(organization_id=organization_id, member_id=member_id)
    people = [member, *merged_into(organization_id=organization_id, member_id=member_id)]
    return member, {part.key: [row for person in people for row in part.read(person, ALL)] for part in PARTS}


def latest_of(*, organization_id: UUID, member_id: UUID, most: int) -> tuple[dict[str, list[Row]], dict[str, int]]:
    """Return the latest rows of each part, ``most`` at most, and how many there are; in a scope. Raises UnknownMember."""
    member = get_member(organization_id=organization_id, member_id=member_id)
    people = [member, *merged_into(organization_id=organization_id, member_id=member_id)]
    rows = {part.key: [row for person in people for row in part.read(person, most)] for part in PARTS}
    sizes = {key: len(found) for key, found in rows.items()}
    sizes |= ledger.sizes_of(organization_id=organization_id, member_ids=[person.id for person in people])
    return {key: found[:most] for key, found in rows.items()}, sizes


def _profile(member: Member, _most: int) -> list[Row]:
    return [_row(member, PROFILE) | {f"attribute_{key}": value for key, value in member.attributes.items()}]


def _identities(member: Member, _most: int) -> list[Row]:
    found = identities_of(organization_id=member.organization_id, member_id=member.id)
    return [_row(row, ("kind", "value", "verified_at", "created_at")) for row in found]


def _consents(member: Member, _most: int) -> list[Row]:
    found = consent_history(organization_id=member.organization_id, member_id=member.id, limit=PAGE * PAGES_MAX)
    return [_row(row, CONSENT) for row in found]


def _wallets(member: Member, _most: int) -> list[Row]:
    found = ledger.wallets_of(organization_id=member.organization_id, member_id=member.id)
    return [_row(row, ("unit", "active", "pending", "held", "debt", "earned", "spent", "expired")) for row in found]


def _activities(member: Member, most: int) -> list[Row]:
    return _all(member, most, ledger.activities_of, ACTIVITY)


def _movements(member: Member, most: int) -> list[Row]:
    return _all(member, most, ledger.entries_of, ENTRY)


def _vouchers(member: Member, most: int) -> list[Row]:
    return _all(member, most, ledger.vouchers_of, VOUCHER)


def _messages(member: Member, _most: int) -> list[Row]:
    return [
        _row(row, MESSAGE) for row in messages_of(organization_id=member.organization_id, member_id=member.id, limit=AUDIT_MAX)
    ]


def _survey_answers(member: Member, _most: int) -> list[Row]:
    found = member_answers(organization_id=member.organization_id, member_id=member.id)
    return [
        {
            "answered_at": row.answered_at,
            "survey": survey.code,
            "channel": row.channel,
            "store": row.store,
            "answers": row.answers,
        }
        for row, survey in found
    ]


def _requests(member: Member, _most: int) -> list[Row]:
    return [_row(row, REQUEST) for row in requests_of(organization_id=member.organization_id, member_id=member.id)]


def _audit(member: Member, _most: int) -> list[Row]:
    wanted = AuditFilter(subject_kind="member", subject_id=str(member.id))
    return [_row(row, LOOK) for row in entries(organization_id=member.organization_id, wanted=wanted, limit=AUDIT_MAX)]


def _expected(member: Member, _most: int) -> list[Row]:
    found = traits_of(organization_id=member.organization_id, member_id=member.id)
    return [
        {
            "expectation": name,
            "value_minor" if TRAITS[name].type == "money" else "value": told_value(name, trait.value),
            "computed_at": trait.computed_at,
        }
        for name in TRAITS
        if (trait := found.get(name)) and trait.value is not None
    ]


def _all(member: Member, most: int, page: Callable[..., list[Any]], columns: tuple[str, ...]) -> list[Row]:
    rows: list[Row] = []
    before: UUID | None = None
    for _ in range(PAGES_MAX):
        found = page(organization_id=member.organization_id, member_id=member.id, before=before, limit=min(PAGE, most))
        rows += [_row(row, columns) for row in found]
        if len(found) < PAGE or len(rows) >= most:
            break
        before = found[-1].id
    return rows


def _row(row: Any, columns: tuple[str, ...]) -> Row:
    return {name: getattr(row, name) for name in columns}


_RELATION: Mapping[str, Text] = {
    "contract": {"th": "ใช้ดำเนินการสมาชิกภาพตามสัญญา", "en": "To run the membership (contract)."},
    "accounts": {"th": "ใช้คิดแต้มและทำบัญชีตามกฎหมาย", "en": "To work out points and for accounts (law)."},
    "consent": {"th": "ใช้พิสูจน์ว่าคุณยินยอมหรือไม่ยินยอมเรื่องใด", "en": "To prove what was agreed to and what not (law)."},
    "security": {"th": "ใช้ดูแลความปลอดภัยของบัญชี", "en": "To keep accounts safe."},
}
_KEPT: Mapping[str, Text] = {
    "member": {"th": "เก็บตลอดที่เป็นสมาชิก หรือจนกว่าคุณขอลบ", "en": "As long as the membership lasts, or until it is erased."},
    "books": {
        "th": "เก็บตลอดที่เป็นสมาชิก เมื่อขอลบจะเหลือเฉพาะรายการบัญชีที่ไม่มีชื่อ",
        "en": "As long as the membership lasts; when erased, the books stay without a name.",
    },
    "proof": {"th": "เก็บเป็นหลักฐาน เมื่อขอลบจะไม่มีชื่อคุณ", "en": "Kept as proof; when erased, without a name."},
}
PARTS: tuple[Part, ...] = (
    Part("profile", {"th": "ข้อมูลส่วนตัว", "en": "Who you are"}, _RELATION["contract"], _KEPT["member"], _profile),
    Part(
        "identities",
        {"th": "ช่องทางที่ใช้ระบุตัวคุณ", "en": "How we recognize you"},
        _RELATION["contract"],
        _KEPT["member"],
        _identities,
    ),
    Part("consents", {"th": "ความยินยอม", "en": "What you agreed to"}, _RELATION["consent"], _KEPT["proof"], _consents),
    Part("wallets", {"th": "ยอดแต้ม", "en": "Balances"}, _RELATION["contract"], _KEPT["books"], _wallets),
    Part(
        "activities",
        {"th": "การซื้อและกิจกรรม", "en": "Purchases and activities"},
        _RELATION["accounts"],
        _KEPT["books"],
        _activities,
    ),
    Part("movements", {"th": "รายการแต้มเข้าออก", "en": "Movements of points"}, _RELATION["accounts"], _KEPT["books"], _movements),
    Part("vouchers", {"th": "คูปองและสิทธิ์", "en": "Vouchers"}, _RELATION["contract"], _KEPT["books"], _vouchers),
    Part(
        "expected",
        {"th": "สิ่งที่ระบบคาดการณ์เกี่ยวกับคุณ", "en": "What we expect of you"},
        {"th": "คำนวณจากการซื้อของคุณ ใช้เลือกข้อเสนอที่เหมาะ", "en": "Worked out from your purchases, to choose offers that suit."},
        _KEPT["member"],
        _expected,
    ),
    Part(
        "survey_answers",
        {"th": "คำตอบแบบสอบถามของคุณ", "en": "What you answered to surveys"},
        {"th": "ใช้ปรับปรุงสินค้าและบริการ", "en": "To make goods and service better."},
        {
            "th": "เก็บตลอดที่เป็นสมาชิก เมื่อขอลบจะเหลือเพียงตัวเลขที่ไม่มีชื่อและข้อความของคุณ",
            "en": "As long as the membership lasts; when erased, figures stay without your name and words.",
        },
        _survey_answers,
    ),
    Part("messages", {"th": "ข้อความที่เราส่งถึงคุณ", "en": "Messages we sent you"}, _RELATION["contract"], _KEPT["member"], _messages),
    Part(
        "requests",
        {"th": "คำขอเรื่องข้อมูลของคุณ", "en": "What you asked about your data"},
        _RELATION["consent"],
        _KEPT["proof"],
        _requests,
    ),
    Part(
        "audit",
        {"th": "ใครดูหรือแก้ข้อมูลของคุณ", "en": "Who looked at your data or changed it"},
        _RELATION["security"],
        _KEPT["proof"],
        _audit,
    ),
)
