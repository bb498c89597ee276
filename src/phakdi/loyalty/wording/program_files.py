"""What is wrong, or hardly meant, in a program file, for readers of Thai; the messages themselves are English."""

import re
from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording.phrases import Phrase, Reader

FINDINGS: Mapping[str, Phrase] = {
    "budget_below_grant": (
        "งบ {budget} น้อยกว่าแต้มที่ให้ครั้งละ {grant} กฎนี้จึงไม่มีวันให้",
        "The budget of {budget} is less than the {grant} points given at a time.",
    ),
    "days_over": ("เงื่อนไขนี้ถามถึงวันที่ผ่านไปแล้ว ({last})", "It asks for days that are over since {last}."),
    "ends_at_once": ("หมดอายุในวันที่ได้รับเลย", "It ends on the day on which it is given."),
    "ends_before_available": (
        "แต้มหมดอายุก่อนที่จะใช้ได้ ({after} หลังได้รับ แต่ใช้ได้หลัง {wait})",
        "Points end ({after} after they were earned) before they can be spent (after {wait}).",
    ),
    "level_above_cap": (
        "ต้องมี {needs} แต่ถือได้ไม่เกิน {cap} จึงไม่มีใครถึงระดับนี้",
        "It asks for {needs}, and nobody can hold more than {cap}.",
    ),
    "limit_below_grant": (
        "เพดาน {limit} น้อยกว่าแต้มที่ให้ครั้งละ {grant} กฎนี้จึงไม่มีวันให้",
        "At most {limit} are allowed, and {grant} are given at a time: the rule never gives.",
    ),
    "name_missing": ("ยังไม่มีข้อความภาษา{language:tongue}", "There is no text in {language:tongue}."),
    "reward_above_cap": (
        "ใช้ {cost} แต้ม แต่ถือได้ไม่เกิน {cap} จึงไม่มีใครแลกได้",
        "It costs {cost}, and nobody can hold more than {cap}.",
    ),
    "too_generous": (
        "แต้มที่ให้มีค่าถึง {percent}% ของยอดขาย {level:name}",
        "The points given are worth {percent} % of what is paid. {level:name}",
    ),
    "card_gives_nothing": (
        "บัตรที่ครบ {size} ดวงจะถูกเก็บไปโดยไม่ได้อะไร",
        "A full card of {size} is taken away and its last place gives nothing.",
    ),
    "dates_inverted": ("สิ้นสุด ({ends}) ก่อนเริ่ม ({starts})", "It ends ({ends}) before it begins ({starts})."),
    "gives_nothing": ("กฎ {rule:name} ไม่ให้อะไรเลย", "The rule {rule:name} gives nothing."),
    "has_ended": ("หมดช่วงเวลาไปแล้วเมื่อ {ends}", "It ended on {ends}."),
    "level_unreachable": (
        "ไม่มีใครถึงระดับนี้ได้ เพราะแต้มถูกแลกอัตโนมัติก่อน",
        "Nobody reaches this level: points are taken by themselves before.",
    ),
    "levels_overlap": (
        "เกณฑ์ {bound} ไม่สูงกว่าระดับก่อนหน้า ({below:name})",
        "{bound} is no more than the level below asks for ({below:name}).",
    ),
    "limit_unused": ("ไม่มีกฎใดใช้เพดาน {key}", "No rule names the limit {key}."),
    "meter_unused": ("ไม่มีอะไรอ่านตัวนับ {key}", "Nothing reads the meter {key}."),
    "multiplies_nothing": (
        "กฎ {rule:name} คูณแต้ม แต่ไม่มีกฎอื่นให้แต้มพร้อมกัน",
        "The rule {rule:name} multiplies, but no rule gives points at the same time.",
    ),
    "never_matches": ("เงื่อนไขนี้ไม่มีวันเป็นจริง: {why}", "This can never hold: {why}."),
    "shadowed": (
        "กฎ {rule:name} ไม่มีวันให้แต้ม เพราะ {by:name} ในกลุ่มเดียวกันมาก่อนเสมอ",
        "The rule {rule:name} never gives: {by:name} of its group always comes first.",
    ),
    "voucher_never_given": ("ไม่มีกฎใดให้คูปอง {key:name} มีแต่พนักงานให้ได้", "No rule gives the voucher {key:name}; only staff can."),
}
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"there is no key '(.+?)' here; did you mean '(.+?)'", r"ไม่มีคีย์ '\1' ตรงนี้ หมายถึง '\2' หรือไม่"),
    (r"there is no key '(.+?)' here; there is: (.+)", r"ไม่มีคีย์ '\1' ตรงนี้ ที่มีคือ \2"),
    (r"write a whole number here, not (.+)", r"ตรงนี้ต้องเป็นจำนวนเต็ม ไม่ใช่ \1"),
    (r"write a number here, not (.+)", r"ตรงนี้ต้องเป็นตัวเลข ไม่ใช่ \1"),
    (r"write a plain number such as 1500 or 2\.5, not (.+)", r"ใส่ตัวเลขธรรมดา เช่น 1500 หรือ 2.5 ไม่ใช่ \1"),
    (r"'(.+?)' is missing", r"ขาด '\1'"),
    (r"write a text here; put a number that is a name in quotes", "ตรงนี้ต้องเป็นข้อความ ถ้าตัวเลขเป็นชื่อให้ใส่เครื่องหมายคำพูด"),
    (r"a text is missing here; .+", "ขาดข้อความตรงนี้ ข้อความที่มีจุลภาคภายใน { } ต้องใส่เครื่องหมายคำพูด"),
    (r"'(.+?)' has not the form that is asked for.*", r"'\1' รูปแบบไม่ถูกต้อง เช่น วันที่เขียนแบบ 2026-12-31"),
    (r"There is no (?:unit|level|limit|voucher|rule|field|meter|reward) '(.+?)'; did you mean '(.+?)'\??", r"ไม่มี '\1' หมายถึง '\2' หรือไม่"),
    (r"There is no (?:unit|level|limit|voucher|rule|field|meter|reward) '(.+?)'; there is: (.+)", r"ไม่มี '\1' ที่มีคือ \2"),
    (r"[Tt]here is no field '?(.+?)'?; did you mean '?(.+?)'?\??", r"ไม่มีข้อมูลชื่อ \1 หมายถึง \2 หรือไม่"),
    (r"'(.+?)' stands here twice; keep one of them", r"'\1' ซ้ำสองครั้ง เก็บไว้เพียงอันเดียว"),
    (r"write a duration such as .+, not '(.+?)'", r"เขียนระยะเวลา เช่น '90 days', '6 months', '1 year' หรือ '24 hours' ไม่ใช่ '\1'"),
    (r"write a yearly date as MM-DD, such as 12-31, not '(.+?)'", r"เขียนวันที่ประจำปีเป็น MM-DD เช่น 12-31 ไม่ใช่ '\1'"),
    (r"'(.+?)' is no time zone; .+", r"ไม่รู้จักเขตเวลา '\1' เขียนแบบ Asia/Bangkok หรือ +07:00"),
    (r"this is no readable YAML: (.+)", r"อ่าน YAML ไม่ได้: \1"),
    (r"Two earning rules have the same key\.?", "มีกฎสองข้อที่ใช้คีย์เดียวกัน"),
    (r"Two levels have the same key\.?", "มีระดับสองระดับที่ใช้คีย์เดียวกัน"),
    (r"Level '(.+?)' begins at (.+?), where level '(.+?)' already begins at (.+?): .+", r"ระดับ '\1' เริ่มที่ \2 แต่ระดับ '\3' เริ่มที่ \4 อยู่แล้ว ต้องเรียงจากต่ำไปสูงและไม่ซ้อนกัน"),
    (r"give exactly one of .+", "ให้ได้อย่างเดียวจาก points, percent, multiply, voucher, level, set หรือ item"),
    (r"say when it ends: .+", "บอกว่าหมดอายุเมื่อไร: after, on, at, cycle, within หรือ by_level"),
    (r"say until when: .+", "บอกว่ารอถึงเมื่อไร: until, after หรือ on"),
    (r"say what the points pay: .+", "บอกว่าแต้มจ่ายแทนเงินเท่าไร: points กับ pays หรือตาราง values"),
)  # fmt: skip
_PLACE = re.compile(r"^Line \d+(, column \d+)?: ([\w.-]+(\[\d+\])?[\w.\[\]-]*: )?")
_THAI = tuple((re.compile(pattern), said) for pattern, said in _PATTERNS)


def finding_text(code: str, params: Mapping[str, Any], message: str, reader: Reader) -> str:
    """Return a warning about a program file for the reader; one without words is told as it is."""
    phrase = FINDINGS.get(code)
    if phrase is None or not (reader.is_thai or reader.names):
        return message
    return (reader.say(phrase, params) or message).strip()


def program_error_text(message: str, reader: Reader) -> str:
    """Return what is wrong in a program file for the reader, without its place; what has no Thai words is told in English."""
    plain = _PLACE.sub("", message).rstrip(".")
    if reader.is_thai:
        for pattern, said in _THAI:
            if matched := pattern.fullmatch(plain):
                return matched.expand(said)
    return plain
