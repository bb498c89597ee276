"""Every report of the insight pages, in the order of their menu."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.filters import USUAL, Filters
from phakdi.web.console.insight.pages import forecast, lifetime, points, recommend, warehouse
from phakdi.web.console.insight.report import Report

Build = Callable[[Desk, Filters, datetime], Report]

GROUPS: tuple[tuple[str, str | Promise], ...] = (
    ("members", _("Members")),
    ("sales", _("Sales")),
    ("program", _("What the program costs and brings")),
    ("voice", _("What members say")),
    ("data", _("Data")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One report: its address, what it is called and answers, and who may open it."""

    key: str
    title: str | Promise
    lead: str | Promise
    icon: str
    group: str
    build: Build
    permission: Permission = Permission.INSIGHT_READ
    usual: str = USUAL  # the days that are shown where nothing is said
    is_listed: bool = True  # in the menu; else it is reached from another report
    by_store: bool = False  # it can be asked for one store: who works in some stores only sees no other


REPORTS: tuple[Entry, ...] = (
    Entry(
        "leaving",
        _("Who may leave"),
        _("Members who may not buy again soon, what is at stake, and why."),
        "warn",
        "members",
        lifetime.leaving,
    ),
    Entry(
        "worth",
        _("What members are worth"),
        _("What each will bring in twelve months, and how good the model is."),
        "spark",
        "members",
        lifetime.worth,
    ),
    Entry(
        "groups",
        _("Groups by purchases"),
        _("Champions, newcomers, those who are drifting away: in one picture."),
        "people",
        "members",
        lifetime.by_groups,
    ),
    Entry(
        "recommendations",
        _("Recommendations"),
        _("What each member may buy again or like for the first time, and how often that came true."),
        "heart",
        "sales",
        recommend.build,
    ),
    Entry(
        "forecast",
        _("Forecast"),
        _("What is likely to come, within which bounds, and how far such forecasts were off before."),
        "chart",
        "sales",
        forecast.build,
    ),
    Entry(
        "points",
        _("Points and what you owe"),
        _("What is given, used and owed, month by month, and what the program costs."),
        "points",
        "program",
        points.build,
        usual="365",
    ),
    Entry(
        "warehouse",
        _("How the figures stand"),
        _("When they were refreshed, what that took, what failed, and what the warehouse holds."),
        "refresh",
        "data",
        warehouse.build,
    ),
)
BY_KEY = {entry.key: entry for entry in REPORTS}
assert len(BY_KEY) == len(REPORTS), "two reports have one key"


def is_open(desk: Desk, key: str) -> bool:
    """Tell whether there is such a report and somebody may open it."""
    entry = BY_KEY.get(key)
    return entry is not None and desk.place.can(entry.permission) and (desk.place.is_everywhere or entry.by_store)
