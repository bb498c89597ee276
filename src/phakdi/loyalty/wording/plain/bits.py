"""Parts of sentences that many things share: limits, ends, waiting times, periods, conditions."""

from collections.abc import Iterable
from typing import Any

from phakdi.loyalty.programs.document.spending import Criterion, Maximum, Minimum
from phakdi.loyalty.programs.document.values import Expiry, Limit, Pending
from phakdi.loyalty.wording.plain import words
from phakdi.loyalty.wording.plain.conditions import condition_text
from phakdi.loyalty.wording.plain.talk import Talk


def sentence(talk: Talk, parts: Iterable[str]) -> str:
    """Return the parts as one sentence; empty ones are left out."""
    told = (" " if talk.reader.is_thai else ", ").join(part for part in parts if part)
    return told[:1].upper() + told[1:]


def holds(raw: Any, talk: Talk, *, of_line: bool = False) -> str:
    """Return a condition as half a sentence, or that there is one where it cannot be told."""
    if raw is None:
        return ""
    node = talk.read_condition(raw, of_line)
    return (
        condition_text(node, talk, of_line=of_line)
        if node
        else talk.both("มีเงื่อนไขที่อ่านไม่ได้", "with a condition that cannot be read")
    )


def goods(raw: Any, talk: Talk) -> str:
    """Return on which goods something counts."""
    told = holds(raw, talk, of_line=True)
    return told and talk.both("เฉพาะสินค้า{told}", "on goods {told}", told=told)


def period(item: Any, talk: Talk) -> str:
    """Return from when until when something runs."""
    if item.starts and item.ends:
        return talk.both("ตั้งแต่ {a} ถึง {b}", "from {a} through {b}", a=talk.day(item.starts), b=talk.day(item.ends))
    if item.starts:
        return talk.both("ตั้งแต่ {a}", "from {a} on", a=talk.day(item.starts))
    return talk.both("ถึง {b}", "through {b}", b=talk.day(item.ends)) if item.ends else ""


def limits(items: Iterable[str | Limit], talk: Talk, unit: str | None = None) -> str:
    """Return the limits as half a sentence; ``unit`` is the kind of points that they are about."""
    return talk.every([limit_text(item, talk, unit) for item in items])


def limit_text(limit: str | Limit, talk: Talk, points: str | None = None) -> str:
    """Return one limit: ``at most 500 points per month``."""
    if isinstance(limit, str) and limit in talk.limits:
        return limit_text(talk.limits[limit], talk, points)
    if isinstance(limit, str):
        return talk.both("ตามเพดาน {name}", "within the limit {name}", name=talk.named(limit))
    is_money = limit.of in {"amount", "value"}
    unit = talk.unit(points) if limit.of == "points" else talk.say(words.LIMIT_OF[limit.of])
    most = talk.money(limit.max) if is_money else f"{talk.number(limit.max)} {unit}"
    if limit.of == "uses" and limit.max == 1 and not talk.reader.is_thai:
        most = "once"
    told = talk.both("ไม่เกิน {most} {per}", "at most {most} {per}", most=most, per=talk.per(limit.per))
    if limit.by:
        told += talk.both(" แยกตาม{by}", " for each {by}", by=talk.reader.called(limit.by))
    return told + talk.both(" รวมสมาชิกทุกคน", " for all members together") if limit.shared else told


def expiry(rule: Any, talk: Talk) -> str:
    """Return when something ends: ``1 year, to the end of the month``."""
    if rule is None:
        return ""
    if rule == "never":
        return talk.both("ไม่หมดอายุ", "never expires")
    several = rule if isinstance(rule, list) else [rule]
    told = talk.either([_end(each, talk) for each in several])
    return told + talk.both(" แล้วแต่ว่าอะไรถึงก่อน", ", whichever comes first") if len(several) > 1 else told


def _end(rule: Expiry, talk: Talk) -> str:
    if rule.after:
        told = talk.both("อายุ {length}", "good for {length}", length=talk.length(rule.after))
        if rule.round_up:
            until = talk.say(words.ROUND_UP[rule.round_up]) if rule.round_up in words.ROUND_UP else talk.month_day(rule.round_up)
            told += talk.both(" ปัดถึง{until}", ", then to {until}", until=until)
    elif rule.on:
        told = talk.both("ใช้ได้ถึง {days} ที่จะถึง", "good until the next {days}", days=talk.either(map(talk.month_day, rule.on)))
    elif rule.at:
        told = talk.both("ใช้ได้ถึง {day}", "good through {day}", day=talk.day(rule.at))
    elif rule.within:
        told = talk.both("ใช้ได้ถึง{end}", "good until {end}", end=talk.say(words.ROUND_UP[rule.within]))
    elif rule.cycle:
        told = talk.both("ใช้ได้ถึงสิ้นรอบโปรแกรม", "good until the end of the cycle")
    else:
        told = talk.both("อายุตามระดับ", "depending on the level")
    return told + talk.both(" นับใหม่เมื่อมีความเคลื่อนไหว", ", counted anew with each activity") if rule.extended_by else told


def waiting(rules: Any, talk: Talk) -> str:
    """Return when points become spendable."""
    if rules is None or rules == []:
        return ""
    if rules == "none":
        return talk.both("ใช้ได้ทันที", "spendable at once")
    return talk.either([_wait(each, talk) for each in rules])


def _wait(rule: Pending, talk: Talk) -> str:
    when = holds(rule.when, talk)
    if rule.until:
        kinds = talk.either(map(talk.reader.called, rule.until))
        told = talk.both("ใช้ได้หลังจาก {kinds}", "spendable after {kinds}", kinds=kinds)
        told += talk.both(" อีก {length}", " and {length}", length=talk.length(rule.after)) if rule.after else ""
    elif rule.after:
        told = talk.both("ใช้ได้หลัง {length}", "spendable after {length}", length=talk.length(rule.after))
    else:
        told = talk.both("ใช้ได้ตั้งแต่ {day}", "spendable from {day} on", day=talk.month_day(rule.on or "01-01"))
    return f"{told} ({when})" if when else told


def minimum(least: Minimum, talk: Talk) -> str:
    """Return what must be there first."""
    told = []
    if least.bill is not None:
        told.append(talk.both("บิลตั้งแต่ {bill}", "on bills of at least {bill}", bill=talk.money(least.bill)))
    if least.points is not None:
        told.append(talk.both("ใช้อย่างน้อย {points}", "at least {points}", points=talk.number(least.points)))
    if least.balance is not None:
        told.append(talk.both("มีแต้มอย่างน้อย {points}", "with a balance of at least {points}", points=talk.number(least.balance)))
    if least.value is not None:
        told.append(talk.both("มูลค่าอย่างน้อย {value}", "worth at least {value}", value=talk.money(least.value)))
    return talk.every(told)


def maximum(most: Maximum, talk: Talk) -> str:
    """Return how much of a bill may be paid."""
    told = []
    if most.percent_of_bill is not None:
        told.append(
            talk.both("ไม่เกิน {percent}% ของบิล", "at most {percent}% of the bill", percent=talk.number(most.percent_of_bill))
        )
    if most.points is not None:
        told.append(talk.both("ไม่เกิน {points} แต้ม", "at most {points} points", points=talk.number(most.points)))
    if most.value is not None:
        told.append(talk.both("ไม่เกิน {value}", "at most {value}", value=talk.money(most.value)))
    if most.quantity is not None:
        told.append(talk.both("ไม่เกิน {quantity} หน่วย", "for at most {quantity} of them", quantity=talk.number(most.quantity)))
    return talk.every(told)


def criterion_text(asked: Criterion, talk: Talk) -> str:
    """Return what a level asks for: ``spending of at least 20,000 baht within the last 12 months``."""
    if asked.any is not None:
        return talk.either([criterion_text(inner, talk) for inner in asked.any])
    if asked.all is not None:
        return talk.every([criterion_text(inner, talk) for inner in asked.all])
    if asked.when is not None:
        return holds(asked.when, talk)
    meter = asked.meter or ""
    bound, more = (asked.at_least, False) if asked.at_least is not None else (asked.more_than, True)
    much = talk.money(bound) if meter in {"spend", "gross"} else talk.number(bound)
    if meter.startswith("balance."):
        return talk.both("มี {unit} ตั้งแต่ {much}", "a balance of {much} {unit}", unit=talk.unit(meter[8:]), much=much)
    name = talk.say(words.METERS[meter]) if meter in words.METERS else talk.unit(meter)
    least = talk.both("มากกว่า" if more else "ตั้งแต่", "more than" if more else "at least")
    where = "" if asked.window == "lifetime" else talk.within(asked.window)
    return talk.both(
        "{name}{where} {least} {much}", "{name} {where} of {least} {much}", name=name, where=where, least=least, much=much
    ).replace("  ", " ")
