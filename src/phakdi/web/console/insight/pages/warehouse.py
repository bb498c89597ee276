"""How the figures stand: when they were refreshed, what that took, what failed, and what the warehouse holds."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.queries import runs_of, status_of
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
    failed = [step for step in (latest.steps if latest else []) if step[2]]
    is_running = latest is not None and latest.finished_at is None
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
            f"{sum(step[1] for step in latest.steps) / 1000:.1f} s" if latest and latest.steps else "–",
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
    if latest and latest.error:
        notice, tone = _("The last refresh failed: %(error)s") % {"error": latest.error}, "bad"
    elif failed:
        notice = _("These figures are older, for they failed last time: %(names)s.") % {
            "names": ", ".join(step[0] for step in failed)
        }
        tone = "warn"
    steps = [{"name": name, "seconds": took / 1000, "error": error} for name, took, error in (latest.steps if latest else [])]
    history = [
        {
            "started": moment(run.started_at),
            "seconds": sum(step[1] for step in run.steps) / 1000 if run.steps else None,
            "rows": run.rows,
            "failed": run.error or ", ".join(step[0] for step in run.steps if step[2]),
        }
        for run in runs
    ]
    tables = [{"table": name, "row": table.row, "columns": len(table.columns)} for name, table in TABLES.items()]
    return Report(
        _("How the figures stand"),
        _("The reports are worked out every night from everything that was recorded, and whenever you ask."),
        [
            Section(
                tiles=tiles, notice=notice, tone=tone, template="console/insight/refresh.html", context={"is_running": is_running}
            ),
            Section(
                _("Last refresh"),
                tables=[
                    Table(
                        "steps",
                        _("Steps"),
                        [
                            Column("name", _("Step")),
                            Column("seconds", _("Seconds"), "decimal"),
                            Column("error", _("What failed")),
                        ],
                        steps,
                        empty=_("The figures were never refreshed."),
                    ),
                    Table(
                        "runs",
                        _("Earlier"),
                        [
                            Column("started", _("Began")),
                            Column("seconds", _("Seconds"), "decimal"),
                            Column("rows", _("Rows read"), "count"),
                            Column("failed", _("What failed")),
                        ],
                        history,
                        empty=_("None yet."),
                    ),
                ],
            ),
            Section(
                _("What the warehouse holds"),
                _(
                    "Plain Parquet files that any tool reads. Take them out with: phakdi insight export FOLDER --organization NAME."
                ),
                tables=[
                    Table(
                        "tables",
                        _("Tables"),
                        [Column("table", _("Table")), Column("row", _("A row is")), Column("columns", _("Columns"), "count")],
                        tables,
                    )
                ],
                links=[(reverse("web:insight"), _("All reports"))],
            ),
        ],
        ranges=False,
    )
