"""What was refused and what to do about it: one sentence for each code."""

from collections.abc import Mapping
from typing import Any

from phakdi.loyalty.wording.phrases import Phrase, Reader
from phakdi.loyalty.wording.refused_by_rules import RULES
from phakdi.loyalty.wording.refused_by_surveys import SURVEYS
from phakdi.loyalty.wording.refused_to_staff import STAFF

REFUSALS: Mapping[str, Phrase] = {
    # the family
    "not_found": ("ไม่พบข้อมูลนี้", "This was not found."),
    "forbidden": ("คุณไม่มีสิทธิ์ทำรายการนี้", "You may not do this."),
    "conflict": ("ข้อมูลเปลี่ยนไปแล้ว โปรดโหลดหน้าใหม่แล้วลองอีกครั้ง", "Things have changed meanwhile. Reload the page and try again."),
    "rejected": ("กติกาไม่อนุญาตรายการนี้", "A rule does not allow this."),
    "invalid": ("ข้อมูลไม่ถูกต้อง", "This cannot be read."),
    "unavailable": ("ระบบไม่ว่างชั่วคราว โปรดลองอีกครั้ง", "The system is busy. Please try again."),
    "refused": ("ทำรายการนี้ไม่ได้", "This cannot be done."),
    # people
    "already_member": ("คนนี้เป็นสมาชิกอยู่แล้ว", "This person is a member already."),
    "attribute_declaration_invalid": ("คำอธิบายข้อมูลเพิ่มเติมไม่ถูกต้อง", "This description of an attribute cannot be read."),
    "attribute_invalid": ("ค่าของข้อมูลเพิ่มเติมไม่ถูกต้อง", "The value of this attribute cannot be read."),
    "attribute_not_found": ("ไม่มีข้อมูลเพิ่มเติมชื่อนี้", "There is no such attribute."),
    "attribute_type_fixed": ("เปลี่ยนชนิดของข้อมูลที่ใช้อยู่แล้วไม่ได้", "The type of an attribute in use cannot change."),
    "attribute_unknown": ("ไม่มีข้อมูลเพิ่มเติมชื่อนี้", "There is no such attribute."),
    "trait_unknown": ("ไม่มีสิ่งที่คาดการณ์ชื่อนี้", "There is no such trait."),
    "trait_value": ("ค่านี้ใช้กับสิ่งที่คาดการณ์นี้ไม่ได้", "This is no value of that trait."),
    "birthday_invalid": (
        "วันเกิดไม่ถูกต้อง: ต้องอยู่ในอดีตและไม่ก่อน พ.ศ. 2443",
        "Nobody has this birthday: it lies in the past, not before 1900.",
    ),
    "choice_invalid": ("โปรดเลือกจากรายการ", "Choose one of the list."),
    "contact_needs_code": ("เปลี่ยนเบอร์หรืออีเมลได้ด้วยรหัสยืนยันเท่านั้น", "A phone or e-mail is changed with a code."),
    "email_invalid": ("อีเมลไม่ถูกต้อง เช่น somchai@example.com", "This is no e-mail address. Write it like somchai@example.com."),
    "field_unknown": ("ไม่รู้จักช่องข้อมูลนี้", "There is no such field."),
    "guardian_joins": (
        "เด็กอายุต่ำกว่า 10 ปีต้องให้พ่อแม่หรือผู้ปกครองสมัครให้ ใส่ชื่อผู้ปกครอง",
        "A child under 10 is enrolled by a parent or guardian: give the guardian's name.",
    ),
    "guardian_needed": ("ผู้มีอายุต่ำกว่า 20 ปีต้องให้ผู้ปกครองยินยอมด้วย", "Under 20, a guardian has to agree as well."),
    "identities_disagree": (
        "เบอร์ อีเมล หรือบัตรเหล่านี้เป็นของสมาชิกคนละคน",
        "These ways of knowing a member belong to different members.",
    ),
    "identity_busy": ("มีผู้สมัครด้วยข้อมูลนี้พร้อมกัน โปรดลองอีกครั้ง", "Somebody enrolls the same person right now. Try again."),
    "identity_invalid": ("หมายเลขนี้อ่านไม่ได้", "This number cannot be read."),
    "identity_kind_unknown": ("ไม่รู้จักชนิดของหมายเลขนี้", "This kind of identity is not known."),
    "identity_missing": ("ใส่เบอร์โทร อีเมล หรือบัตรอย่างน้อยหนึ่งอย่าง", "Give a phone, an e-mail or a card."),
    "identity_not_found": ("ไม่พบหมายเลขนี้", "This is not known."),
    "hold_hours_invalid": ("พักการใช้แต้มได้ 24 ถึง 72 ชั่วโมง", "Spending is held for 24 to 72 hours."),
    "hours_unreadable": ("ใส่เวลาเปิดและปิด เช่น 09:00 และ 18:00", "Write from when to when, such as 09:00 and 18:00."),
    "place_unreadable": (
        "วางลิงก์ Google Maps หรือพิกัด เช่น 13.7563, 100.5018",
        "Paste a Google Maps link or coordinates such as 13.7563, 100.5018.",
    ),
    "place_link_short": (
        "เปิดลิงก์สั้นนี้ในเบราว์เซอร์ แล้วคัดลอกที่อยู่แบบยาวมาวาง",
        "Open this short link in a browser, then copy the long address.",
    ),
    "consent_text_past": ("ข้อความใหม่เริ่มใช้ได้ตั้งแต่ตอนนี้เป็นต้นไป", "Words come into force now or later."),
    "text_missing": ("ใส่ข้อความด้วย", "Write something here."),
    "request_kind_unknown": ("ไม่รู้จักคำขอแบบนี้", "Such a request is not known."),
    "request_reason_missing": ("บอกเหตุผลที่ปฏิเสธคำขอ", "Say why the request is refused."),
    "request_finished": ("คำขอนี้ตอบหรือถอนไปแล้ว", "This request was answered or withdrawn before."),
    "request_waiting": ("มีคำขอแบบเดียวกันรอคำตอบอยู่แล้ว", "The same was asked before and waits for its answer."),
    "request_not_found": ("ไม่พบคำขอนี้", "There is no such request."),
    "breach_not_found": ("ไม่พบรายการนี้", "There is no such entry."),
    "member_forgotten": ("ข้อมูลของสมาชิกคนนี้ถูกลบไปแล้ว", "This member's data were erased before."),
    "person_forgotten": (
        "เจ้าของเบอร์หรืออีเมลนี้ขอลบข้อมูลแล้ว ต้องให้เจ้าตัวสมัครใหม่เอง",
        "Whoever has this phone or e-mail had their data erased; they have to join anew themselves.",
    ),
    "identity_taken": ("มีสมาชิกคนอื่นใช้เบอร์หรืออีเมลนี้แล้ว", "Another member has this phone or e-mail."),
    "member_busy": ("มีรายการอื่นของสมาชิกคนนี้กำลังทำอยู่ โปรดลองอีกครั้ง", "Something else is changing this member. Try again."),
    "member_frozen_by_staff": ("ร้านระงับบัญชีนี้ไว้ โปรดติดต่อร้าน", "The shop froze this membership. Ask the shop."),
    "merge_conflict": (
        "การรวมนี้ถูกยกเลิกไปแล้ว หรืออีกฝ่ายถูกรวมเข้ากับคนอื่นแล้ว",
        "This was undone before, or the other one became part of somebody else.",
    ),
    "pair_not_found": ("สองคนนี้ไม่ได้อยู่ในรายการที่อาจเป็นคนเดียวกัน", "These two were not found to be alike."),
    "merge_not_found": ("ไม่พบการรวมสมาชิกนี้", "There is no such merge."),
    "merge_refused": ("สองคนนี้รวมกันไม่ได้", "These two cannot become one."),
    "member_merged": ("สมาชิกนี้ถูกรวมเข้ากับสมาชิกอื่นแล้ว", "This member became part of another."),
    "member_not_found": ("ไม่พบสมาชิกคนนี้", "There is no such member."),
    "member_number_busy": ("ออกหมายเลขสมาชิกไม่ทัน โปรดลองอีกครั้ง", "No number could be given. Try again."),
    "member_number_differs": ("หมายเลขสมาชิกไม่ตรงกับคนนี้", "This person has another member number."),
    "member_number_invalid": ("หมายเลขสมาชิกไม่ถูกต้อง", "This is no member number."),
    "member_number_taken": ("หมายเลขสมาชิกนี้มีคนใช้แล้ว", "Somebody else has this member number."),
    "member_status_wrong": ("สถานะของสมาชิกไม่อนุญาตให้ทำรายการนี้", "The member's status does not allow this."),
    "phone_invalid": ("เบอร์โทรไม่ถูกต้อง เช่น 081-234-5678", "This is no phone number. Write it like 081-234-5678."),
    "text_invalid": ("ข้อความยาวเกินไปหรือมีตัวอักษรที่ใช้ไม่ได้", "This text is too long or has characters that cannot be read."),
    "answer_too_long": ("ข้อความยาวเกินไป", "This is too long."),
    # look and address
    "color_unreadable": ("เขียนสีแบบนี้ เช่น #0b6b62", "Write the color like #0b6b62."),
    "address_unreadable": ("ที่อยู่เว็บไม่ถูกต้อง เช่น https://example.com", "Write an address like https://example.com."),
    "line_address_unreadable": ("ใส่ @ชื่อบัญชี LINE หรือลิงก์ lin.ee", "Write @name of the LINE account, or its lin.ee address."),
    "domain_unreadable": ("ชื่อโดเมนไม่ถูกต้อง เช่น card.example.com", "Write a host name like card.example.com."),
    "domain_taken": ("ชื่อโดเมนนี้มีผู้ใช้แล้ว", "Somebody answers under this name already."),
    "image_unreadable": ("ไฟล์นี้ไม่ใช่รูป PNG, JPEG หรือ WebP ที่ใช้ได้", "This is no PNG, JPEG or WebP picture."),
    "image_too_large": ("รูปใหญ่เกินไป ใช้รูปไม่เกิน {most} MB", "The picture is too large: {most} MB at the most."),
    "module_unknown": ("ไม่มีส่วนนี้", "There is no such part."),
    "module_off": ("ร้านปิดส่วนนี้ไว้", "The shop has switched this off."),
    # codes
    "calling_code_invalid": ("รหัสประเทศไม่ถูกต้อง", "This is no calling code."),
    "budget_invalid": ("จำนวนไม่ถูกต้อง", "This number cannot be."),
    "code_channel_unknown": ("ส่งรหัสได้ทาง SMS หรืออีเมลเท่านั้น", "Codes go by SMS or e-mail."),
    "code_country_not_served": ("ยังไม่ส่งรหัสไปยังประเทศนี้ ใช้อีเมลแทนได้", "No codes are sent to this country. Use an e-mail instead."),
    "code_gone": ("รหัสนี้ใช้ไม่ได้แล้ว โปรดขอรหัสใหม่", "This code is no longer valid. Ask for a new one."),
    "code_invalid": ("รหัสมีตัวเลข 6 หลัก", "A code has six digits."),
    "code_limit_reached": ("ขอรหัสบ่อยเกินไป โปรดรอสักครู่แล้วลองใหม่", "Too many codes were asked for. Wait a little and try again."),
    "code_wrong": ("รหัสไม่ถูกต้อง ลองได้อีก {tries_left} ครั้ง", "This code is wrong. You may try {tries_left} more times."),
    # cards
    "card_unreadable": ("นี่ไม่ใช่คิวอาร์ของสมาชิก", "This is no member's code."),
    "card_elsewhere": ("นี่เป็นบัตรสมาชิกของร้านอื่น", "This card is of another shop."),
    "card_wrong": ("คิวอาร์นี้ไม่ถูกต้อง ให้สมาชิกเปิดบัตรใหม่", "This code is wrong. Ask the member to open the card again."),
    "card_stale": ("คิวอาร์นี้หมดเวลาแล้ว ให้สมาชิกเปิดบัตรใหม่", "This code is too old. Ask the member to open the card again."),
    "card_used": (
        "ใช้คิวอาร์นี้ไปแล้ว รอให้บัตรเปลี่ยนคิวอาร์ (ไม่เกิน 30 วินาที)",
        "This code was used. The card shows another within 30 seconds.",
    ),
    "card_locked": (
        "มีการใช้คิวอาร์ผิดหลายครั้ง บัตรนี้พักการใช้ 5 นาที",
        "Too many wrong codes: this card rests for 5 minutes.",
    ),
    # sign-in with LINE, and other services
    "line_unavailable": ("LINE ไม่ตอบในขณะนี้ โปรดลองใหม่ภายหลัง หรือใช้เบอร์โทร", "LINE does not answer. Try later, or use your phone."),
    "line_refused": ("เข้าด้วย LINE ไม่สำเร็จ โปรดลองอีกครั้ง", "Signing in with LINE did not work. Please try again."),
    "line_taken": (
        "LINE นี้ผูกกับสมาชิกคนอื่นแล้ว เข้าด้วย LINE เพื่อเปิดบัตรนั้น หรือให้ร้านช่วยรวมบัญชี",
        "This LINE belongs to another membership. Sign in with LINE to open it, or ask the shop to merge the two.",
    ),
    "last_way_in": (
        "เพิ่มเบอร์โทรหรืออีเมลก่อน ไม่เช่นนั้นจะเข้าบัตรไม่ได้อีก",
        "Add a phone or e-mail first: otherwise nobody could open this card any more.",
    ),
    "not_ones_own": ("รายการนี้ร้านเป็นผู้บันทึก", "The shop records this."),
    "provider_not_connected": ("ร้านยังไม่ได้เชื่อมต่อบริการนี้", "The shop has not connected this service."),
    "setting_unreadable": ("ค่านี้ไม่ถูกต้องหรือยังไม่ได้ใส่", "This is missing or cannot be read."),
    # consents
    "consent_channel_unknown": ("ไม่รู้จักช่องทางนี้", "This channel is not known."),
    "consent_channel_wrong": ("ความยินยอมนี้ให้รายช่องทางเฉพาะการตลาด", "Only marketing is agreed to per channel."),
    "consent_not_needed": ("เรื่องนี้ไม่ต้องขอความยินยอม", "Service needs no consent."),
    "consent_purpose_unknown": ("ไม่รู้จักวัตถุประสงค์นี้", "This purpose is not known."),
    "consent_text_missing": ("ยังไม่มีข้อความขอความยินยอม", "The words of this consent are missing."),
    "consent_text_not_found": ("ไม่พบข้อความขอความยินยอมฉบับนี้", "There are no such words."),
    # numbers and dates
    "amount_invalid": ("จำนวนเงินไม่ถูกต้อง ใส่เป็นตัวเลข เช่น 120 หรือ 120.50", "This is no amount. Write it like 120 or 120.50."),
    "amount_too_fine": ("จำนวนเงินมีทศนิยมได้ไม่เกิน {decimals} ตำแหน่ง", "An amount has at most {decimals} decimals."),
    "amount_too_large": ("จำนวนเงินมากเกินไป", "This amount is too large."),
    "currency_unknown": ("ไม่รู้จักสกุลเงิน {currency}", "There is no currency {currency}."),
    "date_invalid": ("วันที่ไม่ถูกต้อง เช่น 24/11/2569 หรือ 2026-11-24", "This is no date. Write it like 24/11/2026 or 2026-11-24."),
    "future_date": ("วันที่อยู่ในอนาคต", "This date lies in the future."),
    # programs
    "draft_moved": ("มีคนแก้ร่างโปรแกรมไปแล้วระหว่างนี้", "Somebody else changed the draft meanwhile."),
    "draft_outdated": ("มีการประกาศใช้รุ่นอื่นหลังจากเริ่มร่างนี้", "Another version was put in force since this draft was begun."),
    "program_not_found": ("ร้านนี้ยังไม่มีโปรแกรมสะสมแต้ม", "There is no loyalty program yet."),
    "program_invalid": ("ไฟล์โปรแกรมมีข้อผิดพลาด: {path}", "The program cannot be: {path}"),
    "program_effective_in_past": (
        "วันที่เริ่มใช้อยู่ในอดีต รายการที่ผ่านมาใช้กติกาเดิมเสมอ",
        "A new version cannot take effect in the past: what was recorded keeps its rules.",
    ),
    "levels_overlap": ("ระดับสมาชิกสองระดับซ้อนกัน", "Two levels overlap."),
    "condition_bad": ("เงื่อนไขอ่านไม่ได้: {path}", "This condition cannot be read: {path}"),
    "condition_unknown_field": ("เงื่อนไขใช้ข้อมูลที่ไม่มี: {field}", "A condition asks for a field that is not there: {field}"),
    "condition_not_stored": ("ข้อมูลนี้ใช้แบ่งกลุ่มไม่ได้เพราะไม่ได้เก็บไว้", "This field is not kept, so nothing can be sought by it."),
    # activities
    "activity_not_found": ("ไม่พบรายการนี้", "There is no such activity."),
    "activity_not_in_review": (
        "รายการนี้ไม่ได้รอตรวจสอบ หรือมีคนตัดสินไปแล้ว",
        "This does not wait for review, or somebody decided already.",
    ),
    "receipt_conflict": (
        "เลขใบเสร็จนี้บันทึกไปแล้วกับสมาชิกอื่นหรือยอดอื่น",
        "This receipt number was recorded for another member or with another amount.",
    ),
    "bad_number": ("ตัวเลขไม่ถูกต้อง", "This is no number."),
    "import_raced": ("มีการนำเข้าข้อมูลอื่นทำงานอยู่ โปรดลองอีกครั้ง", "Another import ran at the same time. Try again."),
    "message_not_found": ("ไม่พบข้อความนี้", "There is no such message."),
    # staff and organizations
    "activity_not_undoable": ("รายการนี้ย้อนที่นี่ไม่ได้", "This cannot be taken back here."),
    "adjustment_empty": ("ใส่จำนวนแต้มที่ไม่ใช่ศูนย์", "Say how many points."),
    "adjustment_limit": (
        "เกินจำนวนที่คุณปรับได้ในหนึ่งวัน ({limit}) โปรดให้เจ้าของร้านทำ",
        "This is more than you may move in a day ({limit}). Ask an owner.",
    ),
    "adjustment_reason": ("ใส่เหตุผลให้คนอื่นเข้าใจภายหลัง", "Say why, so that others understand it later."),
    "business_unknown": ("ไม่รู้จักประเภทธุรกิจนี้ เลือกจากรายการ", "This kind of business is not known: choose one of the list."),
    "channel_not_connected": ("ยังไม่ได้ต่อช่องทางส่งข้อความ {channel}", "No service carries messages by {channel} yet."),
    "currency_unreadable": ("สกุลเงินมีสามตัวอักษร เช่น THB", "A currency has three letters, such as THB."),
    "email_taken": ("มีคนใช้อีเมลนี้เข้าสู่ระบบแล้ว", "Somebody signs in with this e-mail already."),
    "email_unreadable": ("อีเมลไม่ถูกต้อง", "This is not an e-mail address."),
    "language_unknown": ("ยังไม่มีภาษานี้", "This language is not offered."),
    "last_owner": ("ต้องมีเจ้าของอย่างน้อยหนึ่งคน", "An organization has at least one owner."),
    "latitude_unreadable": ("ละติจูดอยู่ระหว่าง -90 ถึง 90", "The latitude lies between -90 and 90."),
    "longitude_unreadable": ("ลองจิจูดอยู่ระหว่าง -180 ถึง 180", "The longitude lies between -180 and 180."),
    "name_unreadable": ("ใส่ชื่อ 1 ถึง 120 ตัวอักษร", "Write a name of 1 to 120 characters."),
    "not_allowed": ("บทบาทของคุณไม่มีสิทธิ์ทำสิ่งนี้", "Your role does not include this."),
    "organization_not_found": ("ไม่พบร้านนี้", "There is no such organization."),
    "set_up_code_wrong": (
        "รหัสติดตั้งไม่ถูกต้อง ดูในหน้าต่างที่เปิดระบบ",
        "This is not the set-up code: see the window in which the system was started.",
    ),
    "sign_up_closed": ("ที่นี่ไม่เปิดให้สมัครเปิดร้านเอง", "Nobody can open a shop here by themselves."),
    "template_not_found": ("ไม่พบแม่แบบนี้", "There is no such template."),
    "own_membership": ("ให้แต้มตัวเองไม่ได้ โปรดให้เพื่อนร่วมงานทำ", "Nobody gives points to themselves: ask a colleague."),
    "password_weak": (
        "รหัสผ่านเดาง่ายเกินไป ใช้อย่างน้อย 12 ตัวอักษรที่ไม่ใช่คำทั่วไป",
        "Choose another password: at least 12 characters, no common word, not like the name.",
    ),
    "role_out_of_reach": ("คุณให้หรือถอนบทบาทนี้ไม่ได้", "You may not give or take this role."),
    "role_unknown": ("ไม่รู้จักบทบาทนี้", "This role is not known."),
    "sign_in_failed": ("อีเมลหรือรหัสผ่านไม่ถูกต้อง", "The e-mail or the password is wrong."),
    "sign_in_limited": ("ลองบ่อยเกินไป ลองใหม่หลัง {retry_at}", "Too many tries. Try again after {retry_at}."),
    "slug_taken": ("ชื่อนี้มีร้านอื่นใช้แล้ว", "Another organization is called so."),
    "slug_unreadable": ("ใช้ a–z ตัวเลข และขีดเดี่ยว 2 ถึง 40 ตัว", "Use 2 to 40 letters a–z, digits and single hyphens."),
    "staff_exists": ("คนนี้ทำงานที่นี่อยู่แล้ว", "This person works here already."),
    "staff_not_found": ("ไม่พบพนักงานคนนี้", "There is nobody known so."),
    "store_code_taken": ("มีสาขาที่ใช้รหัสนี้แล้ว", "Another store has this code."),
    "store_code_unreadable": ("รหัสสาขาใช้ A–Z ตัวเลข จุด และขีด ไม่เกิน 40 ตัว", "Use up to 40 letters A–Z, digits, dots and hyphens."),
    "store_needed": ("ระบุสาขา", "Name the store."),
    "store_not_found": ("ไม่พบสาขานี้", "There is no such store."),
    "store_not_theirs": ("คุณไม่ได้ทำงานที่สาขานี้", "You work in other stores."),
    "stores_needed": ("เลือกสาขาที่คนนี้ทำงาน", "Name the stores in which this person works."),
    "text_too_long": ("ข้อความยาวเกินไป", "This text is too long."),
    "time_zone_unknown": ("ไม่รู้จักเขตเวลานี้", "This time zone is not known."),
    # keys, jobs, files
    "api_key_expired": ("คีย์นี้หมดอายุแล้ว", "This key has expired."),
    "api_key_not_found": ("ไม่พบคีย์นี้", "There is no such key."),
    "api_key_refused": ("คีย์นี้ใช้ไม่ได้", "This key opens nothing."),
    "api_key_revoked": ("คีย์นี้ถูกยกเลิกแล้ว", "This key was revoked."),
    "dead_letter_not_found": ("ไม่พบงานนี้ อาจมีคนจัดการไปแล้ว", "There is no such failed work: perhaps somebody settled it."),
    "expiry_past": ("วันหมดอายุผ่านไปแล้ว", "This end lies in the past."),
    "idempotency_key_in_flight": ("คำขอนี้กำลังทำอยู่", "The same request is being carried out."),
    "idempotency_key_reused": ("Idempotency-Key นี้ใช้กับข้อมูลอื่นไปแล้ว", "This Idempotency-Key was used with other content."),
    "idempotency_key_unreadable": ("Idempotency-Key ไม่ถูกต้อง", "An Idempotency-Key has 1 to 255 printable ASCII characters."),
    "scope_missing": ("คีย์นี้ไม่มีสิทธิ์ {scope}", "This key does not have the scope {scope}."),
    "scope_unknown": ("ไม่รู้จักสิทธิ์ {scope}", "This scope is not known: {scope}."),
    "scopes_missing": ("เลือกสิ่งที่คีย์ทำได้", "Say what the key may do."),
    "store_out_of_reach": ("คีย์นี้ใช้กับสาขานี้ไม่ได้", "This key works for other stores."),
    "file_not_found": ("ไม่พบไฟล์", "There is no such file."),
    "file_not_text": ("ไฟล์นี้ไม่ใช่ข้อความ", "This file is no text."),
    "file_too_large": ("ไฟล์ใหญ่เกินไป", "This file is too large."),
    "file_too_long": ("ไฟล์มีแถวมากเกินไป ({maximum})", "This file has too many rows ({maximum})."),
    "file_unreadable": ("อ่านไฟล์นี้ไม่ได้ ใช้ CSV หรือ XLSX", "This file cannot be read: use CSV or XLSX."),
    # tills
    "bill_cashier_unknown": (
        "แคชเชียร์ของบิลนี้ไม่ได้ทำงานที่ร้านแล้ว",
        "The cashier of this bill does not work here any more.",
    ),
    "bill_member_stopped": ("สมาชิกถูกระงับหรือปิดบัญชีแล้ว", "The membership is frozen or closed."),
    "bill_nobody_found": ("ไม่พบว่าเป็นสมาชิกคนไหน", "This names no member."),
    "bill_not_found": ("ไม่พบบิลนี้", "There is no such bill."),
    "bill_number_used": (
        "เครื่องนี้ส่งบิลหมายเลข {number} มาแล้วด้วยข้อมูลอื่น",
        "This device sent another bill with number {number}.",
    ),
    "bill_of_the_future": (
        "เวลาในเครื่องนี้ไม่ตรง: บิลลงเวลาในอนาคต",
        "The clock of the device is wrong: the bill is dated in the future.",
    ),
    "bill_parts_wrong": (
        "ยอดของแต่ละหมวดรวมแล้วเกินบิล หรือใส่ไม่ครบ",
        "The parts are more than the bill, or some have no amount.",
    ),
    "bill_signature_wrong": (
        "ข้อมูลบิลไม่ตรงกับที่เครื่องเก็บไว้ อาจถูกแก้ไข",
        "This is not what the device kept: somebody may have changed it.",
    ),
    "bill_too_old": ("บิลนี้เก็บไว้นานเกิน 72 ชั่วโมง", "This bill waited for more than 72 hours."),
    "bill_unreadable": ("อ่านบิลนี้ไม่ได้", "This is no bill of a device."),
    "card_of_another": ("รหัสนี้เป็นของสมาชิกคนอื่น", "This code belongs to another member."),
    "member_without_contact": ("สมาชิกคนนี้ไม่มีเบอร์หรืออีเมลให้ส่งรหัส", "There is no phone or e-mail to which a code could go."),
    "picture_unreadable": (
        "อ่านภาพนี้ไม่ได้ ใช้ภาพ JPEG PNG หรือ WebP ขนาดไม่เกิน 12 MB",
        "This picture cannot be read. Send a JPEG, PNG or WebP of up to 12 MB.",
    ),
    "pictures_too_many": ("ส่งภาพเร็วเกินไป รอสักครู่", "Pictures come too fast. Wait a moment."),
    "till_unknown": ("ไม่รู้จักเครื่องที่เก็บบิลนี้", "The device that kept this bill is not known."),
    "undo_too_late": (
        "แคชเชียร์ย้อนรายการได้ภายใน {hours} ชั่วโมง ให้ผู้จัดการทำแทน",
        "A cashier can take back within {hours} hours. Ask a manager.",
    ),
    "why_missing": ("บอกเหตุผลด้วย", "Say why."),
    # imports
    "backtest_currency": ("ร่างนี้ใช้สกุลเงินอื่น", "The draft is in another currency."),
    "backtest_days": (
        "ช่วงวันนี้ใช้ไม่ได้ วันแรกต้องอยู่ก่อนวันสุดท้ายและอยู่ในอดีต",
        "These days cannot be used: the first comes before the last, in the past.",
    ),
    "backtest_drafts": ("เลือกร่างหนึ่งหรือสองร่าง", "Choose one draft, or two."),
    "backtest_not_found": ("ไม่พบการลองนี้", "There is no such what-if."),
    "backtest_runs": ("กำลังลองอีกร่างหนึ่งอยู่ รอให้เสร็จก่อน", "Another what-if is being worked out. Wait until it is done."),
    "import_not_found": ("ไม่พบการนำเข้านี้", "There is no such import."),
    "import_not_undoable": ("ถอนการนำเข้านี้ไม่ได้", "This import cannot be taken back."),
    "import_runs": ("กำลังนำเข้าไฟล์นี้อยู่", "This file is being imported right now."),
    "consent_unreadable": ("อ่านความยินยอมไม่ได้ ใช้ yes หรือ no", "This consent cannot be read: write yes or no."),
    "mapping_invalid": ("การจับคู่คอลัมน์ไม่ถูกต้อง", "The mapping of columns cannot be used."),
    "order_of_two_members": ("เลขบิลนี้เป็นของสมาชิกคนอื่น", "This order belongs to another member."),
    "quantity_too_fine": ("จำนวนมีทศนิยมเกินสามตำแหน่ง", "A quantity has at most three decimals."),
    "return_covered_in_part": ("การคืนนี้เกินจำนวนที่ซื้อ จึงคืนได้บางส่วน", "More came back than was bought: a part of it counts."),
    "return_not_covered": ("ไม่พบการซื้อของสินค้าที่คืน", "What came back was never bought."),
    "return_of_nothing": ("การคืนไม่มีจำนวน", "Nothing came back."),
    "row_too_long": ("แถวมีคอลัมน์มากเกินไป", "The row has more columns than the heading."),
    "row_too_short": ("แถวมีคอลัมน์น้อยเกินไป", "The row has fewer columns than the heading."),
    "text_unreadable": ("ข้อความมีตัวอักษรที่อ่านไม่ได้", "The text has characters that cannot be read."),
    "time_invalid": ("เวลาไม่ถูกต้อง", "This is no time."),
    "hold_known": ("กันแต้มในชื่อนี้ไว้แล้ว", "Something is put aside under this name already."),
    # program files
    "case_invalid": ("กรณีตัวอย่างอ่านไม่ได้", "This case cannot be run."),
    "program_duplicate_key": ("บรรทัด {line}: มีคีย์ซ้ำ", "Line {line}: the same key twice."),
    "program_too_large": ("ไฟล์โปรแกรมใหญ่เกินไป", "The program file is too large."),
    "program_unreadable": ("ไฟล์โปรแกรมไม่ใช่ YAML ที่อ่านได้", "The program file is no readable YAML."),
    "warehouse_missing": ("ยังไม่เคยคำนวณตัวเลขรายงาน", "The figures were never worked out yet."),
    "warehouse_busy": ("กำลังคำนวณตัวเลขรายงานอยู่", "The figures are being worked out at the moment."),
    "spark_missing": ("ยังไม่ได้ติดตั้ง Spark บนเซิร์ฟเวอร์", "Spark is not installed on the server."),
    "engine_unknown": ("ไม่รู้จักระบบประมวลผล {engine}", "There is no engine {engine}."),
    "folder_not_empty": ("โฟลเดอร์ {folder} มีไฟล์อยู่แล้ว", "There is something in the folder {folder}."),
    **STAFF,
    **SURVEYS,
    **RULES,
}


def refusal_text(code: str, details: Mapping[str, Any], language: str, reader: Reader | None = None) -> str | None:
    """Return what was refused as a sentence for the reader, or None for a code that has no words."""
    reader = reader or Reader(language)
    phrase = REFUSALS.get(code)
    if phrase is None:
        return None
    return reader.say(phrase, details) or reader.say(_plain(phrase), details)


def _plain(phrase: Phrase) -> Phrase:
    """Return the sentence without what follows its first blank, for a refusal that names no figures."""
    thai, english = (text.partition("{")[0].rstrip(" :,") for text in phrase)
    return thai, english
