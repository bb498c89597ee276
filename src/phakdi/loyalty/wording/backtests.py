"""What a what-if warns of, and what of the past could not be repeated, in words."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording.kinds import kind_names
from phakdi.loyalty.wording.phrases import Phrase, Reader
from phakdi.loyalty.wording.refusals import refusal_text

WARNINGS: Mapping[str, Phrase] = {
    "cost_above": (
        "โปรแกรมนี้มีต้นทุน {percent}% ของยอดขาย สูงกว่า {limit}%",
        "The program costs {percent} % of sales, more than {limit} %.",
    ),
    "rule_never_applied": (
        "กฎ {rule:name} ไม่เคยเข้าเงื่อนไขเลยในช่วงที่ลอง",
        "The rule {rule:name} never applied in this time.",
    ),
    "rule_kind_unseen": (
        "กฎ {rule:name} รอกิจกรรมที่ไม่เคยเกิดขึ้นในช่วงที่ลอง ({kind})",
        "The rule {rule:name} waits for what nobody did in this time ({kind}).",
    ),
    "level_nobody": (
        "ไม่มีใครถึงระดับ {level:name} เลย จากสมาชิก {members} คน",
        "None of {members} members reaches the level {level:name}.",
    ),
    "level_everybody": (
        "สมาชิก {percent}% ถึงระดับ {level:name} ระดับนี้จึงแทบไม่แยกใครออกจากใคร",
        "{percent} % of members reach the level {level:name}: it sets hardly anybody apart.",
    ),
    "budget_blown": (
        "งบ {budget} ({there}) หมดในเดือน {month} ถ้าไม่มีเพดานจะใช้ถึง {wanted}",
        "The budget {budget} of {there} is used up in {month}; without an end {wanted} would be taken.",
    ),
    "points_of_no_use": (
        "สมาชิก {members} คนถือ {unit:name} รวม {points} แต่โปรแกรมไม่มีทางให้ใช้",
        "{members} members hold {points} {unit:name}, and the program has no way to use them.",
    ),
    "points_too_few": (
        "{percent}% ของผู้ถือ {unit:name} มีน้อยกว่า {least} ซึ่งเป็นขั้นต่ำที่ใช้ได้",
        "{percent} % of those who hold {unit:name} have fewer than the {least} that the cheapest use takes.",
    ),
    "uses_left_out": (
        "การใช้สิทธิ์ในอดีต {times} จาก {of} ครั้ง ({percent}%) ทำซ้ำไม่ได้ภายใต้โปรแกรมนี้",
        "{times} of {of} past uses ({percent} %) could not be repeated under this program.",
    ),
    "engine_failed": (
        "มี {times} กิจกรรมที่โปรแกรมนี้คำนวณไม่ได้ กรุณาตรวจร่างอีกครั้ง",
        "The program could not work out {times} activities. Look at the draft again.",
    ),
}


def warning_text(code: str, params: Mapping[str, Any], reader: Reader) -> str:
    """Return a warning of a what-if for the reader; its code where there are no words for it."""
    phrase = WARNINGS.get(code)
    return (reader.say(phrase, params) if phrase else None) or code


_WHAT: Mapping[str, Phrase] = {
    "points": ("จ่ายด้วยแต้ม", "paid with points"),
    "vouchers": ("ใช้คูปอง", "used vouchers"),
    "credit": ("จ่ายด้วยเครดิต", "paid with credit"),
}
_WHY: Mapping[str, Phrase] = {
    "rule_unknown": ("ไม่มีกฎนี้ในโปรแกรม", "The program has no such rule."),
    "engine_failed": ("โปรแกรมนี้คำนวณไม่ได้", "The program could not work it out."),
}


def could_not_text(what: str, code: str, reader: Reader) -> str:
    """Return what of the past could not be repeated, and why, as far as there are words for it."""
    done = reader.say(_WHAT[what], {}) if what in _WHAT else kind_names(reader.language).get(what, reader.called(what))
    why = reader.say(_WHY[code], {}) if code in _WHY else refusal_text(code, {}, reader.language, reader)
    return f"{done}: {why or code}"
