"""Why a rule did or did not apply."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording.phrases import Phrase, Reader

APPLIED: Phrase = ("ใช้กฎนี้", "applied")
NOT_APPLIED: Phrase = ("ไม่เข้าเงื่อนไข", "did not apply")

VERDICTS: Mapping[str, Phrase] = {
    "applied": ("ลดให้ {amount:money}", "took off {amount:money}"),
    "balance_cap": ("ถือแต้มได้เต็มเพดานแล้ว", "the most that may be held is reached"),
    "claim_lapsed": ("คำเชิญหมดเวลาแล้ว", "the invitation came too long ago"),
    "claim_not_first": ("มีผู้แนะนำคนอื่นก่อนแล้ว", "somebody else had invited them before"),
    "claimed": ("นับเป็นการแนะนำเพื่อน", "counts as invited"),
    "combine": ("ใช้ร่วมกับส่วนลดอื่นไม่ได้", "cannot be combined"),
    "condition": ("ไม่เข้าเงื่อนไขของกฎ", "its condition is not met"),
    "cut": ("ติดเพดาน จึงได้ {points} จาก {wanted}", "cut at a limit: {points} of {wanted}"),
    "endless": ("กฎเรียกกันวนไม่จบ จึงหยุดหลัง {rounds} รอบ", "rules kept causing one another: stopped after {rounds} rounds"),
    "ended": ("หมดช่วงเวลาแล้ว", "is over"),
    "group": ("ใช้ {chosen:name} แทนเพราะเลือกได้กฎเดียว", "{chosen:name} applies instead: only one of the group may"),
    "late": ("แจ้งช้ากว่า {days} วัน รอผู้ดูแลตรวจสอบ", "reported more than {days} days late: somebody has to look at it"),
    "limit_reached": ("ครบเพดานแล้ว", "its limit is reached"),
    "member_stopped": ("บัญชีสมาชิกถูกระงับหรือปิด", "the membership is frozen or closed"),
    "membership_cancelled": ("ยกเลิกสมาชิกแล้ว", "the membership was cancelled"),
    "membership_ended": ("สิ้นสุดสมาชิกแล้ว", "the membership has ended"),
    "minimum": ("ยอดยังไม่ถึงขั้นต่ำ", "the bill is too small"),
    "no_friend": ("ไม่มีเพื่อนที่เกี่ยวข้อง", "there is no friend to give to"),
    "no_household": ("ไม่มีครอบครัวที่เกี่ยวข้อง", "there is no household to give to"),
    "no_line": ("ไม่มีสินค้าที่ร่วมรายการ", "nothing on the bill is part of it"),
    "no_lines": ("ไม่มีสินค้าที่ร่วมรายการ", "nothing on the bill is part of it"),
    "no_referrer": ("ไม่มีผู้แนะนำ", "nobody had invited this member"),
    "not_combinable": ("ใช้ร่วมกับ {by:name} ไม่ได้", "cannot be combined with {by:name}"),
    "not_started": ("ยังไม่ถึงช่วงเวลา", "has not begun"),
    "nothing_to_multiply": ("ไม่มีแต้มให้คูณ", "there was nothing to multiply"),
    "nothing_to_take_off": ("ไม่มีอะไรให้ลด", "there is nothing to take off"),
    "once": ("ให้ได้ครั้งเดียวและให้ไปแล้ว", "is given once, and was given before"),
    "other_chosen": ("สมาชิกเลือก {chosen:name}", "{chosen:name} was chosen instead"),
    "other_of_group": ("ใช้ {by:name} แทน", "{by:name} applies instead"),
    "referral_closed": ("ปิดรับการแนะนำแล้ว", "nobody can be invited now"),
    "too_little": ("ยอดไม่พอสำหรับหนึ่งแต้ม", "too little for a single point"),
    "voucher": ("คูปองลดให้ {amount:money}", "the voucher took off {amount:money}"),
    "voucher_stands_alone": ("คูปองนี้ใช้ร่วมกับส่วนลดไม่ได้", "the voucher stands alone"),
}
GAVE: Phrase = ("ให้ {points}", "gave {points}")


def verdict_text(applied: bool, reason: str, params: Mapping[str, Any], language: str, reader: Reader | None = None) -> str:  # noqa: FBT001 - a verdict is one
    """Return why a rule applied or not, as a sentence for the reader; ``language`` counts where no ``reader`` is given."""
    reader = reader or Reader(language)
    plain = (GAVE, APPLIED) if applied else (NOT_APPLIED,)
    for phrase in (VERDICTS.get(reason), *plain):
        if phrase and (said := reader.say(phrase, params)):
            return said
    return reader.called(reason)
