"""Every figure of this room once: what it is called, what it means, and of which sums it is made. Screens, API and documents read this."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from phakdi.insight.kpis.core.shares import share

Unit = Literal["count", "money", "percent", "decimal", "score"]
DIMENSIONS = ("store", "channel", "level", "segment")
BOUGHT = DIMENSIONS  # counted where the purchase was made
OWN = ("store", "level", "segment")  # counted by the member: by store means the home store
SCORE = 100  # a score runs from −100 to 100


def _(text: str) -> str:
    return text  # marks texts for translation


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: the sum ``top``, divided by ``bottom`` where there is one.

    ``whole``: unknown while its window runs. ``by``: the dimensions it is counted by. ``members``: whose ids can be listed.
    """

    key: str
    number: str
    unit: Unit
    title: str
    formula: str
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
            "members", "K1", "count", _("Members"),
            _("Enrolled members at the end of the window: at its start, and new ones, less those who left."), "end", by=OWN,
        ),
        Figure("new_members", "K1", "count", _("New members"), _("Members who enrolled in the window."), "new", by=OWN),
        Figure(
            "left_members", "K1", "count", _("Members who left"), _("Accounts that were closed or erased in the window."), "left",
            by=OWN, is_good_up=False,
        ),
        Figure(
            "active_members", "K2", "count", _("Active members"),
            _("Different members who bought in the window; or took part in anything, where the settings say so."), "active",
        ),
        Figure(
            "stickiness", "K2", "percent", _("Stickiness"),
            _("Members active on a day, on average over all days, divided by members active in the window."), "active_days", "active_possible",
        ),
        Figure("orders", "K3", "count", _("Purchases"), _("Bills of members that are above zero after returns."), "orders"),
        Figure("sales", "K3", "money", _("Sales to members"), _("What members paid, after discounts, vouchers, points and returns."), "sales"),
        Figure("order_value", "K3", "money", _("Average basket"), _("Sales divided by purchases."), "sales", "orders"),
        Figure(
            "frequency", "K3", "decimal", _("Purchases per buyer"), _("Purchases divided by members who bought in the window."),
            "orders", "buyers",
        ),
        Figure(
            "spend_per_member", "K3", "money", _("Spent per buyer"),
            _("Sales divided by members who bought: average basket times purchases per buyer."), "sales", "buyers",
        ),
        Figure(
            "retention", "K4", "percent", _("Retention"),
            _("Of the members who were active in the window before, the share who are active in this one. Never above 100 %."),
            "kept", "active_before", whole=True,
        ),
        Figure(
            "retention_with_returned", "K4", "percent", _("Retention with those who came back"),
            _("Active members less those who are active for the first time ever, divided by those active in the window before. May be above 100 %."),
            "active_known", "active_before", whole=True,
        ),
        Figure(
            "came_back", "K4", "count", _("Came back after a pause"),
            _("Active before, not in the window before, and active again."), "came_back",
        ),
        Figure(
            "repeat_rate", "K5", "percent", _("Bought again"),
            _("Members with two or more purchase days in the window, divided by members who bought in it."), "repeaters", "buyers", whole=True,
        ),
        Figure(
            "returning_buyers", "K5", "percent", _("Share of returning buyers"),
            _("Of the members who bought in the window, the share who had ever bought before it."), "returning", "buyers",
        ),
        Figure(
            "returning_orders", "K5", "percent", _("Share of returning purchases"),
            _("Of the purchases in the window, the share made by members who had ever bought before it."), "returning_orders", "orders",
        ),
        Figure(
            "lapse_rate", "K7", "percent", _("Lapsed"),
            _("Members who had not lapsed at the start and lapse in the window, divided by all who had not. Lapsed: no purchase for longer than the days in the settings; else three times the member's usual gap; else nine of ten gaps of all members."),
            "lapsed_new", "not_lapsed", by=OWN, whole=True, is_good_up=False,
        ),
        Figure(
            "reactivation_rate", "K15", "percent", _("Won back"),
            _("Of the members who had lapsed at the start, the share who buy in the window."), "won_back", "lapsed", by=OWN, whole=True,
        ),
        Figure(
            "engagement", "K12", "percent", _("Engagement"),
            _("Reachable members who did anything of their own accord in the window, divided by reachable members at its end. Messages received or opened do not count."),
            "engaged", "reachable", by=OWN,
        ),
        Figure(
            "enrolment", "K13", "percent", _("Enrolled among identified buyers"),
            _("Buyers who are enrolled, divided by all buyers who are known by anything."), "buyers", "identified",
        ),
        Figure(
            "participation", "K13", "percent", _("Active participation"),
            _("Members who earned or spent points in the window, divided by members enrolled at its end."), "points_users", "end", by=OWN,
        ),
        Figure(
            "transaction_share", "K13", "percent", _("Share of purchases with a member"),
            _("Purchases with a member, divided by all purchases of the days and stores whose till totals are known."),
            "till_own_bills", "till_bills", by=("store",),
        ),
        Figure(
            "sales_share", "K13", "percent", _("Share of sales with a member"),
            _("Sales to members, divided by all sales of the days and stores whose till totals are known."),
            "till_own_minor", "till_minor", by=("store",),
        ),
        Figure(
            "referrals_per_member", "K14", "decimal", _("Referrals per member"),
            _("Members who joined in the window because another brought them, divided by members at its end."), "referred", "end", by=OWN,
        ),
        Figure(
            "nps", "K10", "score", _("Recommendation score (NPS)"),
            _("Share of answers 9–10 less share of answers 0–6, times 100; the latest answer of each member in each round."),
            "nps_net", "nps_answers", by=("store",),
        ),
        Figure(
            "csat", "K11", "percent", _("Satisfaction (CSAT)"),
            _("Answers 4–5 of 5, divided by answers; of 7 the two highest, of 10 the answers 9–10."), "csat_top", "csat_answers", by=("store",),
        ),
    )
}  # fmt: skip
