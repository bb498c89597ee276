"""A program's terms: everything it gives, takes and limits is told, in Thai and in English, with its numbers."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

import phakdi
from phakdi.loyalty.programs import load_program
from phakdi.loyalty.programs.document.values import Limit
from phakdi.loyalty.wording.terms import TITLES, paths_of, terms_of

ROOT = Path(__file__).parents[4]
FILES = sorted(
    [*(ROOT / "examples/programs").rglob("*.yaml"), *(Path(phakdi.__file__).parent / "loyalty/programs/templates").glob("*.yaml")]
)
THAI = re.compile("[\u0e01-\u0e3a\u0e40-\u0e5b]")  # but the sign of the baht
TOLD_ELSEWHERE = {"max_per_day", "uses"}  # of a unit's automatic gifts a technical brake; one use is not worth a word


def read(file):
    return load_program(file.read_text(encoding="utf-8"))


@pytest.fixture(params=FILES, ids=[file.stem for file in FILES])
def document(request):
    return read(request.param)


def terms(document, language):
    return {term.path: term for section in terms_of(document, language=language) for term in section.terms}


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_rule_unit_level_reward_and_limit_is_told(document, language):
    told = terms(document, language)

    assert set(paths_of(document)) - told.keys() == set()
    assert [path for path in paths_of(document) if not told[path].text] == []


def test_sentences_are_written_in_the_readers_language(document):
    thai, english = terms(document, "th"), terms(document, "en")

    assert [path for path, term in thai.items() if not THAI.search(term.text + term.name)] == []
    assert [path for path, term in english.items() if THAI.search(term.text)] == []


def numbers_of(value, name=""):
    """Yield the numbers of a part of a program that a member has to be told."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers_of(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from numbers_of(item, name)
    elif isinstance(value, Decimal | int) and not isinstance(value, bool) and name not in TOLD_ELSEWHERE and value not in (0, 1):
        yield Decimal(value)


def shown(number):
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_numbers_of_rules_rewards_and_levels_are_in_their_sentences(document, language):
    told = terms(document, language)
    parts = {f"earning.{rule.key}": rule.model_dump(include={"give", "limits", "budget"}) for rule in document.earning}
    parts |= {
        f"rewards.{key}": reward.model_dump(include={"cost", "stock", "limits"}) for key, reward in document.rewards.items()
    }
    parts |= {
        f"limits.{key}": limit.model_dump(include={"max"}) for key, limit in document.limits.items() if isinstance(limit, Limit)
    }
    parts |= {
        f"membership.{key}": plan.model_dump(include={"fee", "renewal_fee"}) for key, plan in document.membership.plans.items()
    }

    missing = {
        (path, shown(number))
        for path, values in parts.items()
        for number in numbers_of(values)
        if shown(number) not in told[path].text and not told[path].text.count(f"{number:,.2f}")
    }

    assert missing == set()


def test_no_section_is_without_a_title_in_both_languages():
    assert [key for key, phrase in TITLES.items() if not all(phrase)] == []
    found = terms_of(read(ROOT / "examples/programs/demo-cafe.yaml"), language="en")
    assert [section.key for section in found] == [
        "earning", "units", "spending", "rewards", "levels", "vouchers", "discounts", "refunds", "membership", "general",
    ]  # fmt: skip


def test_stores_are_called_by_their_names():
    text = "phakdi: 1\nkey: shop\nearning:\n  - {key: base, on: purchase, when: {store: BKK-1}, give: {points: 1, per: 25}}\n"

    told = {t.path: t for s in terms_of(load_program(text), language="en", names={"BKK-1": "Siam"}) for t in s.terms}

    assert told["earning.base"].text == "1 point for each ฿25, at Siam"
