"""Figures of members and sales, and what stores sold in all."""

from datetime import date
from decimal import Decimal
from typing import Annotated, get_args

from django.http import HttpRequest
from ninja import Path, Query, Router

from phakdi.api.request import Call, call_of
from phakdi.api.schemas import figures as wire
from phakdi.api.terms import terms
from phakdi.flows.record_till_totals import TillDay, record_till_totals
from phakdi.insight.kpis import looking
from phakdi.insight.kpis.core.registry import FIGURES, Figure
from phakdi.insight.kpis.queries import Found
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import Invalid, NotFound
from phakdi.kit.money import exponent, to_minor
from phakdi.platform.keys.core import Scope
from phakdi.platform.organizations.queries import get_organization

router = Router(tags=["figures"])
DAYS_MAX = 3_660


@router.get("/figures", response=wire.DefinitionsOut)
@terms(Scope.FIGURES_READ)
def list_figures(request: HttpRequest) -> wire.DefinitionsOut:
    """List every figure with its unit and formula."""
    call = call_of(request)
    return wire.DefinitionsOut(items=[_told(each, call.language) for each in FIGURES.values()])


@router.get("/figures/{name}", response=wire.FigureOut)
@terms(Scope.FIGURES_READ, refuses=(404,))
def get_figure(
    request: HttpRequest,
    name: Annotated[str, Path(..., max_length=40)],
    first: Annotated[date, Query(..., description="The first day.")],
    last: Annotated[date, Query(..., description="The last day, included.")],
    by: Annotated[wire.By | None, Query()] = None,
) -> wire.FigureOut:
    """Tell one figure of a window of days, in all or by store, channel, level or segment.

    Months, quarters, years and the last 7, 30, 90 and 365 days are answered as the latest refresh found them; other days are
    counted now. A key that is bound to stores asks `by=store` and is told its own.
    """
    call = call_of(request)
    figure = FIGURES.get(name)
    if figure is None:
        raise NotFound("There is no such figure.", code="insight_figure")
    if not 0 <= (last - first).days < DAYS_MAX:
        raise Invalid("The first day is not after the last.", code="insight_figures_span", field="first")
    if by is not None and by not in figure.by:
        raise Invalid("This figure is not counted by that.", code="insight_dimension", field="by")
    if call.principal.stores and by != "store":
        raise Invalid("The key is bound to stores: say by which store.", code="insight_key_bound", field="by")
    found = looking.keyed(call.organization_id, first=first, last=last, dimension=by or "", key=None if by else "")
    mine = [each for each in found if each.figure == name and (not call.principal.stores or each.key in call.principal.stores)]
    currency = _currency(call)
    return wire.FigureOut(
        **_told(figure, call.language).model_dump(),
        first=first,
        last=last,
        as_of=max((each.as_of for each in mine), default=None),
        items=[_value(figure, each, currency) for each in sorted(mine, key=lambda each: each.key)],
    )


@router.put("/till-totals", response=wire.TotalsOut)
@terms(Scope.TOTALS_WRITE)
def put_till_totals(request: HttpRequest, data: wire.TotalsIn) -> wire.TotalsOut:
    """Report what stores sold on days, members or not. Safe to repeat: a store and day told before is written over."""
    call = call_of(request)
    for each in data.totals:
        call.principal.require_store(each.store)
    currency = _currency(call)
    totals = [TillDay(each.store, each.day, each.bills, to_minor(each.sales, currency, field="sales")) for each in data.totals]
    return wire.TotalsOut(
        written=record_till_totals(organization_id=call.organization_id, totals=totals, actor=call.actor(), now=call.now)
    )


def _told(figure: Figure, language: str) -> wire.DefinitionOut:
    by = [each for each in get_args(wire.By) if each in figure.by]
    return wire.DefinitionOut(
        name=figure.key, title=figure.title.told(language), unit=figure.unit, formula=figure.formula.told(language), by=by
    )


def _value(figure: Figure, found: Found, currency: str) -> wire.ValueOut:
    is_money = figure.unit == "money"
    top = _units(found.numerator, currency) if is_money else _text(found.numerator)
    value = None if found.value is None else _units(round(found.value), currency) if is_money else _text(round(found.value, 6))
    return wire.ValueOut(key=found.key, value=value, numerator=top, denominator=_text(found.denominator))


def _units(minor: int | None, currency: str) -> str | None:
    return None if minor is None else str(Decimal(minor).scaleb(-exponent(currency)))


def _text(value: float | None) -> str | None:
    return None if value is None else format(Decimal(str(value)).normalize(), "f")


def _currency(call: Call) -> str:
    with organization_scope(call.organization_id):
        return get_organization(organization_id=call.organization_id).currency
