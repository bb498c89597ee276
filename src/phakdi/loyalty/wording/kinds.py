"""What the kinds of activities are called that every program understands; a program's own kinds have names of its own."""

from collections.abc import Mapping

from phakdi.loyalty.wording.phrases import Phrase

KIND_NAMES: Mapping[str, Phrase] = {
    "add_payee": ("เพิ่มผู้รับโอน", "Receiver named"),
    "adjust": ("ร้านปรับแต้ม", "Adjustment"),
    "approve_receipt": ("อนุมัติใบเสร็จ", "Receipt approved"),
    "award": ("ร้านให้แต้ม", "Award"),
    "balance": ("ตั้งยอดคงเหลือ", "Balance set"),
    "bill": ("ใบแจ้งยอด", "Bill"),
    "birthday": ("วันเกิด", "Birthday"),
    "cancel_convert": ("ยกเลิกการแลกแต้มพันธมิตร", "Conversion cancelled"),
    "cancel_membership": ("ยกเลิกสมาชิก", "Membership cancelled"),
    "cancel_redeem": ("ยกเลิกการแลก", "Redemption cancelled"),
    "cancel_voucher": ("ยกเลิกคูปอง", "Voucher cancelled"),
    "claim": ("ขอแต้มย้อนหลัง", "Claim"),
    "confirm": ("ยืนยันการแลก", "Redemption confirmed"),
    "confirm_receipt": ("ยืนยันรับสินค้า", "Receipt of goods confirmed"),
    "convert": ("แลกเป็นแต้มพันธมิตร", "Conversion"),
    "deliver": ("ส่งของแล้ว", "Delivery"),
    "expire_to": ("เวลาผ่านไป", "Time passed"),
    "forget_member": ("ลบข้อมูลสมาชิก", "Data erased"),
    "fly": ("เที่ยวบิน", "Flight"),
    "take_back": ("คืนคะแนนของเพื่อน", "A friend's return"),
    "grant_voucher": ("ให้คูปอง", "Voucher given"),
    "hold": ("กันแต้ม", "Hold"),
    "household_joined": ("เข้าร่วมครอบครัว", "Taken into a household"),
    "join": ("สมัครสมาชิก", "Joining"),
    "link": ("ผูกบัญชี", "Account linked"),
    "merge": ("รวมสมาชิก", "Members became one"),
    "merge_cards": ("รวมบัตร", "Cards put together"),
    "migrate": ("ยกยอดมา", "Balance brought in"),
    "prescription": ("ใบสั่งยา", "Prescription"),
    "purchase": ("การซื้อ", "Purchase"),
    "receive_points": ("รับโอนแต้ม", "Points received"),
    "redeem": ("แลกแต้ม", "Redemption"),
    "refer": ("แนะนำเพื่อน", "Invitation"),
    "referral_claimed": ("เพื่อนที่แนะนำสมัครแล้ว", "Invitation taken up"),
    "referral_given": ("แต้มแนะนำเพื่อน", "Points for inviting"),
    "refund": ("คืนสินค้า", "Return"),
    "undo": ("ถอนข้อมูลที่นำเข้า", "Import taken back"),
    "reject_receipt": ("ปฏิเสธใบเสร็จ", "Receipt turned down"),
    "release": ("ปล่อยแต้มที่กันไว้", "Hold released"),
    "renew": ("ต่ออายุสมาชิก", "Renewal"),
    "replace_card": ("ออกบัตรใหม่", "Card replaced"),
    "review": ("รีวิว", "Review"),
    "ride": ("เที่ยวเดินทาง", "Ride"),
    "ship": ("จัดส่ง", "Shipping"),
    "stamp": ("ประทับดวง", "Stamp"),
    "stay": ("เข้าพัก", "Stay"),
    "submit_receipt": ("ส่งใบเสร็จ", "Receipt sent in"),
    "survey": ("ตอบแบบสอบถาม", "Survey"),
    "transfer": ("โอนแต้ม", "Transfer"),
    "unmerge": ("แยกสมาชิกคืน", "Members were parted again"),
    "unlink": ("เลิกผูกบัญชี", "Account unlinked"),
    "upgrade": ("เลื่อนระดับ", "Upgrade"),
    "use_voucher": ("ใช้คูปอง", "Voucher used"),
    "visit": ("เข้าร้าน", "Visit"),
}


def kind_names(language: str) -> dict[str, str]:
    """Return the names of all kinds in the reader's language."""
    place = 0 if language.lower().startswith("th") else 1
    return {kind: phrase[place] for kind, phrase in KIND_NAMES.items()}
