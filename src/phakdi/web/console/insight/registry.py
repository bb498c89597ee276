"""Every report of the insight pages, in the order of their menu."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk
from phakdi.web.console.insight.filters import USUAL, Filters
from phakdi.web.console.insight.pages import (
    forecast,
    journeys,
    kpis,
    kpis_tables,
    lifetime,
    paths,
    points,
    products,
    recommend,
    rewards,
    second_visits,
    surveys,
    warehouse,
    whatif,
)
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
        "members",
        _("Members"),
        _("How many there are, who joins and leaves, who is active, who stays and who comes back."),
        "people",
        "members",
        kpis.members,
        by_store=True,
    ),
    Entry(
        "cohorts",
        _("Cohorts"),
        _("Of the members who first bought in a month: how many buy in the months after, and for how much."),
        "calendar",
        "members",
        kpis_tables.cohorts,
    ),
    Entry(
        "levels",
        _("Moves between levels"),
        _("How many members rise, fall and stay on their level."),
        "star",
        "members",
        kpis_tables.tiers,
    ),
    Entry(
        "sales",
        _("Sales to members"),
        _("What members buy, how often, whether they buy again, and their share of all you sell."),
        "bag",
        "sales",
        kpis.sales,
        by_store=True,
    ),
    Entry(
        "figure",
        _("One figure"),
        _("Its formula, month by month, by store, and the members behind it."),
        "chart",
        "data",
        kpis.one,
        is_listed=False,
        by_store=True,
    ),
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
        "journey",
        _("Journey"),
        _("How many members take each step, how long it takes them, and where they are lost."),
        "forward",
        "members",
        journeys.build,
        by_store=True,
    ),
    Entry(
        "second-purchase",
        _("First to second purchase"),
        _("After how many days newcomers buy again, and who does sooner."),
        "undo",
        "members",
        paths.second,
    ),
    Entry(
        "paths",
        _("Paths"),
        _("What members do one after another before they buy or leave, and what each touchpoint does."),
        "share",
        "members",
        paths.build,
    ),
    Entry(
        "products",
        _("What sells"),
        _("What each product brings, who buys it again, what rises, falls or lies still."),
        "bag",
        "sales",
        products.build,
        by_store=True,
    ),
    Entry(
        "product",
        _("One product"),
        _("By month, store and hour, what goes with it, and who bought it."),
        "bag",
        "sales",
        products.one,
        usual="365",
        is_listed=False,
        by_store=True,
    ),
    Entry(
        "bought-together",
        _("Bought together"),
        _("Products that stand on one bill more often than chance would put them there."),
        "add",
        "sales",
        products.together,
        usual="365",
        by_store=True,
    ),
    Entry(
        "second-visits",
        _("What brings members back"),
        _("After which first purchases newcomers come again."),
        "undo",
        "sales",
        second_visits.build,
    ),
    Entry(
        "rewards-pull",
        _("Rewards that pull"),
        _("Which rewards are taken, by whom, and what members buy afterwards."),
        "gift",
        "program",
        rewards.build,
        usual="365",
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
        "what-if",
        _("What if"),
        _("What a draft of the program would have brought with your own history."),
        "target",
        "program",
        whatif.build,
    ),
    Entry(
        "voice",
        _("What members say"),
        _("Would they recommend you, how satisfied they are, in which store, and how their words sound."),
        "message",
        "voice",
        surveys.build,
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
