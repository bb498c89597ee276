"""The fields of each thing that a program is made of, the common ones first, the rest behind "more"."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from phakdi.loyalty.wording.phrases import Phrase
from phakdi.loyalty.wording.plain import words
from phakdi.web.console.editing import posted
from phakdi.web.console.editing.builder import Condition
from phakdi.web.console.editing.figures import Asked, Numbers, Quantity, Table, YearlyDays
from phakdi.web.console.editing.groups import Group, Mode, Rows, Variant
from phakdi.web.console.editing.parts import (
    ABSENT,
    BothLanguages,
    Choice,
    Day,
    Label,
    Length,
    Number,
    Option,
    Options,
    Part,
    Reading,
    Several,
    Words,
    YesNo,
)

if TYPE_CHECKING:
    from phakdi.web.console.editing.room import Room


def _of(*options: tuple[str, object]) -> Options:
    return lambda _room: [(key, str(label)) for key, label in options]


def _spoken(table: Mapping[str, Phrase]) -> Options:
    return lambda room: [(key, room.talk.say(phrase)) for key, phrase in table.items()]


def _or_none(options: Options, label: object) -> Options:
    return lambda room: [("", str(label)), *options(room)]


def _units(room: "Room") -> list[Option]:
    main = room.main_unit()
    return [("", room.talk.unit(main)), *(option for option in room.units() if option[0] != main)]


def _rules(room: "Room") -> list[Option]:
    return room.named(room.keys_of("earning"))


def _vouchers(room: "Room") -> list[Option]:
    return [("", "–"), *room.named(room.keys_of("vouchers"))]


def _levels(room: "Room") -> list[Option]:
    return [("", "–"), *room.levels()]


def _limits(room: "Room") -> list[Option]:
    return room.named(room.keys_of("limits"))


def _kinds(room: "Room") -> list[Option]:
    return room.kinds()


ROUNDING = _of(
    ("floor", __("down")), ("ceil", __("up")), ("half_up", __("to the nearest")), ("half_even", __("to the nearest even one"))
)
NAME = BothLanguages(key="name", label=__("Name"), help=__("As members and staff read it."))
WHEN = Condition(key="when", label=__("Only when"), help=__("Without a condition it always counts."))
LINES = Condition(key="lines", label=__("Only for these goods"), of_line=True, help=__("Without a condition all goods count."))
STARTS = Day(key="starts", label=__("From"), more=True)
ENDS = Day(key="ends", label=__("Through"), help=__("The whole day is included."), more=True)

# --- limits, ends, waiting ------------------------------------------------------------------------------------------------

INLINE_LIMIT: tuple[Part, ...] = (
    Quantity(key="max", label=__("At most")),
    Choice(
        key="of",
        label=__("of what"),
        options=_of(
            ("points", __("points")),
            ("uses", __("times")),
            ("quantity", __("pieces")),
            ("amount", __("baht of sales")),
            ("value", __("baht of value")),
        ),
        default="points",
    ),
    Choice(key="per", label=__("over which time"), options=lambda room: room.limit_windows(), default="lifetime"),
    Choice(
        key="over",
        label=__("What is over"),
        options=_of(("truncate", __("is cut off")), ("reject", __("makes it give nothing"))),
        default="truncate",
    ),
    YesNo(key="shared", label=__("All members together")),
)


class LimitRow(Variant):
    """A limit of its own, or the name of one that several things share."""

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        if isinstance(value, str):
            return {
                "mode": ["named"],
                "named": [value],
                **{key: data for key, data in super().show({"max": 1}, room).items() if key != "mode"},
                "max": Quantity(key="max").show(None, room),
            }
        return {**super().show(value, room), "named": [""]}

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        if posted.text(data, "mode") == "named":
            return posted.text(data, "named") or None
        found = super().read(name, data, before if not isinstance(before, str) else ABSENT, reading)
        return found if found and "max" in found else None

    def canon(self, value: Any) -> Any:
        """See `Part`."""
        return value if isinstance(value, str) else super().canon(value)


LIMITS = Rows(
    key="limits",
    label=__("At most"),
    add=__("Add a limit"),
    row=LimitRow(
        key="limit",
        template="limit",
        modes=(
            Mode("own", __("A limit of its own"), ("max", "of", "per", "over", "shared")),
            Mode("named", __("A shared limit")),
        ),
        parts=INLINE_LIMIT,
    ),
)

_ROUND_UP = _of(
    ("", __("not rounded")),
    ("week", __("the end of the week")),
    ("month", __("the end of the month")),
    ("quarter", __("the end of the quarter")),
    ("half_year", __("the end of the half-year")),
    ("year", __("the end of the year")),
)
_WITHIN = _of(
    ("day", __("the end of the day")), ("month", __("the end of the month")), ("quarter", __("the end of the quarter")), ("half_year", __("the end of the half-year")),
    ("year", __("the end of the year")), ("birthday", __("the next birthday")), ("birth_month", __("the end of the birth month")), ("level", __("the end of the level")),
    ("membership", __("the end of the membership")), ("membership_year", __("the end of the year of membership")),
)  # fmt: skip


_EXTENDING = _of(
    ("any", __("anything")),
    ("earn", __("earning")),
    ("spend", __("spending points")),
    ("purchase", __("a purchase")),
    ("visit", __("a visit")),
)


def ends(key: str, label: Label, *, absent: str, more: bool = False) -> Variant:
    """Return the field for when something ends; ``absent`` is the mode where nothing is said."""
    modes = [
        Mode("after", __("after a length of time"), ("after", "round_up", "extended_by")),
        Mode("on", __("on days of every year"), ("on",)),
        Mode("within", __("with a stretch of the calendar"), ("within",)),
        Mode("at", __("on one day"), ("at",)),
    ]
    never = Mode("never", __("never"), word="never")
    silent = [Mode("silent", __("as the kind of points says"))] if absent == "silent" else []
    return Variant(
        key=key,
        label=label,
        more=more,
        when_absent=absent,
        modes=(*silent, never, *modes),
        parts=(
            Length(key="after", label=__("How long")),
            Choice(key="round_up", label=__("and on to"), options=_ROUND_UP),
            Several(key="extended_by", label=__("Counted anew after"), options=_EXTENDING, more=True),
            YearlyDays(key="on", label=__("On which days")),
            Choice(key="within", label=__("Until"), options=_WITHIN),
            Day(key="at", label=__("On which day")),
        ),
    )


def waiting(*, absent: str, more: bool) -> Rows:
    """Return the field for when points become spendable."""
    silent = (Mode("silent", __("as the kind of points says")),) if absent == "silent" else ()
    row = Variant(
        key="pending",
        when_absent=absent,
        modes=(
            *silent,
            Mode("none", __("at once"), word="none") if absent == "silent" else Mode("none", __("at once")),
            Mode("until", __("once something has happened"), ("until", "after", "cancel_after")),
            Mode("after", __("after a length of time"), ("after",)),
            Mode("on", __("on a day of the year"), ("on",)),
        ),
        parts=(
            Several(
                key="until",
                label=__("Once this has happened"),
                options=_of(
                    ("deliver", __("delivered")),
                    ("ship", __("shipped")),
                    ("confirm_receipt", __("receipt of goods confirmed")),
                    ("approve_receipt", __("receipt approved")),
                ),
            ),
            Length(key="after", label=__("and so long after")),
            YearlyDays(key="on", label=__("From this day of the year")),
            Length(key="cancel_after", label=__("Lost if it has not happened after")),
        ),
    )
    return Rows(key="pending", label=__("Can be spent"), row=row, bare=True, more=more, at_least_one=True, template="single")


MINIMUM = Group(
    key="minimum",
    label=__("Needs at least"),
    more=True,
    parts=(
        Quantity(key="bill", label=__("amount of the bill"), unit="money"),
        Quantity(key="points", label=__("points spent at a time")),
        Quantity(key="balance", label=__("points on the card")),
    ),
)

# --- earning ------------------------------------------------------------------------------------------------------------

_BILL = ("of", "unit", "at_most", "from_above", "rounding", "proportional", "each_line", "whole")
GIVE = Rows(
    key="give",
    label=__("What is given"),
    bare=True,
    add=__("Give something else as well"),
    at_least_one=True,
    row=Variant(
        key="give",
        modes=(
            Mode("steps", __("Points for each so much"), ("+points", "+per", *_BILL)),
            Mode("percent", __("A percentage of the bill"), ("percent", "of", "unit", "at_most", "from_above", "rounding", "each_line")),
            Mode("points", __("A fixed number of points"), ("points", "of", "unit", "at_most")),
            Mode("multiply", __("Points times so much"), ("multiply", "rules", "unit_of_all")),
            Mode("voucher", __("A voucher"), ("voucher", "value", "count", "per", "of"), is_offered=lambda room: bool(room.keys_of("vouchers"))),
            Mode("level", __("A level"), ("level",), is_offered=lambda room: bool(room.levels())),
            Mode("item", __("A thing to hand over"), ("item",)),
        ),
        parts=(
            Quantity(key="points", label=__("Points")),
            Quantity(key="per", label=__("for each")),
            Quantity(key="percent", label=__("Percent"), unit="percent"),
            Quantity(key="multiply", label=__("Times")),
            Several(key="rules", label=__("Only the points of"), help=__("Nothing ticked: of all rules."), options=_rules),
            Choice(key="voucher", label=__("Voucher"), options=_vouchers),
            Quantity(key="value", label=__("Worth"), unit="money", more=True),
            Quantity(key="count", label=__("How many"), more=True),
            Choice(key="level", label=__("Level"), options=_levels),
            BothLanguages(key="item", label=__("Thing")),
            Choice(key="of", label=__("of"), options=lambda room: room.measures()),
            Choice(key="unit", label=__("Kind of points"), options=_units, only_of_several=True),
            Choice(key="unit", slot="unit_of_all", label=__("Kind of points"), options=lambda room: [("", _("every kind")), *room.units()], only_of_several=True),
            Quantity(key="at_most", label=__("At most, at a time"), more=True),
            Quantity(key="from_above", label=__("Only on what is above"), more=True),
            Choice(key="rounding", label=__("Rounded"), options=ROUNDING, default="floor", more=True),
            Choice(key="whole", label=__("What is measured is first rounded"), options=_or_none(ROUNDING, __("no")), more=True),
            YesNo(key="proportional", label=__("Part steps earn their part"), more=True),
            YesNo(key="each_line", label=__("Worked out line by line"), more=True),
        ),
    ),
)  # fmt: skip
EARNING: tuple[Part, ...] = (
    NAME,
    Several(key="on", label=__("When"), options=_kinds, default=("purchase",), template="when"),
    GIVE,
    WHEN,
    LINES,
    LIMITS,
    Choice(
        key="once",
        label=__("Given"),
        options=_of(
            ("", __("every time")),
            ("ever", __("once for each member")),
            ("per_level", __("once for each level")),
            ("per_year", __("once a year")),
        ),
        default="",
    ),
    STARTS,
    ENDS,
    Choice(
        key="to",
        label=__("Who gets it"),
        options=_of(
            ("member", __("the member")),
            ("referrer", __("the one who invited them")),
            ("friend", __("the friend who was invited")),
            ("household", __("the household")),
        ),
        default="member",
        more=True,
    ),
    Quantity(key="budget", label=__("So many points for all members together"), more=True),
    YesNo(key="bonus", label=__("Promotional points"), more=True),
    YesNo(key="qualifying", label=__("Counts for the level"), default=True, more=True),
    YesNo(key="multiplied", label=__("May be multiplied by other rules"), default=True, more=True),
    Choice(
        key="cumulative",
        label=__("Worked out on all of"),
        options=_of(
            ("", __("each bill by itself")),
            ("day", __("the day")),
            ("week", __("the week")),
            ("month", __("the month")),
            ("quarter", __("the quarter")),
            ("year", __("the year")),
            ("lifetime", __("the membership")),
        ),
        default="",
        more=True,
    ),
    Words(key="group", label=__("Group of which only one rule gives"), more=True),
    waiting(absent="silent", more=True),
    ends("expires", __("These points end"), absent="silent", more=True),
)

# --- points, levels -----------------------------------------------------------------------------------------------------

UNIT: tuple[Part, ...] = (
    BothLanguages(key="name", label=__("Name"), help=__("As it stands behind a number: 5 points.")),
    Choice(key="kind", label=__("What they are"), options=_of(("points", __("points to spend")), ("status", __("they count for levels only")), ("stamps", __("stamps")), ("credit", __("money credit"))), default="points"),
    Number(key="worth", label=__("What one is worth"), unit="money", help=__("For what the shop owes, and what members read.")),
    ends("expires", __("They end"), absent="never"),
    waiting(absent="none", more=False),
    Quantity(key="balance_cap", label=__("Nobody holds more than"), more=True),
    Choice(key="spend_order", label=__("Spent first"), options=_of(("expiring_first", __("what ends first")), ("oldest_first", __("the oldest")), ("newest_first", __("the newest")), ("bonus_first", __("promotional points"))), default="expiring_first", more=True),
    Group(
        key="auto",
        label=__("Turn into a voucher by themselves"),
        more=True,
        parts=(
            Number(key="every", label=__("Every so many"), is_whole=True),
            Choice(key="voucher", label=__("become the voucher"), options=_vouchers),
            Choice(key="when", label=__("When"), options=_spoken(words.AUTO), default="at_once"),
            Number(key="minimum", label=__("Not below"), is_whole=True),
            YesNo(key="together", label=__("One voucher worth them all")),
        ),
    ),
)  # fmt: skip
CARD = Group(
    key="card",
    label=__("The card"),
    parts=(
        Number(key="size", label=__("Stamps on a full card"), is_whole=True),
        Rows(
            key="milestones",
            label=__("What the places give"),
            add=__("Add a place"),
            at_least_one=True,
            row=Group(
                key="milestone",
                template="line",
                parts=(
                    Number(key="at", label=__("At stamp"), is_whole=True),
                    Choice(key="voucher", label=__("the voucher"), options=_vouchers),
                ),
            ),
        ),
        Choice(
            key="surplus",
            label=__("Stamps beyond a full card"),
            options=_of(("carry", __("go on the next card")), ("lost", __("are lost"))),
            default="carry",
        ),
        YesNo(key="renews", label=__("A full card starts the next one"), default=True),
    ),
)
STAMPS: tuple[Part, ...] = (UNIT[0], CARD, *(part for part in UNIT if part.key in {"expires", "balance_cap", "auto"}))
_FIGURE = Group(
    key="figure",
    template="line",
    parts=(
        Choice(key="meter", label=__("What is counted"), options=lambda room: room.meters()),
        Number(key="at_least", label=__("at least")),
        Choice(key="window", label=__("over which time"), options=lambda room: room.windows(), default="lifetime"),
    ),
)
LEVEL: tuple[Part, ...] = (
    NAME,
    Asked(key="reach", label=__("Reached by"), row=_FIGURE),
    ends("lasts", __("Lasts"), absent="silent"),
    Asked(key="keep", label=__("Kept by"), row=_FIGURE, help=__("Where nothing is said, by what reached it.")),
    Rows(
        key="benefits",
        label=__("What members read about it"),
        add=__("Add a benefit"),
        row=BothLanguages(key="benefit", template="both_row"),
    ),
    Asked(key="by_purchase", label=__("Reached at once by one purchase"), row=_FIGURE, more=True),
    Length(key="grace", label=__("Grace"), more=True),
    YesNo(key="never_downgrade", label=__("Never lost"), more=True),
    Choice(key="falls_to", label=__("Afterwards falls to"), options=_levels, more=True),
)
TIERS: tuple[Part, ...] = (
    Choice(key="upgrade", label=__("Members rise"), options=_of(("at_once", __("at once")), ("next_day", __("on the next day")), ("next_month", __("with the next month")), ("next_quarter", __("with the next quarter")), ("next_half_year", __("with the next half-year")), ("next_year", __("with the next year")), ("review", __("at a review only"))), default="at_once"),
    YesNo(key="one_at_a_time", label=__("One level at a time")),
    Choice(key="downgrade", label=__("Who does not keep a level"), options=_of(("none", __("stays")), ("one_step", __("falls by one")), ("fit", __("falls to where the figures belong")), ("start", __("begins again"))), default="fit"),
    Choice(key="review", label=__("Looked at"), options=_of(("at_end", __("at the end of its term")), ("at_once", __("at once")), ("dates", __("on days of every year"))), default="at_end"),
    YearlyDays(key="review_dates", label=__("Days of the review")),
    Choice(key="start", label=__("Members begin with"), options=lambda room: [("", _("the first level")), ("none", _("no level")), *room.levels()], default=""),
)  # fmt: skip

# --- vouchers, discounts, rewards, spending -------------------------------------------------------------------------------

_COMBINABLE = YesNo(key="combinable", label=__("Goes together with other discounts"), default=True, more=True)
VOUCHER: tuple[Part, ...] = (
    NAME,
    Quantity(key="amount", label=__("Takes off"), unit="money"),
    Quantity(key="percent", label=__("Takes off, percent"), unit="percent"),
    BothLanguages(key="item", label=__("or gives a thing")),
    Quantity(key="minimum_bill", label=__("On bills of at least"), unit="money"),
    Quantity(key="cap", label=__("At most"), unit="money"),
    ends("valid", __("Good until"), absent="never"),
    WHEN,
    LINES,
    YesNo(key="free_shipping", label=__("Free delivery"), more=True),
    Quantity(key="points", label=__("Gives points"), more=True),
    Quantity(key="item_up_to", label=__("The thing costs at most"), unit="money", more=True),
    Choice(key="starts", label=__("Starts"), options=_of(("at_once", __("at once")), ("next_day", __("on the next day")), ("next_month", __("with the next month")), ("birthday", __("on the birthday")), ("birth_month", __("with the birth month"))), default="at_once", more=True),
    Number(key="uses", label=__("How often it can be used"), is_whole=True, default=1, more=True),
    _COMBINABLE,
    YesNo(key="partial", label=__("May be used in parts"), more=True),
    YesNo(key="offered", label=__("Open to every member without being given"), more=True),
    LIMITS,
)  # fmt: skip
DISCOUNT: tuple[Part, ...] = (
    NAME,
    Quantity(key="percent", label=__("Takes off, percent"), unit="percent"),
    Quantity(key="amount", label=__("Takes off"), unit="money"),
    Quantity(key="minimum", label=__("On bills of at least"), unit="money"),
    WHEN,
    LINES,
    Quantity(key="cap", label=__("At most"), unit="money"),
    STARTS,
    ENDS,
    YesNo(key="free_shipping", label=__("Free delivery"), more=True),
    Quantity(key="shipping_fee", label=__("Delivery costs"), unit="money", more=True),
    BothLanguages(key="gift", label=__("A gift"), more=True),
    _COMBINABLE,
    LIMITS,
)
COST = Rows(
    key="cost",
    label=__("Costs"),
    bare=True,
    at_least_one=True,
    add=__("Another way to pay"),
    row=Group(
        key="cost",
        template="line",
        parts=(
            Quantity(key="points", label=__("Points")),
            Choice(key="unit", label=__("Kind of points"), options=_units, only_of_several=True),
            Quantity(key="money", label=__("and money"), unit="money"),
        ),
    ),
)
REWARD: tuple[Part, ...] = (
    NAME,
    COST,
    BothLanguages(key="item", label=__("What it is")),
    Choice(key="voucher", label=__("or a voucher"), options=_vouchers),
    Quantity(key="amount", label=__("or takes off"), unit="money"),
    Quantity(key="percent", label=__("or takes off, percent"), unit="percent", more=True),
    Number(key="stock", label=__("In stock"), is_whole=True, help=__("Empty: as many as are asked for.")),
    WHEN,
    LIMITS,
    STARTS,
    ENDS,
    Quantity(key="give_points", label=__("or gives points"), more=True),
    Choice(key="give_unit", label=__("of this kind"), options=_units, more=True),
    Choice(key="level", label=__("or a level"), options=_levels, more=True),
    Number(key="milestone", label=__("Waits at this place of a stamp card"), is_whole=True, more=True),
    YesNo(key="reversible", label=__("May be undone"), default=True, more=True),
    MINIMUM,
)
SPENDING: tuple[Part, ...] = (
    NAME,
    Number(key="points", label=__("So many points"), is_whole=True, default=1),
    Quantity(key="pays", label=__("pay"), unit="money"),
    Quantity(key="step", label=__("Spent in steps of")),
    Group(key="minimum", label=__("Needs at least"), parts=(Quantity(key="points", label=__("points spent at a time")), Quantity(key="bill", label=__("amount of the bill"), unit="money"), Quantity(key="balance", label=__("points on the card")))),
    Group(key="maximum", label=__("At most"), parts=(Quantity(key="percent_of_bill", label=__("percent of the bill"), unit="percent"), Quantity(key="points", label=__("points at a time")), Quantity(key="value", label=__("baht at a time"), unit="money"))),
    WHEN,
    LINES,
    LIMITS,
    Table(key="values", label=__("Fixed numbers of points and what each pays"), help=__("One on each line: 500 = 40. Then leave “pay” empty."), more=True),
    Numbers(key="steps", label=__("Only these numbers of points"), help=__("With commas: 100, 200, 500"), more=True),
    Choice(key="unit", label=__("Kind of points"), options=_units, more=True, only_of_several=True),
    STARTS,
    ENDS,
    Choice(key="over", label=__("What is worth more than may be paid"), options=_of(("reject", __("is refused")), ("truncate", __("takes fewer points")), ("forfeit", __("is lost"))), default="reject", more=True),
    YesNo(key="reversible", label=__("May be undone"), default=True, more=True),
    YesNo(key="whole_bill", label=__("Pays all or nothing"), more=True),
)  # fmt: skip

# --- the rest -----------------------------------------------------------------------------------------------------------

LIMIT: tuple[Part, ...] = (*INLINE_LIMIT, Condition(key="when", label=__("Only when"), more=True))
REFERRAL: tuple[Part, ...] = (
    Length(key="claim_within", label=__("An invitation is good for")),
    LIMITS,
    WHEN,
    STARTS,
    ENDS,
)
PLAN: tuple[Part, ...] = (
    Quantity(key="fee", label=__("Joining costs"), unit="money"),
    Length(key="term", label=__("Lasts")),
    Quantity(key="renewal_fee", label=__("Renewing costs"), unit="money"),
    YesNo(key="renews_itself", label=__("Renews itself")),
    Choice(key="level", label=__("Level while it runs"), options=_levels, more=True),
    Choice(
        key="falls_to",
        label=__("Level afterwards"),
        options=lambda room: [("", "–"), ("none", _("no level")), *room.levels()],
        more=True,
    ),
    Condition(key="waived_when", label=__("Renewing is free when"), more=True),
    Condition(key="joins_when", label=__("Who may join"), more=True),
    Quantity(key="replacement_fee", label=__("A new card costs"), unit="money", more=True),
    Length(key="renewal_window", label=__("Renewed this early at most"), more=True),
    Length(key="late_renewal", label=__("Renewed this late at most"), more=True),
    Choice(
        key="after_end",
        label=__("After the end"),
        options=_of(("level_only", __("points are still earned")), ("nothing_earns", __("nothing earns"))),
        default="level_only",
        more=True,
    ),
    Choice(
        key="points_after_end",
        label=__("Points after the end"),
        options=_of(("keep", __("stay")), ("lose", __("are lost"))),
        default="keep",
        more=True,
    ),
)
REFUNDS: tuple[Part, ...] = (
    Choice(
        key="recover",
        label=__("A return takes back"),
        options=_of(
            ("prorate", __("points in proportion")),
            ("recompute", __("what the rest would not have earned")),
            ("all", __("all points of the bill")),
            ("none", __("nothing")),
        ),
        default="prorate",
    ),
    Choice(
        key="shortfall",
        label=__("When the points are spent already"),
        options=_of(
            ("debt", __("later points pay for it")),
            ("zero", __("as far as there are any")),
            ("pending_only", __("only what was still waiting")),
        ),
        default="debt",
    ),
    Length(key="within", label=__("Returns within")),
    YesNo(key="restore_points", label=__("Points that paid come back"), default=True),
    YesNo(key="restore_vouchers", label=__("Vouchers that were used come back"), default=True),
)
STACKING: tuple[Part, ...] = (
    Choice(
        key="multipliers",
        label=__("Several rules that multiply"),
        options=_of(
            ("additive", __("2 and 1.5 times are 3.5 times")),
            ("compound", __("2 and 1.5 times are 3 times")),
            ("highest", __("only the highest counts")),
        ),
        default="additive",
    ),
    Choice(
        key="discounts",
        label=__("Several discounts"),
        options=_of(("all", __("all count")), ("highest", __("only the highest counts")), ("first", __("only the first counts"))),
        default="all",
    ),
    Number(key="vouchers", label=__("Vouchers on one bill"), is_whole=True, default=1),
)
