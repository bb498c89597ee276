"""Why rows were left out, in Thai and English."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording import Reader, refusal_text

_REASONS: Mapping[str, tuple[str, str]] = {
    "amount_negative": ("ยอดเงินติดลบแต่ไม่ได้ระบุว่าเป็นการคืน", "The amount is negative, but nothing says that this is a return."),
    "amount_too_large": ("ตัวเลขใหญ่เกินไป", "The figure is too large."),
    "consent_unreadable": ("ความยินยอมต้องเป็น ใช่ หรือ ไม่", "A consent is yes or no."),
    "date_invalid": ("อ่านวันที่ไม่ได้", "This is no date."),
    "future_date": ("วันที่อยู่ในอนาคต", "The date lies in the future."),
    "identity_invalid": ("อ่านรหัสของสมาชิกไม่ได้", "How the member is known cannot be read."),
    "member_unknown": ("ไม่มีสมาชิกคนนี้ และเลือกให้ปฏิเสธคนที่ไม่รู้จัก", "There is no such member, and unknown ones are to be rejected."),
    "number_invalid": ("อ่านตัวเลขไม่ได้", "This is no number."),
    "number_missing": ("ไม่มีเลขที่บิล", "The row has no number of its order."),
    "number_unreadable": (
        "เลขที่บิลยาวเกินไปหรือมีตัวอักษรที่ใช้ไม่ได้",
        "The number of the order is too long or has signs that cannot be kept.",
    ),
    "order_of_two_members": ("เลขที่บิลนี้เป็นของลูกค้าอีกคนในไฟล์เดียวกัน", "Another row gives this order to somebody else."),
    "order_unknown": ("ไม่พบบิลเดิมที่จะคืน", "The order that is to be returned is not known."),
    "quantity_negative": ("จำนวนติดลบแต่ไม่ได้ระบุว่าเป็นการคืน", "The quantity is negative, but nothing says that this is a return."),
    "quantity_too_fine": ("จำนวนมีทศนิยมเกินสามตำแหน่ง", "The quantity has more than three decimals."),
    "receipt_conflict": (
        "เลขที่บิลนี้บันทึกไว้แล้วด้วยข้อมูลอื่น",
        "This order was recorded before, with other content or for somebody else.",
    ),
    "return_covered_in_part": (
        "คืนเกินจำนวนที่เคยซื้อ: บันทึกเฉพาะส่วนที่ซื้อไว้",
        "More came back than was bought before: the part that was bought is recorded.",
    ),
    "return_not_covered": ("คืนสินค้าที่ไม่พบว่าเคยซื้อมาก่อน", "This came back, but the member had not bought it before."),
    "return_of_nothing": ("คืนสินค้าจำนวนศูนย์", "A return of nothing."),
    "row_too_long": ("แถวนี้มีคอลัมน์มากกว่าหัวตาราง", "The row has more columns than the first one."),
    "row_too_short": ("แถวนี้มีคอลัมน์น้อยกว่าหัวตาราง", "The row has fewer columns than the first one."),
    "text_unreadable": (
        "มีตัวอักษรที่อ่านไม่ได้ โปรดตรวจรหัสภาษาของไฟล์",
        "The row has signs that cannot be read: check the file's encoding.",
    ),
    "time_invalid": ("อ่านเวลาไม่ได้", "This is no time of day."),
}


def reason_of(code: str, details: Mapping[str, Any], language: str) -> str:
    """Return why a row was left out, as a sentence."""
    if found := _REASONS.get(code):
        return found[0 if language.startswith("th") else 1]
    return refusal_text(code, details, language, Reader(language)) or code
