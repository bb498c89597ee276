"""What the product writes to people who work in a shop, in Thai and English: mails only, so the short form is the same."""

from collections.abc import Mapping

from phakdi.engagement.messaging.core.template import Template


def _mail(th: tuple[str, str], en: tuple[str, str], *, secret: frozenset[str] = frozenset()) -> Template:
    return Template(
        subject={"th": th[0], "en": en[0]},
        body={"th": f"สวัสดีคุณ {{person}}\n\n{th[1]}", "en": f"Hello {{person}},\n\n{en[1]}"},
        short={"th": th[0], "en": en[0]},
        secret=secret,
    )


_LINK = frozenset({"link"})
_NOT_YOU_TH = "ถ้าไม่ใช่คุณ โปรดตั้งรหัสผ่านใหม่ทันทีที่หน้าเข้าสู่ระบบ แล้วแจ้งเจ้าของร้าน"
_NOT_YOU_EN = "If that was not you, set a new password from the sign-in page at once and tell the owner of your shop."
STAFF_TEMPLATES: Mapping[str, Template] = {
    "staff_invited": _mail(
        (
            "{organization} ชวนคุณเข้าใช้ระบบ",
            "{organization} ชวนคุณเข้าทำงานในระบบ เปิดลิงก์นี้เพื่อตั้งรหัสผ่าน (ใช้ได้ครั้งเดียว ภายใน {days} วัน)\n\n{link}",
        ),
        (
            "{organization} invites you",
            (
                "{organization} lets you work in their console. Open this link to choose a password "
                "(it works once, within {days} days):\n\n{link}"
            ),
        ),
        secret=_LINK,
    ),
    "staff_welcome": _mail(
        ("{organization} เพิ่มคุณเป็นพนักงาน", "{organization} เพิ่มคุณเป็นพนักงานแล้ว เข้าสู่ระบบด้วยบัญชีเดิมของคุณได้เลย\n\n{link}"),
        (
            "{organization} lets you in",
            "You can work for {organization} now. Sign in as you always do:\n\n{link}",
        ),
    ),
    "figure_alert": _mail(
        (
            "{organization}: {figure_th} {found_th}",
            "{figure_th} {found_th}\n\nตอนนี้: {value}\nช่วงก่อนหน้า: {before}\n\nจะไม่แจ้งซ้ำจนกว่าตัวเลขจะกลับมาเป็นปกติ",
        ),
        (
            "{organization}: {figure_en} {found_en}",
            "{figure_en} {found_en}.\n\nNow: {value}\nBefore: {before}\n\nYou will not be told again until it is well again.",
        ),
    ),
    "staff_reset": _mail(
        (
            "ตั้งรหัสผ่านใหม่",
            "เปิดลิงก์นี้เพื่อตั้งรหัสผ่านใหม่ (ใช้ได้ครั้งเดียว ภายใน {minutes} นาที)\n\n{link}\n\nถ้าคุณไม่ได้ขอ ไม่ต้องทำอะไร รหัสผ่านเดิมยังใช้ได้",
        ),
        (
            "Choose a new password",
            (
                "Open this link to choose a new password (it works once, within {minutes} minutes):\n\n{link}\n\n"
                "If you did not ask for it, you need not do anything: your password stays as it is."
            ),
        ),
        secret=_LINK,
    ),
    "staff_new_device": _mail(
        ("มีการเข้าสู่ระบบจากเครื่องใหม่", "มีการเข้าสู่ระบบด้วยบัญชีของคุณจากเครื่องใหม่\n\n{device}\n{at}\n\n" + _NOT_YOU_TH),
        ("Signed in on a new device", "Somebody signed in as you on a new device.\n\n{device}\n{at}\n\n" + _NOT_YOU_EN),
    ),
    "staff_credentials": _mail(
        ("การเข้าสู่ระบบของคุณเปลี่ยน", "{what_th}\n{at}\n\n" + _NOT_YOU_TH),
        ("Your sign-in has changed", "{what_en}\n{at}\n\n" + _NOT_YOU_EN),
    ),
    "webhook_gone": _mail(
        (
            "ปิดเว็บฮุก {name} แล้ว",
            "ปลายทางของเว็บฮุก {name} แจ้งว่าไม่ใช้แล้ว (410) เราจึงหยุดส่ง\n\n{url}\n\nถ้ายังต้องใช้ เปิดใหม่ได้ที่หน้าเว็บฮุก เหตุการณ์ที่ค้างจะถูกส่งต่อ",
        ),
        (
            "The webhook {name} was switched off",
            (
                "The receiver of the webhook {name} said that it is gone (410), so nothing is sent there any more.\n\n{url}\n\n"
                "If it is still needed, switch it on again on the page Webhooks: what has been waiting is sent then."
            ),
        ),
    ),
    "webhook_failing": _mail(
        (
            "ปิดเว็บฮุก {name} แล้ว",
            "เว็บฮุก {name} ส่งไม่สำเร็จติดต่อกัน 5 วัน เราจึงหยุดส่ง\n\n{url}\n\nแก้ไขปลายทางแล้วเปิดใหม่ได้ที่หน้าเว็บฮุก เหตุการณ์ที่ค้างจะถูกส่งต่อ",
        ),
        (
            "The webhook {name} was switched off",
            (
                "For five days nothing reached the webhook {name}, so nothing is sent there any more.\n\n{url}\n\n"
                "Mend the receiver and switch it on again on the page Webhooks: what has been waiting is sent then."
            ),
        ),
    ),
    "staff_summary": _mail(
        (
            "{organization}: สรุปสัปดาห์ {days}",
            "สรุปของ {organization} ({days} เทียบกับสัปดาห์ก่อนหน้า)\n\n{figures}\n\nสิ่งที่ควรดู\n\n{things}\n\nดูทั้งหมด: {link}\n\nไม่ต้องการรับอีก: {stop}",
        ),
        (
            "{organization}: the week {days}",
            (
                "The week of {organization} ({days}, beside the week before).\n\n{figures}\n\nWorth a look\n\n{things}\n\n"
                "Everything: {link}\n\nNo more of these mails: {stop}"
            ),
        ),
    ),
}
