"""What the weekly summary says, in Thai and English."""

from collections.abc import Mapping
from typing import Any

_WORDS: Mapping[str, tuple[str, str]] = {
    "days": ("{first} ถึง {last}", "{first} to {last}"),
    "sales": ("ยอดขายให้สมาชิก", "Sales to members"),
    "bills": ("จำนวนบิล", "Bills"),
    "average": ("ยอดเฉลี่ยต่อบิล", "Average bill"),
    "buyers": ("สมาชิกที่ซื้อ", "Members who bought"),
    "joined": ("สมาชิกใหม่", "New members"),
    "given": ("คะแนนที่ให้", "Points given"),
    "used": ("คะแนนที่ใช้", "Points used"),
    "nothing": ("สัปดาห์นี้ไม่มีอะไรผิดสังเกต", "Nothing stands out this week."),
    "failed": (
        "งานที่ทำไม่สำเร็จ {number} รายการ โปรดตรวจสอบและลองใหม่",
        "Work that failed for good: {number}. Look at it and try again.",
    ),
    "old": ("คำนวณตัวเลขครั้งล่าสุดเมื่อ {day}", "The figures were last refreshed on {day}."),
    "out": ("ไม่เป็นไปตามเป้า: {figures}", "Out of what you want: {figures}."),
    "fell": ("ยอดขายที่ {store} เปลี่ยนไป {change} ในหนึ่งสัปดาห์", "Sales at {store} moved by {change} in a week."),
    "leaving": (
        "สมาชิก {number} คนอาจหายไป ยอดซื้อปีละ {amount} มีความเสี่ยง",
        "{number} members may leave; {amount} a year is at stake.",
    ),
    "ending": ("{points} คะแนนจะหมดอายุใน 30 วัน", "{points} points end within 30 days."),
}


def say(language: str, key: str, **told: Any) -> str:
    """Return the words of a key for a reader; English where it is not Thai."""
    thai, english = _WORDS[key]
    return (thai if language == "th" else english).format(**told)
