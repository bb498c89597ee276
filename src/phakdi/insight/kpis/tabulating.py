"""Tables that are not one number: cohorts, time to the second purchase, moves between levels."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from phakdi.insight.kpis import expressions as e
from phakdi.insight.kpis.core import spans
from phakdi.insight.kpis.core.spans import Span, day_number
from phakdi.insight.warehouse.reading import Warehouse

COHORT_MONTHS = 24


def today_of(warehouse: Warehouse) -> date:
    """Return the program day of a warehouse."""
    return warehouse.as_of.astimezone(ZoneInfo(warehouse.time_zone)).date()


def tables(warehouse: Warehouse, *, today: date) -> dict[str, Any]:
    """Return cohorts (K17), time to the second purchase (K15) and how members moved between levels (K18)."""
    own = e.people(warehouse)
    own = own.filter(own.is_member == 1).select("member_key")
    days = e.kept(warehouse, "own", e.days_of(warehouse).join(own, "member_key"))
    firsts = e.firsts_of(days)
    last = spans.month_number(today)
    cohort = [row for row in warehouse.rows(e.cohorts(e.months_of(days))) if row["cohort"] > last - COHORT_MONTHS]
    second = warehouse.rows(e.second_after(e.gaps_of(days), firsts, today=day_number(today)))
    e.dropped(warehouse, "own")
    listed = [*(each for length in (30, 90, 365) for each in spans.rolling(length, today).values())]
    listed += [spans.calendar_span(month, 1) for month in range(last - 12, last + 1)]
    return {
        "cohorts": {
            "month": last,
            "rows": sorted([row["cohort"], row["age"], row["members"], row["net"], row["last"]] for row in cohort),
        },
        "second": sorted([row["days"], row["came"], row["waiting"]] for row in second),
        "levels": {span.key: levels(warehouse, span, today=today) for span in listed},
    }


def levels(warehouse: Warehouse, span: Span, *, today: date) -> list[list[Any]]:
    """Return how many members went from which level to which in a window; None stands for nowhere."""
    end = min(span.to, today + timedelta(days=1))
    return sorted(
        ([row["before"], row["after"], row["members"]] for row in warehouse.rows(e.moves(warehouse, span.first, end))),
        key=lambda row: (row[0] or "", row[1] or "", row[0] is None, row[1] is None),
    )
