"""Why points moved: one sentence for each reason of an entry, and one for each kind where no more is known."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording.earned import earned_text
from phakdi.loyalty.wording.phrases import Phrase, Reader

KINDS: Mapping[str, Phrase] = {
    "EARN": ("ได้รับแต้ม", "Points earned"),
    "ACTIVATE": ("แต้มที่รออยู่ใช้ได้แล้ว", "Pending points became spendable"),
    "SPEND": ("ใช้แต้ม", "Points spent"),
    "RESTORE": ("คืนแต้มที่ใช้ไป", "Spent points came back"),
    "EXPIRE": ("แต้มหมดอายุ", "Points expired"),
    "ADJUST": ("ร้านปรับแต้ม", "Adjusted by the shop"),
    "REVERSE": ("ดึงแต้มคืนเพราะคืนสินค้า", "Taken back because the purchase was returned"),
    "HOLD": ("กันแต้มไว้ชั่วคราว", "Points put aside for a moment"),
    "RELEASE": ("ปล่อยแต้มที่กันไว้", "Points put aside are free again"),
    "TRANSFER": ("โอนแต้ม", "Points transferred"),
    "REPAY": ("หักแต้มที่ค้างไว้", "Points owed were paid back"),
    "OPEN": ("ยอดยกมา", "Opening balance"),
    "CANCEL": ("ยกเลิกแต้มที่รออยู่", "Pending points were cancelled"),
}

REASONS: Mapping[str, Phrase] = {
    "adjusted": ("ร้านปรับแต้ม: {reason}", "Adjusted by the shop: {reason}"),
    "automatic": ("แลกให้อัตโนมัติ: {gives:name}", "Turned into {gives:name} by itself"),
    "available": ("แต้มที่รออยู่ใช้ได้แล้ว", "Pending points became spendable"),
    "awarded": ("ร้านให้แต้ม", "Given by the shop"),
    "cancelled": ("ยกเลิกแล้ว", "Cancelled"),
    "card_full": ("สะสมครบ {size} ดวง เริ่มบัตรใหม่", "The card of {size} is full; the next one begins"),
    "cards_merged": ("รวมบัตรสะสม", "Cards were put together"),
    "conversion_cancelled": ("คืนแต้มเพราะยกเลิกการแลกเป็นแต้มพันธมิตร", "Back because the conversion was cancelled"),
    "conversion_fee": ("ค่าธรรมเนียมการแลกเป็นแต้มพันธมิตร", "Fee of the conversion"),
    "converted": ("แลกเป็น {to:name} {converted}", "Converted into {converted} {to:name}"),
    "debt_repaid": ("หักแต้มที่ค้างไว้จากการคืนสินค้า", "Paid back what was owed after a return"),
    "earned": ("ได้รับแต้มตามกติกา", "Earned by the program's rule"),
    "expired": ("แต้มหมดอายุ", "Points expired"),
    "friend_returned": ("เพื่อนที่แนะนำคืนสินค้า", "The invited friend returned the purchase"),
    "given_away": ("โอนให้สมาชิกอื่น", "Given to another member"),
    "held": ("กันแต้มไว้สำหรับการแลก", "Put aside for a redemption"),
    "hold_ended": ("ไม่ได้ยืนยันการแลกในเวลา แต้มกลับมา", "The redemption was not confirmed in time: the points are free again"),
    "import_undone": ("ถอนข้อมูลที่นำเข้า", "An import was taken back"),
    "member_forgotten": ("แต้มหมดเพราะสมาชิกขอลบข้อมูล", "Lost because the member had their data erased"),
    "merge": ("รวมกับสมาชิกอีกคน (คนเดียวกัน)", "Joined with another membership of the same person"),
    "membership_cancelled": ("แต้มหมดเพราะยกเลิกสมาชิก", "Lost because the membership was cancelled"),
    "membership_ended": ("แต้มหมดเพราะสิ้นสุดสมาชิก", "Lost because the membership ended"),
    "multiplied": ("แต้มเพิ่มจากตัวคูณ", "Extra points from a multiplier"),
    "never_confirmed": ("ยกเลิกเพราะไม่มีการยืนยันในเวลา", "Cancelled: nothing confirmed them in time"),
    "opening": ("ยอดยกมา", "Opening balance"),
    "order_returned": ("คืนสินค้า", "The purchase was returned"),
    "paid_with_credit": ("จ่ายด้วยเครดิตร้าน", "Paid with store credit"),
    "paid_with_points": ("ใช้แต้มจ่าย {value:money}", "Paid {value:money} with points"),
    "received": ("ได้รับโอนจากสมาชิกอื่น", "Received from another member"),
    "redeemed": ("แลกแต้ม", "Points redeemed"),
    "redemption_cancelled": ("ยกเลิกการแลก", "The redemption was cancelled"),
    "released": ("ปล่อยแต้มที่กันไว้", "Points put aside are free again"),
    "restored": ("คืนแต้มที่ใช้ไป", "Spent points came back"),
    "returned": ("แต้มที่โอนไปกลับมา", "The transfer came back"),
    "reward": ("ของรางวัล {reward:name}", "Reward: {reward:name}"),
    "spent": ("ใช้แต้ม", "Points spent"),
    "unmerge": ("แยกจากสมาชิกอีกคน", "Parted from another membership"),
    "unmerge_settled": ("คืนแต้มที่ใช้ไปของกันและกันตอนรวมอยู่", "Settled what was spent of each other's points while joined"),
    "transfer_fee": ("ค่าธรรมเนียมการโอนแต้ม", "Fee of the transfer"),
    "voucher": ("จากคูปอง {voucher:name}", "From the voucher {voucher:name}"),
}
SPECIAL: Mapping[str, Phrase] = {
    "order_returned with ref": ("คืนสินค้า {ref}", "Purchase {ref} was returned"),
    "redeemed with reward": ("แลก {reward:name}", "Redeemed for {reward:name}"),
    "redeemed with value": ("ใช้แต้มจ่าย {value:money}", "Paid {value:money} with points"),
    "awarded with reason": ("ร้านให้แต้ม: {reason}", "Given by the shop: {reason}"),
}
LOST_ON = "lost_on_"
LOST: Phrase = ("แต้มหมดเพราะ {kind:name}", "Lost because of: {kind:name}")


def reason_text(kind: str, reason: str, params: Mapping[str, Any], language: str, reader: Reader | None = None) -> str:
    """Return why an entry was made, as a sentence for the reader; ``language`` counts where no ``reader`` is given."""
    reader = reader or Reader(language)
    if reason in {"earned", "multiplied"} and (told := earned_text(params, reader)):
        return told
    if reason.startswith(LOST_ON):
        return reader.say(LOST, {"kind": reason.removeprefix(LOST_ON)}) or reason
    for phrase in (*_special(reason, params), REASONS.get(reason), KINDS.get(kind)):
        if phrase and (said := reader.say(phrase, params)):
            return said
    return reader.called(reason or kind)


def _special(reason: str, params: Mapping[str, Any]) -> list[Phrase]:
    """Return the sentences for a reason whose figures say more."""
    return [
        phrase for name, phrase in SPECIAL.items() if name.startswith(f"{reason} with ") and params.get(name.rpartition(" ")[2])
    ]
