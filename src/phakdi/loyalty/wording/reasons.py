"""Why points moved: one sentence for each reason of an entry, and one for each kind where no more is known."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording.phrases import Phrase, Reader

KINDS: Mapping[str, Phrase] = {
    "EARN": ("ได้รับแต้ม", "Points earned"),
    "ACTIVATE": ("แต้มที่รออยู่ใช้ได้แล้ว", "Pending points became spendable"),
    "SPEND": ("ใช้แต้ม", "Points spent"),
    "RESTORE": ("คืนแต้มที่ใช้ไป", "Spent points came back"),
    "EXPIRE": ("แต้มหมดอายุ", "Points expired"),
    "ADJUST": ("ร้านปรับแต้ม", "Adjusted by the shop"),
    "REVERSE": ("ดึงแต้มคืนเพราะยกเลิกรายการ", "Taken back because the purchase was undone"),
    "HOLD": ("กันแต้มไว้ชั่วคราว", "Points put aside for a moment"),
    "RELEASE": ("ปล่อยแต้มที่กันไว้", "Points put aside are free again"),
    "TRANSFER": ("โอนแต้ม", "Points transferred"),
    "REPAY": ("หักแต้มที่ค้างไว้", "Points owed were paid back"),
    "OPEN": ("ยอดยกมา", "Opening balance"),
    "CANCEL": ("ยกเลิกแต้มที่รออยู่", "Pending points were cancelled"),
}

REASONS: Mapping[str, Phrase] = {}


def reason_text(kind: str, reason: str, params: Mapping[str, Any], language: str, reader: Reader | None = None) -> str:
    """Return why an entry was made, as a sentence for the reader; ``language`` counts where no ``reader`` is given."""
    reader = reader or Reader(language)
    for phrase in (REASONS.get(f"{kind}.{reason}"), REASONS.get(reason), KINDS.get(kind)):
        if phrase and (said := reader.say(phrase, params)):
            return said
    return reader.called(reason or kind)
