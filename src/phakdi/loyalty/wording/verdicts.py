"""Why a rule did or did not apply."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording.phrases import Phrase, Reader

APPLIED: Phrase = ("ใช้กฎนี้", "Applied")
NOT_APPLIED: Phrase = ("ไม่เข้าเงื่อนไข", "Did not apply")

VERDICTS: Mapping[str, Phrase] = {
    "late": ("แจ้งช้ากว่า {days} วัน รอผู้ดูแลตรวจสอบ", "Reported more than {days} days late: somebody has to look at it"),
}


def verdict_text(applied: bool, reason: str, params: Mapping[str, Any], language: str, reader: Reader | None = None) -> str:  # noqa: FBT001
    """Return why a rule applied or not, as a sentence for the reader; ``language`` counts where no ``reader`` is given."""
    reader = reader or Reader(language)
    for phrase in (VERDICTS.get(reason), APPLIED if applied else NOT_APPLIED):
        if phrase and (said := reader.say(phrase, params)):
            return said
    return reader.called(reason)
