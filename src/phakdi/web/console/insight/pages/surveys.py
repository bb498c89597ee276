"""What members say: NPS, satisfaction and their words over the days that were asked, survey by survey and store by store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from phakdi.care.surveys.core.figures import FEW
from phakdi.care.surveys.documents import SurveyView
from phakdi.care.surveys.queries import Dated, counts_between, surveys_of, tones_between, waiting_of
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.proportions import wilson
from phakdi.kit.text import pick
from phakdi.platform.organizations.queries import stores_of
from phakdi.web.access import Desk
from phakdi.web.console.insight.filters import Filters
from phakdi.web.console.insight.report import Chart, Column, Empty, Report, Section, Table, Tile, write, write_month
from phakdi.web.console.survey_results import Figure, figure_of
from phakdi.web.words import language

PERCENT = 100


def build(desk: Desk, filters: Filters, now: datetime) -> Report:  # noqa: ARG001 - as every report is built
    """Return what members said in the window, beside the window before."""
    title = _("What members say")
    lead = _("NPS and satisfaction with how sure they are, and how members’ words sound. Each survey stands for itself.")
    window, before = filters.window, filters.before
    narrow = {"store": filters.store, "level": filters.level}
    with organization_scope(desk.organization_id):
        surveys = surveys_of(organization_id=desk.organization_id)
        found = counts_between(organization_id=desk.organization_id, first=window.first, last=window.last, **narrow)
        earlier = (
            counts_between(organization_id=desk.organization_id, first=before.first, last=before.last, **narrow) if before else []
        )
        tones = tones_between(organization_id=desk.organization_id, first=window.first, last=window.last, store=filters.store)
        waiting = sum(waiting_of(organization_id=desk.organization_id).values())
        stores = {each.code: each.name_in(language()) for each in stores_of(organization_id=desk.organization_id)}
    if not surveys:
        empty = Empty(
            _("Whether members would recommend you, how satisfied they are, in which store, and why."),
            _("Make a survey and ask members, or put its code on the table."),
            reverse("web:surveys"),
            _("Make a survey"),
        )
        return Report(title, lead, [], empty=empty, ranges=False)
    asked = [each for each in surveys if any(row.survey_id == each.id for row in found)]
    sections = [_first(found, tones, waiting), _by_survey(surveys, found, earlier)]
    sections += [_by_month(each, found) for each in asked if each.metric in {"NPS", "CSAT"}]
    sections.append(_by_store(asked, found, stores))
    return Report(title, lead, sections, narrows=("store", "level"))


def _first(found: Sequence[Dated], tones: dict[str, int], waiting: int) -> Section:
    words, unhappy = sum(tones.values()), tones.get("neg", 0)
    sure = wilson(unhappy, words)
    note = _("of %(words)s with words") % {"words": f"{words:,}"}
    if sure:
        note += ", " + _("%(low)s to %(high)s") % {"low": write(sure[0], "percent"), "high": write(sure[1], "percent")}
    tiles = [
        Tile(
            _("Answers"),
            "message",
            f"{sum(row.cell.count for row in found):,}",
            _("The latest answer of each member in each wave, within these days."),
        ),
        Tile(
            _("Sound unhappy"),
            "warn",
            write(unhappy / words if words else None, "percent"),
            _("Words that a machine reads as unhappy, among all words; it is right about three times in four."),
            note,
            is_soft=words < FEW,
        ),
        Tile(
            _("Wait for somebody"),
            "clock",
            f"{waiting:,}",
            _("Unhappy words that nobody has noted anything about, whenever they came."),
            url=reverse("web:surveys"),
        ),
    ]
    return Section(tiles=tiles)


def _by_survey(surveys: Sequence[SurveyView], found: Sequence[Dated], earlier: Sequence[Dated]) -> Section:
    rows: list[dict[str, Any]] = []
    for survey in surveys:
        figure = _figure(survey, found)
        if figure.n:
            before = _figure(survey, earlier)
            rows.append(_row(survey, figure) | {"before": before.number, "_url": reverse("web:survey", args=[survey.id])})
    columns = [*_columns(), Column("before", _("Time before"), "decimal")]
    table = Table("surveys", _("By survey"), columns, rows, _few(), _("Nobody answered in these days."))
    return Section(_("Survey by survey"), tables=[table])


def _by_month(survey: SurveyView, found: Sequence[Dated]) -> Section:
    months = sorted({row.month for row in found if row.survey_id == survey.id})
    figures = [(month, _figure(survey, [row for row in found if row.month == month])) for month in months]
    drawn = [(write_month(month), *_ends(survey, figure)) for month, figure in figures if figure.n]
    kind = "percent" if survey.metric == "CSAT" else "decimal"
    chart = Chart(
        f"months-{survey.code}",
        pick(survey.name, language()),
        "band",
        [survey.metric, _("lowest (95 %)"), _("highest (95 %)")],
        drawn,
        kind,  # type: ignore[arg-type]  # one of the two
    )
    return Section(charts=[chart] if len(drawn) > 1 else [])


def _by_store(surveys: Sequence[SurveyView], found: Sequence[Dated], stores: dict[str, str]) -> Section:
    rows: list[dict[str, Any]] = []
    for survey in surveys:
        for code in sorted({row.cell.store for row in found if row.survey_id == survey.id}):
            figure = _figure(survey, [row for row in found if row.cell.store == code])
            if figure.n:
                rows.append(_row(survey, figure) | {"store": stores.get(code, code) or _("Not known")})
    columns = [Column("store", _("Store")), *_columns()]
    table = Table("stores", _("By store"), columns, rows, _few(), _("Nobody answered in these days."))
    return Section(_("Store by store"), tables=[table])


def _columns() -> list[Column]:
    return [
        Column("survey", _("Survey")),
        Column("metric", _("Figure")),
        Column(
            "value",
            _("Value"),
            "decimal",
            how=_("NPS: share of 9–10 minus share of 0–6. CSAT: share of the two highest answers."),
        ),
        Column("low", _("lowest (95 %)"), "decimal"),
        Column("high", _("highest (95 %)"), "decimal"),
        Column("n", _("Answers"), "count"),
    ]


def _row(survey: SurveyView, figure: Figure) -> dict[str, Any]:
    _value, low, high = _ends(survey, figure)
    scale = PERCENT if survey.metric == "CSAT" else 1
    return {
        "survey": pick(survey.name, language()),
        "metric": {"SCORE": _("Average"), "CSAT": "CSAT %"}.get(survey.metric, survey.metric),
        "value": figure.number,
        "low": low and low * scale,
        "high": high and high * scale,
        "n": figure.n,
    }


def _few() -> str:
    return _("Do not build on a figure of fewer than 30 answers.")


def _figure(survey: SurveyView, rows: Sequence[Dated]) -> Figure:
    return figure_of(survey, [row.cell for row in rows if row.survey_id == survey.id])


def _ends(survey: SurveyView, figure: Figure) -> tuple[float | None, float | None, float | None]:
    if figure.interval is None or figure.number is None:
        return None, None, None
    if survey.metric == "CSAT":
        return figure.number / PERCENT, figure.interval.low, figure.interval.high
    return figure.number, figure.interval.low, figure.interval.high
