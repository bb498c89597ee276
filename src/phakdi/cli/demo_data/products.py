"""What the cafés sell, and when people want it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """Something on the menu. ``weight`` is how often it is ordered; ``hot``, ``cold`` and ``gift`` follow the seasons."""

    code: str
    name: str
    category: str
    price: Decimal
    weight: int
    season: str = ""


def _menu(category: str, *rows: tuple[str, str, int, int, str]) -> tuple[Product, ...]:
    return tuple(Product(code, name, category, Decimal(price), weight, season) for code, name, price, weight, season in rows)


PRODUCTS = (
    *_menu(
        "coffee",
        ("CF01", "เอสเพรสโซร้อน", 60, 4, "hot"), ("CF02", "อเมริกาโนร้อน", 65, 10, "hot"), ("CF03", "อเมริกาโนเย็น", 75, 18, "cold"),
        ("CF04", "ลาเต้ร้อน", 75, 9, "hot"), ("CF05", "ลาเต้เย็น", 85, 16, "cold"), ("CF06", "คาปูชิโนร้อน", 75, 7, "hot"),
        ("CF07", "คาปูชิโนเย็น", 85, 8, "cold"), ("CF08", "มอคค่าเย็น", 95, 7, "cold"), ("CF09", "เอสเย็น (กาแฟโบราณ)", 70, 9, "cold"),
        ("CF10", "โคลด์บรูว์ส้มยูซุ", 120, 5, "cold"), ("CF11", "แฟลตไวท์", 90, 4, ""), ("CF12", "กาแฟดริปดอยช้าง", 110, 3, ""),
    ),
    *_menu(
        "tea",
        ("TE01", "ชาไทยเย็น", 65, 14, "cold"), ("TE02", "ชาเขียวมัทฉะลาเต้เย็น", 95, 9, "cold"), ("TE03", "ชามะนาวเย็น", 60, 7, "cold"),
        ("TE04", "ชาอู่หลงร้อน", 70, 4, "hot"), ("TE05", "ชานมไข่มุก", 80, 7, "cold"), ("TE06", "ชาดอกคำฝอยน้ำผึ้ง", 75, 2, "hot"),
        ("TE07", "โกโก้เย็น", 80, 6, "cold"),
    ),
    *_menu(
        "bakery",
        ("BK01", "ครัวซองต์เนยสด", 75, 10, ""), ("BK02", "เค้กมะพร้าวอ่อน", 95, 6, ""), ("BK03", "บราวนี่", 65, 6, ""),
        ("BK04", "ชีสเค้กมะม่วง", 120, 4, "cold"), ("BK05", "ขนมปังสังขยาใบเตย", 60, 6, ""), ("BK06", "สโคนลูกเกด", 55, 3, ""),
        ("BK07", "คุกกี้ใบชา", 45, 5, ""), ("BK08", "เค้กช็อกโกแลตหน้านิ่ม", 110, 4, ""),
    ),
    *_menu(
        "food",
        ("FD01", "แซนด์วิชแฮมชีส", 95, 5, ""), ("FD02", "สปาเกตตีเขียวหวานไก่", 145, 3, ""), ("FD03", "ข้าวผัดปูจานเล็ก", 135, 2, ""),
        ("FD04", "สลัดอกไก่", 125, 3, ""),
    ),
    *_menu(
        "beans",
        ("BN01", "เมล็ดกาแฟดอยช้าง 250 กรัม", 320, 3, ""), ("BN02", "เมล็ดกาแฟดอยตุง 250 กรัม", 340, 2, ""),
        ("BN03", "ดริปแบ็กคละรส 10 ซอง", 250, 3, ""), ("BN04", "ชาอู่หลงแม่สลอง 100 กรัม", 280, 2, ""),
    ),
    *_menu(
        "merchandise",
        ("GD01", "แก้วเก็บความเย็น", 590, 1, ""), ("GD02", "ถุงผ้าบ้านใบชา", 250, 1, ""), ("GD03", "ชุดของขวัญปีใหม่", 690, 1, "gift"),
    ),
    *_menu("gift-card", ("GC05", "บัตรของขวัญ 500 บาท", 500, 1, "gift")),
)  # fmt: skip
BY_CODE = {product.code: product for product in PRODUCTS}
DRINKS = tuple(product for product in PRODUCTS if product.category in {"coffee", "tea"})
BITES = tuple(product for product in PRODUCTS if product.category in {"bakery", "food"})
GOODS = tuple(product for product in PRODUCTS if product.category in {"beans", "merchandise", "gift-card"})

_HOT_MONTHS, _COOL_MONTHS, _GIFT_MONTHS = (3, 4, 5), (11, 12, 1), (12, 1)


def wanted(product: Product, month: int) -> float:
    """Return how much the product is wanted in a month: iced in the hot season, hot in the cool one, gifts at New Year."""
    factor = 1.0
    if product.season == "cold":
        factor = 1.5 if month in _HOT_MONTHS else 0.8 if month in _COOL_MONTHS else 1.0
    elif product.season == "hot":
        factor = 1.5 if month in _COOL_MONTHS else 0.7 if month in _HOT_MONTHS else 1.0
    elif product.season == "gift":
        factor = 12.0 if month in _GIFT_MONTHS else 0.4
    return product.weight * factor
