"""Conditions as half sentences: ``at Siam, on Saturday or Sunday, for Gold``."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from phakdi.kit.conditions import All, AnyOf, Leaf, Node
from phakdi.kit.thai.dates import month_names
from phakdi.loyalty.wording.phrases import Phrase
from phakdi.loyalty.wording.plain import words
from phakdi.loyalty.wording.plain.fields import field_name, operator_name, value_name
from phakdi.loyalty.wording.plain.talk import Talk

_ONE_OF = frozenset({"is", "in", "any_in"})
_NOT_OF = frozenset({"is_not", "not_in"})
_CALLED = frozenset(
    {
        "store",
        "level",
        "tier",
        "member.level",
        "member.plan",
        "plan",
        "voucher",
        "vouchers",
        "reward",
        "kind",
        "unit",
        "tender",
        "channel",
    }
)
_PLAIN: dict[str, tuple[Phrase, Phrase]] = {  # fields whose "is" and "is not" read best in words of their own
    "store": (("ที่ {value}", "at {value}"), ("ทุกสาขายกเว้น {value}", "not at {value}")),
    "weekday": (("วัน{value}", "on {value}"), ("ไม่ใช่วัน{value}", "not on {value}")),
    "channel": (("ทาง {value}", "by {value}"), ("ไม่ใช่ทาง {value}", "not by {value}")),
    "tender": (("จ่ายด้วย {value}", "paid by {value}"), ("ไม่ได้จ่ายด้วย {value}", "not paid by {value}")),
    "member.level": (("สำหรับ {value}", "for {value}"), ("ยกเว้น {value}", "not for {value}")),
    "member.plan": (("สำหรับแพ็กเกจ {value}", "for the plan {value}"), ("ยกเว้นแพ็กเกจ {value}", "not for the plan {value}")),
    "level": (("ระดับ {value}", "the level {value}"), ("ยกเว้นระดับ {value}", "not the level {value}")),
    "month": (("เดือน{value}", "in {value}"), ("ไม่ใช่เดือน{value}", "not in {value}")),
    "category": (("หมวด {value}", "of {value}"), ("ยกเว้นหมวด {value}", "not of {value}")),
}
_YES_NO: dict[str, tuple[Phrase, Phrase]] = {
    "member.birth_month": (("ในเดือนเกิด", "in the birth month"), ("นอกเดือนเกิด", "outside the birth month")),
    "member.birthday": (("ในวันเกิด", "on the birthday"), ("ไม่ใช่วันเกิด", "not on the birthday")),
    "member.referred": (("สำหรับผู้ที่เพื่อนชวนมา", "for who was invited by a friend"), ("สำหรับผู้ที่ไม่มีใครชวน", "for whom nobody invited")),
    "member.active": (("เมื่อยังไม่หมดอายุสมาชิก", "while the membership runs"), ("เมื่อหมดอายุสมาชิกแล้ว", "after the membership ended")),
    "at_regular_price": (("ราคาปกติ", "at the regular price"), ("ราคาลด", "not at the regular price")),
    "promotion": (("สินค้าโปรโมชัน", "on promotion"), ("ไม่รวมสินค้าโปรโมชัน", "not on promotion")),
}


def condition_text(node: Node, talk: Talk, *, of_line: bool = False) -> str:
    """Return the tree as half a sentence."""
    if isinstance(node, Leaf):
        return _leaf(node, talk, of_line=of_line)
    parts = [condition_text(child, talk, of_line=of_line) for child in node.children]
    if isinstance(node, All):
        return (" " if talk.reader.is_thai else ", ").join(parts)
    told = talk.either(
        f"({part})" if isinstance(child, All) and len(child.children) > 1 else part
        for part, child in zip(parts, node.children, strict=True)
    )
    return told if isinstance(node, AnyOf) else talk.both("ยกเว้น ({told})", "but not ({told})", told=told)


def _leaf(leaf: Leaf, talk: Talk, *, of_line: bool) -> str:
    if leaf.type == "boolean" and leaf.field in _YES_NO and leaf.op in {"is", "is_not"}:
        return talk.say(_YES_NO[leaf.field][0 if bool(leaf.value) is (leaf.op == "is") else 1])
    shown = _shown(leaf, talk)
    if leaf.field in _PLAIN and (leaf.op in _ONE_OF or leaf.op in _NOT_OF):
        return talk.say(_PLAIN[leaf.field][leaf.op in _NOT_OF], value=shown)
    name = field_name(leaf.field, talk, of_line=of_line)
    if leaf.op == "exists":
        return talk.both(
            "{name}{how}",
            "{name} is {how}",
            name=name,
            how=talk.both("มีข้อมูล" if leaf.value else "ไม่มีข้อมูล", "known" if leaf.value else "not known"),
        )
    if leaf.type == "boolean":
        return name if bool(leaf.value) is (leaf.op == "is") else talk.both("ไม่ใช่กรณี{name}", "not: {name}", name=name)
    if leaf.type == "time" and leaf.op == "between":
        return talk.both("เวลา {value} น.", "between {value}", value=shown)
    return f"{name} {operator_name(leaf.op, leaf.type, talk)} {shown}"


def _shown(leaf: Leaf, talk: Talk) -> str:
    if leaf.op == "exists":
        return ""
    show = _writer(leaf, talk)
    if leaf.op == "between":
        low, high = map(show, leaf.value)
        if leaf.type == "time":
            return talk.both("{low}–{high}", "{low} and {high}", low=low, high=high)
        return talk.both("{low} ถึง {high}", "{low} and {high}", low=low, high=high)
    values = [show(value) for value in leaf.value] if isinstance(leaf.value, tuple) else [show(leaf.value)]
    return talk.every(values) if leaf.op == "contains" else talk.either(values)


def _writer(leaf: Leaf, talk: Talk) -> Callable[[Any], str]:  # noqa: PLR0911 - one for each type
    if leaf.type == "money":
        return lambda value: talk.money(Decimal(value) / leaf.scale)
    if leaf.field == "month":
        return lambda value: month_names(talk.reader.language)[value - 1] if 1 <= value <= 12 else str(value)  # noqa: PLR2004 - months
    if leaf.type in {"integer", "decimal"}:
        return lambda value: talk.number(Decimal(value) / leaf.scale)
    if leaf.type == "weekday":
        return lambda value: talk.say(words.WEEKDAYS[value])
    if leaf.type == "date":
        return lambda value: talk.day(value.isoformat() if isinstance(value, date) else str(value))
    if leaf.type == "boolean":
        return lambda value: talk.both("ใช่", "yes") if value else talk.both("ไม่", "no")
    return talk.reader.called if leaf.field in _CALLED else lambda value: value_name(leaf.field, str(value), talk)
