"""What is refused to people who work here, about their sign-in and what they connect: one sentence for each code."""

from collections.abc import Mapping

from phakdi.loyalty.wording.phrases import Phrase

STAFF: Mapping[str, Phrase] = {
    # campaigns that are measured
    "experiment_name": ("โปรดตั้งชื่อแคมเปญ", "Give the campaign a name."),
    "experiment_share": ("กันสมาชิกไว้ได้ตั้งแต่ 1% ถึง 50%", "Leave out between 1 % and 50 %."),
    "experiment_days": ("วันสุดท้ายต้องไม่ก่อนวันแรก และห่างกันไม่เกินหนึ่งปี", "The last day comes after the first, within a year."),
    "experiment_cost": ("ค่าใช้จ่ายต้องไม่ติดลบ", "A cost is not below zero."),
    "never_shown_too_many": (
        "ใส่รหัสสินค้าได้ไม่เกิน 1,000 รายการ รายการละไม่เกิน 100 ตัวอักษร",
        "At most 1,000 codes of products, each of at most 100 characters.",
    ),
    "experiment_past": (
        "แคมเปญต้องเริ่มวันนี้หรือหลังจากนี้ เพราะต้องเลือกคนที่กันไว้ก่อนเริ่มส่ง",
        "It begins today or later: who is left out is decided before anything is sent.",
    ),
    "experiment_nobody": ("ไม่มีสมาชิกในกลุ่มนี้", "Nobody is in this audience."),
    "experiment_over": ("แคมเปญนี้จบไปแล้ว", "This campaign has ended already."),
    "experiment_not_found": ("ไม่พบแคมเปญนี้", "There is no such campaign."),
    # figures, what is wanted of them, and totals of tills
    "view_name": ("ชื่อต้องมี 1 ถึง 80 ตัวอักษร", "A name has 1 to 80 characters."),
    "view_query": ("มุมมองนี้ยาวเกินกว่าจะบันทึกได้", "This view asks for too much to be kept."),
    "view_not_found": ("ไม่พบมุมมองนี้", "There is no such view."),
    "views_too_many": ("บันทึกได้ไม่เกิน 100 มุมมอง โปรดลบบางส่วนก่อน", "At most 100 views are kept; remove one first."),
    "summary_link_dead": ("ลิงก์นี้ใช้ไม่ได้", "This link does not work."),
    "report_of_all_stores": (
        "รายงานนี้เป็นของทุกสาขา คุณดูได้เฉพาะสาขาของคุณ",
        "This report is about all stores; you see those of yours.",
    ),
    "insight_margin": ("กำไรขั้นต้นต้องอยู่ระหว่าง 0 ถึง 100%", "A margin is between 0 and 100 %."),
    "insight_margins_line": ("เขียนหมวดละบรรทัด เช่น กาแฟ 60", "One category a line, as in: coffee 60"),
    "insight_cost": ("ค่าใช้จ่ายต้องไม่ติดลบ", "A cost is not below zero."),
    "insight_lapse": ("ใส่ได้ตั้งแต่ 1 วันถึงสามปี", "Between 1 day and three years."),
    "insight_horizon": ("ใส่ได้ตั้งแต่ 1 วันถึงหนึ่งปี", "Between 1 day and a year."),
    "insight_figure": ("ไม่มีตัวเลขนี้", "There is no such figure."),
    "insight_span": ("ไม่มีช่วงเวลานี้", "There is no such window."),
    "insight_dimension": ("ตัวเลขนี้ไม่ได้แยกตามนั้น", "This figure is not counted by that."),
    "insight_target_empty": (
        "โปรดใส่เป้าหมาย ขอบเขต หรือการเปลี่ยนแปลงที่ต้องการให้แจ้ง",
        "Give a goal, a lower or upper end, or a change to be told of.",
    ),
    "insight_band": ("ค่าต่ำสุดต้องไม่เกินค่าสูงสุด", "The lower end is not above the upper."),
    "insight_moves": ("การเปลี่ยนแปลงต้องมากกว่า 0% และไม่เกิน 1,000%", "A change is above 0 % and at most 1,000 %."),
    "insight_target_unknown": ("ไม่พบเป้าหมายนี้", "There is no such target."),
    "insight_key_bound": ("คีย์นี้ใช้ได้เฉพาะบางสาขา โปรดระบุสาขา", "The key is bound to stores: say by which store."),
    "insight_figures_span": (
        "ช่วงวันยาวได้ไม่เกินสิบปี และวันแรกต้องไม่หลังวันสุดท้าย",
        "At most ten years, and the first day is not after the last.",
    ),
    "till_total_rows": ("ส่งได้ครั้งละ 1 ถึง 10,000 แถว", "Between 1 and 10,000 rows at once."),
    "till_total_twice": ("มีสาขาและวันเดียวกันซ้ำ", "A store and day stand twice."),
    "till_total_store": ("ไม่มีสาขา {store}", "There is no store {store}."),
    "till_total_day": ("วันที่ {day} ยังไม่ถึงหรือนานเกินไป", "The day {day} has not come, or is long ago."),
    "till_total_number": ("จำนวนบิลต้องไม่ติดลบ", "A number of bills is not below zero."),
    "till_total_line": ("อ่านบรรทัดที่ {line} ไม่ได้", "Line {line} cannot be read."),
    "factor_wrong": (
        "รหัสไม่ถูกต้องหรือถูกใช้ไปแล้ว ดูรหัสล่าสุดในแอปแล้วลองอีกครั้ง",
        "The code is wrong or was used before. Look at the app again.",
    ),
    "factor_app_exists": ("มีแอปยืนยันตัวตนอยู่แล้ว ลบของเดิมก่อน", "There is an authenticator app already: remove it first."),
    "factor_not_found": ("ไม่พบวิธียืนยันตัวตนนี้", "There is no such second step."),
    "passkey_refused": ("พาสคีย์นี้ใช้ที่นี่ไม่ได้", "This passkey does not open anything here."),
    "passkeys_max": ("มีพาสคีย์ครบจำนวนแล้ว ลบอันที่ไม่ใช้ก่อน", "There are as many passkeys as somebody can have: remove one first."),
    "link_dead": ("ลิงก์นี้ถูกใช้ไปแล้วหรือหมดอายุ", "This link was used or is too old."),
    "session_not_found": ("ไม่ได้เข้าสู่ระบบอยู่ที่นั่นแล้ว", "You are not signed in there any more."),
    "area_unknown": ("ไม่มีสาขาในพื้นที่นี้", "No store lies in this area."),
    "number_unreadable": ("ใส่ตัวเลขตั้งแต่ 0 ขึ้นไป", "Write a number from 0 on."),
    "own_request": ("คุณเป็นผู้ขอรายการนี้ ต้องให้คนอื่นอนุมัติ", "You asked for this: somebody else has to decide."),
    "held_grant_decided": ("มีคนตัดสินรายการนี้ไปแล้ว", "Somebody has decided about this meanwhile."),
    "held_grant_refused": ("รายการนี้ถูกปฏิเสธแล้ว", "Somebody else has refused this."),
    "held_grant_not_found": ("ไม่พบรายการที่รออนุมัติ", "Nothing waits under this name."),
    "api_key_over": ("คีย์นี้ใช้ไม่ได้แล้ว ออกคีย์ใหม่แทน", "This key opens nothing any more: issue a new one."),
    "webhook_url": (
        "ใส่ที่อยู่ที่ขึ้นต้นด้วย https:// และมีชื่อเครื่องที่เข้าถึงได้จากอินเทอร์เน็ต",
        "Give an address that begins with https:// and names a host.",
    ),
    "webhook_topics_missing": ("เลือกอย่างน้อยหนึ่งเหตุการณ์", "Choose at least one kind of event."),
    "webhook_topic_unknown": ("ไม่รู้จักเหตุการณ์นี้", "This kind of event is not known."),
    "webhook_endpoints_max": ("มีเว็บฮุกครบจำนวนแล้ว ({most})", "There are as many webhooks as an organization can have ({most})."),
    "webhook_not_active": ("เปิดเว็บฮุกนี้ก่อน", "Switch the webhook on first."),
    "webhook_not_found": ("ไม่พบเว็บฮุกนี้", "There is no such webhook."),
    "webhook_delivery_not_found": ("ไม่พบรายการส่งนี้", "There is no such delivery."),
    "period_unreadable": ("วันสิ้นสุดต้องไม่อยู่ก่อนวันเริ่ม", "The period ends before it begins."),
}
