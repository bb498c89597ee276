"""Programs told in plain words: what a shop owner reads instead of a file."""

from pathlib import Path

import pytest

from phakdi.kit import conditions
from phakdi.kit.money import exponent
from phakdi.loyalty.programs import load_program, yaml
from phakdi.loyalty.programs.fields import Fields
from phakdi.loyalty.wording import Reader, kind_names
from phakdi.loyalty.wording.plain import Talk, names_in, part_text

EXAMPLES = sorted((Path(__file__).parents[4] / "examples" / "programs").rglob("*.yaml"))
HEAD = """
units: {points: {name: {th: แต้ม, en: points}}, stamps: {kind: stamps, name: {th: ดวง, en: stamps}}}
tiers: {levels: [{key: Silver, name: {th: ซิลเวอร์, en: Silver}}, {key: Gold, name: {th: โกลด์, en: Gold}}]}
vouchers: {drink: {name: {th: เครื่องดื่มฟรี, en: Free drink}, item: {th: ชา, en: Tea}, valid: {after: 30 days}}}
earning:
"""


def talk_of(document, raw, language, **names):
    fields = Fields(document, exponent(document.currency))

    def read(raw_condition, of_line):
        return conditions.parse(raw_condition, fields.line_catalogue if of_line else fields.catalogue)

    reader = Reader(language, document.currency, names=kind_names(language) | names_in(raw, language) | names)
    kinds = {key: unit.kind for key, unit in document.units.items()}
    return Talk(reader, kinds, document.first_unit, document.limits, read)


def parts_of(document):
    yield from document.units.values()
    yield from (*document.earning, *document.discounts, *document.vouchers.values(), *document.spending)
    yield from (*document.rewards.values(), *(document.tiers.levels if document.tiers else ()))
    yield from (*document.membership.plans.values(), *document.limits.values())
    yield from [document.referral] if document.referral else []


@pytest.mark.parametrize(
    ("rule", "thai", "english"),
    [
        ("give: {points: 1, per: 25}", "ทุก 25 บาท ได้ 1 แต้ม", "1 point for each ฿25"),
        (
            "give: {points: 1, per: 25}, when: {store: SIAM, weekday: [sat, sun]}",
            "ทุก 25 บาท ได้ 1 แต้ม ที่ สยาม วันเสาร์ หรือ อาทิตย์",
            "1 point for each ฿25, at Siam, on Saturday or Sunday",
        ),
        (
            "give: {multiply: 2}, when: {weekday: tue, member.level: Gold, store: SIAM}",
            "แต้ม 2 เท่า เมื่อซื้อ วันอังคาร สำหรับ โกลด์ ที่ สยาม",
            "2 times the points, on a purchase, on Tuesday, for Gold, at Siam",
        ),
        (
            "give: {points: {by: member.level, values: {Gold: 2}, else: 1}, per: 25}, when: {time: {between: ['11:00', '14:00']}}",
            "ทุก 25 บาท ได้ (โกลด์ 2, อื่น ๆ 1) แต้ม เวลา 11:00–14:00 น.",
            "(Gold 2, else 1) points for each ฿25, between 11:00 and 14:00",
        ),
        (
            "on: join, give: [{points: 20}, {voucher: drink}]",
            "20 แต้ม และ คูปอง “เครื่องดื่มฟรี” เมื่อสมัครสมาชิก",
            "20 points and the voucher “Free drink”, on joining",
        ),
        (
            "lines: {category: {in: [tea, coffee]}}, give: {points: 1, per: 1, of: quantity, unit: stamps}, limits: [{max: 5, per: day}]",
            "ทุก 1 ชิ้น ได้ 1 ดวง เฉพาะสินค้าหมวด tea หรือ coffee ไม่เกิน 5 ดวง ต่อวัน",
            "1 stamp for each piece, on goods of tea or coffee, at most 5 stamps per day",
        ),
        (
            "give: {points: 5}, when: {member.birth_month: true, none: [{channel: line}]}, starts: '2026-01-01', once: per_year",
            "5 แต้ม เมื่อซื้อ ในเดือนเกิด ยกเว้น (ทาง line) ตั้งแต่ 1 ม.ค. 2569 ปีละครั้ง",
            "5 points, on a purchase, in the birth month, but not (by line), from 1 Jan 2026 on, once a year",
        ),
    ],
)
def test_a_rule_is_told_as_a_sentence(rule, thai, english):
    text = f"phakdi: 1\nkey: a\n{HEAD}  - {{key: base, {rule}}}\n"
    document, raw = load_program(text), yaml.parse(text)[0]
    for language, expected in (("th", thai), ("en", english)):
        siam = {"SIAM": {"th": "สยาม", "en": "Siam"}[language]}
        assert part_text(document.earning[0], talk_of(document, raw, language, **siam)) == expected


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_every_part_of_every_example_can_be_told(path):
    text = path.read_text(encoding="utf-8")
    document, raw = load_program(text), yaml.parse(text)[0]
    for language in ("th", "en"):
        talk = talk_of(document, raw, language)
        for part in parts_of(document):
            said = part_text(part, talk)
            assert said
            assert not {"{", "}", "None", "Decimal"} & {said, *said.split()}
            assert "{" not in said
