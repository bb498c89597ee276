"""What was refused and what to do about it: one sentence for each code."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording.phrases import Phrase, Reader

REFUSALS: Mapping[str, Phrase] = {
    # the family
    "not_found": ("ไม่พบข้อมูลนี้", "This was not found."),
    "forbidden": ("คุณไม่มีสิทธิ์ทำรายการนี้", "You may not do this."),
    "conflict": ("ข้อมูลเปลี่ยนไปแล้ว โปรดโหลดหน้าใหม่แล้วลองอีกครั้ง", "Things have changed meanwhile. Reload the page and try again."),
    "rejected": ("กติกาไม่อนุญาตรายการนี้", "A rule does not allow this."),
    "invalid": ("ข้อมูลไม่ถูกต้อง", "This cannot be read."),
    "unavailable": ("ระบบไม่ว่างชั่วคราว โปรดลองอีกครั้ง", "The system is busy. Please try again."),
    "refused": ("ทำรายการนี้ไม่ได้", "This cannot be done."),
    # people
    "already_member": ("คนนี้เป็นสมาชิกอยู่แล้ว", "This person is a member already."),
    "attribute_declaration_invalid": ("คำอธิบายข้อมูลเพิ่มเติมไม่ถูกต้อง", "This description of an attribute cannot be read."),
    "attribute_invalid": ("ค่าของข้อมูลเพิ่มเติมไม่ถูกต้อง", "The value of this attribute cannot be read."),
    "attribute_not_found": ("ไม่มีข้อมูลเพิ่มเติมชื่อนี้", "There is no such attribute."),
    "attribute_type_fixed": ("เปลี่ยนชนิดของข้อมูลที่ใช้อยู่แล้วไม่ได้", "The type of an attribute in use cannot change."),
    "attribute_unknown": ("ไม่มีข้อมูลเพิ่มเติมชื่อนี้", "There is no such attribute."),
    "birthday_invalid": (
        "วันเกิดไม่ถูกต้อง: ต้องอยู่ในอดีตและไม่ก่อน พ.ศ. 2443",
        "Nobody has this birthday: it lies in the past, not before 1900.",
    ),
    "choice_invalid": ("โปรดเลือกจากรายการ", "Choose one of the list."),
    "contact_needs_code": ("เปลี่ยนเบอร์หรืออีเมลได้ด้วยรหัสยืนยันเท่านั้น", "A phone or e-mail is changed with a code."),
    "email_invalid": ("อีเมลไม่ถูกต้อง เช่น somchai@example.com", "This is no e-mail address. Write it like somchai@example.com."),
    "field_unknown": ("ไม่รู้จักช่องข้อมูลนี้", "There is no such field."),
    "guardian_needed": ("ผู้มีอายุต่ำกว่า 20 ปีต้องให้ผู้ปกครองยินยอมด้วย", "Under 20, a guardian has to agree as well."),
    "identities_disagree": (
        "เบอร์ อีเมล หรือบัตรเหล่านี้เป็นของสมาชิกคนละคน",
        "These ways of knowing a member belong to different members.",
    ),
    "identity_busy": ("มีผู้สมัครด้วยข้อมูลนี้พร้อมกัน โปรดลองอีกครั้ง", "Somebody enrolls the same person right now. Try again."),
    "identity_invalid": ("หมายเลขนี้อ่านไม่ได้", "This number cannot be read."),
    "identity_kind_unknown": ("ไม่รู้จักชนิดของหมายเลขนี้", "This kind of identity is not known."),
    "identity_missing": ("ใส่เบอร์โทร อีเมล หรือบัตรอย่างน้อยหนึ่งอย่าง", "Give a phone, an e-mail or a card."),
    "identity_not_found": ("ไม่พบหมายเลขนี้", "This is not known."),
    "identity_taken": ("มีสมาชิกคนอื่นใช้เบอร์หรืออีเมลนี้แล้ว", "Another member has this phone or e-mail."),
    "member_busy": ("มีรายการอื่นของสมาชิกคนนี้กำลังทำอยู่ โปรดลองอีกครั้ง", "Something else is changing this member. Try again."),
    "member_frozen_by_staff": ("ร้านระงับบัญชีนี้ไว้ โปรดติดต่อร้าน", "The shop froze this membership. Ask the shop."),
    "member_merged": ("สมาชิกนี้ถูกรวมเข้ากับสมาชิกอื่นแล้ว", "This member became part of another."),
    "member_not_found": ("ไม่พบสมาชิกคนนี้", "There is no such member."),
    "member_number_busy": ("ออกหมายเลขสมาชิกไม่ทัน โปรดลองอีกครั้ง", "No number could be given. Try again."),
    "member_number_differs": ("หมายเลขสมาชิกไม่ตรงกับคนนี้", "This person has another member number."),
    "member_number_invalid": ("หมายเลขสมาชิกไม่ถูกต้อง", "This is no member number."),
    "member_number_taken": ("หมายเลขสมาชิกนี้มีคนใช้แล้ว", "Somebody else has this member number."),
    "member_status_wrong": ("สถานะของสมาชิกไม่อนุญาตให้ทำรายการนี้", "The member's status does not allow this."),
    "phone_invalid": ("เบอร์โทรไม่ถูกต้อง เช่น 081-234-5678", "This is no phone number. Write it like 081-234-5678."),
    "text_invalid": ("ข้อความยาวเกินไปหรือมีตัวอักษรที่ใช้ไม่ได้", "This text is too long or has characters that cannot be read."),
    "answer_too_long": ("ข้อความยาวเกินไป", "This is too long."),
    # codes
    "calling_code_invalid": ("รหัสประเทศไม่ถูกต้อง", "This is no calling code."),
    "budget_invalid": ("จำนวนไม่ถูกต้อง", "This number cannot be."),
    "code_channel_unknown": ("ส่งรหัสได้ทาง SMS หรืออีเมลเท่านั้น", "Codes go by SMS or e-mail."),
    "code_country_not_served": ("ยังไม่ส่งรหัสไปยังประเทศนี้ ใช้อีเมลแทนได้", "No codes are sent to this country. Use an e-mail instead."),
    "code_gone": ("รหัสนี้ใช้ไม่ได้แล้ว โปรดขอรหัสใหม่", "This code is no longer valid. Ask for a new one."),
    "code_invalid": ("รหัสมีตัวเลข 6 หลัก", "A code has six digits."),
    "code_limit_reached": ("ขอรหัสบ่อยเกินไป โปรดรอสักครู่แล้วลองใหม่", "Too many codes were asked for. Wait a little and try again."),
    "code_wrong": ("รหัสไม่ถูกต้อง ลองได้อีก {tries_left} ครั้ง", "This code is wrong. You may try {tries_left} more times."),
    # consents
    "consent_channel_unknown": ("ไม่รู้จักช่องทางนี้", "This channel is not known."),
    "consent_channel_wrong": ("ความยินยอมนี้ให้รายช่องทางเฉพาะการตลาด", "Only marketing is agreed to per channel."),
    "consent_not_needed": ("เรื่องนี้ไม่ต้องขอความยินยอม", "Service needs no consent."),
    "consent_purpose_unknown": ("ไม่รู้จักวัตถุประสงค์นี้", "This purpose is not known."),
    "consent_text_missing": ("ยังไม่มีข้อความขอความยินยอม", "The words of this consent are missing."),
    "consent_text_not_found": ("ไม่พบข้อความขอความยินยอมฉบับนี้", "There are no such words."),
    # numbers and dates
    "amount_invalid": ("จำนวนเงินไม่ถูกต้อง ใส่เป็นตัวเลข เช่น 120 หรือ 120.50", "This is no amount. Write it like 120 or 120.50."),
    "amount_too_fine": ("จำนวนเงินมีทศนิยมได้ไม่เกิน {decimals} ตำแหน่ง", "An amount has at most {decimals} decimals."),
    "amount_too_large": ("จำนวนเงินมากเกินไป", "This amount is too large."),
    "currency_unknown": ("ไม่รู้จักสกุลเงิน {currency}", "There is no currency {currency}."),
    "date_invalid": ("วันที่ไม่ถูกต้อง เช่น 24/11/2569 หรือ 2026-11-24", "This is no date. Write it like 24/11/2026 or 2026-11-24."),
    "future_date": ("วันที่อยู่ในอนาคต", "This date lies in the future."),
    # programs
    "program_not_found": ("ร้านนี้ยังไม่มีโปรแกรมสะสมแต้ม", "There is no loyalty program yet."),
    "program_invalid": ("ไฟล์โปรแกรมมีข้อผิดพลาด: {path}", "The program cannot be: {path}"),
    "program_effective_in_past": (
        "วันที่เริ่มใช้อยู่ในอดีต รายการที่ผ่านมาใช้กติกาเดิมเสมอ",
        "A new version cannot take effect in the past: what was recorded keeps its rules.",
    ),
    "levels_overlap": ("ระดับสมาชิกสองระดับซ้อนกัน", "Two levels overlap."),
    "condition_bad": ("เงื่อนไขอ่านไม่ได้: {path}", "This condition cannot be read: {path}"),
    "condition_unknown_field": ("เงื่อนไขใช้ข้อมูลที่ไม่มี: {field}", "A condition asks for a field that is not there: {field}"),
    "condition_not_stored": ("ข้อมูลนี้ใช้แบ่งกลุ่มไม่ได้เพราะไม่ได้เก็บไว้", "This field is not kept, so nothing can be sought by it."),
    # activities
    "activity_not_found": ("ไม่พบรายการนี้", "There is no such activity."),
    "activity_not_in_review": (
        "รายการนี้ไม่ได้รอตรวจสอบ หรือมีคนตัดสินไปแล้ว",
        "This does not wait for review, or somebody decided already.",
    ),
    "receipt_conflict": (
        "เลขใบเสร็จนี้บันทึกไปแล้วกับสมาชิกอื่นหรือยอดอื่น",
        "This receipt number was recorded for another member or with another amount.",
    ),
    "bad_number": ("ตัวเลขไม่ถูกต้อง", "This is no number."),
    "import_raced": ("มีการนำเข้าข้อมูลอื่นทำงานอยู่ โปรดลองอีกครั้ง", "Another import ran at the same time. Try again."),
    "message_not_found": ("ไม่พบข้อความนี้", "There is no such message."),
}


def refusal_text(code: str, details: Mapping[str, Any], language: str, reader: Reader | None = None) -> str | None:
    """Return what was refused as a sentence for the reader, or None for a code that has no words."""
    reader = reader or Reader(language)
    phrase = REFUSALS.get(code)
    if phrase is None:
        return None
    return reader.say(phrase, details) or reader.say(_plain(phrase), details)


def _plain(phrase: Phrase) -> Phrase:
    """Return the sentence without what follows its first blank, for a refusal that names no figures."""
    thai, english = (text.partition("{")[0].rstrip(" :,") for text in phrase)
    return thai, english
