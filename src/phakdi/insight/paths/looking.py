"""Figures of paths from the warehouse: what pages keep and what they ask for on the spot."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from phakdi.insight.paths import expressions
from phakdi.insight.paths.core.chains import BOUGHT, TouchFigures, touchpoints
from phakdi.insight.paths.core.funnels import Funnel, StepFigures, figures_of
from phakdi.insight.paths.core.rates import Referral, Share
from phakdi.insight.paths.core.survival import Curve, curve_of
from phakdi.insight.warehouse.reading import Warehouse

GROUPS_MAX, GROUP_MIN = 100, 30
WITHIN = (30, 60, 90)


@dataclass(frozen=True, slots=True)
class Move:
    """How often one thing followed another in a path, and how long it took on average, in seconds."""

    one: str
    other: str
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Paths:
    """Moves between touchpoints, what each touchpoint does, and purchases with and without a touch before them."""

    moves: list[Move]
    touches: list[TouchFigures]
    led: int
    direct: int


@dataclass(frozen=True, slots=True)
class GroupTimes:
    """Members of a group by first purchase: how many, how many came again, the median, and the share within 30, 60, 90 days."""

    group: str
    members: int
    happened: int
    median_days: int | None
    within: list[float | None]


@dataclass(frozen=True, slots=True)
class Lost:
    """What members did last, where: of those who lapsed and of the others who have bought."""

    kind: str
    store: str
    channel: str
    lapsed: int
    others: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Who came back, who was brought by others, and who took part in what."""

    back: Share
    referral: Referral
    shared: Share | None
    reviews: int | None


def funnel(warehouse: Warehouse, asked: Funnel, *, first: date, end: date, today: date, members: Any = None) -> list[StepFigures]:
    """Return the steps of a funnel for members whose clock starts from ``first`` up to ``end``."""
    rows = warehouse.rows(expressions.ended(warehouse, asked, first=first, end=end, today=today, members=members))
    days: list[dict[int, int]] = [{} for _ in asked.steps]
    for row in warehouse.rows(expressions.days_to(warehouse, asked, first=first, end=end, members=members)):
        days[row["step"] - 1][row["days"]] = row["members"]
    return figures_of(asked, {(row["last"], row["is_open"]): row["members"] for row in rows}, days)


def paths(warehouse: Warehouse, *, first: date, end: date, gap_seconds: int = expressions.VISIT_SECONDS) -> Paths:
    """Return the paths of a time: a path ends after ``gap_seconds`` without anything, and with a purchase."""
    rows = warehouse.rows(expressions.moves(warehouse, first=first, end=end, gap_seconds=gap_seconds))
    firsts: Counter[str] = Counter()
    lasts: Counter[str] = Counter()
    direct = 0
    for row in warehouse.rows(expressions.ends_of_paths(warehouse, first=first, end=end, gap_seconds=gap_seconds)):
        if row["first"] == BOUGHT:
            direct += row["count"]
            continue
        firsts[row["first"]] += row["count"]
        lasts[row["last"]] += row["count"]
    counts = {(row["one"], row["other"]): row["count"] for row in rows}
    found = [Move(**row) for row in rows]
    return Paths(found, touchpoints(counts, first=firsts, last=lasts), sum(firsts.values()), direct)


def second_purchase(warehouse: Warehouse, *, today: date) -> Curve:
    """Return the time from the first purchase day to the second, of all members who bought."""
    return _curves(warehouse, today, "").get("", curve_of({}))


def second_purchase_by(warehouse: Warehouse, by: str, *, today: date) -> list[GroupTimes]:
    """Return the same by cohort (yyyymm, the newest first), or by store or product of the first purchase (the largest first)."""
    found = [
        GroupTimes(group, curve.members, curve.happened, curve.median_days, [curve.happened_within(days) for days in WITHIN])
        for group, curve in _curves(warehouse, today, by).items()
    ]
    if by == "cohort":
        found.sort(key=lambda each: each.group, reverse=True)
    else:
        found.sort(key=lambda each: (-each.members, each.group))
    return found[:GROUPS_MAX]


def lost(warehouse: Warehouse, *, today: date, lapse_days: int) -> list[Lost]:
    """Return what lapsed members did last, and the others beside them; the most lapsed first."""
    counts: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in warehouse.rows(expressions.lost_after(warehouse, today=today, lapse_days=lapse_days)):
        counts[row["kind"], row["store"] or "", row["channel"] or ""][0 if row["is_lapsed"] else 1] += row["members"]
    found = [Lost(*place, lapsed, others) for place, (lapsed, others) in counts.items()]
    return sorted(found, key=lambda each: (-each.lapsed, each.kind, each.store, each.channel))[:GROUPS_MAX]


def rates(warehouse: Warehouse, *, first: date, end: date, today: date, lapse_days: int, kept_days: int) -> Rates:
    """Return who came back (K15), who was brought (K14), and where recorded who shared and how many reviews came (K37)."""
    [back] = warehouse.rows(expressions.lapsed_and_back(warehouse, first=first, end=end, lapse_days=lapse_days))
    [came] = warehouse.rows(expressions.brought(warehouse, first=first, end=end, kept_days=kept_days, today=today))
    did = {row["kind"]: row for row in warehouse.rows(expressions.took_part(warehouse, first=first, end=end))}
    active = did["purchase"]["members"] if "purchase" in did else 0
    invited = did["refer"]["times"] if "refer" in did else None
    return Rates(
        Share(back["back"], back["lapsed"]),
        Referral(invited, came["joined"], came["qualified"], came["members"]),
        Share(did["share"]["members"], active) if "share" in did else None,
        did["review"]["times"] if "review" in did else None,
    )


def _curves(warehouse: Warehouse, today: date, by: str) -> dict[str, Curve]:
    counts: defaultdict[str, dict[tuple[int, bool], int]] = defaultdict(dict)
    for row in warehouse.rows(expressions.second_purchases(warehouse, today=today, by=by)):
        counts[row["group"] or ""][row["days"], row["happened"]] = row["members"]
    return {group: curve_of(told) for group, told in counts.items()}
