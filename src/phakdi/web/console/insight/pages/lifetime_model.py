"""How far the models of members may be trusted: every check, the parameters, and how they foretold what came after."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from phakdi.insight.lifetime.core import dropout, spending
from phakdi.insight.lifetime.documents import Run
from phakdi.insight.lifetime.queries import runs_of
from phakdi.kit.db.scope import organization_scope
from phakdi.web.access import Desk
from phakdi.web.console.insight.report import Chart, Column, Section, Table
from phakdi.web.expecting import why_none


def model_card(run: Run) -> Section:
    """Return what the models of a run are, what was checked, and how they did."""
    model, value, judged = run.doc["model"], run.doc["value"], run.doc["judged"]
    tables = [_checks(run)]
    if model:
        tables.append(_parameters(model, value))
    charts = []
    if judged:
        tables.append(_judged_table(judged))
        fifths = [(_("Fifth %(place)s") % {"place": at}, *pair) for at, pair in enumerate(judged["fifths"], 1)]
        charts.append(
            Chart(
                "fifths",
                _("Foretold and happened"),
                "bar",
                [_("Foretold"), _("Happened")],
                fifths,
                "percent",
                note=_(
                    "Members by their chance of buying, the likeliest fifth first: the share that was foretold to buy, and the share that did."
                ),
            )
        )
    lead = _(
        "Two models are fitted to all members every night: when they buy and drop out (MBG/NBD), and what they spend (Gamma-Gamma). They score nobody unless every check holds."
    )
    return Section(_("The model"), lead, charts=charts, tables=tables)


def _checks(run: Run) -> Table:
    model, value, judged = run.doc["model"], run.doc["value"], run.doc["judged"]
    limit = dropout.EXTREME
    rows = [
        _check(
            _("Members who bought on two days or more"),
            run.doc["repeaters"],
            _("at least %(least)s") % {"least": dropout.REPEATERS_MIN},
            run.doc["repeaters"] >= dropout.REPEATERS_MIN,
        )
    ]
    if model:
        estimates = [model[name] for name in ("r", "alpha", "a", "b")]
        mean = model["a"] / (model["a"] + model["b"])
        error = model["errors"][2] if model["errors"] else None
        rows += [
            _check(
                _("Estimates away from their bounds"),
                ", ".join(f"{each:.4g}" for each in estimates),
                f"1/{limit:,.0f} – {limit:,.0f}",
                all(1 / limit < each < limit for each in estimates),
            ),
            _check(
                _("Chance of dropping out after a purchase"),
                f"{mean:.2%}",
                _("at least %(least)s") % {"least": f"{dropout.IDLE_DROPOUT:.1%}"},
                mean >= dropout.IDLE_DROPOUT,
            ),
            _check(
                _("Error of a against a"),
                "–" if error is None else f"{error:.4g} / {model['a']:.4g}",
                _("smaller than a"),
                error is not None and error < model["a"],
            ),
        ]
    if value:
        correlation = value["correlation"]
        rows += [
            _check(_("Value has a mean (q of Gamma-Gamma)"), f"{value['q']:.4g}", _("above 1"), value["q"] > 1),
            _check(
                _("Value and frequency hang together"),
                "–" if correlation is None else f"{correlation:.3f}",
                _("at most %(most)s, else a warning") % {"most": spending.CORRELATION_MAX},
                correlation is None or correlation <= spending.CORRELATION_MAX,
            ),
        ]
    if judged:
        rows.append(
            _check(
                _("Better than the average on members it had not seen"),
                f"{judged['brier']:.4f} / {judged['base_brier']:.4f}",
                _("Brier score below that of the base rate, else a warning"),
                judged["brier"] < judged["base_brier"],
            )
        )
    columns = [Column("name", _("Check")), Column("found", _("Found")), Column("limit", _("Asked")), Column("holds", _("Holds"))]
    return Table("checks", _("Checks"), columns, rows)


def _check(name: str, found: Any, limit: str, holds: bool) -> dict[str, Any]:  # noqa: FBT001 - a check's outcome
    shown = f"{found:,}" if isinstance(found, int) else str(found)
    return {"name": name, "found": shown, "limit": limit, "holds": _("holds") if holds else _("does not hold")}


def _parameters(model: Mapping[str, Any], value: Mapping[str, Any] | None) -> Table:
    errors = model["errors"] or [None] * 4
    pairs = zip(("r", "alpha", "a", "b"), errors, strict=True)
    said = ", ".join(f"{name} {model[name]:.5g}" + ("" if error is None else f" ± {error:.3g}") for name, error in pairs)
    rows = [{"model": model["kind"], "estimates": said, "likelihood": _likelihood(model)}]
    if value:
        said = ", ".join(f"{name} {value[name]:.5g}" for name in ("p", "q", "gamma"))
        rows.append({"model": "Gamma-Gamma", "estimates": said, "likelihood": _likelihood(value)})
    columns = [
        Column("model", _("Model")),
        Column("estimates", _("Estimates ± standard errors")),
        Column("likelihood", _("Log-likelihood")),
    ]
    return Table("parameters", _("Parameters"), columns, rows, note=_("Times in days, values in the smallest unit of money."))


def _likelihood(of: Mapping[str, Any]) -> str:
    return "–" if of["log_likelihood"] is None else f"{of['log_likelihood']:,.2f}"


def _judged_table(judged: Mapping[str, Any]) -> Table:
    def shown(value: float | None, digits: int = 3) -> str:
        return "–" if value is None else f"{value:,.{digits}f}"

    rows = [
        {"name": _("Members looked at"), "value": f"{judged['members']:,}", "means": _("who had bought before that day")},
        {
            "name": _("Bought after"),
            "value": f"{judged['buyers']:,}",
            "means": _("within %(days)s days") % {"days": judged["horizon"]},
        },
        {
            "name": "AUC",
            "value": shown(judged["auc"]),
            "means": _("Chance that one who bought was scored above one who did not; 0.5 is guessing, 1 is perfect."),
        },
        {
            "name": _("Brier score"),
            "value": f"{shown(judged['brier'], 4)} / {shown(judged['base_brier'], 4)}",
            "means": _("Mean squared error of chances, and that of always saying the base rate; less is better."),
        },
        {
            "name": _("Likeliest tenth"),
            "value": f"{shown(judged['top_lift'], 2)}×",
            "means": _("So many times as often as all, they bought."),
        },
        {
            "name": _("Purchases expected"),
            "value": shown(judged["expected"], 0),
            "means": _("%(actual)s happened.") % {"actual": f"{judged['actual']:,}"},
        },
    ]
    columns = [Column("name", _("How it did")), Column("value", _("Found")), Column("means", _("What that means"))]
    note = _("The model was fitted to what was known %(days)s days ago and asked who would buy since.") % {
        "days": judged["horizon"]
    }
    return Table("judged", _("Judged by what came after"), columns, rows, note=note)


def past_runs(desk: Desk) -> Section:
    """Return how the latest runs were judged."""
    with organization_scope(desk.organization_id):
        runs = runs_of(organization_id=desk.organization_id, limit=6)
    rows = [
        {
            "day": run.as_of,
            "members": run.doc["members"],
            "model": run.doc["model"]["kind"] if run.doc["model"] and not run.refusal else "–",
            "auc": run.doc["judged"]["auc"] if run.doc["judged"] else None,
            "brier": run.doc["judged"]["brier"] if run.doc["judged"] else None,
            "why": why_none(run.doc["unjudged"]) if run.doc["unjudged"] else "",
        }
        for run in runs
    ]
    columns = [
        Column("day", _("As of"), "date"),
        Column("members", _("Members"), "count"),
        Column("model", _("Model")),
        Column("auc", "AUC", "decimal"),
        Column("brier", _("Brier score"), "decimal"),
        Column("why", _("Why not judged")),
    ]
    return Section(tables=[Table("runs", _("The latest runs"), columns, rows)])
