"""What members, sales, purchases, points and NPS will probably be, and how far such forecasts were off."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from phakdi.insight.forecast.core.kept import Forecast, Told
from phakdi.insight.forecast.core.methods import Method
from phakdi.insight.forecast.core.periods import Grain
from phakdi.insight.forecast.queries import forecasts_of
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.web.access import Desk
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.report import Chart, Column, Empty, Filters, Kind, Report, Section, Table, Tile, write
from phakdi.web.naming import reader_for

FORECAST = "forecast"
ORDER = ("sales", "purchases", "members", "points", "nps")
KINDS: Mapping[str, Kind] = {"sales": "money", "points": "points", "nps": "decimal"}
NAMES: Mapping[str, str | Promise] = {
    "sales": gettext_lazy("Sales to members"),
    "purchases": gettext_lazy("Purchases"),
    "members": gettext_lazy("New members"),
    "nps": gettext_lazy("NPS"),
}
GRAINS: Mapping[Grain, str | Promise] = {
    Grain.MONTH: gettext_lazy("By month"),
    Grain.WEEK: gettext_lazy("By week"),
    Grain.DAY: gettext_lazy("By day"),
}
METHODS: Mapping[Method, str | Promise] = {
    Method.NAIVE: gettext_lazy("as last time (naive)"),
    Method.LEVEL: gettext_lazy("exponential smoothing of the level"),
    Method.TREND: gettext_lazy("exponential smoothing with a trend that fades"),
    Method.THETA: gettext_lazy("Theta method"),
}


def build(desk: Desk, filters: Filters, now: datetime) -> Report:
    """Show the forecast of one figure, by month, week and day as far as its length allows."""
    title = _("Forecast")
    lead = _("What is likely to come, within which bounds, and how far such forecasts were off before.")
    with organization_scope(desk.organization_id):
        kept = forecasts_of(organization_id=desk.organization_id)
    if kept is None:
        return Report(title, lead, [], empty=_empty(filters), ranges=False)
    figures = sorted({each.figure for each in kept.forecasts}, key=lambda figure: (ORDER.index(figure.partition(":")[0]), figure))
    figure = filters.get("figure") if filters.get("figure") in figures else figures[0]
    names = _names(desk, figures, now)
    mine = {each.grain: each for each in kept.forecasts if each.figure == figure}
    able = [grain for grain in GRAINS if grain in mine and mine[grain].told] or [grain for grain in GRAINS if grain in mine]
    grain = next((each for each in mine if each.value.lower() == filters.get("by")), able[0])
    others = [(report_url(FORECAST, filters, figure=each), names[each]) for each in figures if each != figure]
    lengths = [
        (report_url(FORECAST, filters, figure=figure, by=each.value.lower()), str(GRAINS[each]))
        for each in GRAINS
        if each in mine and each is not grain
    ]
    sections = [Section(links=others), Section(links=lengths), _section(desk, mine[grain])]
    return Report(f"{title}: {names[figure]}", lead, sections, as_of=kept.made_at, ranges=False)


def _empty(filters: Filters) -> Empty:
    return Empty(
        _("Here you will see what members, sales and points will probably be in the next weeks and months."),
        _("It begins with eight weeks of purchases, and is worked out every night or when somebody refreshes."),
        report_url("warehouse", filters),
        _("Refresh the figures"),
    )


def _names(desk: Desk, figures: Sequence[str], now: datetime) -> dict[str, str]:
    found = {}
    try:
        with organization_scope(desk.organization_id):
            units = reader_for(desk.organization, version_at(organization_id=desk.organization_id, at=now)).names
    except NoProgram:
        units = {}
    for figure in figures:
        kind, _colon, unit = figure.partition(":")
        found[figure] = _("Given: %(unit)s") % {"unit": units.get(unit) or unit} if kind == "points" else str(NAMES[kind])
    return found


def _section(desk: Desk, forecast: Forecast) -> Section:
    """Show one length of period; what is too short says how much it needs."""
    title = str(GRAINS[forecast.grain])
    if forecast.is_flat:
        return Section(title, notice=_("There is nothing to forecast: every period is alike."))
    if forecast.told is None:
        if forecast.figure == "nps":
            said = _("A forecast needs %(need)s months in a row with 30 answers each; there are %(have)s.")
        else:
            said = {
                Grain.MONTH: _("A forecast by month needs %(need)s whole months; there are %(have)s."),
                Grain.WEEK: _("A forecast by week needs %(need)s whole weeks; there are %(have)s."),
                Grain.DAY: _("A forecast by day needs %(need)s days; there are %(have)s."),
            }[forecast.grain]
        return Section(title, notice=said % {"need": forecast.need, "have": forecast.periods})
    kind = KINDS.get(forecast.figure.partition(":")[0], "count")
    told = forecast.told
    return Section(
        title,
        _("Made by the way that was least off at earlier times: %(way)s.") % {"way": METHODS[told.method]},
        tiles=_tiles(desk, told, kind),
        charts=[_chart(forecast, told, kind)] if _can_be_drawn(forecast, told) else [],
        tables=[_points(forecast, told, kind), _tried(forecast, told)],
        notice=_notice(forecast, told),
        tone="" if told.is_better else "warn",
    )


def _tiles(desk: Desk, told: Told, kind: Kind) -> list[Tile]:
    test, total = told.backtest, sum(point.value for point in told.points)
    tiles = [
        Tile(
            _("Error at earlier times"),
            "target",
            write(test.mase, "decimal"),
            _(
                "MASE: the mean error at %(origins)s earlier times, as a multiple of what one is off who repeats what was. Below 1 is better than that (K34)."
            )
            % {"origins": test.origins},
            _("%(mae)s off on average, sMAPE %(smape)s")
            % {"mae": write(test.mae, kind, desk.currency), "smape": write(test.smape, "percent")},
        ),
        Tile(
            _("Came true within the bounds"),
            "check",
            write(test.covered, "percent"),
            _(
                "Of the forecasts made at those times, the share whose truth lay within the bounds; it should be about 80%. Bounds are made wider or narrower by what came true; each time is judged by the others."
            ),
            is_soft=test.origins * len(told.points) < 30,  # noqa: PLR2004 - KPIs are greyed below 30
        ),
    ]
    if kind != "decimal":
        said = _(
            "All the periods to come that are shown, added up. The bounds of a sum are not the sum of bounds, so none are given."
        )
        tiles.insert(0, Tile(_("Expected in all"), "calendar", write(total, kind, desk.currency), said))
    return tiles


def _notice(forecast: Forecast, told: Told) -> str:
    said = []
    if not told.is_better:
        said.append(_("No way of forecasting beat repeating what was: that is what you see."))
    if forecast.grain is not Grain.DAY and told.season == 1:
        said.append(_("Seasons of the year are not in it: that needs two years and a half of whole months."))
    return " ".join(said)


def _can_be_drawn(forecast: Forecast, told: Told) -> bool:
    """Whether nothing lies below 0, where charts end."""
    return all(value >= 0 for _start, value in forecast.past) and all(point.low >= 0 for point in told.points)


def _chart(forecast: Forecast, told: Told, kind: Kind) -> Chart:
    past = [(_label(start, forecast.grain), value, None, None, None) for start, value in forecast.past]
    if past:
        label, value, *_nothing = past[-1]
        past[-1] = (label, value, value, value, value)  # type: ignore[assignment]  # the two lines meet here
    ahead = [(_label(point.start, forecast.grain), None, point.value, point.low, point.high) for point in told.points]
    series = [_("So far"), _("Expected"), _("From (80%)"), _("To (80%)")]
    return Chart(forecast.grain.value.lower(), str(GRAINS[forecast.grain]), "band", series, [*past, *ahead], kind)


def _label(start: date, grain: Grain) -> str:
    return write(start, "month" if grain is Grain.MONTH else "date")


def _points(forecast: Forecast, told: Told, kind: Kind) -> Table:
    first = {
        Grain.MONTH: Column("start", _("Month"), "month"),
        Grain.WEEK: Column("start", _("Week from"), "date"),
        Grain.DAY: Column("start", _("Day"), "date"),
    }[forecast.grain]
    columns = [
        first,
        Column("value", _("Expected"), kind),
        Column("low", _("From (80%)"), kind),
        Column("high", _("To (80%)"), kind),
    ]
    rows = [{"start": each.start, "value": each.value, "low": each.low, "high": each.high} for each in told.points]
    return Table(
        f"ahead-{forecast.grain.value.lower()}",
        _("What is likely to come"),
        columns,
        rows,
        _("Four times in five it lies within the bounds."),
    )


def _tried(forecast: Forecast, told: Told) -> Table:
    columns = [Column("way", _("Way")), Column("mase", _("Error (MASE)"), "decimal"), Column("shown", _("Shown here"))]
    rows = [
        {"way": str(METHODS[method]), "mase": mase, "shown": _("yes") if method is told.method else ""}
        for method, mase in told.tried
    ]
    return Table(f"tried-{forecast.grain.value.lower()}", _("What was tried"), columns, rows)
