"""From the warehouse to the sums of each figure, by window and dimension."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from phakdi.care.surveys.core.figures import PASSIVE_FROM, PROMOTER_FROM, TOP_FROM
from phakdi.insight.kpis import expressions as e
from phakdi.insight.kpis.core import figures, spans
from phakdi.insight.kpis.core.registry import DIMENSIONS, FIGURES, Figure
from phakdi.insight.kpis.core.settings import ActiveBy, KpiSettings
from phakdi.insight.kpis.core.spans import Series, Span, day_number
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.later import later

ibis = later("ibis")

SPENT_BY = ("store", "channel")  # dimensions of purchases; the others are of members
_NOBODY = dict.fromkeys(("identified", "buyers", "repeaters", "returning", "kept", "days", "bills", "returning_bills", "net"), 0)


class Place(NamedTuple):
    """A window, a dimension and its key; both empty for everything."""

    span: str
    dimension: str
    key: str


class Kept(NamedTuple):
    """One figure as it is kept. ``top`` and ``bottom`` None: not known."""

    figure: str
    span: Span
    dimension: str
    key: str
    top: int | None
    bottom: int | None

    @property
    def value(self) -> float | None:
        """The figure itself: minor units for money, 0 to 1 for shares."""
        found = FIGURES[self.figure].value(self.top, self.bottom)
        return None if found is None else float(found)


@dataclass(slots=True)
class Counted:
    """Sums by place and name."""

    today: date
    sums: defaultdict[Place, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    spans: dict[str, Span] = field(default_factory=dict)
    common_lapse: int = 365

    def put(self, span: Span, dimension: str, key: str, **sums: int) -> None:
        """Keep sums of a place."""
        self.spans[span.key] = span
        self.sums[Place(span.key, dimension, key)].update(sums)

    def figures(self) -> Iterator[Kept]:
        """Return every figure that is known of every place."""
        for place, sums in self.sums.items():
            span = self.spans[place.span]
            for each in FIGURES.values():
                if place.dimension and place.dimension not in each.by:
                    continue
                kept = self._figure(each, span, place, sums)
                if kept is not None:
                    yield kept

    def _figure(self, each: Figure, span: Span, place: Place, sums: Mapping[str, int]) -> Kept | None:
        if each.top not in sums or (each.bottom and each.bottom not in sums):
            return None
        if each.whole and span.to > self.today + timedelta(days=1):
            return None
        return Kept(each.key, span, place.dimension, place.key, sums[each.top], sums[each.bottom] if each.bottom else None)


def count(
    warehouse: Warehouse,
    settings: KpiSettings,
    *,
    today: date,
    series: Iterable[Series] | None = None,
    dimensions: Iterable[str] = DIMENSIONS,
) -> Counted:
    """Return the sums of all figures. Without ``series``: of every window that is kept."""
    found = Counted(today)
    chosen = list(series) if series is not None else spans.usual(today)
    wanted = [each for each in DIMENSIONS if each in set(dimensions)]
    people = e.kept(warehouse, "people", e.people(warehouse))
    for dimension in ("", *(each for each in SPENT_BY if each in wanted)):
        here = spans.usual(today, spans.KEPT_BY_PLACE) if dimension and series is None else chosen
        days = _purchases(
            warehouse, found, here, people, dimension, [] if dimension else [each for each in wanted if each not in SPENT_BY]
        )
        if not dimension:
            _lapses(warehouse, found, here, people, days, settings, wanted)
        e.dropped(warehouse, "days", "months", "firsts")
        if settings.active_by is ActiveBy.ACTIVITY:
            _activity(
                warehouse,
                found,
                here,
                people,
                settings,
                dimension,
                [] if dimension else [each for each in wanted if each not in SPENT_BY],
            )
    listed = [span for each in chosen for span in each.spans.values()]
    for dimension in ("", *(each for each in wanted if each != "channel")):
        _base(warehouse, found, listed, dimension)
        _part(warehouse, found, listed, settings, dimension)
    for dimension in ("", *(each for each in wanted if each == "store")):
        _tills(warehouse, found, listed, dimension)
        _answers(warehouse, found, listed, dimension)
    e.dropped(warehouse, "people")
    return found


# --- purchases ----------------------------------------------------------------------------------------------------------


def _purchases(
    warehouse: Warehouse, found: Counted, chosen: list[Series], people: Any, dimension: str, of_members: list[str]
) -> Any:
    days = e.kept(warehouse, "days", e.days_of(warehouse, dimension))
    firsts = e.kept(warehouse, "firsts", e.firsts_of(days))
    months = e.kept(warehouse, "months", e.months_of(days)) if any(each.unit == "month" for each in chosen) else None
    for series in chosen:
        for at, row in _windows(
            warehouse, days if series.unit == "day" else months, firsts, people, series, dimension, of_members
        ):
            _put_purchases(found, series, at, row)
    return days


def _activity(
    warehouse: Warehouse,
    found: Counted,
    chosen: list[Series],
    people: Any,
    settings: KpiSettings,
    dimension: str,
    of_members: list[str],
) -> None:
    """Put those in the place of active members who took part in anything (K2, K4)."""
    days = e.kept(warehouse, "days", e.engaged_days(warehouse, settings.engaged_kinds, dimension))
    firsts, months = e.kept(warehouse, "firsts", e.firsts_of(days)), e.kept(warehouse, "months", e.months_of(days))
    for series in chosen:
        for at, row in _windows(
            warehouse, days if series.unit == "day" else months, firsts, people, series, dimension, of_members
        ):
            for (span, key), each in row.items():
                found.put(span, at, key, **_active(span, each))
    e.dropped(warehouse, "days", "months", "firsts")


def _windows(
    warehouse: Warehouse, rows: Any, firsts: Any, people: Any, series: Series, dimension: str, of_members: list[str]
) -> Iterator[tuple[str, dict[tuple[Span, str], dict[str, int]]]]:
    """Return per dimension the sums of each window of a series and key."""
    members = e.kept(warehouse, "window", e.by_window(rows, series))
    history, active = e.with_history(members, firsts, people, series), e.active_places(members, people, series)
    if of_members:
        history, active = e.kept(warehouse, "history", history), e.kept(warehouse, "active", active)
    for name in (dimension, *of_members):
        keys = e.places(warehouse, name) if name in of_members else None
        at = [history, active] if keys is None else [e.at_keys(history, keys), e.at_keys(active, keys)]
        by = {(row["place"], row["key"]): row for row in warehouse.rows(e.counted(at[0]))}
        stayed = {row["key"]: row for row in warehouse.rows(e.stayed(at[1], series))}
        out: dict[tuple[Span, str], dict[str, int]] = {}
        for place, key in {*by, *((place + 1, key) for place, key in by)}:
            if place in series.spans:
                before = by.get((place - 1, key))
                sums = {"before": before["buyers"] if before else 0, "kept": stayed[key][f"at_{place}"] if key in stayed else 0}
                out[series.spans[place], key] = {**_NOBODY, **by.get((place, key), {}), **sums}
        yield name, out
    e.dropped(warehouse, "window", "history", "active")


def _put_purchases(found: Counted, series: Series, dimension: str, rows: Mapping[tuple[Span, str], Mapping[str, int]]) -> None:
    if not dimension:
        for span in series.spans.values():
            if (span, "") not in rows:
                found.put(span, "", "", buyers=0, orders=0, sales=0, active=0)  # nobody bought in it or just before
    for (span, key), row in rows.items():
        found.put(
            span, dimension, key, identified=row["identified"], buyers=row["buyers"], repeaters=row["repeaters"], returning=row["returning"],
            orders=row["bills"], returning_orders=row["returning_bills"], sales=row["net"], **_active(span, row),
        )  # fmt: skip


def _active(span: Span, row: Mapping[str, int]) -> dict[str, int]:
    kept = figures.Kept(row["before"], row["kept"], row["buyers"], row["buyers"] - row["returning"])
    return {
        "active": kept.end,
        "active_days": row["days"],
        "active_possible": kept.end * span.days,
        "active_before": kept.start,
        "kept": kept.kept,
        "active_known": kept.end - kept.new,
        "came_back": kept.came_back,
    }


def _lapses(
    warehouse: Warehouse, found: Counted, chosen: list[Series], people: Any, days: Any, settings: KpiSettings, wanted: list[str]
) -> None:
    gaps = e.kept(warehouse, "gaps", e.gaps_of(days))
    found.common_lapse = common_of(warehouse, gaps)
    events = e.lapses(gaps, e.firsts_of(days), people, fixed=settings.lapse_days, common=found.common_lapse)
    events = e.kept(warehouse, "lapses", events)
    e.dropped(warehouse, "gaps")
    listed = dict(enumerate(span for each in chosen for span in each.spans.values()))
    table = _span_table(listed)
    for dimension in ("", *(each for each in wanted if each != "channel")):
        at = e.places(warehouse, dimension) if dimension else None
        for key, days_begun in _begun(warehouse, days, people, at).items():
            for span in listed.values():
                begun = sum(n for day, n in days_begun.items() if day < day_number(span.first))
                found.put(span, dimension, key, lapsed=0, won_back=0, lapsed_new=0, not_lapsed=begun)
        for row in warehouse.rows(e.lapsed_in(events, table, at=at)):
            span, key = listed[row["span"]], row["key"]
            not_lapsed = found.sums[Place(span.key, dimension, key)]["not_lapsed"] - row["lapsed"]
            found.put(
                span, dimension, key, lapsed=row["lapsed"], won_back=row["back"], lapsed_new=row["new"], not_lapsed=not_lapsed
            )
    e.dropped(warehouse, "lapses")


def common_of(warehouse: Warehouse, gaps: Any) -> int:
    """Return after how many days somebody without a rhythm of their own has lapsed (K7)."""
    return figures.common_limit((row["gap"], row["times"]) for row in warehouse.rows(e.gap_counts(gaps)))


def _begun(warehouse: Warehouse, days: Any, people: Any, at: Any) -> defaultdict[str, dict[int, int]]:
    """Return how many members bought first on which day, by key."""
    first = days.group_by("member_key").agg(first=days.day.min())
    first = first.join(people.filter(people.is_member == 1).select("member_key"), "member_key")
    first = first.join(at, "member_key") if at is not None else first.mutate(key=ibis.literal(""))
    found: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for row in warehouse.rows(first.group_by("key", "first").agg(n=first.count())):
        found[row["key"]][row["first"]] = row["n"]
    return found


# --- members, taking part, totals of tills, answers -----------------------------------------------------------------------


def _base(warehouse: Warehouse, found: Counted, listed: list[Span], dimension: str) -> None:
    by: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in warehouse.rows(e.joined_and_left(warehouse, dimension)):
        by[row["key"]].append(row)
    for key, rows in by.items():
        for span in listed:
            before = [row for row in rows if row["day"] < span.first]
            within = [row for row in rows if span.first <= row["day"] < span.to]
            base = figures.Base(
                sum(row["joined"] - row["left"] for row in before),
                sum(row["joined"] for row in within),
                sum(row["left"] for row in within),
            )
            found.put(
                span, dimension, key, end=base.end, new=base.new, left=base.left, referred=sum(row["referred"] for row in within)
            )


def _part(warehouse: Warehouse, found: Counted, listed: list[Span], settings: KpiSettings, dimension: str) -> None:
    """Count who earned or spent points, and who took part of those who can be reached now: only for windows that end now."""
    keys = e.places(warehouse, dimension) if dimension else None
    numbered = dict(enumerate(listed))
    for row in warehouse.rows(e.took_part(e.used_points(warehouse), _span_table(numbered), keys)):
        found.put(numbered[row["span"]], dimension, row["key"], points_users=row["members"])
    for place in list(found.sums):
        if place.dimension == dimension and "end" in found.sums[place]:
            found.sums[place].setdefault("points_users", 0)
    tomorrow = found.today + timedelta(days=1)
    numbered = {number: span for number, span in numbered.items() if span.first <= found.today and span.to >= tomorrow}
    reached = e.reached(warehouse)
    at = reached.join(keys, "member_key") if keys is not None else reached.mutate(key=ibis.literal(""))
    for row in warehouse.rows(at.group_by("key").agg(members=at.count())):
        for span in numbered.values():
            found.put(span, dimension, row["key"], reachable=row["members"], engaged=0)
    days = e.engaged_days(warehouse, settings.engaged_kinds).select("member_key", "day").join(reached, "member_key")
    if numbered:
        for row in warehouse.rows(e.took_part(days, _span_table(numbered), keys)):
            found.put(numbered[row["span"]], dimension, row["key"], engaged=row["members"])


def _tills(warehouse: Warehouse, found: Counted, listed: list[Span], dimension: str) -> None:
    rows = e.till_days(warehouse)
    rows = rows.mutate(key=rows.store if dimension else ibis.literal("")).cross_join(_span_table(dict(enumerate(listed))))
    rows = rows.filter((rows.day >= rows.start) & (rows.day < rows.end))
    sums = {name: rows[name].sum().cast("int64") for name in ("bills", "sales_minor", "own_bills", "own_minor")}
    for row in warehouse.rows(rows.group_by("span", "key").agg(**sums)):
        found.put(
            listed[row["span"]], dimension, row["key"], till_bills=row["bills"], till_minor=row["sales_minor"],
            till_own_bills=row["own_bills"], till_own_minor=row["own_minor"],
        )  # fmt: skip


def _answers(warehouse: Warehouse, found: Counted, listed: list[Span], dimension: str) -> None:
    answer = warehouse.table("survey_answer")
    answer = answer.mutate(key=ibis.coalesce(answer.store, "") if dimension else ibis.literal(""), number=e.number_of(answer.day))
    rows = answer.cross_join(_span_table(dict(enumerate(listed))))
    rows = rows.filter((rows.number >= rows.start) & (rows.number < rows.end))
    grouped = warehouse.rows(rows.group_by("span", "key", "metric", "scale", "score").agg(n=rows.count()))
    scales = Counter({row["scale"]: 0 for row in grouped})
    for row in grouped:
        scales[row["scale"]] += row["n"] if row["metric"] == "CSAT" else 0
    usual = scales.most_common(1)[0][0] if scales else 0
    for row in grouped:
        place = Place(listed[row["span"]].key, dimension, row["key"])
        found.spans[place.span] = listed[row["span"]]
        for name, n in _answered(row, usual).items():
            found.sums[place][name] = found.sums[place].get(name, 0) + n


def _answered(row: Mapping[str, Any], scale: int) -> dict[str, int]:
    """Return what answers count for; of satisfaction only those on the scale that most used: scales are never mixed (K11)."""
    score, n = row["score"], row["n"]
    if row["metric"] == "NPS":
        return {"nps_net": n if score >= PROMOTER_FROM else 0 if score >= PASSIVE_FROM else -n, "nps_answers": n}
    if row["metric"] == "CSAT" and row["scale"] == scale and scale in TOP_FROM:
        return {"csat_top": n if score >= TOP_FROM[scale] else 0, "csat_answers": n}
    return {}


def _span_table(numbered: Mapping[int, Span]) -> Any:
    return e.span_table({number: (day_number(span.first), day_number(span.to)) for number, span in numbered.items()})
