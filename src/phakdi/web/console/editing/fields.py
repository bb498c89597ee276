"""The fields of each thing that a program is made of, the common ones first, the rest behind "more"."""

from django.utils.translation import gettext_lazy as _

from phakdi.loyalty.wording.plain import words
from phakdi.web.console.editing.builder import Condition
from phakdi.web.console.editing.common import (
    ENDS,
    INLINE_LIMIT,
    LIMITS,
    LINES,
    MINIMUM,
    NAME,
    ROUNDING,
    STARTS,
    WHEN,
    ends,
    kinds,
    levels,
    or_none,
    rules,
    spoken,
    units,
    vouchers,
    waiting,
    words_of,
)
from phakdi.web.console.editing.figures import Asked, Numbers, Quantity, Table, YearlyDays
from phakdi.web.console.editing.groups import Group, Mode, Rows, Variant
from phakdi.web.console.editing.parts import BothLanguages, Choice, Length, Number, Part, Several, Words, YesNo

# --- earning ------------------------------------------------------------------------------------------------------------

_BILL = ("of", "unit", "at_most", "from_above", "rounding", "proportional", "each_line", "whole")
GIVE = Rows(
    key="give",
    label=_("What is given"),
    bare=True,
    add=_("Give something else as well"),
    at_least_one=True,
    row=Variant(
        key="give",
        modes=(
            Mode("steps", _("Points for each so much"), ("+points", "+per", *_BILL)),
            Mode("percent", _("A percentage of the bill"), ("percent", "of", "unit", "at_most", "from_above", "rounding", "each_line")),
            Mode("points", _("A fixed number of points"), ("points", "of_rarely", "unit", "at_most")),
            Mode("multiply", _("Points times so much"), ("multiply", "rules", "unit_of_all")),
            Mode("voucher", _("A voucher"), ("voucher", "value", "count", "per_rarely", "of_rarely"), is_offered=lambda room: bool(room.keys_of("vouchers"))),
            Mode("level", _("A level"), ("level",), is_offered=lambda room: bool(room.levels())),
            Mode("item", _("A thing to hand over"), ("item",)),
        ),
        parts=(
            Quantity(key="points", label=_("Points"), varies=True),
            Quantity(key="per", label=_("for each")),
            Quantity(key="percent", label=_("Percent"), unit="percent", varies=True),
            Quantity(key="multiply", label=_("Times"), varies=True),
            Several(key="rules", label=_("Only the points of"), help=_("Nothing ticked: of all rules."), options=rules),
            Choice(key="voucher", label=_("Voucher"), options=vouchers),
            Quantity(key="value", label=_("Worth"), unit="money", more=True),
            Quantity(key="count", label=_("How many"), more=True),
            Choice(key="level", label=_("Level"), options=levels),
            BothLanguages(key="item", label=_("Thing")),
            Choice(key="of", label=_("of"), options=lambda room: room.measures()),
            Choice(key="unit", label=_("Kind of points"), options=units, only_of_several=True),
            Choice(key="unit", slot="unit_of_all", label=_("Kind of points"), options=lambda room: [("", str(_("every kind"))), *room.units()], only_of_several=True),
            Quantity(key="at_most", label=_("At most, at a time"), more=True),
            Quantity(key="per", slot="per_rarely", label=_("for each"), more=True),
            Choice(key="of", slot="of_rarely", label=_("of"), options=lambda room: room.measures(), more=True),
            Quantity(key="from_above", label=_("Only on what is above"), more=True),
            Choice(key="rounding", label=_("Rounded"), options=ROUNDING, default="floor", more=True),
            Choice(key="whole", label=_("What is measured is first rounded"), options=or_none(ROUNDING, _("no")), more=True),
            YesNo(key="proportional", label=_("Part steps earn their part"), more=True),
            YesNo(key="each_line", label=_("Worked out line by line"), more=True),
        ),
    ),
)  # fmt: skip
EARNING: tuple[Part, ...] = (
    NAME,
    Several(key="on", label=_("When"), options=kinds, default=("purchase",), template="when"),
    GIVE,
    WHEN,
    LINES,
    LIMITS,
    Choice(
        key="once",
        label=_("Given"),
        options=words_of(
            ("", _("every time")),
            ("ever", _("once for each member")),
            ("per_level", _("once for each level")),
            ("per_year", _("once a year")),
        ),
        default="",
    ),
    STARTS,
    ENDS,
    Choice(
        key="to",
        label=_("Who gets it"),
        options=words_of(
            ("member", _("the member")),
            ("referrer", _("the one who invited them")),
            ("friend", _("the friend who was invited")),
            ("household", _("the household")),
        ),
        default="member",
        more=True,
    ),
    Quantity(key="budget", label=_("So many points for all members together"), more=True),
    YesNo(key="bonus", label=_("Promotional points"), more=True),
    YesNo(key="qualifying", label=_("Counts for the level"), default=True, more=True),
    YesNo(key="multiplied", label=_("May be multiplied by other rules"), default=True, more=True),
    Choice(
        key="cumulative",
        label=_("Worked out on all of"),
        options=words_of(
            ("", _("each bill by itself")),
            ("day", _("the day")),
            ("week", _("the week")),
            ("month", _("the month")),
            ("quarter", _("the quarter")),
            ("year", _("the year")),
            ("lifetime", _("the membership")),
        ),
        default="",
        more=True,
    ),
    Words(key="group", label=_("Group of which only one rule gives"), more=True),
    waiting(absent="silent", more=True),
    ends("expires", _("These points end"), absent="silent", more=True),
)

# --- points, levels -----------------------------------------------------------------------------------------------------

UNIT: tuple[Part, ...] = (
    BothLanguages(key="name", label=_("Name"), help=_("As it stands behind a number: 5 points.")),
    Choice(key="kind", label=_("What they are"), options=words_of(("points", _("points to spend")), ("status", _("they count for levels only")), ("stamps", _("stamps")), ("credit", _("money credit"))), default="points"),
    Number(key="worth", label=_("What one is worth"), unit="money", help=_("For what the shop owes, and what members read.")),
    ends("expires", _("They end"), absent="never"),
    waiting(absent="none", more=False),
    Quantity(key="balance_cap", label=_("Nobody holds more than"), more=True),
    Choice(key="spend_order", label=_("Spent first"), options=words_of(("expiring_first", _("what ends first")), ("oldest_first", _("the oldest")), ("newest_first", _("the newest")), ("bonus_first", _("promotional points"))), default="expiring_first", more=True),
    Group(
        key="auto",
        label=_("Turn into a voucher by themselves"),
        more=True,
        parts=(
            Number(key="every", label=_("Every so many"), is_whole=True),
            Choice(key="voucher", label=_("become the voucher"), options=vouchers),
            Choice(key="when", label=_("When"), options=spoken(words.AUTO), default="at_once"),
            Number(key="minimum", label=_("Not below"), is_whole=True),
            YesNo(key="together", label=_("One voucher worth them all")),
        ),
    ),
)  # fmt: skip
CARD = Group(
    key="card",
    label=_("The card"),
    parts=(
        Number(key="size", label=_("Stamps on a full card"), is_whole=True),
        Rows(
            key="milestones",
            label=_("What the places give"),
            add=_("Add a place"),
            at_least_one=True,
            row=Group(
                key="milestone",
                template="line",
                parts=(
                    Number(key="at", label=_("At stamp"), is_whole=True),
                    Choice(key="voucher", label=_("the voucher"), options=vouchers),
                ),
            ),
        ),
        Choice(
            key="surplus",
            label=_("Stamps beyond a full card"),
            options=words_of(("carry", _("go on the next card")), ("lost", _("are lost"))),
            default="carry",
        ),
        YesNo(key="renews", label=_("A full card starts the next one"), default=True),
    ),
)
STAMPS: tuple[Part, ...] = (UNIT[0], CARD, *(part for part in UNIT if part.key in {"expires", "balance_cap", "auto"}))
_FIGURE = Group(
    key="figure",
    template="line",
    parts=(
        Choice(key="meter", label=_("What is counted"), options=lambda room: room.meters()),
        Number(key="at_least", label=_("at least")),
        Choice(key="window", label=_("over which time"), options=lambda room: room.windows(), default="lifetime"),
    ),
)
LEVEL: tuple[Part, ...] = (
    NAME,
    Asked(key="reach", label=_("Reached by"), row=_FIGURE),
    ends("lasts", _("Lasts"), absent="silent"),
    Asked(key="keep", label=_("Kept by"), row=_FIGURE, help=_("Where nothing is said, by what reached it.")),
    Rows(
        key="benefits",
        label=_("What members read about it"),
        add=_("Add a benefit"),
        row=BothLanguages(key="benefit", template="both_row"),
    ),
    Asked(key="by_purchase", label=_("Reached at once by one purchase"), row=_FIGURE, more=True),
    Length(key="grace", label=_("Grace"), more=True),
    YesNo(key="never_downgrade", label=_("Never lost"), more=True),
    Choice(key="falls_to", label=_("Afterwards falls to"), options=levels, more=True),
)
TIERS: tuple[Part, ...] = (
    Choice(key="upgrade", label=_("Members rise"), options=words_of(("at_once", _("at once")), ("next_day", _("on the next day")), ("next_month", _("with the next month")), ("next_quarter", _("with the next quarter")), ("next_half_year", _("with the next half-year")), ("next_year", _("with the next year")), ("review", _("at a review only"))), default="at_once"),
    YesNo(key="one_at_a_time", label=_("One level at a time")),
    Choice(key="downgrade", label=_("Who does not keep a level"), options=words_of(("none", _("stays")), ("one_step", _("falls by one")), ("fit", _("falls to where the figures belong")), ("start", _("begins again"))), default="fit"),
    Choice(key="review", label=_("Looked at"), options=words_of(("at_end", _("at the end of its term")), ("at_once", _("at once")), ("dates", _("on days of every year"))), default="at_end"),
    YearlyDays(key="review_dates", label=_("Days of the review")),
    Choice(key="start", label=_("Members begin with"), options=lambda room: [("", str(_("the first level"))), ("none", str(_("no level"))), *room.levels()], default=""),
)  # fmt: skip

# --- vouchers, discounts, rewards, spending -------------------------------------------------------------------------------

_COMBINABLE = YesNo(key="combinable", label=_("Goes together with other discounts"), default=True, more=True)
VOUCHER: tuple[Part, ...] = (
    NAME,
    Quantity(key="amount", label=_("Takes off"), unit="money"),
    Quantity(key="percent", label=_("Takes off, percent"), unit="percent"),
    BothLanguages(key="item", label=_("or gives a thing")),
    Quantity(key="minimum_bill", label=_("On bills of at least"), unit="money"),
    Quantity(key="cap", label=_("At most"), unit="money"),
    ends("valid", _("Good until"), absent="never"),
    WHEN,
    LINES,
    YesNo(key="free_shipping", label=_("Free delivery"), more=True),
    Quantity(key="points", label=_("Gives points"), more=True),
    Quantity(key="item_up_to", label=_("The thing costs at most"), unit="money", more=True),
    Choice(key="starts", label=_("Starts"), options=words_of(("at_once", _("at once")), ("next_day", _("on the next day")), ("next_month", _("with the next month")), ("birthday", _("on the birthday")), ("birth_month", _("with the birth month"))), default="at_once", more=True),
    Number(key="uses", label=_("How often it can be used"), is_whole=True, default=1, more=True),
    _COMBINABLE,
    YesNo(key="partial", label=_("May be used in parts"), more=True),
    YesNo(key="offered", label=_("Open to every member without being given"), more=True),
    LIMITS,
)  # fmt: skip
DISCOUNT: tuple[Part, ...] = (
    NAME,
    Quantity(key="percent", label=_("Takes off, percent"), unit="percent", varies=True),
    Quantity(key="amount", label=_("Takes off"), unit="money"),
    Quantity(key="minimum", label=_("On bills of at least"), unit="money"),
    WHEN,
    LINES,
    Quantity(key="cap", label=_("At most"), unit="money"),
    STARTS,
    ENDS,
    YesNo(key="free_shipping", label=_("Free delivery"), more=True),
    Quantity(key="shipping_fee", label=_("Delivery costs"), unit="money", more=True),
    BothLanguages(key="gift", label=_("A gift"), more=True),
    _COMBINABLE,
    LIMITS,
)
COST = Rows(
    key="cost",
    label=_("Costs"),
    bare=True,
    at_least_one=True,
    add=_("Another way to pay"),
    row=Group(
        key="cost",
        template="line",
        parts=(
            Quantity(key="points", label=_("Points")),
            Choice(key="unit", label=_("Kind of points"), options=units, only_of_several=True),
            Quantity(key="money", label=_("and money"), unit="money"),
        ),
    ),
)
REWARD: tuple[Part, ...] = (
    NAME,
    COST,
    BothLanguages(key="item", label=_("What it is")),
    Choice(key="voucher", label=_("or a voucher"), options=vouchers),
    Quantity(key="amount", label=_("or takes off"), unit="money"),
    Quantity(key="percent", label=_("or takes off, percent"), unit="percent", more=True),
    Number(key="stock", label=_("In stock"), is_whole=True, help=_("Empty: as many as are asked for.")),
    WHEN,
    LIMITS,
    STARTS,
    ENDS,
    Quantity(key="give_points", label=_("or gives points"), more=True),
    Choice(key="give_unit", label=_("of this kind"), options=units, more=True),
    Choice(key="level", label=_("or a level"), options=levels, more=True),
    Number(key="milestone", label=_("Waits at this place of a stamp card"), is_whole=True, more=True),
    YesNo(key="reversible", label=_("May be undone"), default=True, more=True),
    MINIMUM,
)
SPENDING: tuple[Part, ...] = (
    NAME,
    Number(key="points", label=_("So many points"), is_whole=True, default=1),
    Quantity(key="pays", label=_("pay"), unit="money"),
    Quantity(key="step", label=_("Spent in steps of")),
    Group(key="minimum", label=_("Needs at least"), parts=(Quantity(key="points", label=_("points spent at a time")), Quantity(key="bill", label=_("amount of the bill"), unit="money"), Quantity(key="balance", label=_("points on the card")))),
    Group(key="maximum", label=_("At most"), parts=(Quantity(key="percent_of_bill", label=_("percent of the bill"), unit="percent"), Quantity(key="points", label=_("points at a time")), Quantity(key="value", label=_("baht at a time"), unit="money"))),
    WHEN,
    LINES,
    LIMITS,
    Table(key="values", label=_("Fixed numbers of points and what each pays"), help=_("One on each line: 500 = 40. Then leave “pay” empty."), more=True),
    Numbers(key="steps", label=_("Only these numbers of points"), help=_("With commas: 100, 200, 500"), more=True),
    Choice(key="unit", label=_("Kind of points"), options=units, more=True, only_of_several=True),
    STARTS,
    ENDS,
    Choice(key="over", label=_("What is worth more than may be paid"), options=words_of(("reject", _("is refused")), ("truncate", _("takes fewer points")), ("forfeit", _("is lost"))), default="reject", more=True),
    YesNo(key="reversible", label=_("May be undone"), default=True, more=True),
    YesNo(key="whole_bill", label=_("Pays all or nothing"), more=True),
)  # fmt: skip

# --- the rest -----------------------------------------------------------------------------------------------------------

LIMIT: tuple[Part, ...] = (*INLINE_LIMIT, Condition(key="when", label=_("Only when"), more=True))
REFERRAL: tuple[Part, ...] = (
    Length(key="claim_within", label=_("An invitation is good for")),
    LIMITS,
    WHEN,
    STARTS,
    ENDS,
)
PLAN: tuple[Part, ...] = (
    Quantity(key="fee", label=_("Joining costs"), unit="money"),
    Length(key="term", label=_("Lasts")),
    Quantity(key="renewal_fee", label=_("Renewing costs"), unit="money"),
    YesNo(key="renews_itself", label=_("Renews itself")),
    Choice(key="level", label=_("Level while it runs"), options=levels, more=True),
    Choice(
        key="falls_to",
        label=_("Level afterwards"),
        options=lambda room: [("", "–"), ("none", str(_("no level"))), *room.levels()],
        more=True,
    ),
    Condition(key="waived_when", label=_("Renewing is free when"), more=True),
    Condition(key="joins_when", label=_("Who may join"), more=True),
    Quantity(key="replacement_fee", label=_("A new card costs"), unit="money", more=True),
    Length(key="renewal_window", label=_("Renewed this early at most"), more=True),
    Length(key="late_renewal", label=_("Renewed this late at most"), more=True),
    Choice(
        key="after_end",
        label=_("After the end"),
        options=words_of(("level_only", _("points are still earned")), ("nothing_earns", _("nothing earns"))),
        default="level_only",
        more=True,
    ),
    Choice(
        key="points_after_end",
        label=_("Points after the end"),
        options=words_of(("keep", _("stay")), ("lose", _("are lost"))),
        default="keep",
        more=True,
    ),
)
REFUNDS: tuple[Part, ...] = (
    Choice(
        key="recover",
        label=_("A return takes back"),
        options=words_of(
            ("prorate", _("points in proportion")),
            ("recompute", _("what the rest would not have earned")),
            ("all", _("all points of the bill")),
            ("none", _("nothing")),
        ),
        default="prorate",
    ),
    Choice(
        key="shortfall",
        label=_("When the points are spent already"),
        options=words_of(
            ("debt", _("later points pay for it")),
            ("zero", _("as far as there are any")),
            ("pending_only", _("only what was still waiting")),
        ),
        default="debt",
    ),
    Length(key="within", label=_("Returns within")),
    YesNo(key="restore_points", label=_("Points that paid come back"), default=True),
    YesNo(key="restore_vouchers", label=_("Vouchers that were used come back"), default=True),
)
STACKING: tuple[Part, ...] = (
    Choice(
        key="multipliers",
        label=_("Several rules that multiply"),
        options=words_of(
            ("additive", _("2 and 1.5 times are 3.5 times")),
            ("compound", _("2 and 1.5 times are 3 times")),
            ("highest", _("only the highest counts")),
        ),
        default="additive",
    ),
    Choice(
        key="discounts",
        label=_("Several discounts"),
        options=words_of(
            ("all", _("all count")), ("highest", _("only the highest counts")), ("first", _("only the first counts"))
        ),
        default="all",
    ),
    Number(key="vouchers", label=_("Vouchers on one bill"), is_whole=True, default=1),
)
