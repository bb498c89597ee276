"""Fields that many things of a program have, and the words that they choose from."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from phakdi.loyalty.wording.phrases import Phrase
from phakdi.web.console.editing import posted
from phakdi.web.console.editing.builder import Condition
from phakdi.web.console.editing.figures import Quantity, YearlyDays
from phakdi.web.console.editing.groups import Group, Mode, Rows, Variant
from phakdi.web.console.editing.parts import (
    ABSENT,
    BothLanguages,
    Choice,
    Day,
    Label,
    Length,
    Option,
    Options,
    Part,
    Reading,
    Several,
    YesNo,
)

if TYPE_CHECKING:
    from phakdi.web.console.editing.room import Room


def words_of(*options: tuple[str, object]) -> Options:
    """Return options that are the same for every program."""
    return lambda _room: [(key, str(label)) for key, label in options]


def spoken(table: Mapping[str, Phrase]) -> Options:
    """Return options from a table of phrases."""
    return lambda room: [(key, room.talk.say(phrase)) for key, phrase in table.items()]


def or_none(options: Options, label: object) -> Options:
    """Return options with an empty one before them."""
    return lambda room: [("", str(label)), *options(room)]


def units(room: "Room") -> list[Option]:
    """Return the kinds of points; the one that is meant by itself is the empty one."""
    main = room.main_unit()
    return [("", room.talk.unit(main)), *(option for option in room.units() if option[0] != main)]


def rules(room: "Room") -> list[Option]:
    """Return the earning rules."""
    return room.named(room.keys_of("earning"))


def vouchers(room: "Room") -> list[Option]:
    """Return the vouchers, and none of them."""
    return [("", "–"), *room.named(room.keys_of("vouchers"))]


def levels(room: "Room") -> list[Option]:
    """Return the levels, and none of them."""
    return [("", "–"), *room.levels()]


def kinds(room: "Room") -> list[Option]:
    """Return what can make a rule give."""
    return room.kinds()


ROUNDING = words_of(
    ("floor", _("down")), ("ceil", _("up")), ("half_up", _("to the nearest")), ("half_even", _("to the nearest even one"))
)
NAME = BothLanguages(key="name", label=_("Name"), help=_("As members and staff read it."))
WHEN = Condition(key="when", label=_("Only when"), help=_("Without a condition it always counts."))
LINES = Condition(key="lines", label=_("Only for these goods"), of_line=True, help=_("Without a condition all goods count."))
STARTS = Day(key="starts", label=_("From"), more=True)
ENDS = Day(key="ends", label=_("Through"), help=_("The whole day is included."), more=True)

# --- limits, ends, waiting ------------------------------------------------------------------------------------------------

INLINE_LIMIT: tuple[Part, ...] = (
    Quantity(key="max", label=_("At most")),
    Choice(
        key="of",
        label=_("of what"),
        options=words_of(
            ("points", _("points")),
            ("uses", _("times")),
            ("quantity", _("pieces")),
            ("amount", _("baht of sales")),
            ("value", _("baht of value")),
        ),
        default="points",
    ),
    Choice(key="per", label=_("over which time"), options=lambda room: room.limit_windows(), default="lifetime"),
    Choice(
        key="over",
        label=_("What is over"),
        options=words_of(("truncate", _("is cut off")), ("reject", _("makes it give nothing"))),
        default="truncate",
    ),
    YesNo(key="shared", label=_("All members together")),
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
    label=_("At most"),
    add=_("Add a limit"),
    row=LimitRow(
        key="limit",
        template="limit",
        modes=(
            Mode("own", _("A limit of its own"), ("max", "of", "per", "over", "shared")),
            Mode("named", _("A shared limit")),
        ),
        parts=INLINE_LIMIT,
    ),
)

_ROUND_UP = words_of(
    ("", _("not rounded")),
    ("week", _("the end of the week")),
    ("month", _("the end of the month")),
    ("quarter", _("the end of the quarter")),
    ("half_year", _("the end of the half-year")),
    ("year", _("the end of the year")),
)
_WITHIN = words_of(
    ("day", _("the end of the day")), ("month", _("the end of the month")), ("quarter", _("the end of the quarter")), ("half_year", _("the end of the half-year")),
    ("year", _("the end of the year")), ("birthday", _("the next birthday")), ("birth_month", _("the end of the birth month")), ("level", _("the end of the level")),
    ("membership", _("the end of the membership")), ("membership_year", _("the end of the year of membership")),
)  # fmt: skip


_EXTENDING = words_of(
    ("any", _("anything")),
    ("earn", _("earning")),
    ("spend", _("spending points")),
    ("purchase", _("a purchase")),
    ("visit", _("a visit")),
)


def ends(key: str, label: Label, *, absent: str, more: bool = False) -> Variant:
    """Return the field for when something ends; ``absent`` is the mode where nothing is said."""
    modes = [
        Mode("after", _("after a length of time"), ("after", "round_up", "extended_by")),
        Mode("on", _("on days of every year"), ("on",)),
        Mode("within", _("with a stretch of the calendar"), ("within",)),
        Mode("at", _("on one day"), ("at",)),
    ]
    never = Mode("never", _("never"), word="never")
    silent = [Mode("silent", _("as the kind of points says"))] if absent == "silent" else []
    return Variant(
        key=key,
        label=label,
        more=more,
        when_absent=absent,
        modes=(*silent, never, *modes),
        parts=(
            Length(key="after", label=_("How long")),
            Choice(key="round_up", label=_("and on to"), options=_ROUND_UP),
            Several(key="extended_by", label=_("Counted anew after"), options=_EXTENDING, more=True),
            YearlyDays(key="on", label=_("On which days")),
            Choice(key="within", label=_("Until"), options=_WITHIN),
            Day(key="at", label=_("On which day")),
        ),
    )


def waiting(*, absent: str, more: bool) -> Rows:
    """Return the field for when points become spendable."""
    silent = (Mode("silent", _("as the kind of points says")),) if absent == "silent" else ()
    row = Variant(
        key="pending",
        when_absent=absent,
        modes=(
            *silent,
            Mode("none", _("at once"), word="none") if absent == "silent" else Mode("none", _("at once")),
            Mode("until", _("once something has happened"), ("until", "after", "cancel_after")),
            Mode("after", _("after a length of time"), ("after",)),
            Mode("on", _("on a day of the year"), ("on",)),
        ),
        parts=(
            Several(
                key="until",
                label=_("Once this has happened"),
                options=words_of(
                    ("deliver", _("delivered")),
                    ("ship", _("shipped")),
                    ("confirm_receipt", _("receipt of goods confirmed")),
                    ("approve_receipt", _("receipt approved")),
                ),
            ),
            Length(key="after", label=_("and so long after")),
            YearlyDays(key="on", label=_("From this day of the year")),
            Length(key="cancel_after", label=_("Lost if it has not happened after")),
        ),
    )
    return Rows(key="pending", label=_("Can be spent"), row=row, bare=True, more=more, at_least_one=True, template="single")


MINIMUM = Group(
    key="minimum",
    label=_("Needs at least"),
    more=True,
    parts=(
        Quantity(key="bill", label=_("amount of the bill"), unit="money"),
        Quantity(key="points", label=_("points spent at a time")),
        Quantity(key="balance", label=_("points on the card")),
    ),
)
