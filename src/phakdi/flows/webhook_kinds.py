"""Which facts are told outside, what each is about, and how one looks: `docs/webhooks.md` is written from this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from phakdi.platform.webhooks.core import PING


@dataclass(frozen=True, slots=True)
class EventKind:
    """A kind of event: what it means in both languages, and the ``data`` of an example."""

    en: str
    th: str
    data: Mapping[str, Any] = field(default_factory=dict)
    is_of_member: bool = True

    def meaning(self, language: str) -> str:
        """Return what it means in the reader's language."""
        return self.th if language == "th" else self.en


_VOUCHER = {"voucher_id": "019b0f3e-7a30-7cc4-9a0e-0f3c5a1b2c3d", "definition": "free-coffee"}
_UNTIL = "2027-11-23T17:00:00Z"
_MOVED = {"unit": "points", "points": 40, "balance": 1240, "ref": "2-1008"}
EVENT_KINDS: Mapping[str, EventKind] = {
    "member.joined": EventKind("Somebody became a member", "มีสมาชิกใหม่", {"source": "counter", "store": "SIAM"}),
    "member.changed": EventKind("A member's details changed", "ข้อมูลสมาชิกเปลี่ยน", {"fields": ["email"]}),
    "member.identity_bound": EventKind(
        "A phone, e-mail, card or LINE account was tied to a member", "ผูกเบอร์ อีเมล บัตร หรือ LINE กับสมาชิก", {"kind": "PHONE"}
    ),
    "member.shadowed": EventKind("A stranger was noted by phone or card", "บันทึกลูกค้าที่ยังไม่เป็นสมาชิก", {"source": "api"}),
    "member.frozen": EventKind("A member was frozen", "ระงับสมาชิก", {"by": "member", "reason": "lost phone"}),
    "member.unfrozen": EventKind("A member was thawed", "เลิกระงับสมาชิก"),
    "member.erased": EventKind("A member had their data erased: erase yours as well", "สมาชิกขอลบข้อมูล โปรดลบที่ระบบของคุณด้วย", {}),
    "member.closed": EventKind("A membership ended", "ปิดบัญชีสมาชิก", {"reason": "asked to leave"}),
    "member.merged": EventKind(
        "A member became part of another one",
        "รวมสมาชิกเข้ากับอีกคน",
        {"into": "019b0f00-0000-7000-8000-000000000003", "merge_id": "019b0f3e-7a30-7cc4-9a0e-0f3c5a1b2c3d"},
    ),
    "member.unmerged": EventKind(
        "A member stands alone again",
        "แยกสมาชิกที่เคยรวมกัน",
        {"from": "019b0f00-0000-7000-8000-000000000003", "merge_id": "019b0f3e-7a30-7cc4-9a0e-0f3c5a1b2c3d"},
    ),
    "points.earned": EventKind("Points were given", "ได้รับแต้ม", _MOVED),
    "points.activated": EventKind("Points that waited can be used", "แต้มที่รอใช้ได้แล้ว", _MOVED),
    "points.restored": EventKind("Points that were used came back", "คืนแต้มที่ใช้ไป", _MOVED),
    "points.taken_back": EventKind("Points were taken back for a return", "หักแต้มคืนเพราะมีการคืนสินค้า", _MOVED),
    "points.adjusted": EventKind("Points were adjusted by hand", "ปรับแต้มโดยพนักงาน", _MOVED),
    "points.spent": EventKind("Points were used", "ใช้แต้ม", _MOVED),
    "points.expired": EventKind("Points expired", "แต้มหมดอายุ", _MOVED),
    "points.transferred": EventKind("Points went to or came from another member", "โอนแต้มระหว่างสมาชิก", _MOVED),
    "points.cancelled": EventKind("Points that waited were cancelled", "ยกเลิกแต้มที่รอ", _MOVED),
    "points.opened": EventKind("Points came over from another system", "ยกยอดแต้มจากระบบเดิม", _MOVED),
    "points.held": EventKind("Points were put aside", "กันแต้มไว้", _MOVED),
    "points.released": EventKind("Points that were put aside are free again", "ปล่อยแต้มที่กันไว้", _MOVED),
    "points.left": EventKind(
        "Points left a member's wallet",
        "แต้มออกจากกระเป๋าของสมาชิก",
        {"kind": "SPEND", "unit": "points", "points": 150, "since": "2026-11-23T08:00:00Z", "ref": "2-1008"},
    ),
    "points.converted": EventKind(
        "Points went to a partner", "แปลงแต้มไปยังพันธมิตร", {"partner": "airline", "points": 1000, "converted": 500}
    ),
    "redemption.made": EventKind("A reward was taken", "แลกของรางวัล", {"ref": "R-7", "reward": "cup", "points": 150}),
    "reward.given": EventKind("A reward was given by a rule", "ให้ของรางวัลตามกติกา", {"reward": "cup", "rule": "birthday"}),
    "item.given": EventKind("A thing was given by a rule", "ให้ของตามกติกา", {"rule": "welcome", "count": 1}),
    "voucher.issued": EventKind("A voucher was given", "ออกคูปอง", {**_VOUCHER, "value": None, "expires_at": _UNTIL}),
    "voucher.used": EventKind("A voucher was used", "ใช้คูปอง", {**_VOUCHER, "ref": "2-1009"}),
    "voucher.restored": EventKind("A voucher can be used again", "คืนสิทธิ์คูปอง", _VOUCHER),
    "voucher.cancelled": EventKind("A voucher was taken back", "ยกเลิกคูปอง", {**_VOUCHER, "reason": "returned"}),
    "voucher.expired": EventKind("A voucher expired", "คูปองหมดอายุ", _VOUCHER),
    "level.upgraded": EventKind(
        "A member reached a level", "สมาชิกเลื่อนระดับ", {"level": "gold", "before": "silver", "until": _UNTIL, "reason": "reached"}
    ),
    "level.downgraded": EventKind(
        "A member fell to a level", "สมาชิกลดระดับ", {"level": "silver", "before": "gold", "until": None, "reason": "ended"}
    ),
    "level.prolonged": EventKind("A level was prolonged", "ต่ออายุระดับ", {"level": "gold", "until": _UNTIL}),
    "level.secured": EventKind("A level was kept", "รักษาระดับได้แล้ว", {"level": "gold"}),
    "level.scheduled": EventKind("A level will change", "ระดับกำลังจะเปลี่ยน", {"level": "gold", "at": _UNTIL}),
    "level.in_grace": EventKind("A level ended and its grace began", "เข้าช่วงผ่อนผันของระดับ", {"level": "gold", "until": _UNTIL}),
    "membership.joined": EventKind(
        "A paid membership began", "เริ่มสมาชิกแบบชำระเงิน", {"plan": "plus", "fee": 29900, "until": _UNTIL}
    ),
    "membership.renewed": EventKind(
        "A paid membership was renewed", "ต่ออายุสมาชิกแบบชำระเงิน", {"plan": "plus", "fee": 29900, "until": _UNTIL}
    ),
    "membership.cancelled": EventKind("A paid membership was cancelled", "ยกเลิกสมาชิกแบบชำระเงิน", {"plan": "plus"}),
    "membership.ended": EventKind("A paid membership ended", "สมาชิกแบบชำระเงินสิ้นสุด", {"plan": "plus"}),
    "activity.in_review": EventKind(
        "An activity waits for somebody's decision",
        "กิจกรรมรอการตัดสินใจ",
        {"activity_id": "019b0f3e-7a30-7cc4-9a0e-0f3c5a1b2c3d", "kind": "purchase"},
    ),
    "survey.answered": EventKind(
        "A survey was answered, or an answer changed; without a member where somebody answered by an open link",
        "มีคำตอบแบบสอบถาม หรือมีการแก้คำตอบ (ไม่มีสมาชิกเมื่อตอบจากลิงก์สาธารณะ)",
        {
            "answer_id": "019b0f3e-7a30-7cc4-9a0e-0f3c5a1b2c3d",
            "survey": "after-visit",
            "wave": 1,
            "metric": "NPS",
            "score": 9,
            "store": "SIAM",
            "channel": "LINK",
            "is_new": True,
        },
    ),
    "store.added": EventKind("A store was added", "เพิ่มสาขา", {"code": "SIAM"}, is_of_member=False),
    "store.changed": EventKind("A store changed", "สาขามีการเปลี่ยนแปลง", {"code": "SIAM", "fields": ["phone"]}, is_of_member=False),
    "import.finished": EventKind(
        "An import came to its end", "นำเข้าข้อมูลเสร็จแล้ว", {"import_id": "019b0f3e-7a30-7cc4-9a0e-0f3c5a1b2c3d"}, is_of_member=False
    ),
    "import.undone": EventKind(
        "An import was taken back", "ย้อนการนำเข้าแล้ว", {"import_id": "019b0f3e-7a30-7cc4-9a0e-0f3c5a1b2c3d"}, is_of_member=False
    ),
}
OFTEN = frozenset(kind for kind in EVENT_KINDS if kind.startswith("points.") and EVENT_KINDS[kind].data == _MOVED)
"""What comes with every purchase: kept and told only where an endpoint listens."""
NOT_TOLD: Mapping[str, str] = {
    "activity.caused": "the engine's note to itself",
    "auto.blocked": "the engine's note to itself",
    "backtest.requested": "asks our own workers",
    "import.requested": "asks our own workers",
    "insight.refresh_requested": "asks our own workers",
    "import.undo_requested": "asks our own workers",
    "ledger.differs": "an alarm for whoever runs the installation",
    "organization.created": "nobody can have an endpoint before",
    "organization.branded": "of use to our own pages only",
    "organization.module_switched": "of use to our own pages only",
}
PING_KIND = EventKind("A test", "ทดสอบ", {"note": "It works."}, is_of_member=False)
assert PING not in EVENT_KINDS
