"""Every code that the product gives has a sentence in Thai and in English, and sentences are filled in as people write."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from phakdi.api.texts import PHRASES as API
from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import compile_program, load_program
from phakdi.loyalty.wording import Reader, program_error_text, reason_text, refusal_text, verdict_text
from phakdi.loyalty.wording.program_files import FINDINGS
from phakdi.loyalty.wording.reasons import KINDS, REASONS, SPECIAL
from phakdi.loyalty.wording.refusals import REFUSALS
from phakdi.loyalty.wording.verdicts import VERDICTS

SOURCE = Path(__file__).parents[4] / "src" / "phakdi"
NOT_SHOWN = {  # outcomes of deliveries, and what only case runs say
    "caused_without_end", "mail_unwritable", "no_answer", "no_credit", "number_not_listed", "sender_died", "smtp_login", "smtp_no_answer", "smtp_unreachable", "tls", "unreachable",
}  # fmt: skip
OF_LEVELS_AND_VOUCHERS = {"set_level", "cancel"}  # their reasons are told in facts, not in entries


def calls(folder):
    """Yield every call in the source under ``folder``, with the name of what is called."""
    for path in sorted((SOURCE / folder).rglob("*.py")):
        if {"wording", "migrations", "cli"} & set(path.parts):  # who types commands reads English
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield getattr(node.func, "id", getattr(node.func, "attr", "")), node


def constants(nodes):
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value}


def test_every_refusal_has_words():
    given = set()
    for name, call in calls("."):
        given |= constants(k.value for k in call.keywords if k.arg == "code")
        given |= constants(call.args[:1]) if name == "reject" else set()
    for path in (path for path in SOURCE.rglob("*.py") if "cli" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
                given |= constants([node.value])
    assert given - REFUSALS.keys() - API.keys() - NOT_SHOWN == set()


def test_every_reason_of_an_entry_has_words():
    given = set()
    for name, call in calls("loyalty/engine/core"):
        if name not in OF_LEVELS_AND_VOUCHERS:
            given |= constants(k.value for k in call.keywords if k.arg == "reason")
    assert given - REASONS.keys() == set()


def test_every_verdict_has_words():
    given = set()
    for name, call in calls("loyalty/engine"):
        if name in {"verdict", "_refuse", "Verdict"}:
            given |= constants(call.args[2:3])
    assert given - VERDICTS.keys() == set()


@pytest.mark.parametrize(
    "table", [KINDS, REASONS, SPECIAL, VERDICTS, REFUSALS], ids=["kinds", "reasons", "special", "verdicts", "refusals"]
)
def test_both_languages_have_the_same_blanks(table):
    for code, (thai, english) in table.items():
        blanks = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (thai, english)]
        assert blanks[0] == blanks[1], code
        assert thai
        assert english
        assert thai != english, code


def test_points_for_steps_tell_their_arithmetic():
    params = {"quantity": 88000, "of": "net", "scale": 1, "points": [1, 1], "per": [2500, 1], "rounding": "floor"}
    assert reason_text("EARN", "earned", params, "en") == "1 for each ฿25 of ฿880"
    assert reason_text("EARN", "earned", params, "th") == "ทุก 25 บาท ได้ 1 จาก 880 บาท"


def test_points_by_percent_and_factor_tell_their_arithmetic():
    params = {"quantity": 100000, "of": "net", "scale": 1, "rate": [3, 100], "rounding": "floor", "factor": [2, 1]}
    assert reason_text("EARN", "earned", params, "en") == "3% of ฿1,000, times 2"


def test_litres_are_told_as_litres():
    params = {"quantity": 40890, "of": "litres", "scale": 1000, "points": [1, 1], "per": [1000, 1], "rounding": "floor"}
    assert reason_text("EARN", "earned", params, "en") == "1 for each of 40.89 litres"


def test_reason_without_figures_falls_back_to_its_kind():
    assert reason_text("ADJUST", "adjusted", {}, "en") == "Adjusted by the shop"
    assert reason_text("EARN", "something_new", {}, "th") == "ได้รับแต้ม"


def test_names_of_the_program_are_used():
    reader = Reader("en", names={"cup": "Coffee cup"})
    assert reason_text("SPEND", "redeemed", {"reward": "cup"}, "en", reader) == "Redeemed for Coffee cup"
    assert (
        verdict_text(False, "group", {"chosen": "cup"}, "en", reader) == "Coffee cup applies instead: only one of the group may"
    )


def test_verdict_of_a_rule_that_gave_says_how_much():
    assert verdict_text(True, "", {"points": 1200}, "en") == "gave 1,200"
    assert verdict_text(False, "", {}, "th") == "ไม่เข้าเงื่อนไข"


def test_refusal_shows_figures_and_days():
    when = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
    details = {"retry_at": when.isoformat()}
    reader = Reader("th", zone=ZoneInfo("Asia/Bangkok"))
    assert refusal_text("sign_in_limited", details, "th", reader) == "ลองบ่อยเกินไป ลองใหม่หลัง 26 พ.ย. 2569 00:00 น."
    assert (
        refusal_text("points_insufficient", {"needed": 1500, "usable": 20}, "en")
        == "Not enough points: 1,500 are needed, 20 are there."
    )
    assert refusal_text("unheard_of", {}, "en") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("phakdi: 1\nkey: a\nunit: {}\n", "ไม่มีคีย์ 'unit' ตรงนี้ หมายถึง 'units' หรือไม่"),
        ("phakdi: 1\n", "ขาด 'key'"),
        ("phakdi: 1\nkey: a\nkey: b\n", "'key' ซ้ำสองครั้ง เก็บไว้เพียงอันเดียว"),
        (
            "phakdi: 1\nkey: a\nearning:\n  - {key: b, give: {points: many}}\n",
            "ตรงนี้ต้องเป็นตัวเลข ไม่ใช่ 'many'",
        ),
        (
            "phakdi: 1\nkey: a\nearning:\n  - {key: b, give: {points: 1, unit: star}}\n",
            "ไม่มี 'star' ที่มีคือ points",
        ),
        (
            "phakdi: 1\nkey: a\nunits: {points: {expires: {after: soon}}}\n",
            "เขียนระยะเวลา เช่น '90 days', '6 months', '1 year' หรือ '24 hours' ไม่ใช่ 'soon'",
        ),
    ],
)
def test_errors_of_program_files_are_told_in_thai(text, said):
    with pytest.raises(Invalid) as refused:
        compile_program(load_program(text))
    found = refused.value.details.get("errors") or [{"message": refused.value.message}]
    assert program_error_text(found[0]["message"], Reader("th")) == said
    assert program_error_text(found[0]["message"], Reader("en")) in found[0]["message"]


def test_every_warning_about_program_files_has_words():
    given = set()
    for name, call in calls("loyalty/programs"):
        given |= constants(call.args[:1]) if name == "Finding" else set()
    assert given - FINDINGS.keys() == set()
