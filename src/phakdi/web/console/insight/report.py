"""What a report is made of.

A page is one function::

    def build(desk: Desk, filters: Filters, now: datetime) -> Report:
        rows = [{"store": "Siam", "sales": 120_000, "share": Fraction(1, 3), "_url": "/console/…"}]
        table = Table("stores", _("By store"), [Column("store", _("Store")), Column("sales", _("Sales"), "money")], rows)
        tiles = [Tile(_("Sales"), "till", write(120_000, "money", desk.currency), _("What members paid."), url="…")]
        chart = Chart("sales", _("Sales by month"), "line", [_("Now"), _("Before")], [("Jan", 1, 2)], "money")
        return Report(_("What sells"), _("…"), [Section(_("Stores"), tiles=tiles, charts=[chart], tables=[table])])

registered in `registry.REPORTS`. Ranges, comparison, filters, exports of every table, printing and drill-down links come by
themselves. A report without anything to show says what will be there and how to get it: ``empty=Empty(…)``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from phakdi.kit.money import exponent, format_money
from phakdi.kit.thai import format_date
from phakdi.web.console.dashboard import Figure as Tile
from phakdi.web.console.insight.filters import Filters
from phakdi.web.words import language

__all__ = ["Chart", "Column", "Empty", "Filters", "Report", "Section", "Table", "Tile", "change_of", "write"]

Kind = Literal["text", "count", "money", "percent", "points", "decimal", "date", "month"]
Shape = Literal["line", "bar", "stack", "rows", "heat", "funnel", "band"]
THAI_ERA = 543
THAI_MONTHS = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
NUMERIC = frozenset({"count", "money", "percent", "points", "decimal"})
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: under which key its values stand in a row, what it is called, and of which kind they are.

    Money is in minor units, a percentage a share (0.25 is 25 %), a month any day of it; None is shown as a dash.
    """

    key: str
    title: str
    kind: Kind = "text"
    how: str = ""

    @property
    def is_number(self) -> bool:
        """Whether it stands on the right."""
        return self.kind in NUMERIC


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by column key. A row's ``_url`` leads where the row is explained; ``_urls`` maps columns to links of their own.

    ``is_personal``: it names members, so that taking it out as a file needs the right and proof, and is audited.
    """

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""
    empty: str = ""
    is_personal: bool = False
    total: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows ``(label, value, …)`` drawn with one number for each of ``series``; a table stands beside it for whoever reads.

    line, bar, stack: by label from left to right; rows: one bar across for each label; funnel: as rows, each with its share of
    the first; heat: a row of cells for each label, ``series`` naming the cells; band: the first number a line, the second and
    third the ends of what is likely around it. A value may be None.
    """

    key: str
    title: str
    shape: Shape
    series: Sequence[str]
    rows: Sequence[tuple[Any, ...]]
    kind: Kind = "count"
    note: str = ""
    urls: Sequence[str] = ()  # of each row, where one leads somewhere


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing to show yet: what will be here, how to get it, and the link that does it."""

    will_be: str
    how: str
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Tiles, charts and tables that belong together, and words in front of them."""

    title: str = ""
    lead: str = ""
    tiles: Sequence[Tile] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()
    notice: str = ""
    tone: str = ""  # of the notice: good, warn, bad
    links: Sequence[tuple[str, str]] = ()  # (url, words)
    template: str = ""  # of one's own, beneath everything else
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """What a page shows. ``narrows`` names the filters that it obeys: store, channel, level, segment; ``ranges``: days matter; ``compares``: other days too."""

    title: str
    lead: str
    sections: Sequence[Section]
    empty: Empty | None = None
    as_of: datetime | None = None
    narrows: Sequence[str] = ()
    ranges: bool = True
    compares: bool = True  # whether it is shown beside other days

    def tables(self) -> list[Table]:
        """Return all tables."""
        return [table for section in self.sections for table in section.tables]


def write(value: Any, kind: Kind, currency: str = "THB") -> str:  # noqa: PLR0911 - one for each kind
    """Write a value of a kind for the reader; None is a dash."""
    if value is None:
        return NOTHING
    if kind == "money":
        return format_money(round(value), currency, language())
    if kind == "percent":
        return f"{float(value) * 100:,.1f}%"
    if kind in {"count", "points"}:
        return f"{round(value):,}"
    if kind == "decimal":
        return f"{float(value):,.2f}"
    if kind == "date":
        return format_date(value, language())
    if kind == "month":
        return write_month(value)
    return str(value)


def write_month(month: date) -> str:
    """Write a month short, in Thai with the year of the Buddhist era."""
    if language() == "th":
        return f"{THAI_MONTHS[month.month - 1]} {(month.year + THAI_ERA) % 100:02}"
    return f"{month:%b} {month.year}"


def plain(value: Any, kind: Kind, currency: str = "THB") -> Any:
    """Return a value as files hold it: amounts in units of money, shares as decimals."""
    if value is None or kind == "text":
        return "" if value is None else str(value)
    if kind == "money":
        return Decimal(round(value)).scaleb(-exponent(currency))
    if kind in {"percent", "decimal"}:
        return round(float(value), 6)
    if kind in {"date", "month"}:
        return value
    return round(value)


def change_of(now: float | Fraction | None, before: float | Fraction | None, *, in_points: bool = False) -> dict[str, Any]:
    """Return a tile's change against the time before; ``in_points`` for shares. Nothing where there was nothing before."""
    if now is None or before is None or (not in_points and not before):
        return {}
    if in_points:
        moved = float(now - before) * 100
        said = f"{moved:+.1f}".replace("-", "−")
    else:
        moved = float(now - before) / abs(float(before)) * 100
        said = f"{moved:+.0f}%".replace("-", "−")
    return {"change": said, "is_up": moved > 0, "is_down": moved < 0}
