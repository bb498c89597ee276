"""What the fields and operators of conditions are called."""

from phakdi.loyalty.wording.phrases import Phrase
from phakdi.loyalty.wording.plain import words
from phakdi.loyalty.wording.plain.talk import Talk


def field_group(name: str, *, of_line: bool) -> str:
    """Return in which group a field stands: lines, bill, time, member, expected, counted or more."""
    if of_line:
        return "lines"
    if name.startswith("member."):
        return "expected" if name in words.TRAIT_NAMES else "member"
    if name in words.TIME_NAMES:
        return "time"
    if "." in name and not name.startswith("tender."):
        return "counted"
    return "bill" if name in words.ACTIVITY_NAMES or name.startswith("tender.") else "more"


def field_name(name: str, talk: Talk, *, of_line: bool = False) -> str:
    """Return what a field is called; one that nobody gave a name is called by its key."""
    if of_line and name in words.LINE_NAMES:
        return talk.say(words.LINE_NAMES[name])
    for table in (words.MEMBER_NAMES, words.TRAIT_NAMES, words.TIME_NAMES, words.ACTIVITY_NAMES):
        if name in table:
            return talk.say(table[name])
    head, _, tail = name.rpartition(".")
    return _made_on_demand(head, tail, talk) if head else talk.reader.called(name)


def _made_on_demand(head: str, tail: str, talk: Talk) -> str:
    """Return the name of a field that is made of two parts: a meter and a window, a balance, a time since."""
    name = talk.reader.called(tail)
    made: dict[str, Phrase] = {
        "balance": ("ยอด{name}คงเหลือ", "balance of {name}"),
        "vouchers": ("คูปอง {name} ที่ยังไม่ใช้", "open vouchers {name}"),
        "tender": ("จ่ายด้วย {name}", "paid by {name}"),
        "days_since": ("จำนวนวันตั้งแต่ {name} ครั้งก่อน", "days since the last {name}"),
        "months_since": ("จำนวนเดือนตั้งแต่ {name} ครั้งก่อน", "months since the last {name}"),
        "days_until": ("จำนวนวันจนถึง {name}", "days until {name}"),
    }
    if head in made:
        return talk.say(made[head], name=name)
    if head in {"member", "member.attributes"}:
        return name
    meter = head.removeprefix("total.")
    counted = talk.say(words.METERS[meter]) if meter in words.METERS else talk.reader.called(meter)
    text = f"{counted}{'' if talk.reader.is_thai else ' '}{talk.within(tail)}"
    return text + talk.both(" (รวมครั้งนี้)", " (this time included)") if head != meter else text


def value_name(field: str, value: str, talk: Talk) -> str:
    """Return what a value of a field with a list of values is called."""
    is_known = field.startswith("member.trait.") and value in words.TRAIT_VALUES
    return talk.say(words.TRAIT_VALUES[value]) if is_known else value


def operator_name(operator: str, type_: str, talk: Talk) -> str:
    """Return what an operator is called where it stands between a field and a value of that type."""
    table = words.ORDERED if type_ in {"date", "datetime", "time"} and operator in words.ORDERED else words.OPERATORS
    return talk.say(table[operator])
