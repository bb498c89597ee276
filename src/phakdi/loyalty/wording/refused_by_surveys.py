"""What is refused about surveys, to members and to whoever makes them: one sentence for each code."""

from collections.abc import Mapping

from phakdi.loyalty.wording.phrases import Phrase

SURVEYS: Mapping[str, Phrase] = {
    "survey_answer_empty": ("โปรดตอบอย่างน้อยหนึ่งข้อ", "Please answer at least one question."),
    "survey_answer_missing": ("โปรดตอบข้อนี้", "Please answer this question."),
    "survey_answer_not_found": ("ไม่พบคำตอบนี้", "There is no such answer."),
    "survey_busy": ("มีคนตอบพร้อมกันมาก รอสักครู่แล้วลองอีกครั้ง", "Many are answering at this moment. Wait a little and try again."),
    "survey_choice_twice": ("มีตัวเลือกซ้ำกัน", "Two choices are the same."),
    "survey_choices": ("ใส่ตัวเลือกอย่างน้อย 2 ข้อ และไม่เกิน {most} ข้อ", "Give at least two choices, and {most} at most."),
    "survey_closed": ("แบบสอบถามนี้ปิดรับคำตอบแล้ว", "This survey takes no more answers."),
    "survey_code": ("รหัสใช้ได้เฉพาะ a–z ตัวเลข และขีด ไม่เกิน 40 ตัว", "A code has up to 40 small letters a–z, digits and hyphens."),
    "survey_code_taken": ("มีแบบสอบถามอื่นใช้รหัสนี้แล้ว", "Another survey has this code."),
    "survey_empty": ("ใส่คำถามอย่างน้อยหนึ่งข้อ", "Ask at least one question."),
    "survey_fixed": (
        "มีคนตอบแล้ว แก้ได้เฉพาะถ้อยคำ ถ้าจะเปลี่ยนคำถามหรือสเกล ให้สร้างแบบสอบถามใหม่",
        "Members have been asked: only words can change. To ask something else, make another survey.",
    ),
    "survey_hours": ("ถามหลังซื้อได้ไม่เกิน 14 วัน (336 ชั่วโมง)", "Ask within two weeks (336 hours) of the purchase."),
    "survey_link_unknown": (
        "ลิงก์นี้ไม่ถูกต้อง โปรดเปิดจากข้อความที่ได้รับอีกครั้ง",
        "This link leads nowhere. Open it from your message again.",
    ),
    "survey_long": ("ถามได้ไม่เกิน {most} ข้อ", "Ask {most} questions at most."),
    "survey_not_found": ("ไม่พบแบบสอบถามนี้", "There is no such survey."),
    "survey_off_scale": ("ตอบเป็นตัวเลข {lowest} ถึง {highest}", "Answer with a number from {lowest} to {highest}."),
    "survey_off": ("ปิดใช้แบบสอบถามอยู่ เปิดได้ที่ “เปิด/ปิดการใช้งาน”", "Surveys are switched off: switch them on under “What is on”."),
    "survey_percent": ("ใส่ 1 ถึง 100 เปอร์เซ็นต์", "A share is 1 to 100 percent."),
    "survey_question_twice": ("มีคำถามใช้รหัสซ้ำกัน", "Two questions have one key."),
    "survey_question_unknown": ("แบบสอบถามนี้ไม่มีคำถามข้อนี้", "This survey does not ask that."),
    "survey_ref": ("บอกสมาชิก หรือใส่ ref ของคำตอบ", "Name the member, or give the answer a ref."),
    "survey_scale": ("สเกลนี้ใช้กับคำถามนี้ไม่ได้", "This scale does not fit the question."),
    "survey_text_long": ("เขียนได้ไม่เกิน {most} ตัวอักษร", "Write {most} letters at most."),
    "survey_too_many": (
        "ถามได้ครั้งละไม่เกิน {most} คน โปรดเลือกกลุ่มให้แคบลง",
        "At most {most} members are asked at once: choose fewer.",
    ),
    "survey_words": ("ใส่ข้อความภาษาไทยหรืออังกฤษ", "Write the words in Thai or English."),
    "survey_words_long": ("ข้อความยาวเกินไป ใส่ได้ไม่เกิน {most} ตัวอักษร", "The words are too long: {most} letters at most."),
}
