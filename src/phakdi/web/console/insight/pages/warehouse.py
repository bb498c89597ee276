"""How the figures stand: when they were refreshed, what that took, what failed, and what the warehouse holds."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.models import InsightRun
from phakdi.insight.warehouse.queries import Status, runs_of, status_of
from phakdi.kit.db.scope import organization_scope
from phakdi.web.access import Desk
from phakdi.web.console.insight.filters import Filters
from phakdi.web.console.insight.report import Column, Report, Section, Table, Tile
from phakdi.web.templatetags.phakdi import moment

MEGABYTE = 1_000_000
RUNS_SHOWN = 20


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Return the report."""
    del filters, now
    status = status_of(desk.organization_id)
    with organization_scope(desk.organization_id):
        runs = runs_of(organization_id=desk.organization_id, limit=RUNS_SHOWN)
    latest = runs[0] if runs else None
    return Report(
        _("How the figures stand"),
        _("The reports are worked out every night from everything that was recorded, and whenever you ask."),
        [_standing(status, latest), _runs(runs), _tables()],
        ranges=False,
    )


def _standing(status: Status, latest: InsightRun | None) -> Section:
    is_running = status.is_busy
    tiles = [
        Tile(
            _("Figures as of"),
            "clock",
            moment(status.as_of) if status.as_of else _("never"),
            _("Everything that was recorded until then is in the reports. The overview follows every bill at once."),
            _("being refreshed now") if is_running else "",
        ),
        Tile(
            _("Took"),
            "spark",
            f"{_seconds(latest):.1f} s" if latest and latest.steps else "–",
            _("The whole refresh: reading what became new, and working out every figure."),
        ),
        Tile(
            _("Size"),
            "list",
            f"{status.bytes / MEGABYTE:,.1f} MB",
            _("Files on the server. They hold no names, phones or addresses."),
        ),
    ]
    notice, tone = "", ""
    failed = [step[0] for step in (latest.steps if latest else []) if step[2]]
    if latest and latest.error:
        notice, tone = _("The last refresh failed: %(error)s") % {"error": latest.error}, "bad"
    elif failed:
        notice = _("These figures are older, for they failed last time: %(names)s.") % {"names": ", ".join(failed)}
        tone = "warn"
    return Section(
        tiles=tiles, notice=notice, tone=tone, template="console/insight/refresh.html", context={"is_running": is_running}
    )


def _runs(runs: Sequence[InsightRun]) -> Section:
    steps = [{"name": name, "seconds": took / 1000, "error": error} for name, took, error in (runs[0].steps if runs else [])]
    history = [
        {
            "started": moment(run.started_at),
            "seconds": _seconds(run) if run.steps else None,
            "rows": run.rows,
            "failed": run.error or ", ".join(step[0] for step in run.steps if step[2]),
        }
        for run in runs
    ]
    columns = [Column("name", _("Step")), Column("seconds", _("Seconds"), "decimal"), Column("error", _("What failed"))]
    earlier = [
        Column("started", _("Began")),
        Column("seconds", _("Seconds"), "decimal"),
        Column("rows", _("Rows read"), "count"),
        Column("failed", _("What failed")),
    ]
    return Section(
        _("Last refresh"),
        tables=[
            Table("steps", _("Steps"), columns, steps, empty=_("The figures were never refreshed.")),
            Table("runs", _("Earlier"), earlier, history, empty=_("None yet.")),
        ],
    )


def _tables() -> Section:
    rows = [{"table": name, "row": table.row, "columns": len(table.columns)} for name, table in TABLES.items()]
    columns = [Column("table", _("Table")), Column("row", _("A row is")), Column("columns", _("Columns"), "count")]
    return Section(
        _("What the warehouse holds"),
        _("Plain Parquet files that any tool reads. Take them out with: phakdi insight export FOLDER --organization NAME."),
        tables=[Table("tables", _("Tables"), columns, rows)],
        links=[(reverse("web:insight"), _("All reports"))],
    )


def _seconds(run: InsightRun) -> float:
    return float(sum(step[1] for step in run.steps)) / 1000
