"""A program's terms as members read them: every rule, kind of points, level, reward and limit as a sentence, in sections."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phakdi.kit import conditions
from phakdi.kit.conditions import Node
from phakdi.kit.errors import Invalid
from phakdi.kit.money import exponent
from phakdi.kit.text import Text, pick
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.document.spending import Conversion, Tiers, Transfer
from phakdi.loyalty.programs.document.units import Meter
from phakdi.loyalty.programs.fields import Fields
from phakdi.loyalty.wording.kinds import kind_names
from phakdi.loyalty.wording.phrases import Phrase, Reader
from phakdi.loyalty.wording.plain import Talk, names_in, part_text, words
from phakdi.loyalty.wording.plain.bits import holds, limits, period, sentence

TITLES: Mapping[str, Phrase] = {
    "units": ("แต้มและดวงสะสม", "Points and stamps"),
    "earning": ("วิธีได้แต้ม", "How points are earned"),
    "spending": ("ใช้แต้มจ่ายแทนเงิน", "Paying with points"),
    "rewards": ("ของรางวัล", "Rewards"),
    "vouchers": ("คูปอง", "Vouchers"),
    "discounts": ("ส่วนลดสมาชิก", "Discounts"),
    "levels": ("ระดับสมาชิก", "Levels"),
    "membership": ("สมาชิกภาพ", "Membership"),
    "referral": ("ชวนเพื่อน", "Inviting friends"),
    "transfers": ("โอนแต้มและแลกกับพันธมิตร", "Giving and changing points"),
    "receipts": ("ส่งใบเสร็จย้อนหลัง", "Receipts sent in"),
    "refunds": ("คืนสินค้า", "Returns"),
    "limits": ("เพดานที่ใช้ร่วมกัน", "Limits that rules share"),
    "general": ("เงื่อนไขทั่วไป", "In general"),
}
_BASE: Mapping[str, Phrase] = {
    "discounts": ("ส่วนลดสมาชิก", "member discounts"),
    "other_discounts": ("ส่วนลดอื่น", "other discounts"),
    "points_paid": ("ยอดที่จ่ายด้วยแต้ม", "what points paid"),
    "vouchers": ("ยอดที่จ่ายด้วยคูปอง", "what vouchers paid"),
    "tax": ("ภาษี", "tax"),
    "shipping": ("ค่าส่ง", "delivery"),
}
_UPGRADE: Mapping[str, Phrase] = {
    "at_once": ("เลื่อนระดับทันทีที่ถึงเกณฑ์", "a level is reached at once"),
    "next_day": ("เลื่อนระดับในวันถัดไป", "a level begins on the next day"),
    "next_month": ("เลื่อนระดับในเดือนถัดไป", "a level begins with the next month"),
    "next_quarter": ("เลื่อนระดับในไตรมาสถัดไป", "a level begins with the next quarter"),
    "next_half_year": ("เลื่อนระดับในครึ่งปีถัดไป", "a level begins with the next half year"),
    "next_year": ("เลื่อนระดับในปีถัดไป", "a level begins with the next year"),
    "review": ("เลื่อนระดับเมื่อถึงรอบทบทวน", "levels are given at reviews"),
}
_DOWNGRADE: Mapping[str, Phrase] = {
    "none": ("ระดับไม่ลดลง", "levels are not lost"),
    "one_step": ("เมื่อครบกำหนดและยอดไม่ถึง ลดลงทีละหนึ่งระดับ", "who no longer reaches a level falls one step when it ends"),
    "fit": ("เมื่อครบกำหนดและยอดไม่ถึง ลดลงเป็นระดับที่ยอดถึง", "who no longer reaches a level falls to the one that fits when it ends"),
    "start": ("เมื่อครบกำหนดและยอดไม่ถึง กลับไประดับเริ่มต้น", "who no longer reaches a level falls to the first one when it ends"),
}
_TO: Mapping[str, Phrase] = {
    "anyone": ("ให้สมาชิกคนใดก็ได้", "to any member"),
    "payees": ("ให้ผู้รับที่ลงชื่อไว้", "to people named before"),
    "household": ("ให้คนในครอบครัวเดียวกัน", "within the household"),
}
_DISCOUNTS: Mapping[str, Phrase] = {
    "all": ("ส่วนลดที่ตรงเงื่อนไขใช้ร่วมกัน", "discounts that apply add up"),
    "highest": ("ส่วนลดที่ตรงเงื่อนไขใช้เฉพาะที่มากที่สุด", "of discounts that apply, the highest counts"),
    "first": ("ส่วนลดที่ตรงเงื่อนไขใช้เฉพาะรายการแรก", "of discounts that apply, the first counts"),
}
_MULTIPLIERS: Mapping[str, Phrase] = {
    "compound": ("ตัวคูณหลายตัวคูณต่อกัน", "multipliers multiply one another"),
    "additive": ("ตัวคูณหลายตัวบวกกัน", "multipliers add up"),
    "highest": ("ตัวคูณหลายตัวใช้ตัวที่มากที่สุด", "of multipliers, the highest counts"),
}


_USUAL: Mapping[str, Phrase] = {  # codes that tills use everywhere
    "cash": ("เงินสด", "cash"),
    "credit_card": ("บัตรเครดิต", "credit card"),
    "debit_card": ("บัตรเดบิต", "debit card"),
    "promptpay": ("พร้อมเพย์", "PromptPay"),
    "online": ("ออนไลน์", "online"),
    "mobile": ("แอปมือถือ", "the app"),
    "pos": ("หน้าร้าน", "the shop"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One sentence of the terms. ``path`` names what of the program it tells (``earning.base``); ``name`` what that is called."""

    path: str
    name: str
    text: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Terms that belong together."""

    key: str
    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class _Teller:
    document: ProgramDocument
    talk: Talk
    language: str

    def named(self, name: Text | None) -> str:
        """Return what the program calls something; nothing where it has only a key."""
        return pick(name, self.language)


def terms_of(document: ProgramDocument, *, language: str, names: Mapping[str, str] | None = None) -> list[Section]:
    """Return the program's terms in the reader's language, section by section; a section without terms is left out.

    ``names`` says what stores and others outside of the program are called.
    """
    talk = talk_about(document, language=language, names=names)
    teller = _Teller(document, talk, language)
    found = []
    for key, tell in _SECTIONS.items():
        terms = tuple(term for term in tell(teller) if term.text or term.name)
        if terms:
            found.append(Section(key, talk.say(TITLES[key]), terms))
    return found


def talk_about(document: ProgramDocument, *, language: str, names: Mapping[str, str] | None = None) -> Talk:
    """Return what sentences about this program need, for a reader of the language."""
    fields = Fields(document, exponent(document.currency))

    def read(raw: Any, of_line: bool) -> Node | None:  # noqa: FBT001 - as Talk asks
        try:
            return conditions.parse(raw, catalogue=fields.line_catalogue if of_line else fields.catalogue)
        except Invalid:
            return None

    place = 0 if language.lower().startswith("th") else 1
    kinds = kind_names(language)
    measured = {key: _measured(meter, kinds, place) for key, meter in document.meters.items()}
    usual = {code: phrase[place] for code, phrase in _USUAL.items()}
    known = usual | kinds | measured | names_in(document.model_dump(mode="json"), language) | dict(names or {})
    reader = Reader(language, document.currency, names=known)
    units = {key: unit.kind for key, unit in document.units.items()}
    return Talk(reader, units, document.first_unit, dict(document.limits), read)


def _measured(meter: Meter, kinds: Mapping[str, str], place: int) -> str:
    """Return what a meter counts."""
    if meter.of is not None and meter.of in words.MEASURES:
        return words.MEASURES[meter.of][place]
    if meter.of in {"amount", "net", "gross"}:
        return ("ยอดซื้อ", "spending")[place]
    on = ", ".join(kinds.get(kind, kind) for kind in meter.on)
    return (f"จำนวนครั้ง ({on})", f"number of times ({on})")[place] if meter.of is None else str(meter.of)


# --- sections ---------------------------------------------------------------------------------------------------------


def _units(teller: _Teller) -> Iterator[Term]:
    for key, unit in teller.document.units.items():
        yield Term(f"units.{key}", teller.named(unit.name) or teller.talk.unit(key), part_text(unit, teller.talk))


def _earning(teller: _Teller) -> Iterator[Term]:
    talk, base = teller.talk, teller.document.base
    left_out = [talk.say(phrase) for name, phrase in _BASE.items() if getattr(base, name) == "exclude"]
    if left_out and any("purchase" in rule.on for rule in teller.document.earning):
        told = talk.both("ยอดที่ใช้คิดแต้มไม่รวม{what}", "Points are worked out on the bill without {what}", what=talk.every(left_out))
        yield Term("base", "", told)
    for rule in teller.document.earning:
        more = []
        if rule.carry:
            more.append(talk.both("เศษที่เหลือเก็บไว้คิดครั้งหน้า", "What is left of a step counts next time"))
        if rule.bonus:
            more.append(talk.both("เป็นแต้มส่งเสริมการขาย", "These are promotional points"))
        yield Term(f"earning.{rule.key}", teller.named(rule.name), part_text(rule, talk), tuple(more))


def _spending(teller: _Teller) -> Iterator[Term]:
    for rule in teller.document.spending:
        more = () if rule.reversible else (teller.talk.both("ใช้แล้วคืนแต้มไม่ได้", "Points that were used are not given back"),)
        yield Term(f"spending.{rule.key}", teller.named(rule.name), part_text(rule, teller.talk), more)


def _rewards(teller: _Teller) -> Iterator[Term]:
    for key, reward in teller.document.rewards.items():
        yield Term(f"rewards.{key}", teller.named(reward.name), part_text(reward, teller.talk))


def _vouchers(teller: _Teller) -> Iterator[Term]:
    for key, voucher in teller.document.vouchers.items():
        yield Term(f"vouchers.{key}", teller.named(voucher.name), part_text(voucher, teller.talk))


def _discounts(teller: _Teller) -> Iterator[Term]:
    for discount in teller.document.discounts:
        yield Term(f"discounts.{discount.key}", teller.named(discount.name), part_text(discount, teller.talk))


def _levels(teller: _Teller) -> Iterator[Term]:
    tiers = teller.document.tiers
    if tiers is None:
        return
    for level in tiers.levels:
        benefits = tuple(pick(benefit, teller.language) for benefit in level.benefits)
        name = teller.named(level.name) or level.key
        yield Term(f"tiers.{level.key}", name, part_text(level, teller.talk), benefits)
    yield Term("tiers", "", _tiers(tiers, teller.talk))


def _tiers(tiers: Tiers, talk: Talk) -> str:
    asks = any(level.reach or level.by_purchase for level in tiers.levels)
    dates = talk.every(map(talk.month_day, tiers.review_dates))
    return sentence(
        talk,
        [
            talk.say(_UPGRADE[tiers.upgrade]) if asks else "",
            talk.both("ครั้งละหนึ่งระดับ", "one level at a time") if tiers.one_at_a_time else "",
            talk.say(_DOWNGRADE[tiers.downgrade]) if asks else "",
            talk.both("ทบทวนทุกวันที่ {dates}", "reviewed on {dates}", dates=dates) if dates else "",
        ],
    )


def _membership(teller: _Teller) -> Iterator[Term]:
    membership, talk = teller.document.membership, teller.talk
    for key, plan in membership.plans.items():
        name = "" if key == "default" else talk.reader.called(key)
        more = []
        if plan.replacement_fee is not None:
            more.append(talk.both("ออกบัตรใหม่ {n}", "A new card costs {n}", n=talk.money(plan.replacement_fee)))
        if plan.renewal_window:
            more.append(
                talk.both("ต่ออายุล่วงหน้าได้ {n}", "It may be renewed {n} before it ends", n=talk.length(plan.renewal_window))
            )
        if plan.late_renewal:
            more.append(talk.both("ต่ออายุหลังหมดได้อีก {n}", "It may still be renewed for {n}", n=talk.length(plan.late_renewal)))
        if plan.points_after_end == "lose":
            more.append(talk.both("เมื่อสิ้นสุดแต้มหมดไปด้วย", "Points end with it"))
        joins = holds(plan.joins_when, talk)
        waived = holds(plan.waived_when, talk)
        if joins:
            more.append(talk.both("สมัครได้เมื่อ{when}", "For whom this holds: {when}", when=joins))
        if waived:
            more.append(talk.both("ต่ออายุฟรีเมื่อ{when}", "Renewal is free when: {when}", when=waived))
        yield Term(f"membership.{key}", name, part_text(plan, talk), tuple(more))
    if membership.cancel == "lose_points":
        told = talk.both("ยกเลิกสมาชิกแล้วแต้มและคูปองที่เหลือหมดไป", "Who leaves loses the points and vouchers that are left")
    else:
        told = talk.both("ยกเลิกสมาชิกแล้วยังเก็บแต้มไว้", "Who leaves keeps the points")
    yield Term("membership", "", told)


def _referral(teller: _Teller) -> Iterator[Term]:
    if teller.document.referral is not None:
        yield Term("referral", "", part_text(teller.document.referral, teller.talk))


def _transfers(teller: _Teller) -> Iterator[Term]:
    talk = teller.talk
    for key, transfer in teller.document.transfers.items():
        yield Term(f"transfers.{key}", "", _transfer(key, transfer, talk))
    for key, conversion in teller.document.conversions.items():
        yield Term(f"conversions.{key}", "", _conversion(key, conversion, talk))


def _transfer(unit: str, transfer: Transfer, talk: Talk) -> str:
    fee = [
        talk.some(transfer.fee_points, unit) if transfer.fee_points is not None else "",
        f"{talk.number(transfer.fee_percent)}%" if transfer.fee_percent is not None else "",
        talk.money(transfer.fee_money) if transfer.fee_money is not None else "",
    ]
    fees = talk.every([each for each in fee if each])
    return sentence(
        talk,
        [
            talk.both("โอน{unit}ได้", "{unit} may be given", unit=talk.unit(unit)),
            talk.say(_TO[transfer.to]),
            talk.both("ครั้งละอย่างน้อย {n}", "at least {n} at a time", n=talk.number(transfer.minimum))
            if transfer.minimum > 1
            else "",
            talk.both("ทีละ {n}", "in steps of {n}", n=talk.number(transfer.step)) if transfer.step > 1 else "",
            talk.both("ต้องเหลือ {n}", "{n} have to stay", n=talk.number(transfer.keep)) if transfer.keep else "",
            talk.both("ค่าธรรมเนียม {fees}", "for a fee of {fees}", fees=fees) if fees else "",
            holds(transfer.when, talk),
            talk.both("ผู้รับไม่เกิน {n} คน", "at most {n} receivers", n=transfer.payees_at_most) if transfer.payees_at_most else "",
            talk.both("รอ {n} หลังลงชื่อผู้รับ", "{n} after a receiver was named", n=talk.length(transfer.payee_wait))
            if transfer.payee_wait
            else "",
            talk.both("วันหมดอายุคงเดิม", "they keep their end")
            if transfer.expiry == "keep"
            else talk.both("นับอายุใหม่", "their life begins anew"),
            limits(transfer.limits, talk, unit),
        ],
    )


def _conversion(key: str, conversion: Conversion, talk: Talk) -> str:
    bonus = [
        talk.both(
            "{n} ได้เพิ่ม {more}",
            "{more} more for {n}",
            n=talk.number(each.each or each.at_least or 0),
            more=talk.number(each.to) if each.to is not None else f"{talk.number(each.percent or 0)}%",
        )
        for each in conversion.bonus
    ]
    return sentence(
        talk,
        [
            talk.both(
                "{some} แลกเป็น {to} {name}",
                "{some} become {to} {name}",
                some=talk.some(conversion.points, conversion.unit),
                to=talk.number(conversion.to),
                name=talk.reader.called(key),
            ),
            talk.both("อย่างน้อย {n}", "at least {n}", n=talk.number(conversion.minimum)) if conversion.minimum else "",
            talk.both("ทีละ {n}", "in steps of {n}", n=talk.number(conversion.step)) if conversion.step else "",
            talk.both("ครั้งละ {n}", "{n} at a time", n=talk.either(map(talk.number, conversion.steps)))
            if conversion.steps
            else "",
            talk.every(bonus),
            talk.both("ค่าธรรมเนียม {n}", "for a fee of {n}", n=talk.some(conversion.fee_points, conversion.unit))
            if conversion.fee_points is not None
            else "",
            holds(conversion.when, talk),
            period(conversion, talk),
            limits(conversion.limits, talk, conversion.unit),
            talk.both("แลกแล้วเปลี่ยนกลับไม่ได้", "it cannot be undone") if not conversion.reversible else "",
        ],
    )


def _receipts(teller: _Teller) -> Iterator[Term]:
    receipts, talk = teller.document.receipts, teller.talk
    if receipts is None:
        return
    told = [
        talk.both("ส่งใบเสร็จเพื่อรับแต้มได้ ร้านตรวจก่อนให้แต้ม", "receipts may be sent in and earn once the shop approved them"),
        talk.both("ภายใน {n} จากวันที่ในใบเสร็จ", "within {n} of their date", n=talk.length(receipts.within))
        if receipts.within
        else "",
        holds(receipts.requires, talk),
        limits(receipts.limits, talk),
    ]
    yield Term("receipts", "", sentence(talk, told))


def _refunds(teller: _Teller) -> Iterator[Term]:
    refunds, talk = teller.document.refunds, teller.talk
    more = []
    if refunds.restore_points:
        more.append(
            talk.both(
                "แต้มที่ใช้จ่ายบิลที่คืนจะคืนให้ และใช้ได้อย่างน้อย {n}",
                "Points that paid a returned bill come back and are good for at least {n}",
                n=talk.length(refunds.courtesy),
            )
        )
    if refunds.restore_vouchers:
        more.append(talk.both("คูปองที่ใช้กับบิลที่คืนจะคืนให้", "Vouchers used on a returned bill come back"))
    yield Term("refunds", "", part_text(refunds, talk), tuple(more))


def _limits(teller: _Teller) -> Iterator[Term]:
    for key, limit in teller.document.limits.items():
        sharing = [rule.name or "" for rule in teller.document.earning if key in rule.limits]
        names = [each for each in (pick(name, teller.language) for name in sharing) if each]
        more = (teller.talk.both("ใช้ร่วมกันของ {which}", "Shared by {which}", which=teller.talk.every(names)),) if names else ()
        yield Term(f"limits.{key}", "", part_text(limit, teller.talk), more)


def _general(teller: _Teller) -> Iterator[Term]:
    document, talk = teller.document, teller.talk
    stacking = document.stacking
    if document.discounts:
        yield Term("stacking.discounts", "", sentence(talk, [talk.say(_DISCOUNTS[stacking.discounts])]))
    if sum(give.multiply is not None for rule in document.earning for give in rule.give) > 1:
        yield Term("stacking.multipliers", "", sentence(talk, [talk.say(_MULTIPLIERS[stacking.multipliers])]))
    if document.vouchers:
        english = "One voucher a bill" if stacking.vouchers == 1 else "At most {n} vouchers a bill"
        told = talk.both("ใช้คูปองได้บิลละไม่เกิน {n} ใบ", english, n=talk.number(stacking.vouchers))
        yield Term("stacking.vouchers", "", told)
    if document.cycle is not None:
        told = talk.both(
            "รอบโปรแกรมเริ่ม {day} ทุก {n}",
            "The program's cycle begins on {day} and lasts {n}",
            day=talk.day(document.cycle.start),
            n=talk.length(document.cycle.every),
        )
        yield Term("cycle", "", told)
    late = talk.both(
        "รายการที่แจ้งช้ากว่า {n} วันต้องให้ร้านตรวจก่อน",
        "What is reported more than {n} days late is looked at by the shop first",
        n=talk.number(document.late_days),
    )
    yield Term("late_days", "", late)
    zone = talk.both("นับวันตามเวลา{zone}", "Days begin at midnight in {zone}", zone=_zone(document.time_zone, talk))
    yield Term("time_zone", "", zone)


def _zone(name: str, talk: Talk) -> str:
    return talk.both("ประเทศไทย", "Thailand") if name == "Asia/Bangkok" else f" UTC{name}" if name[:1] in "+-" else f" {name}"


_SECTIONS: Mapping[str, Any] = {
    "earning": _earning,
    "units": _units,
    "spending": _spending,
    "rewards": _rewards,
    "levels": _levels,
    "vouchers": _vouchers,
    "discounts": _discounts,
    "referral": _referral,
    "transfers": _transfers,
    "receipts": _receipts,
    "limits": _limits,
    "refunds": _refunds,
    "membership": _membership,
    "general": _general,
}


def paths_of(document: ProgramDocument) -> Iterable[str]:
    """Yield the path of everything that terms have to tell: every rule, unit, reward, voucher, discount, level, plan and limit."""
    yield from (f"units.{key}" for key in document.units)
    yield from (f"earning.{rule.key}" for rule in document.earning)
    yield from (f"spending.{rule.key}" for rule in document.spending)
    yield from (f"rewards.{key}" for key in document.rewards)
    yield from (f"vouchers.{key}" for key in document.vouchers)
    yield from (f"discounts.{discount.key}" for discount in document.discounts)
    yield from (f"tiers.{level.key}" for level in (document.tiers.levels if document.tiers else ()))
    yield from (f"membership.{key}" for key in document.membership.plans)
    yield from (f"transfers.{key}" for key in document.transfers)
    yield from (f"conversions.{key}" for key in document.conversions)
    yield from (f"limits.{key}" for key in document.limits)
    yield from (name for name in ("referral", "receipts") if getattr(document, name) is not None)
    yield "refunds"
