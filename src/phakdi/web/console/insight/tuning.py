"""What figures cannot know by themselves: margins and costs, what they should come to, and what stores sold in all."""

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from io import StringIO
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from phakdi.flows.account_points import prices_of
from phakdi.flows.record_till_totals import TillDay, record_till_totals
from phakdi.flows.tune_insight import add_target, change_insight_settings, remove_target
from phakdi.flows.watch_figures import values_of
from phakdi.insight.kpis import queries
from phakdi.insight.kpis.core.registry import FIGURES
from phakdi.insight.kpis.core.settings import ActiveBy, KpiSettings, bp_of
from phakdi.insight.kpis.core.targets import SPANS, Wanted
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, Refusal
from phakdi.kit.money import exponent, format_money, to_minor
from phakdi.loyalty.programs.queries import NoProgram, version_at
from phakdi.platform.audit.core import Actor
from phakdi.platform.organizations.queries import stores_of
from phakdi.platform.staff.core import Permission
from phakdi.web.access import Desk, staff_page
from phakdi.web.console.insight.links import report_url
from phakdi.web.console.insight.pages.kpis import KINDS, ONE
from phakdi.web.console.insight.report import write
from phakdi.web.naming import reader_for
from phakdi.web.standing import unit_name
from phakdi.web.words import add_refusal, language

PERCENT = 100
BYTES_MAX = 2_000_000
SHOWN = 60
SPAN_NAMES = {
    "7": gettext_lazy("7 days"),
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("365 days"),
    "month": gettext_lazy("The last whole month"),
}
FINDINGS = {
    "unknown": gettext_lazy("not known yet"),
    "fine": gettext_lazy("as wanted"),
    "low": gettext_lazy("below the band"),
    "high": gettext_lazy("above the band"),
    "fell": gettext_lazy("fell too far"),
    "rose": gettext_lazy("rose too far"),
}


class SettingsForm(forms.Form):
    """Margins, costs and what counts."""

    margin = forms.DecimalField(
        label=gettext_lazy("Margin on sales, in percent"),
        help_text=gettext_lazy("What is left of a sale after what the goods cost. Empty: 30% is assumed, and said so."),
        min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False,
    )  # fmt: skip
    margins = forms.CharField(
        label=gettext_lazy("Margin of single categories"),
        help_text=gettext_lazy("One category a line, as in: coffee 60"),
        widget=forms.Textarea(attrs={"rows": 4}), max_length=10_000, required=False,
    )  # fmt: skip
    contact = forms.DecimalField(
        label=gettext_lazy("Cost of one message"), min_value=0, max_digits=10, decimal_places=4, required=False
    )
    lapse_days = forms.IntegerField(
        label=gettext_lazy("Lapsed after so many days without a purchase"),
        help_text=gettext_lazy("Empty: three times what is usual for each member."),
        min_value=1, max_value=1_095, required=False,
    )  # fmt: skip
    active_by = forms.ChoiceField(
        label=gettext_lazy("Active is who"),
        choices=[
            (ActiveBy.PURCHASE.value, gettext_lazy("bought")),
            (ActiveBy.ACTIVITY.value, gettext_lazy("bought or took part in anything")),
        ],
    )
    engaged = forms.CharField(
        label=gettext_lazy("Activities that count as taking part"),
        help_text=gettext_lazy("Kinds as in your program, apart by commas. Empty: everything that members do of their own accord."),
        max_length=1_000, required=False,
    )  # fmt: skip
    horizon_days = forms.IntegerField(
        label=gettext_lazy("Chance of leaving: within so many days"), min_value=1, max_value=365, initial=90
    )

    def __init__(self, data: Any, *, units: Mapping[str, tuple[str, Fraction]], initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self.units = {f"cost_{unit}": unit for unit in units}
        for unit, (name, worth) in units.items():
            usual = f"{float(worth):,.4f}".rstrip("0").rstrip(".")
            self.fields[f"cost_{unit}"] = forms.DecimalField(
                label=_("Cost of one: %(points)s") % {"points": name},
                help_text=_("Empty: %(worth)s, what the program says it is worth.") % {"worth": usual},
                min_value=0, max_digits=12, decimal_places=6, required=False,
            )  # fmt: skip

    def settings(self, currency: str) -> KpiSettings:
        """Return what was told.

        Raises:
            Invalid: a line of the categories cannot be read.
        """
        given, minor = self.cleaned_data, 10 ** exponent(currency)
        return KpiSettings(
            None if given["margin"] is None else bp_of(given["margin"]),
            read_margins(given["margins"]),
            {unit: Fraction(given[name]) * minor for name, unit in self.units.items() if given[name] is not None},
            Fraction(given["contact"] or 0) * minor,
            given["lapse_days"],
            tuple(kind.strip() for kind in given["engaged"].split(",") if kind.strip()),
            ActiveBy(given["active_by"]),
            given["horizon_days"],
        )


class TargetForm(forms.Form):
    """What is wanted of a figure. Shares are told in percent, amounts in units of money."""

    figure = forms.ChoiceField(label=gettext_lazy("Figure"))
    span = forms.ChoiceField(label=gettext_lazy("Over"), choices=[(span, SPAN_NAMES[span]) for span in SPANS], initial="30")
    store = forms.ChoiceField(label=gettext_lazy("Store"), required=False)
    goal = forms.DecimalField(label=gettext_lazy("Goal"), required=False, max_digits=15, decimal_places=4)
    by = forms.DateField(label=gettext_lazy("By when"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    low = forms.DecimalField(label=gettext_lazy("Tell me when it is below"), required=False, max_digits=15, decimal_places=4)
    high = forms.DecimalField(label=gettext_lazy("Tell me when it is above"), required=False, max_digits=15, decimal_places=4)
    moves = forms.DecimalField(
        label=gettext_lazy("Tell me when it moves by more than so many percent"),
        help_text=gettext_lazy("Against as many days before."),
        required=False, min_value=0, max_digits=6, decimal_places=2,
    )  # fmt: skip

    def __init__(self, data: Any, *, stores: list[tuple[str, str]], initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self.fields["figure"].choices = [(key, each.title.told(language())) for key, each in FIGURES.items()]  # type: ignore[attr-defined]  # a choice field
        self.fields["store"].choices = [("", _("All stores together")), *stores]  # type: ignore[attr-defined]  # as above

    def wanted(self, currency: str) -> Wanted:
        """Return what was asked for, as figures have it."""
        given = self.cleaned_data
        unit = FIGURES[given["figure"]].unit
        factor = 1 / PERCENT if unit == "percent" else 10 ** exponent(currency) if unit == "money" else 1
        goal, low, high = (None if given[name] is None else float(given[name]) * factor for name in ("goal", "low", "high"))
        dimension = "store" if given["store"] else ""
        moves = None if given["moves"] is None else float(given["moves"])
        return Wanted(given["figure"], given["span"], dimension, given["store"], goal, given["by"], low, high, moves)


class TotalsForm(forms.Form):
    """A file of totals, or one total by hand."""

    file = forms.FileField(
        label=gettext_lazy("File (CSV)"),
        help_text=gettext_lazy("Columns: store, day (2026-03-31), bills, sales. All bills count, with and without members."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.INSIGHT_READ)
def settings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show and keep margins, costs and what counts."""
    with organization_scope(desk.organization_id):
        kept = queries.settings_of(organization_id=desk.organization_id)
    minor = 10 ** exponent(desk.currency)
    initial = {
        "margin": None if kept.margin_bp is None else Decimal(kept.margin_bp) / PERCENT,
        "margins": "\n".join(f"{category} {bp / PERCENT:g}" for category, bp in sorted(kept.margins_bp.items())),
        "contact": float(kept.contact_minor / minor) if kept.contact_minor else None,
        "lapse_days": kept.lapse_days,
        "active_by": kept.active_by.value,
        "engaged": ", ".join(kept.engaged_kinds),
        "horizon_days": kept.horizon_days,
        **{f"cost_{unit}": float(cost / minor) for unit, cost in kept.point_costs.items()},
    }
    form = SettingsForm(request.POST or None, units=_units(desk), initial=initial)
    if request.method == "POST":
        desk.place.require(Permission.PROGRAMS_WRITE)
        if form.is_valid():
            try:
                change_insight_settings(place=desk.place, settings=form.settings(desk.currency), now=utc_now())
            except Refusal as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("Kept. Figures follow at the next refresh."), "good")
                return redirect("web:insight_settings")
    context = {"form": form, "may_write": desk.place.can(Permission.PROGRAMS_WRITE)}
    return render(request, "console/insight/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.INSIGHT_READ)
def targets(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what is wanted of figures and how they stand; watch one more."""
    form = TargetForm(
        request.POST or None, stores=_stores(desk), initial={"figure": request.GET.get("figure", "retention"), "span": "30"}
    )
    if request.method == "POST":
        desk.place.require(Permission.PROGRAMS_WRITE)
        if form.is_valid():
            try:
                add_target(place=desk.place, wanted=form.wanted(desk.currency), now=utc_now())
            except Refusal as refusal:
                refusal.details["field"] = {"moves_percent": "moves", "dimension": "store"}.get(
                    str(refusal.details.get("field")), refusal.details.get("field")
                )
                add_refusal(form, refusal)
            else:
                messages.success(request, _("It is watched from now on."), "good")
                return redirect("web:insight_targets")
    context = {"form": form, "rows": _target_rows(desk), "may_write": desk.place.can(Permission.PROGRAMS_WRITE)}
    return render(request, "console/insight/targets.html", context, status=422 if form.errors else 200)


@require_POST
@staff_page(Permission.PROGRAMS_WRITE)
def remove(request: HttpRequest, desk: Desk, target_id: UUID) -> HttpResponse:
    """Watch a figure no more."""
    remove_target(place=desk.place, target_id=target_id, now=utc_now())
    messages.success(request, _("It is watched no more."), "good")
    return redirect("web:insight_targets")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(Permission.INSIGHT_READ)
def totals(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what stores sold on days, and take a file of it."""
    form = TotalsForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        desk.place.require(Permission.IMPORTS_RUN)
        if form.is_valid():
            try:
                found = read_totals(form.cleaned_data["file"].read(BYTES_MAX + 1), desk.currency)
                actor = Actor("staff", str(desk.place.staff_id))
                number = record_till_totals(organization_id=desk.organization_id, totals=found, actor=actor, now=utc_now())
            except Refusal as refusal:
                refusal.details["field"] = "file"
                add_refusal(form, refusal)
            else:
                messages.success(
                    request, _("%(count)s totals kept. Shares follow at the next refresh.") % {"count": f"{number:,}"}, "good"
                )
                return redirect("web:till_totals")
    with organization_scope(desk.organization_id):
        found_rows = queries.till_totals_of(organization_id=desk.organization_id, limit=SHOWN)
    names = dict(_stores(desk))
    rows = [
        {
            "store": names.get(row.store, row.store),
            "day": row.day,
            "bills": row.bills,
            "sales": format_money(row.sales_minor, desk.currency, language()),
        }
        for row in found_rows
        if row.store in names
    ]
    context = {"form": form, "rows": rows, "may_write": desk.place.can(Permission.IMPORTS_RUN)}
    return render(request, "console/insight/totals.html", context, status=422 if form.errors else 200)


def read_margins(text: str) -> dict[str, int]:
    """Return margins by category from lines such as ``coffee 60``.

    Raises:
        Invalid: a line cannot be read.
    """
    found = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        category, _space, told = line.rpartition(" ")
        try:
            margin = bp_of(Decimal(told.rstrip("%")))
        except (InvalidOperation, ValueError, OverflowError):
            category = ""
        if not category.strip():
            raise Invalid("A line cannot be read.", code="insight_margins_line", field="margins")
        found[category.strip()] = margin
    return found


def read_totals(body: bytes, currency: str) -> list[TillDay]:
    """Return the totals of a CSV file with a first line of titles.

    Raises:
        Invalid: it is too large, or a line cannot be read (``details['line']``, from 1).
    """
    if len(body) > BYTES_MAX:
        raise Invalid("It is too large.", code="till_total_rows", field="file")
    found: list[TillDay] = []
    try:
        for row in csv.DictReader(StringIO(body.decode("utf-8-sig"), newline="")):
            amount = to_minor(Decimal(row["sales"].replace(",", "").strip()), currency)
            found.append(
                TillDay(row["store"].strip(), date.fromisoformat(row["day"].strip()), int(row["bills"].replace(",", "")), amount)
            )
    except (KeyError, ValueError, ArithmeticError, AttributeError, csv.Error, Refusal) as error:
        raise Invalid("A line cannot be read.", code="till_total_line", field="file", line=len(found) + 2) from error
    return found


def _target_rows(desk: Desk) -> list[dict[str, Any]]:
    found = []
    names = dict(_stores(desk))
    with organization_scope(desk.organization_id):
        kept = queries.find_table(organization_id=desk.organization_id, name="lapse")
        for each in queries.targets_of(organization_id=desk.organization_id):
            today = date.fromisoformat(kept[1]["today"]) if kept else utc_now().astimezone(desk.zone).date()
            now, before = values_of(desk.organization_id, each, today)
            kind = KINDS[FIGURES[each.figure].unit]
            shown = {
                name: write(getattr(each, name), kind, desk.currency)
                for name in ("goal", "low", "high")
                if getattr(each, name) is not None
            }
            reached = each.reached(now)
            found.append(
                {
                    "wanted": each,
                    "name": FIGURES[each.figure].title.told(language()),
                    "where": names.get(each.key, each.key),
                    "over": SPAN_NAMES[each.span],
                    "now": write(now, kind, desk.currency),
                    "before": write(before, kind, desk.currency),
                    "shown": shown,
                    "reached": write(reached, "percent") if reached is not None else "",
                    "finding": FINDINGS[each.find(now, before).value] if each.is_alert else "",
                    "is_out": each.is_alert and each.find(now, before).is_out,
                    "url": report_url(ONE, figure=each.figure, store=each.key or None),
                }
            )
    return found


def _stores(desk: Desk) -> list[tuple[str, str]]:
    with organization_scope(desk.organization_id):
        found = stores_of(organization_id=desk.organization_id)
    return [
        (store.code, store.name_in(language())) for store in found if desk.place.is_everywhere or desk.place.works_in(store.code)
    ]


def _units(desk: Desk) -> dict[str, tuple[str, Fraction]]:
    """Return each kind of points with its name and what the program says one is worth, in units of money."""
    with organization_scope(desk.organization_id):
        try:
            program = version_at(organization_id=desk.organization_id, at=utc_now())
        except NoProgram:
            return {}
    reader = reader_for(desk.organization, program)
    minor = 10 ** exponent(desk.currency)
    return {
        unit: (reader.names.get(unit) or unit_name(program.units[unit].kind), price.cost / minor)
        for unit, price in prices_of(program).items()
        if not price.is_owed
    }
