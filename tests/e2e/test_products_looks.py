"""What sells, journeys and paths, on a phone and on a desk."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe

from phakdi.insight.paths.refreshing import step as follow
from phakdi.insight.products.refreshing import step as look_at_products
from phakdi.insight.warehouse.reading import Warehouse
from phakdi.kit.clock import utc_now
from phakdi.web.console.insight.pages import asking
from tests.e2e.looking import LOOKS, look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]
PRODUCTS = {"ลาเต้เย็น": "เครื่องดื่ม", "ชาไทย": "เครื่องดื่ม", "ครัวซองต์": "เบเกอรี", "เค้กส้ม": "เบเกอรี", "เมล็ดกาแฟ 250 ก.": "ของขาย"}
PAGES = {
    "products": "products/",
    "categories": "products/?by=category&span=365&compare=year",
    "product": "product/?item=ลาเต้เย็น&members=1",
    "together": "bought-together/",
    "second": "second-visits/",
    "rewards": "rewards-pull/?reward=reward:free_cup",
    "journey": "journey/?span=365&behind=2&how=lost",
    "paths": "paths/?gap=week",
    "second-purchase": "second-purchase/",
}


def house(member_id):
    """Return a year of a coffee shop with 120 members; one of them is known."""
    draw, today = random.Random(4), utc_now().date()
    tables = {name: [] for name in ("member", "purchase", "purchase_line", "activity", "points_movement", "message", "sign_in")}
    for member in range(120):
        joined = today - timedelta(days=draw.randrange(10, 500))
        tables["member"].append(
            {
                "member_key": member,
                "member_id": str(member_id if not member else uuid4()),
                "joined_on": joined,
                "is_enrolled": True,
            }
            | {"level": draw.choice(["silver", "gold", ""]), "referred_by_key": 0 if member % 9 == 1 else None}
        )
        for visit in range(draw.choice([0, 1, 1, 2, 5, 9])):
            on = joined + timedelta(days=draw.randrange(1, 30) + visit * draw.randrange(5, 40))
            if on <= today:
                _visit(draw, tables, member, on)
    return Warehouse.of_rows(tables, as_of=utc_now())


def _visit(draw, tables, member, on: date):
    key, noon = len(tables["purchase"]) + 1, datetime(on.year, on.month, on.day, draw.randrange(2, 12), tzinfo=UTC)
    where = {"member_key": member, "day": on, "store": draw.choice(["siam", "ari"]), "channel": "store"}
    sold = draw.sample(list(PRODUCTS), draw.choice([1, 2, 2, 3]))
    tables["purchase"].append(
        where | {"purchase_key": key, "activity_id": str(key), "at": noon, "local_at": (noon + timedelta(hours=7)).replace(tzinfo=None)}
        | {"net_minor": 6_500 * len(sold), "returned_minor": 0, "lines": len(sold)}
    )  # fmt: skip
    for number, product in enumerate(sold, 1):
        tables["purchase_line"].append(
            where | {"purchase_key": key, "line": number, "product": product, "category": PRODUCTS[product], "quantity_milli": 1_000}
            | {"amount_minor": 6_500, "returned_minor": 0}
        )  # fmt: skip
    done = [("visit", -10), ("purchase", 0), ("review", 20)] if key % 3 else [("check_in", -50), ("purchase", 0)]
    for kind, minutes in done:
        tables["activity"].append(
            where
            | {"activity_key": len(tables["activity"]), "kind": kind, "at": noon + timedelta(minutes=minutes), "is_engaged": True}
        )
    if key % 4 == 0:
        tables["message"].append(where | {"at": noon - timedelta(hours=30), "channel": "LINE", "template": "news"})
        tables["sign_in"].append({"member_key": member, "day": on, "at": noon - timedelta(minutes=3), "way": "LINE"})
    if key % 7 == 0:
        tables["points_movement"].append(
            where
            | {
                "unit": "points",
                "points": 50,
                "source": "ACTIVE",
                "target": "REDEEMED",
                "rule": "reward:free_cup",
                "activity_id": f"r{key}",
            }
        )


@pytest.mark.parametrize(("size", "language", "theme"), LOOKS[::3])
def test_products_and_paths(shop, regular, open_page, sign_in, picture, size, language, theme, request, monkeypatch):
    warehouse = house(regular.id)
    monkeypatch.setattr(asking, "find_warehouse", lambda _desk: house(regular.id))
    for step in (look_at_products, follow):
        step(shop.id, warehouse, utc_now())
    page = open_page(size, language, theme=theme)
    sign_in(page, "owner@rimnam.example")
    for name, address in PAGES.items():
        look(page, picture, f"/console/insight/{address}", f"{name}-{request.node.callspec.id}")
        assert Axe().run(page).response["violations"] == [], address
