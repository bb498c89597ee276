"""What the members did: two years of visits with seasons, habits, returns and rewards taken."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from phakdi.cli.demo_data.people import DAYS, Person
from phakdi.cli.demo_data.products import BITES, DRINKS, GOODS, Product, wanted
from phakdi.cli.demo_data.stores import STORES, DemoStore

MONTHS = (0, 1.05, 0.95, 1.1, 0.98, 1.02, 0.95, 0.97, 0.96, 0.93, 0.97, 1.08, 1.25)  # January first; April has Songkran
BUSIEST = 1.25 * 1.15
RETURNS = 0.012
AT_HOME = 0.84
TENDERS = (("promptpay", 46), ("cash", 27), ("card", 19), ("wallet", 8))
REWARDS = (("coffee", 120), ("cake", 180), ("beans", 500), ("tumbler", 900))
BAHT_A_POINT = 25
GOOD_FOR = timedelta(days=330)


@dataclass(frozen=True, slots=True)
class Sale:
    """One row of the till's file."""

    number: str
    kind: str
    member: str
    at: datetime
    store: str
    channel: str = ""
    tender: str = ""
    product: str = ""
    name: str = ""
    category: str = ""
    quantity: int = 0
    price: Decimal | None = None
    reward: str = ""


class Tills:
    """The tills of all stores: they number what they sell."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, date], int] = {}

    def number(self, store: str, day: date) -> str:
        """Return the next receipt number of a store's day."""
        last = self._last[store, day] = self._last.get((store, day), 0) + 1
        return f"{store}-{day:%y%m%d}-{last:03}"


def sales_of(person: Person, *, tills: Tills, seed: str, until: date) -> Iterator[Sale]:
    """Yield the rows of one member: joining, purchases, returns, rewards, in the order in which they happened."""
    chance = random.Random(f"{seed}/{person.number}")
    begin = until - timedelta(days=DAYS - 1)
    if person.joined >= begin:
        at = datetime.combine(person.joined, time(max(8, person.hour), chance.randrange(5)))
        yield Sale(f"JOIN-{person.number}", "join", person.number, at, person.store.code)
        yield from _visit(person, person.joined, tills, chance, until)
    for day in _visits(person, max(person.joined + timedelta(days=1), begin), min(until, person.lapses), chance):
        yield from _visit(person, day, tills, chance, until)


def _visits(person: Person, day: date, end: date, chance: random.Random) -> Iterator[date]:
    """Yield the days of visits: days are drawn as if each were the busiest, and kept as often as they are as busy."""
    busiest = min(0.97, person.temper.visits / 7 * max(person.weekend, (7 - 2 * person.weekend) / 5) * BUSIEST)
    while True:
        day += timedelta(days=int(math.log(1 - chance.random()) / math.log(1 - busiest)))
        if day > end:
            return
        if chance.random() < _daily(person, day) / busiest:
            yield day
        day += timedelta(days=1)


def _daily(person: Person, day: date) -> float:
    """Return how probable a visit is on this day."""
    weekly = person.temper.visits * MONTHS[day.month]
    spread = person.weekend if day.weekday() >= 5 else (7 - 2 * person.weekend) / 5
    payday = 1.15 if day.day >= 25 or day.day <= 3 else 0.96
    holiday = 0.55 if (day.month, day.day) in {(1, 1), (4, 13), (4, 14), (4, 15)} else 1.0
    return min(0.97, weekly / 7 * max(0.1, spread) * payday * holiday)


def _visit(person: Person, day: date, tills: Tills, chance: random.Random, until: date) -> Iterator[Sale]:
    store = person.store if chance.random() < AT_HOME else _elsewhere(chance, day, until)
    hour = min(20, max(7, person.hour + round(chance.gauss(0, 1.3)) + (2 if day.weekday() >= 5 else 0)))
    at = datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)))
    number = tills.number(store.code, day)
    channel = chance.choices(("store", "line", "delivery"), (82, 11, 7))[0]
    tender = chance.choices([name for name, _ in TENDERS], [share for _, share in TENDERS])[0]
    basket = _basket(person, day, chance)
    for product, quantity in basket.items():
        yield Sale(
            number, "purchase", person.number, at, store.code, channel, tender, product.code, product.name, product.category,
            quantity, product.price,
        )  # fmt: skip
    total = sum(product.price * quantity for product, quantity in basket.items() if product.category != "gift-card")
    _earn(person, int(total) // BAHT_A_POINT, day)
    if chance.random() < RETURNS:
        yield from _return(person, at, store, tender, basket, tills, chance, until)
    elif reward := _chosen(person, chance):
        yield Sale(f"RW-{number}", "redeem", person.number, at + timedelta(minutes=3), store.code, "store", reward=reward)


def _basket(person: Person, day: date, chance: random.Random) -> dict[Product, int]:
    basket: dict[Product, int] = {}
    for _ in range(1 + (chance.random() < 0.28) + (chance.random() < 0.08)):
        drink = chance.choice(person.likes[:2]) if chance.random() < 0.7 else _pick(DRINKS, day, chance)
        basket[drink] = basket.get(drink, 0) + 1
    if chance.random() < person.temper.bites:
        bite = person.likes[2] if chance.random() < 0.5 else _pick(BITES, day, chance)
        basket[bite] = basket.get(bite, 0) + 1
    gifts = 3.0 if (day.month, day.day) >= (12, 15) else 1.0
    if chance.random() < person.temper.goods * gifts:
        basket[_pick(GOODS, day, chance)] = 1
    return basket


def _pick(menu: tuple[Product, ...], day: date, chance: random.Random) -> Product:
    return chance.choices(menu, [wanted(product, day.month) for product in menu])[0]


def _return(
    person: Person,
    at: datetime,
    store: DemoStore,
    tender: str,
    basket: dict[Product, int],
    tills: Tills,
    chance: random.Random,
    until: date,
) -> Iterator[Sale]:
    """Yield the return of one thing, minutes later or, where it keeps, within days."""
    product = chance.choice(list(basket))
    keeps = product.category in {"beans", "merchandise", "gift-card"}
    back = at + (timedelta(days=chance.randrange(1, 9)) if keeps else timedelta(minutes=chance.randrange(4, 20)))
    if back.date() > until:
        return
    number = tills.number(store.code, back.date())
    yield Sale(
        number,
        "purchase",
        person.number,
        back,
        store.code,
        "store",
        tender,
        product.code,
        product.name,
        product.category,
        -1,
        product.price,
    )
    person.points -= math.ceil(product.price / BAHT_A_POINT)


def _earn(person: Person, points: int, day: date) -> None:
    """Note what they have at least; what they do not use for long, they forget."""
    if person.since is None or day - person.since > GOOD_FOR:
        person.points, person.since = 0, day
    person.points += points


def _chosen(person: Person, chance: random.Random) -> str:
    affordable = [(name, cost) for name, cost in REWARDS if person.points >= cost + 30]
    if not affordable or chance.random() > 0.18:
        return ""
    name, cost = affordable[-1] if chance.random() < 0.4 else affordable[0]
    person.points -= cost
    return name


def _elsewhere(chance: random.Random, day: date, until: date) -> DemoStore:
    since = (day - (until - timedelta(days=DAYS - 1))).days
    stores = [store for store in STORES if store.opened_days <= since]
    return chance.choices(stores, [store.share for store in stores])[0]
