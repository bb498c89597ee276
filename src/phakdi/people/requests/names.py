"""What requests and reasons are called when members and staff are told of them, in Thai and English."""

from collections.abc import Mapping

from phakdi.kit.text import Text
from phakdi.people.requests.core import IdentityCheck, RefusalReason, RequestKind, RequestState

KINDS: Mapping[RequestKind, Text] = {
    RequestKind.ACCESS: {"th": "ขอดูข้อมูลของฉัน", "en": "See my data"},
    RequestKind.COPY: {"th": "ขอสำเนาข้อมูล", "en": "Get a copy of my data"},
    RequestKind.CORRECTION: {"th": "ขอแก้ไขข้อมูล", "en": "Correct my data"},
    RequestKind.ERASURE: {"th": "ขอลบข้อมูล", "en": "Erase my data"},
    RequestKind.OBJECTION: {"th": "คัดค้านการใช้ข้อมูล", "en": "Object to the use of my data"},
    RequestKind.RESTRICTION: {"th": "ขอระงับการใช้ข้อมูล", "en": "Restrict the use of my data"},
}
STATES: Mapping[RequestState, Text] = {
    RequestState.OPEN: {"th": "รอดำเนินการ", "en": "waiting"},
    RequestState.IN_PROGRESS: {"th": "กำลังดำเนินการ", "en": "in progress"},
    RequestState.ANSWERED: {"th": "ตอบแล้ว", "en": "answered"},
    RequestState.REFUSED: {"th": "ปฏิเสธ", "en": "refused"},
    RequestState.WITHDRAWN: {"th": "ผู้ขอถอนคำขอ", "en": "withdrawn"},
}
CHECKS: Mapping[IdentityCheck, Text] = {
    IdentityCheck.SIGNED_IN: {"th": "เข้าสู่หน้าสมาชิกด้วยรหัสยืนยัน", "en": "signed in with a one-time code"},
    IdentityCheck.DOCUMENT: {"th": "แสดงบัตรประจำตัวที่ร้าน", "en": "showed an identity card at the shop"},
    IdentityCheck.CALLED_BACK: {"th": "โทรกลับตามเบอร์ที่บันทึกไว้", "en": "called back on the number we hold"},
    IdentityCheck.KNOWN: {"th": "พนักงานรู้จักตัวบุคคล", "en": "known to staff in person"},
    IdentityCheck.NONE: {"th": "ยังไม่ได้ตรวจสอบ", "en": "not checked yet"},
}
REASONS: Mapping[RefusalReason, Text] = {
    RefusalReason.IDENTITY: {"th": "ยืนยันตัวตนของผู้ขอไม่ได้", "en": "we could not make sure who is asking"},
    RefusalReason.LAW: {"th": "กฎหมายหรือคำสั่งศาลกำหนดให้เก็บข้อมูลไว้", "en": "a law or a court demands that we keep the data"},
    RefusalReason.OTHERS: {"th": "กระทบสิทธิของผู้อื่น", "en": "it would harm the rights of others"},
    RefusalReason.REPEATED: {
        "th": "เพิ่งตอบคำขอเดียวกันไปและข้อมูลไม่เปลี่ยน",
        "en": "the same was answered lately and nothing has changed",
    },
    RefusalReason.NOT_HELD: {"th": "เราไม่มีข้อมูลตามที่ขอ", "en": "we hold no such data"},
}
