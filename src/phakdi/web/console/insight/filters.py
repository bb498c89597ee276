"""What somebody wants to see: days, what they are compared with, and which stores, channels, levels and groups; all from the query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.insight.daily.core import Window

SPAN_MAX = 3_660  # days
SONGKRAN = (9, 19)  # of April
USUAL = "90"
COMPARISONS = ("before", "year", "none")
PRESETS: Mapping[str, str | Promise] = {
    "1": _("Today"),
    "7": _("7 days"),
    "30": _("30 days"),
    "90": _("90 days"),
    "365": _("365 days"),
    "month": _("This month"),
    "last-month": _("Last month"),
    "quarter": _("This quarter"),
    "year": _("This year"),
    "last-year": _("Last year"),
    "songkran": _("Songkran"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What was asked for. Empty texts are not asked; ``told`` is the whole query, for what one report alone asks."""

    window: Window
    before: Window | None
    preset: str = USUAL  # empty where days were picked
    compare: str = "before"
    store: str = ""
    channel: str = ""
    level: str = ""
    segment: str = ""
    told: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str, otherwise: str = "") -> str:
        """Return what the query says of something that only one report asks."""
        return self.told.get(name, otherwise)

    @property
    def dimension(self) -> tuple[str, str]:
        """By what the figures are narrowed: store, channel, level or segment with its value, the first that is asked."""
        for name in ("store", "channel", "level", "segment"):
            if value := getattr(self, name):
                return name, value
        return "", ""


def read_filters(told: Mapping[str, str], *, today: date, usual: str = USUAL) -> Filters:
    """Return the filters that a query tells; what cannot be read is as if it were not said."""
    first, last = _day(told.get("from")), _day(told.get("to"))
    preset = told.get("span", "")
    if first and last and first <= last and (last - first).days < SPAN_MAX:
        window, preset = Window(first, last), ""
    else:
        preset = preset if preset in PRESETS else usual
        window = preset_window(preset, today)
    compare = told.get("compare", "before")
    compare = compare if compare in COMPARISONS else "before"
    names = ("store", "channel", "level", "segment")
    return Filters(
        window, compared(window, compare), preset, compare, **{name: told.get(name, "")[:80] for name in names}, told=dict(told)
    )


def preset_window(preset: str, today: date) -> Window:
    """Return the days of a preset; those that have not come yet are not in it."""
    if preset.isdigit():
        return Window(today - timedelta(days=int(preset) - 1), today)
    month, year = today.replace(day=1), today.year
    last = month - timedelta(days=1)
    whole = {
        "last-month": Window(last.replace(day=1), last),
        "last-year": Window(date(year - 1, 1, 1), date(year - 1, 12, 31)),
        "songkran": _songkran(today),
    }
    begun = {"month": month, "quarter": date(year, (today.month - 1) // 3 * 3 + 1, 1)}
    return whole.get(preset) or Window(begun.get(preset, date(year, 1, 1)), today)


def _songkran(today: date) -> Window:
    """Return the latest Songkran, with the days around it on which people travel and shop."""
    first, last = (date(today.year, 4, day) for day in SONGKRAN)
    if today < first:
        first, last = first.replace(year=today.year - 1), last.replace(year=today.year - 1)
    return Window(first, min(last, today))


def compared(window: Window, how: str) -> Window | None:
    """Return the window it is compared with: as many days just before, or the same days a year before."""
    if how == "before":
        return window.before
    if how == "year":
        return Window(_year_before(window.first), _year_before(window.last))
    return None


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
