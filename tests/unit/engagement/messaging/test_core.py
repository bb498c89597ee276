"""Parts of an SMS, words, and what follows from an outcome."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phakdi.engagement.messaging.core import (
    TEMPLATES,
    MessageChannel,
    MessageState,
    Outcome,
    OutcomeKind,
    render,
    settle_outcome,
    sms_parts,
)
from phakdi.engagement.messaging.core.delivery import TRIES_MAX
from phakdi.kit.text import missing_languages

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
PARAMS = {
    "points": "1,234",
    "unit": "แต้ม",
    "level": "Gold",
    "date": "24 พ.ย. 2569",
    "person": "นิดา", "days": 7, "link": "https://shop.example/x", "device": "Chrome", "at": "9:00", "url": "https://x.example",
    "what_th": "ใหม่", "what_en": "new", "what": "ขอลบข้อมูล", "answer": "เรียบร้อย", "reason": "กฎหมาย",
    "code": "123456", "ref": "ABCD", "minutes": 5, "organization": "ร้านกาแฟ", "name": "สมชาย", "number": "1234567890", "hours": 24,
    "question": "เป็นอย่างไรบ้าง", "figure_th": "ลูกค้าที่ยังอยู่", "figure_en": "Retention", "value": "40%", "figures": "10", "things": "–",
    "stop": "https://x.example/stop", "found_th": "ต่ำกว่าเป้า", "found_en": "is below its target", "before": "55%",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts", "left"),
    [
        ("", "GSM-7", 0, 1, 160),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("a" * 306, "GSM-7", 306, 2, 0),
        ("a" * 307, "GSM-7", 307, 3, 152),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("€" * 81, "GSM-7", 162, 2, 143),
        ("a" * 152 + "€" * 5, "GSM-7", 162, 2, 143),
        ("ก" * 70, "UCS-2", 70, 1, 0),
        ("ก" * 71, "UCS-2", 71, 2, 63),
        ("ก" * 134, "UCS-2", 134, 2, 0),
        ("😀" * 35, "UCS-2", 70, 1, 0),
        ("ก" * 66 + "😀" * 3, "UCS-2", 72, 2, 61),
        ("hello `", "UCS-2", 7, 1, 63),
    ],
)
def test_parts_are_counted_as_operators_do(text, encoding, units, parts, left):
    counted = sms_parts(text)

    assert (counted.encoding, counted.units, counted.parts, counted.left) == (encoding, units, parts, left)


@given(st.text(alphabet=st.sampled_from("aก€😀 "), max_size=400))
def test_parts_hold_all_units_and_none_is_empty(text):
    counted = sms_parts(text)
    room = {"GSM-7": 153, "UCS-2": 67}[counted.encoding]

    assert counted.parts == 1 or (counted.parts - 1) * (room - 1) < counted.units <= counted.parts * room


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("channel", [MessageChannel.SMS, MessageChannel.EMAIL])
def test_every_template_has_words_in_every_language(template, language, channel):
    words = TEMPLATES[template]
    rendered = render(template, channel=channel, language=language, params=PARAMS)

    assert [missing_languages(text) for text in (words.subject, words.body, words.short)] == [(), (), ()]
    assert "{" not in rendered.body + rendered.subject
    assert (channel is MessageChannel.EMAIL) == bool(rendered.subject)


@pytest.mark.parametrize("language", ["th", "en"])
def test_code_fits_in_one_part(language):
    body = render("code", channel=MessageChannel.SMS, language=language, params=PARAMS).body

    assert sms_parts(body).parts == 1


def test_code_is_sent_and_not_kept():
    rendered = render("code", channel=MessageChannel.SMS, language="th", params=PARAMS)

    assert rendered.body == "รหัส 123456 (ref ABCD) ใช้ได้ 5 นาที อย่าบอกใคร"
    assert rendered.kept_body == "รหัส •••••• (ref ABCD) ใช้ได้ 5 นาที อย่าบอกใคร"


def test_no_line_break_enters_a_subject():
    params = {**PARAMS, "organization": "Shop\r\nBcc: x@example.com"}

    assert (
        render("welcome", channel=MessageChannel.EMAIL, language="en", params=params).subject
        == "Welcome to Shop Bcc: x@example.com"
    )


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (OutcomeKind.ACCEPTED, MessageState.SENT),
        (OutcomeKind.PERMANENT, MessageState.FAILED),
        (OutcomeKind.QUOTA, MessageState.FAILED),
        (OutcomeKind.AMBIGUOUS, MessageState.AMBIGUOUS),
        (OutcomeKind.RETRY, MessageState.QUEUED),
    ],
)
def test_only_what_was_certainly_not_sent_is_tried_again(kind, state):
    settled = settle_outcome(Outcome(kind), tries=1, now=NOW, expires_at=None, chance=0.5)

    assert settled.message is state
    assert (settled.due_at is not None) == (kind is OutcomeKind.RETRY)


@pytest.mark.parametrize(("tries", "seconds"), [(1, 0.5), (2, 1), (5, 8), (7, 32)])
def test_waiting_doubles(tries, seconds):
    settled = settle_outcome(Outcome(OutcomeKind.RETRY), tries=tries, now=NOW, expires_at=None, chance=0.5)

    assert settled.due_at == NOW + timedelta(seconds=seconds)


def test_provider_may_ask_for_a_longer_wait():
    outcome = Outcome(OutcomeKind.RETRY, retry_after_seconds=90)

    assert settle_outcome(outcome, tries=1, now=NOW, expires_at=None, chance=0.0).due_at == NOW + timedelta(seconds=90)


def test_no_try_after_the_last_or_after_expiry():
    retry = Outcome(OutcomeKind.RETRY)

    assert settle_outcome(retry, tries=TRIES_MAX, now=NOW, expires_at=None, chance=0).message is MessageState.FAILED
    soon = NOW + timedelta(seconds=0.2)
    assert settle_outcome(retry, tries=1, now=NOW, expires_at=soon, chance=0).message is MessageState.FAILED
