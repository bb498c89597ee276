"""What of products is worked out at each refresh and kept for the pages."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.insight.kpis import queries as kpis
from phakdi.insight.kpis.core.settings import BP
from phakdi.insight.points import queries as points
from phakdi.insight.products import documents, expressions, looking, operations, rewards
from phakdi.insight.products.core.figures import Rates, Span
from phakdi.insight.products.documents import Detail, Rewards, SecondVisits
from phakdi.insight.products.expressions import Scope
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.db.scope import organization_scope

ITEMS = ("product", "category")
SPANS, QUIET, REWARD_SPANS = (30, 90, 365), (30, 60, 90), (90, 365)  # days
DETAILS_MAX, STORES_MAX, SEASON_DAYS = 200, 50, 365


def step(organization_id: UUID, warehouse: Warehouse, _now: datetime) -> None:
    """Work out every figure of products and keep it in the place of the last. Safe to repeat; nothing is kept where it fails."""
    rates = rates_of(organization_id)
    today = today_of(warehouse)
    year = Scope(last(365, today))
    sold = {f"{item}:{days}": looking.sold(warehouse, Scope(last(days, today)), item, rates) for item in ITEMS for days in SPANS}
    moved = {
        f"{item}:{days}:{against}": looking.movement(
            warehouse, Scope(last(days, today)), other, item, {each.item for each in sold[f"{item}:{days}"].items}
        )
        for item in ITEMS
        for days in SPANS
        for against, other in (("before", last(days, today).before), ("year", last(days, today).year_before))
    }
    best = [each.item for each in sold["product:365"].items if each.item][:DETAILS_MAX]
    found: dict[str, dict[str, documents.Kept]] = {
        "sold": {**sold},
        "moved": {**moved},
        "together": {"365": looking.pairs(warehouse, year, best[: looking.PAIR_PRODUCTS])},
        "quiet": {str(days): looking.not_selling(warehouse, year, quiet_days=days) for days in QUIET},
        "second": {item: SecondVisits(*looking.second_visits(warehouse, item, today=today)) for item in ITEMS},
        "rewards": {str(days): rewards_in(warehouse, last(days, today)) for days in REWARD_SPANS},
        "detail": {each.product: each for each in details(warehouse, year, best)},
    }
    with organization_scope(organization_id):
        for kind, docs in found.items():
            written = {name: documents.write(doc) for name, doc in docs.items()}
            operations.keep(organization_id=organization_id, kind=kind, docs=written, as_of=warehouse.as_of)


def rates_of(organization_id: UUID) -> Rates:
    """Return the margins the organization told (none where it told none), and what its points cost: as told, else as last worked out."""
    with organization_scope(organization_id):
        told = kpis.settings_of(organization_id=organization_id)
        costs = {unit: kept.cost for unit, kept in points.accounts_of(organization_id=organization_id).items()}
    margins = {category: Fraction(margin, BP) for category, margin in told.margins_bp.items()}
    return Rates(None if told.margin_bp is None else told.margin, margins, {**costs, **told.point_costs})


def today_of(warehouse: Warehouse) -> date:
    """Return the program day of a warehouse."""
    return warehouse.as_of.astimezone(ZoneInfo(warehouse.time_zone)).date()


def last(days: int, today: date) -> Span:
    """Return so many days up to today, today included."""
    return Span(today - timedelta(days=days - 1), today + timedelta(days=1))


def rewards_in(warehouse: Warehouse, span: Span) -> Rewards:
    """Return how rewards were taken in a span, with the members who took each by level."""
    levels: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in warehouse.rows(rewards.takers_by_level(warehouse, span)):
        levels[row["reward"]][row["level"] or ""] = row["members"]
    return Rewards(span, looking.reward_pull(warehouse, span), dict(levels))


def details(warehouse: Warehouse, scope: Scope, products: list[str], item: str = "product") -> list[Detail]:
    """Return these products (or categories) by store (the best sold first), month, weekday and hour."""
    if not products:
        return []
    stores: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    months: defaultdict[str, list[tuple[date, int]]] = defaultdict(list)
    hours: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for row in warehouse.rows(expressions.by_place_and_time(warehouse, scope, item, products, "store")):
        stores[row["item"]].append((row["store"], row["sales_minor"]))
    for row in warehouse.rows(expressions.by_place_and_time(warehouse, scope, item, products, "month")):
        months[row["item"]].append((row["month"], row["sales_minor"]))
    for row in warehouse.rows(expressions.by_place_and_time(warehouse, scope, item, products, "weekday", "hour")):
        hours[row["item"]].append((row["weekday"], row["hour"], row["sales_minor"]))
    return [
        Detail(
            product,
            sorted(stores[product], key=lambda told: (-told[1], told[0]))[:STORES_MAX],
            sorted(months[product]),
            sorted(hours[product]),
        )
        for product in products
    ]
