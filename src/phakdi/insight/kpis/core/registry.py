"""Every figure of this room once: what it is called, what it means, and of which sums it is made. Screens, API and documents read this."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from phakdi.insight.kpis.core.shares import share

Unit = Literal["count", "money", "percent", "decimal", "score"]
DIMENSIONS = ("store", "channel", "level", "segment")
BOUGHT = DIMENSIONS  # counted where the purchase was made
OWN = ("store", "level", "segment")  # counted by the member: by store means the home store
SCORE = 100  # a score runs from −100 to 100


class Text(NamedTuple):
    """Words in English and Thai."""

    en: str
    th: str

    def told(self, language: str) -> str:
        """Return the words in a language; English where it is neither."""
        return self.th if language == "th" else self.en


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the sum ``top``, divided by ``bottom`` where there is one.

    ``whole``: unknown while its window runs. ``by``: the dimensions it is counted by. ``members``: whose ids can be listed.
    """

    key: str
    number: str
    unit: Unit
    title: Text
    formula: Text
    top: str
    bottom: str = ""
    by: tuple[str, ...] = BOUGHT
    whole: bool = False
    is_good_up: bool = True

    def value(self, top: int | None, bottom: int | None) -> Fraction | None:
        """Return the figure of its sums: minor units for money, 0 to 1 for a share; None where it cannot be known."""
        if top is None:
            return None
        if not self.bottom:
            return Fraction(top)
        found = share(top, bottom or 0)
        return found * SCORE if found is not None and self.unit == "score" else found


FIGURES: Mapping[str, Figure] = {
    each.key: each
    for each in (
        Figure(
            "members", "K1", "count", Text("Members", "สมาชิก"),
            Text("Enrolled members at the end of the window: at its start, and new ones, less those who left.", "สมาชิกที่ยังอยู่ ณ สิ้นช่วงเวลา คือสมาชิกตอนต้นช่วง บวกที่สมัครใหม่ ลบที่ออกไป"), "end", by=OWN,
        ),
        Figure("new_members", "K1", "count", Text("New members", "สมาชิกใหม่"), Text("Members who enrolled in the window.", "สมาชิกที่สมัครในช่วงเวลานี้"), "new", by=OWN),
        Figure(
            "left_members", "K1", "count", Text("Members who left", "สมาชิกที่ออก"), Text("Accounts that were closed or erased in the window.", "บัญชีที่ปิดหรือถูกลบในช่วงเวลานี้"), "left",
            by=OWN, is_good_up=False,
        ),
        Figure(
            "active_members", "K2", "count", Text("Active members", "สมาชิกที่เคลื่อนไหว"),
            Text("Different members who bought in the window; or took part in anything, where the settings say so.", "จำนวนสมาชิก (นับคนละครั้ง) ที่ซื้อในช่วงเวลานี้ หรือที่ร่วมกิจกรรมใด ๆ หากตั้งค่าไว้เช่นนั้น"), "active",
        ),
        Figure(
            "stickiness", "K2", "percent", Text("Stickiness", "ความสม่ำเสมอ"),
            Text("Members active on a day, on average over all days, divided by members active in the window.", "สมาชิกที่เคลื่อนไหวต่อวันโดยเฉลี่ยทุกวัน หารด้วยสมาชิกที่เคลื่อนไหวในช่วงเวลานี้"), "active_days", "active_possible",
        ),
        Figure("orders", "K3", "count", Text("Purchases", "จำนวนการซื้อ"), Text("Bills of members that are above zero after returns.", "บิลของสมาชิกที่ยอดมากกว่าศูนย์หลังหักการคืนสินค้า"), "orders"),
        Figure("sales", "K3", "money", Text("Sales to members", "ยอดขายจากสมาชิก"), Text("What members paid, after discounts, vouchers, points and returns.", "ยอดที่สมาชิกจ่ายจริง หลังหักส่วนลด คูปอง คะแนน และการคืนสินค้า"), "sales"),
        Figure("order_value", "K3", "money", Text("Average basket", "ยอดต่อบิล"), Text("Sales divided by purchases.", "ยอดขายหารด้วยจำนวนการซื้อ"), "sales", "orders"),
        Figure(
            "frequency", "K3", "decimal", Text("Purchases per buyer", "จำนวนการซื้อต่อผู้ซื้อ"), Text("Purchases divided by members who bought in the window.", "จำนวนการซื้อหารด้วยสมาชิกที่ซื้อในช่วงเวลานี้"),
            "orders", "buyers",
        ),
        Figure(
            "spend_per_member", "K3", "money", Text("Spent per buyer", "ยอดซื้อต่อผู้ซื้อ"),
            Text("Sales divided by members who bought: average basket times purchases per buyer.", "ยอดขายหารด้วยสมาชิกที่ซื้อ เท่ากับยอดต่อบิลคูณจำนวนการซื้อต่อผู้ซื้อ"), "sales", "buyers",
        ),
        Figure(
            "retention", "K4", "percent", Text("Retention", "อัตราการรักษาสมาชิก"),
            Text("Of the members who were active in the window before, the share who are active in this one. Never above 100 %.", "ในสมาชิกที่เคลื่อนไหวในช่วงก่อนหน้า มีกี่ส่วนที่ยังเคลื่อนไหวในช่วงนี้ ไม่เกิน 100 %"),
            "kept", "active_before", whole=True,
        ),
        Figure(
            "retention_with_returned", "K4", "percent", Text("Retention with those who came back", "อัตราการรักษาสมาชิก รวมผู้ที่กลับมา"),
            Text("Active members less those who are active for the first time ever, divided by those active in the window before. May be above 100 %.", "สมาชิกที่เคลื่อนไหว ลบผู้ที่เคลื่อนไหวเป็นครั้งแรก หารด้วยสมาชิกที่เคลื่อนไหวในช่วงก่อนหน้า อาจเกิน 100 %"),
            "active_known", "active_before", whole=True,
        ),
        Figure(
            "came_back", "K4", "count", Text("Came back after a pause", "กลับมาหลังห่างหาย"),
            Text("Active before, not in the window before, and active again.", "เคยเคลื่อนไหวมาก่อน ไม่เคลื่อนไหวในช่วงก่อนหน้า และกลับมาเคลื่อนไหวอีกครั้ง"), "came_back",
        ),
        Figure(
            "repeat_rate", "K5", "percent", Text("Bought again", "ซื้อซ้ำ"),
            Text("Members with two or more purchase days in the window, divided by members who bought in it.", "สมาชิกที่ซื้อสองวันขึ้นไปในช่วงเวลานี้ หารด้วยสมาชิกที่ซื้อในช่วงเดียวกัน"), "repeaters", "buyers", whole=True,
        ),
        Figure(
            "returning_buyers", "K5", "percent", Text("Share of returning buyers", "สัดส่วนผู้ซื้อเดิม"),
            Text("Of the members who bought in the window, the share who had ever bought before it.", "ในสมาชิกที่ซื้อในช่วงเวลานี้ มีกี่ส่วนที่เคยซื้อมาก่อน"), "returning", "buyers",
        ),
        Figure(
            "returning_orders", "K5", "percent", Text("Share of returning purchases", "สัดส่วนการซื้อของผู้ซื้อเดิม"),
            Text("Of the purchases in the window, the share made by members who had ever bought before it.", "ในการซื้อของช่วงเวลานี้ มีกี่ส่วนที่มาจากสมาชิกซึ่งเคยซื้อมาก่อน"), "returning_orders", "orders",
        ),
        Figure(
            "lapse_rate", "K7", "percent", Text("Lapsed", "ห่างหาย"),
            Text("Members who had not lapsed at the start and lapse in the window, divided by all who had not. Lapsed: no purchase for longer than the days in the settings; else three times the member's usual gap; else nine of ten gaps of all members.", "สมาชิกที่ยังไม่ห่างหายตอนต้นช่วงและห่างหายในช่วงนี้ หารด้วยสมาชิกทั้งหมดที่ยังไม่ห่างหาย ห่างหายคือไม่ซื้อนานกว่าจำนวนวันในการตั้งค่า หรือสามเท่าของระยะปกติของสมาชิก หรือเก้าในสิบของระยะทั้งหมด"),
            "lapsed_new", "not_lapsed", by=OWN, whole=True, is_good_up=False,
        ),
        Figure(
            "reactivation_rate", "K15", "percent", Text("Won back", "ดึงกลับมาได้"),
            Text("Of the members who had lapsed at the start, the share who buy in the window.", "ในสมาชิกที่ห่างหายตอนต้นช่วง มีกี่ส่วนที่ซื้อในช่วงนี้"), "won_back", "lapsed", by=OWN, whole=True,
        ),
        Figure(
            "engagement", "K12", "percent", Text("Engagement", "การมีส่วนร่วม"),
            Text("Reachable members who did anything of their own accord in the window, divided by reachable members at its end. Messages received or opened do not count.", "สมาชิกที่ติดต่อได้และทำสิ่งใดด้วยตนเองในช่วงเวลานี้ หารด้วยสมาชิกที่ติดต่อได้ ณ สิ้นช่วง ไม่นับข้อความที่ได้รับหรือเปิดอ่าน"),
            "engaged", "reachable", by=OWN,
        ),
        Figure(
            "enrolment", "K13", "percent", Text("Enrolled among identified buyers", "ผู้ซื้อที่สมัครแล้ว"),
            Text("Buyers who are enrolled, divided by all buyers who are known by anything.", "ผู้ซื้อที่เป็นสมาชิก หารด้วยผู้ซื้อทั้งหมดที่ระบุตัวได้"), "buyers", "identified",
        ),
        Figure(
            "participation", "K13", "percent", Text("Active participation", "สัดส่วนสมาชิกที่ใช้โปรแกรม"),
            Text("Members who earned or spent points in the window, divided by members enrolled at its end.", "สมาชิกที่ได้หรือใช้คะแนนในช่วงเวลานี้ หารด้วยสมาชิก ณ สิ้นช่วง"), "points_users", "end", by=OWN,
        ),
        Figure(
            "transaction_share", "K13", "percent", Text("Share of purchases with a member", "สัดส่วนบิลที่มีสมาชิก"),
            Text("Purchases with a member, divided by all purchases of the days and stores whose till totals are known.", "การซื้อที่มีสมาชิก หารด้วยการซื้อทั้งหมด ในวันและสาขาที่ทราบยอดรวมของร้าน"),
            "till_own_bills", "till_bills", by=("store",),
        ),
        Figure(
            "sales_share", "K13", "percent", Text("Share of sales with a member", "สัดส่วนยอดขายจากสมาชิก"),
            Text("Sales to members, divided by all sales of the days and stores whose till totals are known.", "ยอดขายจากสมาชิก หารด้วยยอดขายทั้งหมด ในวันและสาขาที่ทราบยอดรวมของร้าน"),
            "till_own_minor", "till_minor", by=("store",),
        ),
        Figure(
            "referrals_per_member", "K14", "decimal", Text("Referrals per member", "เพื่อนที่แนะนำต่อสมาชิก"),
            Text("Members who joined in the window because another brought them, divided by members at its end.", "สมาชิกที่สมัครในช่วงเวลานี้เพราะมีผู้แนะนำ หารด้วยสมาชิก ณ สิ้นช่วง"), "referred", "end", by=OWN,
        ),
        Figure(
            "nps", "K10", "score", Text("Recommendation score (NPS)", "คะแนนความเต็มใจแนะนำ (NPS)"),
            Text("Share of answers 9–10 less share of answers 0–6, times 100; the latest answer of each member in each round.", "สัดส่วนคำตอบ 9–10 ลบสัดส่วนคำตอบ 0–6 คูณ 100 นับคำตอบล่าสุดของสมาชิกแต่ละคนในแต่ละรอบ"),
            "nps_net", "nps_answers", by=("store",),
        ),
        Figure(
            "csat", "K11", "percent", Text("Satisfaction (CSAT)", "ความพึงพอใจ (CSAT)"),
            Text("Answers 4–5 of 5, divided by answers; of 7 the two highest, of 10 the answers 9–10.", "คำตอบ 4–5 จาก 5 หารด้วยคำตอบทั้งหมด ถ้าเต็ม 7 นับสองระดับสูงสุด ถ้าเต็ม 10 นับ 9–10"), "csat_top", "csat_answers", by=("store",),
        ),
    )
}  # fmt: skip
