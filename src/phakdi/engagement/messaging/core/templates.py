"""What the product itself writes to members, in Thai and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from phakdi.engagement.messaging.core.kinds import MessageChannel
from phakdi.engagement.messaging.core.staff_templates import STAFF_TEMPLATES
from phakdi.engagement.messaging.core.template import Template
from phakdi.kit.text import pick

HIDDEN = "••••••"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to be sent; ``kept_body`` is what history shows of it."""

    subject: str
    body: str
    kept_body: str


TEMPLATES: Mapping[str, Template] = {
    "code": Template(
        subject={"th": "รหัสยืนยันของคุณ (ref {ref})", "en": "Your code (ref {ref})"},
        body={
            "th": "รหัสของคุณคือ {code} (ref {ref})\nใช้ได้ {minutes} นาที อย่าบอกรหัสนี้กับใคร\n\nถ้าคุณไม่ได้ขอรหัสนี้ ไม่ต้องทำอะไร",
            "en": "Your code is {code} (ref {ref}).\nIt is valid for {minutes} minutes. Do not tell it to anybody.\n\n"
            "If you did not ask for it, you need not do anything.",
        },
        short={
            "th": "รหัส {code} (ref {ref}) ใช้ได้ {minutes} นาที อย่าบอกใคร",
            "en": "Code {code} (ref {ref}), valid {minutes} minutes. Tell nobody.",
        },
        secret=frozenset({"code"}),
    ),
    "welcome": Template(
        subject={"th": "ยินดีต้อนรับสู่ {organization}", "en": "Welcome to {organization}"},
        body={
            "th": "สวัสดีคุณ {name}\n\nคุณเป็นสมาชิก {organization} แล้ว หมายเลขสมาชิกของคุณคือ {number}",
            "en": "Hello {name},\n\nyou are now a member of {organization}. Your member number is {number}.",
        },
        short={
            "th": "ยินดีต้อนรับสู่ {organization} หมายเลขสมาชิก {number}",
            "en": "Welcome to {organization}. Your member number is {number}.",
        },
    ),
    "contact_changed": Template(
        subject={"th": "ข้อมูลติดต่อของคุณถูกเปลี่ยน", "en": "Your contact details were changed"},
        body={
            "th": "เบอร์โทรหรืออีเมลของบัญชีสมาชิก {number} ถูกเปลี่ยนหรือเพิ่มแล้ว\n\n"
            "ถ้าคุณไม่ได้เป็นคนเปลี่ยน โปรดติดต่อร้านทันที แต้มของคุณยังใช้ไม่ได้จนกว่าจะครบ {hours} ชั่วโมง",
            "en": "The phone or e-mail of member {number} was changed, or one was added.\n\n"
            "If that was not you, contact the shop at once. For {hours} hours nobody can spend your points.",
        },
        short={
            "th": "ข้อมูลติดต่อของสมาชิก {number} ถูกเปลี่ยน ถ้าไม่ใช่คุณ โปรดติดต่อร้าน",
            "en": "Contact details of member {number} were changed. Not you? Contact the shop.",
        },
    ),
    "frozen": Template(
        subject={"th": "บัญชีสมาชิกถูกระงับชั่วคราว", "en": "Your membership is frozen"},
        body={
            "th": "บัญชีสมาชิก {number} ถูกระงับชั่วคราว ระหว่างนี้ไม่มีใครสะสมหรือใช้แต้มได้",
            "en": "Member {number} is frozen. Nobody can earn or spend points meanwhile.",
        },
        short={"th": "บัญชีสมาชิก {number} ถูกระงับชั่วคราว", "en": "Member {number} is frozen."},
    ),
    "unfrozen": Template(
        subject={"th": "บัญชีสมาชิกใช้งานได้แล้ว", "en": "Your membership is active again"},
        body={
            "th": "บัญชีสมาชิก {number} กลับมาใช้งานได้ตามปกติแล้ว",
            "en": "Member {number} is active again.",
        },
        short={"th": "บัญชีสมาชิก {number} ใช้งานได้แล้ว", "en": "Member {number} is active again."},
    ),
    "line_linked": Template(
        subject={"th": "เชื่อมต่อ LINE แล้ว", "en": "LINE was linked"},
        body={
            "th": "บัญชีสมาชิก {number} เข้าด้วย LINE ได้แล้ว\n\nถ้าคุณไม่ได้เชื่อมต่อ โปรดติดต่อร้านทันที",
            "en": "Member {number} can now sign in with LINE.\n\nIf that was not you, contact the shop at once.",
        },
        short={
            "th": "สมาชิก {number} เชื่อมต่อ LINE แล้ว ถ้าไม่ใช่คุณ โปรดติดต่อร้าน",
            "en": "Member {number} linked LINE. Not you? Contact the shop.",
        },
    ),
    "closed": Template(
        subject={"th": "ปิดบัญชีสมาชิกแล้ว", "en": "Your membership has ended"},
        body={
            "th": "บัญชีสมาชิก {number} ถูกปิดแล้ว ขอบคุณที่เป็นสมาชิกกับเรา",
            "en": "Member {number} has been closed. Thank you for having been with us.",
        },
        short={"th": "บัญชีสมาชิก {number} ถูกปิดแล้ว", "en": "Member {number} has been closed."},
    ),
    "points_spent": Template(
        subject={"th": "คุณใช้ {points} {unit} ที่ {organization}", "en": "You spent {points} {unit} at {organization}"},
        body={
            "th": "สมาชิก {number} ใช้ {points} {unit} ที่ {organization}\n\nถ้าคุณไม่ได้ใช้ โปรดระงับบัญชีในหน้าสมาชิก หรือติดต่อร้านทันที",
            "en": "Member {number} spent {points} {unit} at {organization}.\n\n"
            "If that was not you, freeze your membership on your card or contact the shop at once.",
        },
        short={
            "th": "{organization}: สมาชิก {number} ใช้ {points} {unit} ถ้าไม่ใช่คุณ โปรดติดต่อร้าน",
            "en": "{organization}: member {number} spent {points} {unit}. Not you? Contact the shop.",
        },
    ),
    "points_transferred": Template(
        subject={"th": "คุณโอน {points} {unit} แล้ว", "en": "You transferred {points} {unit}"},
        body={
            "th": "สมาชิก {number} โอน {points} {unit} ที่ {organization}\n\nถ้าคุณไม่ได้โอน โปรดระงับบัญชีในหน้าสมาชิก หรือติดต่อร้านทันที",
            "en": "Member {number} transferred {points} {unit} at {organization}.\n\n"
            "If that was not you, freeze your membership on your card or contact the shop at once.",
        },
        short={
            "th": "{organization}: สมาชิก {number} โอน {points} {unit} ถ้าไม่ใช่คุณ โปรดติดต่อร้าน",
            "en": "{organization}: member {number} transferred {points} {unit}. Not you? Contact the shop.",
        },
    ),
    "points_taken_back": Template(
        subject={"th": "{points} {unit} ถูกหักคืน", "en": "{points} {unit} were taken back"},
        body={
            "th": "{organization} หักคืน {points} {unit} จากสมาชิก {number} เพราะมีการคืนสินค้าหรือแก้ไขรายการ\n\nดูเหตุผลได้ในหน้าสมาชิก",
            "en": "{organization} took {points} {unit} back from member {number}, after a return or a correction.\n\n"
            "Your card shows why.",
        },
        short={
            "th": "{organization}: หักคืน {points} {unit} จากสมาชิก {number} ดูเหตุผลได้ในหน้าสมาชิก",
            "en": "{organization}: {points} {unit} were taken back from member {number}. Your card shows why.",
        },
    ),
    "points_expiring": Template(
        subject={"th": "{points} {unit} ใช้ได้ถึง {date}", "en": "{points} {unit} can be used until {date}"},
        body={
            "th": "สมาชิก {number} มี {points} {unit} ที่ {organization} ซึ่งใช้ได้ถึง {date}\n\nหน้าสมาชิกบอกว่าแลกอะไรได้บ้าง",
            "en": "Member {number} has {points} {unit} at {organization} that can be used until {date}.\n\n"
            "Your card shows what they can be used for.",
        },
        short={
            "th": "{organization}: {points} {unit} ของสมาชิก {number} ใช้ได้ถึง {date}",
            "en": "{organization}: {points} {unit} of member {number} can be used until {date}.",
        },
    ),
    "points_expired": Template(
        subject={"th": "{points} {unit} หมดอายุแล้ว", "en": "{points} {unit} have expired"},
        body={
            "th": "{points} {unit} ของสมาชิก {number} ที่ {organization} หมดอายุแล้ว\n\nหน้าสมาชิกบอกว่าแต้มที่เหลือหมดอายุเมื่อไร",
            "en": "{points} {unit} of member {number} at {organization} have expired.\n\nYour card shows when the others do.",
        },
        short={
            "th": "{organization}: {points} {unit} ของสมาชิก {number} หมดอายุแล้ว",
            "en": "{organization}: {points} {unit} of member {number} have expired.",
        },
    ),
    "level_reached": Template(
        subject={"th": "ยินดีด้วย คุณเป็น {level} แล้ว", "en": "Congratulations: you are {level} now"},
        body={
            "th": "สมาชิก {number} เป็น {level} ที่ {organization} แล้ว\n\nหน้าสมาชิกบอกสิทธิ์ของคุณและวิธีรักษาระดับ",
            "en": "Member {number} is {level} at {organization} now.\n\nYour card shows what that brings and how to keep it.",
        },
        short={
            "th": "{organization}: สมาชิก {number} เป็น {level} แล้ว",
            "en": "{organization}: member {number} is {level} now.",
        },
    ),
    "survey_ask": Template(
        subject={"th": "{organization}: ขอความเห็นของคุณ", "en": "{organization}: how was it?"},
        body={
            "th": "{question}\n\nตอบได้ที่ลิงก์นี้ ใช้เวลาไม่ถึงหนึ่งนาที ไม่ต้องเข้าสู่ระบบ\n{link}\n\nลิงก์นี้เป็นของคุณคนเดียว แก้คำตอบได้จนกว่าจะปิดรับ",
            "en": "{question}\n\nAnswer here; it takes less than a minute and needs no sign-in:\n{link}\n\n"
            "The link is yours alone. You can change your answer until the survey ends.",
        },
        short={"th": "{organization}: {question} ตอบที่ {link}", "en": "{organization}: {question} {link}"},
        secret=frozenset({"link"}),
    ),
    **STAFF_TEMPLATES,
    "request_received": Template(
        subject={"th": "เราได้รับคำขอของคุณแล้ว: {what}", "en": "We received your request: {what}"},
        body={
            "th": "คำขอของสมาชิก {number}: {what}\n\nเราจะตอบภายในวันที่ {date} ดูสถานะได้ในหน้าสมาชิก\n\nถ้าคุณไม่ได้ขอ โปรดติดต่อร้านทันที",
            "en": "Request of member {number}: {what}.\n\nWe answer by {date}. Your card shows how far it is.\n\n"
            "If you did not ask for this, contact the shop at once.",
        },
        short={
            "th": "ได้รับคำขอของสมาชิก {number} แล้ว: {what} เราจะตอบภายใน {date}",
            "en": "Request of member {number} received: {what}. We answer by {date}.",
        },
    ),
    "request_answered": Template(
        subject={"th": "ตอบคำขอของคุณแล้ว: {what}", "en": "Your request was answered: {what}"},
        body={
            "th": "คำขอของสมาชิก {number}: {what}\n\n{answer}\n\nดูรายละเอียดได้ในหน้าสมาชิก",
            "en": "Request of member {number}: {what}.\n\n{answer}\n\nYour card shows more.",
        },
        short={
            "th": "ตอบคำขอของสมาชิก {number} แล้ว: {what} ดูได้ในหน้าสมาชิก",
            "en": "Request of member {number} answered: {what}. See your card.",
        },
    ),
    "request_refused": Template(
        subject={"th": "เราทำตามคำขอไม่ได้: {what}", "en": "We cannot do what you asked: {what}"},
        body={
            "th": "คำขอของสมาชิก {number}: {what}\n\nเราทำตามคำขอนี้ไม่ได้ เพราะ{reason}\n{answer}\n\n"
            "คุณร้องเรียนต่อสำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคลได้",
            "en": "Request of member {number}: {what}.\n\nWe cannot do this because {reason}.\n{answer}\n\n"
            "You may complain to the Personal Data Protection Committee.",
        },
        short={
            "th": "ทำตามคำขอของสมาชิก {number} ไม่ได้ ({what}) เพราะ{reason}",
            "en": "Request of member {number} refused ({what}): {reason}.",
        },
    ),
    "request_due": Template(
        subject={"th": "{organization}: ต้องตอบคำขอ “{what}” ภายใน {date}", "en": "{organization}: answer “{what}” by {date}"},
        body={
            "th": "สมาชิกขอใช้สิทธิตาม PDPA: {what}\n\nต้องตอบภายในวันที่ {date} (เหลือ {days} วัน)\nเปิดหน้า “คำขอเรื่องข้อมูล” ในคอนโซลเพื่อดำเนินการ",
            "en": "A member asked: {what}.\n\nIt must be answered by {date} (days left: {days}).\nOpen “Data requests” in the console.",
        },
        short={"th": "ต้องตอบคำขอ {what} ภายใน {date}", "en": "Answer the request {what} by {date}."},
    ),
    "data_erased": Template(
        subject={"th": "ลบข้อมูลของคุณแล้ว", "en": "Your data were erased"},
        body={
            "th": "เราลบข้อมูลส่วนบุคคลของสมาชิก {number} แล้ว และยกเลิกคูปองกับแต้มที่เหลือ\n\n"
            "รายการบัญชีที่กฎหมายให้เก็บยังอยู่โดยไม่มีชื่อของคุณ ข้อความนี้จะไม่ถูกเก็บไว้เช่นกัน",
            "en": "The personal data of member {number} were erased; vouchers and points that were left are cancelled.\n\n"
            "What accounting demands is kept without your name. This message is not kept either.",
        },
        short={
            "th": "ลบข้อมูลของสมาชิก {number} แล้ว แต้มและคูปองที่เหลือถูกยกเลิก",
            "en": "The data of member {number} were erased; points and vouchers are cancelled.",
        },
        forgets=True,
    ),
}


def render(code: str, *, channel: MessageChannel, language: str, params: Mapping[str, Any]) -> Rendered:
    """Return the template's words in the reader's language with ``params`` filled in; no line break enters a subject."""
    template = TEMPLATES[code]
    words = pick(template.short if channel is MessageChannel.SMS else template.body, language)
    shown = {**params, **dict.fromkeys(template.secret & params.keys(), HIDDEN)}
    subject = "" if channel is MessageChannel.SMS else pick(template.subject, language).format_map(shown)
    return Rendered(" ".join(subject.split()), words.format_map(params), words.format_map(shown))
