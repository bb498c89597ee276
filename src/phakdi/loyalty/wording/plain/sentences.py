"""One sentence for each thing a program is made of: rules, discounts, vouchers, rewards, levels, kinds of points."""

from collections.abc import Callable, Mapping
from typing import Any

from phakdi.loyalty.programs.document.rules import Discount, EarningRule, Give, Refunds, VoucherDefinition
from phakdi.loyalty.programs.document.spending import Cost, Level, Plan, Referral, Reward, SpendingRule
from phakdi.loyalty.programs.document.units import Unit
from phakdi.loyalty.programs.document.values import Limit
from phakdi.loyalty.wording.plain import bits, words
from phakdi.loyalty.wording.plain.talk import Talk


def part_text(item: Any, talk: Talk) -> str:
    """Return what ``item`` (a rule, reward, level … of a document) says, as a sentence."""
    return _TELLERS[type(item)](item, talk)


# --- earning ------------------------------------------------------------------------------------------------------------


def _rule(rule: EarningRule, talk: Talk) -> str:
    given = talk.every([give_text(give, talk) for give in rule.give])
    when = talk.either([_on(kind, talk) for kind in rule.on])
    return bits.sentence(
        talk,
        [
            given,
            talk.say(words.TO[rule.to]) if rule.to in words.TO else "",
            "" if rule.on == ["purchase"] and any(give.per or give.percent for give in rule.give) else when,
            bits.holds(rule.when, talk),
            bits.goods(rule.lines, talk),
            bits.period(rule, talk),
            talk.say(words.ONCE[rule.once]) if rule.once else "",
            bits.limits(rule.limits, talk, next((give.unit for give in rule.give if give.points is not None), None)),
            talk.both("งบรวม {n}", "{n} for all together", n=talk.number(rule.budget)) if rule.budget is not None else "",
            bits.waiting(rule.pending, talk),
            bits.expiry(rule.expires, talk),
            talk.both("ไม่นับเลื่อนระดับ", "does not count for the level") if not rule.qualifying else "",
        ],
    )


def _on(kind: str, talk: Talk) -> str:
    if kind in words.WHEN:
        return talk.say(words.WHEN[kind])
    return talk.both("เมื่อมี {kind}", "on {kind}", kind=talk.reader.called(kind))


def give_text(give: Give, talk: Talk) -> str:
    """Return one effect of a rule."""
    if give.multiply is not None:
        which = talk.every(map(talk.reader.called, give.rules)) if give.rules else ""
        told = talk.both("แต้ม {n} เท่า", "{n} times the points", n=talk.number(give.multiply))
        return told + talk.both(" ของ {which}", " of “{which}”", which=which) if which else told
    if give.percent is not None:
        measured = (
            talk.both("ของยอด", "of the amount")
            if give.of in {None, *words.MONEY}
            else talk.both("ของ{of}", "of {of}", of=talk.reader.called(give.of))
        )
        told = f"{talk.number(give.percent)}% {measured} {talk.both('เป็น', 'in')} {talk.unit(give.unit)}"
        return told + _bounds(give, talk)
    if give.points is not None:
        return _points(give, talk) + _bounds(give, talk)
    return _thing(give, talk) + _each(give, talk)


def _points(give: Give, talk: Talk) -> str:
    some = talk.some(give.points, give.unit)
    if give.per is None:
        if give.of is None or give.of in {"one", "uses"}:
            return some
        return talk.both("{some} ต่อหนึ่ง{of}", "{some} for each of {of}", some=some, of=_measure(give.of, talk))
    return talk.both("ทุก {step} ได้ {some}", "{some} for each {step}", some=some, step=_step(give, talk))


def _each(give: Give, talk: Talk) -> str:
    return talk.both(" ทุก {step}", " for each {step}", step=_step(give, talk)) if give.per is not None else ""


def _step(give: Give, talk: Talk) -> str:
    if give.of is None or give.of in words.MONEY or give.of.startswith("tender."):
        return talk.money(give.per)
    measure = _measure(give.of, talk)
    return (
        (measure.removesuffix("s") if not talk.reader.is_thai else f"1 {measure}")
        if give.per == 1
        else f"{talk.number(give.per)} {measure}"
    )


def _measure(of: str, talk: Talk) -> str:
    return talk.say(words.MEASURES[of]) if of in words.MEASURES else talk.reader.called(of)


def _bounds(give: Give, talk: Talk) -> str:
    is_money = give.of is None or give.of in words.MONEY
    told = ""
    if give.from_above is not None:
        above = talk.money(give.from_above) if is_money else talk.number(give.from_above)
        told += talk.both(" เฉพาะส่วนที่เกิน {above}", " on what is above {above}", above=above)
    if give.at_most is not None:
        told += talk.both(" ไม่เกินครั้งละ {n}", ", at most {n} at a time", n=talk.number(give.at_most))
    return told


def _thing(give: Give, talk: Talk) -> str:
    if give.voucher is not None:
        worth = f" {talk.money(give.value)}" if give.value is not None else ""
        many = f" ×{talk.number(give.count)}" if give.count is not None else ""
        return talk.both("คูปอง “{name}”", "the voucher “{name}”", name=talk.reader.called(give.voucher)) + worth + many
    if give.level is not None:
        return talk.both("ระดับ {name}", "the level {name}", name=talk.reader.called(give.level))
    if give.item is not None:
        return talk.named("", give.item)
    return talk.both("จดไว้ว่า {what}", "a note: {what}", what=", ".join(f"{k} = {v}" for k, v in (give.set or {}).items()))


# --- vouchers, discounts, rewards ---------------------------------------------------------------------------------------


def _takes_off(item: Any, talk: Talk) -> str:
    """Return what a voucher, discount or reward takes off or gives."""
    told = []
    if item.percent is not None:
        told.append(talk.both("ลด {n}%", "{n}% off", n=talk.number(item.percent)))
    if item.amount is not None:
        told.append(talk.both("ลด {amount}", "{amount} off", amount=talk.money(item.amount)))
    if getattr(item, "of", None):
        told.append(talk.both("ต่อหนึ่ง{of}", "for each of {of}", of=_measure(item.of, talk)))
    if getattr(item, "free_shipping", False):
        told.append(talk.both("ส่งฟรี", "free delivery"))
    if getattr(item, "shipping_fee", None) is not None:
        told.append(talk.both("ค่าส่ง {fee}", "delivery for {fee}", fee=talk.money(item.shipping_fee)))
    thing = getattr(item, "item", None) or getattr(item, "gift", None)
    if thing:
        told.append(talk.named("", thing))
    if getattr(item, "item_up_to", None) is not None:
        told.append(talk.both("มูลค่าไม่เกิน {n}", "worth up to {n}", n=talk.money(item.item_up_to)))
    if getattr(item, "points", None) is not None:
        told.append(talk.some(item.points, item.unit))
    return " ".join(told)


def _discount(discount: Discount, talk: Talk) -> str:
    return bits.sentence(
        talk,
        [
            _takes_off(discount, talk),
            bits.goods(discount.lines, talk),
            bits.holds(discount.when, talk),
            talk.both("เมื่อซื้อครบ {n}", "from {n} on", n=talk.money(discount.minimum)) if discount.minimum is not None else "",
            talk.both("ไม่เกิน {n}", "at most {n}", n=talk.money(discount.cap)) if discount.cap is not None else "",
            bits.period(discount, talk),
            bits.limits(discount.limits, talk),
        ],
    )


def _voucher(voucher: VoucherDefinition, talk: Talk) -> str:
    return bits.sentence(
        talk,
        [
            _takes_off(voucher, talk) or talk.both("มูลค่าตามที่ให้", "worth what is given with it"),
            talk.both("ไม่เกิน {n}", "at most {n}", n=talk.money(voucher.cap)) if voucher.cap is not None else "",
            talk.both("เมื่อซื้อครบ {n}", "on bills of at least {n}", n=talk.money(voucher.minimum_bill))
            if voucher.minimum_bill is not None
            else "",
            bits.goods(voucher.lines, talk),
            bits.holds(voucher.when, talk),
            bits.expiry(voucher.valid, talk),
            talk.both("ใช้ได้ {n} ครั้ง", "{n} uses", n=voucher.uses) if voucher.uses > 1 else "",
            talk.both("ใช้ร่วมกับส่วนลดอื่นไม่ได้", "stands alone") if voucher.combinable is False else "",
            bits.limits(voucher.limits, talk),
        ],
    )


def _reward(reward: Reward, talk: Talk) -> str:
    costs = talk.either([_cost(cost, talk) for cost in reward.cost])
    if reward.milestone is not None:
        costs = talk.both("ดวงที่ {n} ของบัตรสะสม", "at stamp {n} of the card", n=reward.milestone)
    gets = _takes_off(reward, talk)
    if reward.voucher is not None:
        gets = talk.both("คูปอง “{name}”", "the voucher “{name}”", name=talk.reader.called(reward.voucher))
    elif reward.give_points is not None:
        gets = talk.some(reward.give_points, reward.give_unit)
    elif reward.level is not None:
        gets = talk.both("ระดับ {name}", "the level {name}", name=talk.reader.called(reward.level))
    gets = gets or talk.named("", reward.name)
    return bits.sentence(
        talk,
        [
            talk.both("{costs} แลก {gets}", "{gets} for {costs}", costs=costs, gets=gets) if costs else gets,
            bits.holds(reward.when, talk),
            bits.minimum(reward.minimum, talk),
            bits.period(reward, talk),
            talk.both("มี {n} ชิ้น", "{n} in stock", n=talk.number(reward.stock)) if reward.stock is not None else "",
            bits.limits(reward.limits, talk),
        ],
    )


def _cost(cost: Cost, talk: Talk) -> str:
    some = (
        talk.both("{unit}เท่าไรก็ได้", "any number of {unit}", unit=talk.unit(cost.unit))
        if cost.points == "any"
        else talk.some(cost.points, cost.unit)
    )
    if cost.points == 0 and cost.money is None:
        some = talk.both("ไม่ใช้แต้ม", "nothing")
    if cost.money is not None:
        some += talk.both(" + {money}", " and {money}", money=talk.money(cost.money))
    for unit, points in cost.also.items():
        some += talk.both(" + {more}", " and {more}", more=talk.some(points, unit))
    when = bits.holds(cost.when, talk)
    return f"{some} ({when})" if when else some


def _spending(rule: SpendingRule, talk: Talk) -> str:
    if rule.values is not None:
        pays = talk.either([f"{talk.some(n, rule.unit)} = {talk.money(value)}" for n, value in rule.values.items()])
    else:
        pays = talk.both(
            "{some} แทน {money}", "{some} pay {money}", some=talk.some(rule.points, rule.unit), money=talk.money(rule.pays)
        )
    return bits.sentence(
        talk,
        [
            pays,
            talk.both("ต่อหนึ่ง{of}", "for each of {of}", of=_measure(rule.of, talk)) if rule.of else "",
            talk.both("ใช้ทีละ {n}", "in steps of {n}", n=talk.number(rule.step)) if rule.step is not None else "",
            talk.both("ใช้ได้ครั้งละ {n}", "{n} at a time", n=talk.either(map(talk.number, rule.steps))) if rule.steps else "",
            bits.minimum(rule.minimum, talk),
            bits.maximum(rule.maximum, talk),
            bits.goods(rule.lines, talk),
            bits.holds(rule.when, talk),
            bits.period(rule, talk),
            bits.limits(rule.limits, talk),
        ],
    )


# --- points, levels, friends, membership --------------------------------------------------------------------------------


def _unit(unit: Unit, talk: Talk) -> str:
    kinds = {
        "points": ("แต้มที่ใช้ได้", "points to spend"),
        "status": ("คะแนนสำหรับระดับเท่านั้น", "counts for levels only"),
        "stamps": ("ดวงสะสม", "stamps"),
        "credit": ("เงินในกระเป๋า", "money credit"),
    }
    card = ""
    if unit.card:
        places = talk.every(
            [
                talk.both("ครบ {n} ได้ “{v}”", "at {n}: “{v}”", n=place.at, v=talk.reader.called(place.voucher))
                for place in unit.card.milestones
            ]
        )
        card = talk.both("บัตร {n} ดวง {places}", "a card of {n} {places}", n=unit.card.size, places=places).strip()
    auto = ""
    if unit.auto:
        result = talk.reader.called(unit.auto.voucher or unit.auto.reward)
        auto = talk.both(
            "ทุก {n} กลายเป็น “{what}” {when}",
            "every {n} become “{what}” {when}",
            n=talk.number(unit.auto.every),
            what=result,
            when=talk.say(words.AUTO[unit.auto.when]),
        )
    return bits.sentence(
        talk,
        [
            talk.say(kinds[unit.kind]),
            card,
            bits.expiry(unit.expires, talk),
            bits.waiting(unit.pending, talk),
            talk.both("หนึ่งหน่วยมีค่า {n}", "one is worth {n}", n=talk.money(unit.worth)) if unit.worth is not None else "",
            talk.both("ถือได้ไม่เกิน {n}", "nobody holds more than {n}", n=talk.number(unit.balance_cap))
            if unit.balance_cap is not None
            else "",
            auto,
        ],
    )


def _level(level: Level, talk: Talk) -> str:
    reach = bits.criterion_text(level.reach, talk) if level.reach else ""
    at_once = bits.criterion_text(level.by_purchase, talk) if level.by_purchase else ""
    keep = bits.criterion_text(level.keep, talk) if level.keep else ""
    return bits.sentence(
        talk,
        [
            talk.both("ได้เมื่อ {told}", "reached by {told}", told=talk.either([told for told in (reach, at_once) if told]))
            if reach or at_once
            else talk.both("ไม่ต้องมียอดสะสม", "asks for no spending"),
            bits.expiry(level.lasts, talk),
            talk.both("รักษาไว้ด้วย {keep}", "kept by {keep}", keep=keep) if keep else "",
            talk.both("ผ่อนผัน {n}", "{n} of grace", n=talk.length(level.grace)) if level.grace else "",
            talk.both("ไม่ลดระดับ", "is never lost") if level.never_downgrade else "",
        ],
    )


def _plan(plan: Plan, talk: Talk) -> str:
    return bits.sentence(
        talk,
        [
            talk.both("ค่าสมาชิก {n}", "a fee of {n}", n=talk.money(plan.fee)) if plan.fee else talk.both("ไม่มีค่าสมาชิก", "free"),
            talk.both("นาน {n}", "for {n}", n=talk.length(plan.term)) if plan.term else "",
            talk.both("ต่ออายุ {n}", "renewal {n}", n=talk.money(plan.renewal_fee)) if plan.renewal_fee is not None else "",
            talk.both("ต่อเองอัตโนมัติ", "renews itself") if plan.renews_itself else "",
            talk.both("แล้วเป็น {n}", "then {n}", n=talk.reader.called(plan.falls_to))
            if plan.falls_to and plan.falls_to != "none"
            else "",
        ],
    )


def _referral(referral: Referral, talk: Talk) -> str:
    return bits.sentence(
        talk,
        [
            talk.both("สมาชิกชวนเพื่อนได้", "members may invite friends"),
            bits.holds(referral.when, talk),
            bits.period(referral, talk),
            talk.both("คำเชิญใช้ได้ {n}", "an invitation is good for {n}", n=talk.length(referral.claim_within))
            if referral.claim_within
            else "",
            bits.limits(referral.limits, talk),
        ],
    )


_RECOVER = {
    "prorate": ("คืนสินค้าแล้วแต้มลดตามสัดส่วน", "a return takes points back in proportion"),
    "recompute": ("คืนสินค้าแล้วคิดแต้มใหม่จากส่วนที่เหลือ", "a return takes back what the rest would not have earned"),
    "all": ("คืนสินค้าแล้วแต้มของบิลหายทั้งหมด", "a return takes back all points of the bill"),
    "none": ("คืนสินค้าแล้วไม่หักแต้ม", "a return takes nothing back"),
}
_SHORTFALL = {
    "debt": ("ถ้าใช้แต้มไปแล้วจะหักจากแต้มที่ได้ครั้งหน้า", "points spent already are paid by later ones"),
    "zero": ("หักเท่าที่มี", "as far as there are any"),
    "pending_only": ("หักเฉพาะแต้มที่ยังรออยู่", "only what was still waiting"),
}


def _refunds(refunds: Refunds, talk: Talk) -> str:
    within = talk.both("ภายใน {n}", "within {n}", n=talk.length(refunds.within)) if refunds.within else ""
    told = [talk.say(_RECOVER[refunds.recover]), talk.say(_SHORTFALL[refunds.shortfall]) if refunds.recover != "none" else ""]
    return bits.sentence(talk, [*told, within])


_TELLERS: Mapping[type, Callable[[Any, Talk], str]] = {
    EarningRule: _rule,
    Discount: _discount,
    VoucherDefinition: _voucher,
    Reward: _reward,
    SpendingRule: _spending,
    Unit: _unit,
    Level: _level,
    Plan: _plan,
    Referral: _referral,
    Refunds: _refunds,
    Limit: lambda item, talk: bits.sentence(talk, [bits.limit_text(item, talk)]),
}
