"""What the API itself refuses, in Thai and English; what the rooms refuse is told by `phakdi.loyalty.wording`."""

from collections.abc import Mapping

Phrase = tuple[str, str]

TITLES: Mapping[int, Phrase] = {
    400: ("อ่านคำขอไม่ได้", "The request cannot be read"),
    401: ("ต้องใช้คีย์", "A key is needed"),
    403: ("ไม่มีสิทธิ์", "Not allowed"),
    404: ("ไม่พบ", "Not found"),
    405: ("ที่อยู่นี้ไม่รองรับวิธีเรียกนี้", "This address does not take this method"),
    409: ("ทำรายการไม่ได้", "Refused"),
    413: ("ข้อมูลใหญ่เกินไป", "Too large"),
    415: ("ชนิดข้อมูลไม่รองรับ", "Not JSON"),
    422: ("ข้อมูลไม่ถูกต้อง", "Some fields are not right"),
    429: ("เรียกบ่อยเกินไป", "Too many requests"),
    500: ("ระบบขัดข้อง", "Something broke"),
    503: ("ระบบไม่ว่างชั่วคราว", "Busy"),
}

PHRASES: Mapping[str, Phrase] = {
    "api_key_missing": (
        "ใส่คีย์ในส่วนหัว Authorization: Bearer phk_…",
        "Send your key in the header 'Authorization: Bearer phk_…'.",
    ),
    "api_key_unknown": ("คีย์นี้ใช้ไม่ได้ ตรวจสอบว่าคัดลอกมาครบ", "This key is not known. Check that it was copied whole."),
    "api_key_expired": ("คีย์นี้หมดอายุแล้ว ขอคีย์ใหม่จากผู้ดูแล", "This key has expired. Ask for a new one."),
    "api_key_revoked": ("คีย์นี้ถูกยกเลิกแล้ว ขอคีย์ใหม่จากผู้ดูแล", "This key was revoked. Ask for a new one."),
    "scope_missing": ("คีย์นี้ไม่มีสิทธิ์ {scope}", "This key does not have the scope {scope}."),
    "store_out_of_reach": ("คีย์นี้ใช้กับสาขา {store} ไม่ได้", "This key does not serve the store {store}."),
    "store_needed": (
        "คีย์นี้ใช้ได้เฉพาะบางสาขา ระบุสาขาใน store",
        "This key serves certain stores only: name one of them in 'store'.",
    ),
    "rate_limited": (
        "เรียกบ่อยเกินไป ลองใหม่ใน {retry_after} วินาที",
        "Too many requests with this key. Try again in {retry_after} seconds.",
    ),
    "route_not_found": ("ไม่มีที่อยู่นี้ ดูรายการทั้งหมดที่ {docs}", "There is no such address. All of them are listed at {docs}."),
    "method_not_allowed": ("ที่อยู่นี้รับเฉพาะ {allowed}", "This address takes {allowed}."),
    "body_unreadable": ("อ่าน JSON ไม่ได้: {problem}", "This is no readable JSON: {problem}."),
    "body_too_large": ("ข้อมูลใหญ่เกินไป ส่งได้ไม่เกิน {maximum} ไบต์", "The body is too large: at most {maximum} bytes are taken."),
    "content_type_unsupported": (
        "ส่งข้อมูลเป็น JSON พร้อมส่วนหัว Content-Type: application/json",
        "Send JSON, with the header 'Content-Type: application/json'.",
    ),
    "idempotency_key_required": (
        "ใส่ส่วนหัว Idempotency-Key (หรือ ref) เพื่อให้ส่งซ้ำได้โดยไม่บันทึกสองครั้ง",
        "Send the header 'Idempotency-Key', or a 'ref' where the body has one, so that a repeat has no second effect.",
    ),
    "idempotency_key_unreadable": (
        "Idempotency-Key ต้องเป็นตัวอักษร ASCII 1 ถึง 255 ตัว",
        "An Idempotency-Key has 1 to 255 printable ASCII characters.",
    ),
    "idempotency_key_reused": (
        "Idempotency-Key นี้ใช้กับข้อมูลอื่นไปแล้ว ใช้คีย์ใหม่",
        "This Idempotency-Key was used with other content. Use a new one.",
    ),
    "idempotency_key_in_flight": (
        "คำขอเดียวกันกำลังทำอยู่ ลองใหม่อีกครั้ง",
        "The same request is being worked on. Try again.",
    ),
    "cursor_invalid": ("cursor ใช้ไม่ได้ เริ่มจากหน้าแรก", "This cursor cannot be read. Begin with the first page."),
    "query_invalid": ("อ่านค่าในที่อยู่ไม่ได้", "The query of this address cannot be read."),
    "parameter_unknown": ("ไม่รู้จักพารามิเตอร์ {field}", "There is no parameter '{field}' here."),
    "member_unreadable": (
        "ระบุสมาชิกด้วย id, number หรือ identity",
        'Name the member by id, or as {{"number": …}} or {{"identity": {{"kind": …, "value": …}}}}.',
    ),
    "body_shape": ("ข้อมูลต้องเป็นออบเจกต์ JSON", "The body is a JSON object."),
    "batch_size": ("ส่งได้ครั้งละ 1 ถึง {maximum} รายการใน items", "Send 1 to {maximum} activities in 'items'."),
    "origin_reserved": ("origin นี้ใช้ภายในระบบ เลือกชื่ออื่น", "This origin is our own: use the name of your system."),
    "fields_invalid": ("มีข้อมูลไม่ถูกต้อง ดูรายละเอียดใน errors", "Some fields are not right: see 'errors'."),
    "member_missing": ("ระบุสมาชิกใน member", "Name the member in 'member'."),
    "server_error": (
        "ระบบขัดข้อง แจ้งผู้ดูแลพร้อมหมายเลข {request_id}",
        "Something broke. Tell the operator this number: {request_id}.",
    ),
    "unavailable": ("ระบบไม่ว่างชั่วคราว โปรดลองอีกครั้ง", "The system is busy. Please try again."),
}

FIELD_PHRASES: Mapping[str, Phrase] = {
    "missing": ("ต้องใส่ข้อมูลนี้", "This field is required."),
    "extra_forbidden": ("ไม่รู้จักข้อมูลนี้", "There is no such field."),
    "string_type": ("ต้องเป็นข้อความ", "This is a text."),
    "string_too_long": ("ยาวเกิน {max_length} ตัวอักษร", "This has at most {max_length} characters."),
    "string_too_short": ("สั้นกว่า {min_length} ตัวอักษร", "This has at least {min_length} characters."),
    "string_pattern_mismatch": ("รูปแบบไม่ถูกต้อง", "This is written differently: see the pattern in the documentation."),
    "int_type": ("ต้องเป็นจำนวนเต็ม", "This is a whole number."),
    "int_parsing": ("ต้องเป็นจำนวนเต็ม", "This is a whole number."),
    "int_from_float": ("ต้องเป็นจำนวนเต็ม", "This is a whole number."),
    "bool_type": ("ต้องเป็น true หรือ false", "This is true or false."),
    "bool_parsing": ("ต้องเป็น true หรือ false", "This is true or false."),
    "greater_than_equal": ("ต้องไม่น้อยกว่า {ge}", "This is at least {ge}."),
    "less_than_equal": ("ต้องไม่เกิน {le}", "This is at most {le}."),
    "greater_than": ("ต้องมากกว่า {gt}", "This is more than {gt}."),
    "less_than": ("ต้องน้อยกว่า {lt}", "This is less than {lt}."),
    "uuid_type": ("ต้องเป็นรหัส UUID", "This is a UUID."),
    "uuid_parsing": ("ต้องเป็นรหัส UUID", "This is a UUID."),
    "date_from_datetime_parsing": ("วันที่ไม่ถูกต้อง เช่น 2026-11-24", "This is a day, written like 2026-11-24."),
    "date_type": ("วันที่ไม่ถูกต้อง เช่น 2026-11-24", "This is a day, written like 2026-11-24."),
    "datetime_type": ("เวลาไม่ถูกต้อง เช่น 2026-11-24T12:30:00+07:00", "This is an instant, written like 2026-11-24T12:30:00+07:00."),
    "datetime_parsing": (
        "เวลาไม่ถูกต้อง เช่น 2026-11-24T12:30:00+07:00",
        "This is an instant, written like 2026-11-24T12:30:00+07:00.",
    ),
    "datetime_from_date_parsing": (
        "เวลาไม่ถูกต้อง เช่น 2026-11-24T12:30:00+07:00",
        "This is an instant, written like 2026-11-24T12:30:00+07:00.",
    ),
    "timezone_aware": ("ใส่เขตเวลาด้วย เช่น +07:00", "Say the offset as well, such as +07:00."),
    "too_long": ("มีได้ไม่เกิน {max_length} รายการ", "There are at most {max_length} items."),
    "too_short": ("ต้องมีอย่างน้อย {min_length} รายการ", "There is at least {min_length} item."),
    "list_type": ("ต้องเป็นรายการ", "This is a list."),
    "dict_type": ("ต้องเป็นออบเจกต์", "This is an object."),
    "model_type": ("ต้องเป็นออบเจกต์", "This is an object."),
    "model_attributes_type": ("ต้องเป็นออบเจกต์", "This is an object."),
    "enum": ("เลือกได้เฉพาะ {expected}", "This is one of {expected}."),
    "literal_error": ("เลือกได้เฉพาะ {expected}", "This is one of {expected}."),
    "float_type": ("ต้องเป็นตัวเลข", "This is a number."),
    "decimal_type": ("ต้องเป็นตัวเลข", "This is a number."),
    "decimal_parsing": ("ต้องเป็นตัวเลข", "This is a number."),
}
FIELD_WRONG: Phrase = ("ข้อมูลนี้ไม่ถูกต้อง", "This cannot be read.")


def say(phrase: Phrase, language: str, params: Mapping[str, object]) -> str:
    """Return the phrase with its blanks filled in; a blank for which there is no figure stays empty."""
    return phrase[0 if language == "th" else 1].format_map(_Blank(params))


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""
