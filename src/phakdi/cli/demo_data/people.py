"""The members: names, ways to reach them, habits."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from faker import Faker

from phakdi.cli.demo_data.products import BITES, DRINKS, Product, wanted
from phakdi.cli.demo_data.stores import STORES, DemoStore

DAYS = 730
PREFIXES = (
    "061",
    "062",
    "063",
    "064",
    "065",
    "080",
    "081",
    "082",
    "083",
    "084",
    "085",
    "086",
    "089",
    "091",
    "092",
    "094",
    "095",
    "098",
)
MAIL = ("example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class Temper:
    """A kind of customer: how many they are in a hundred, visits a week, months until they lapse, what they put in a basket."""

    share: int
    visits: float
    stays_months: float
    bites: float
    goods: float


TEMPERS = (
    Temper(30, 0.03, 24.0, 0.30, 0.01),  # comes by once in a while
    Temper(28, 0.10, 7.0, 0.30, 0.02),  # tries it for some months
    Temper(24, 0.22, 14.0, 0.35, 0.02),
    Temper(12, 0.55, 20.0, 0.35, 0.03),  # a regular
    Temper(5, 1.2, 30.0, 0.40, 0.04),
    Temper(1, 2.6, 48.0, 0.45, 0.06),  # daily
)


@dataclass(slots=True)
class Person:
    """A member of the demo."""

    number: str
    given: str
    family: str
    nickname: str
    gender: str
    birthday: date
    phone: str
    email: str
    language: str
    store: DemoStore
    joined: date
    lapses: date
    temper: Temper
    hour: int
    weekend: float
    likes: list[Product] = field(default_factory=list)
    consents: dict[str, bool] = field(default_factory=dict)
    points: int = 0  # what they have at least: how they decide to redeem
    since: date | None = None


def people(*, count: int, seed: str, until: date) -> Iterator[Person]:
    """Yield so many members, in the order in which they joined."""
    chance = random.Random(seed)
    thai, english = Faker("th_TH"), Faker("en_TH")
    thai.seed_instance(chance.getrandbits(64))
    english.seed_instance(chance.getrandbits(64))
    begin = until - timedelta(days=DAYS - 1)
    # A third were members when the two years began; the others came since, more of them lately.
    days = sorted(0 if chance.random() < 0.3 else int((DAYS - 1) * chance.random() ** 0.8) for _ in range(count))
    phones: set[str] = set()
    for position, day in enumerate(days, 1):
        yield _person(position, begin, day, chance, thai, english, phones)


def _person(position: int, begin: date, day: int, chance: random.Random, thai: Faker, english: Faker, phones: set[str]) -> Person:
    is_woman = chance.random() < 0.62
    given = thai.first_name_female() if is_woman else thai.first_name_male()
    open_stores = [store for store in STORES if store.opened_days <= day]
    store = chance.choices(open_stores, [store.share for store in open_stores])[0]
    temper = chance.choices(TEMPERS, [temper.share for temper in TEMPERS])[0]
    joined = begin + timedelta(days=day)
    if day == 0:  # before the beginning
        joined -= timedelta(days=chance.randrange(1, 700))
    months = chance.expovariate(1 / temper.stays_months)
    lapses = max(joined, begin) + timedelta(days=int(months * 30) + 1)
    return Person(
        number=f"BB{position:06}",
        given=given,
        family=thai.last_name(),
        nickname=chance.choice(NICKNAMES) if chance.random() < 0.7 else "",
        gender="FEMALE" if is_woman else "MALE",
        birthday=_birthday(chance, begin),
        phone=_phone(chance, phones),
        email=_mail(position, english, chance) if chance.random() < 0.75 else "",
        language="en" if store.kind == "tourist" and chance.random() < 0.15 else "th",
        store=store,
        joined=joined,
        lapses=lapses,
        temper=temper,
        hour=chance.choices((7, 8, 10, 12, 13, 15, 17, 19), (14, 18, 12, 14, 10, 16, 10, 6))[0],
        weekend={"office": 0.25, "mall": 1.9, "street": 1.2, "tourist": 1.5}[store.kind] * chance.uniform(0.6, 1.4),
        likes=_likes(chance),
        consents={
            "MARKETING.SMS": chance.random() < 0.62,
            "MARKETING.EMAIL": chance.random() < 0.45,
            "MARKETING.LINE": chance.random() < 0.71,
            "PROFILING": chance.random() < 0.55,
        },
    )


def _likes(chance: random.Random) -> list[Product]:
    drinks = chance.choices(DRINKS, [wanted(product, 6) for product in DRINKS], k=2)
    return [*drinks, chance.choices(BITES, [product.weight for product in BITES])[0]]


def _birthday(chance: random.Random, begin: date) -> date:
    age = min(78, max(15, int(chance.gauss(34, 11))))
    return begin - timedelta(days=age * 365 + chance.randrange(365))


def _phone(chance: random.Random, phones: set[str]) -> str:
    while True:
        phone = f"{chance.choice(PREFIXES)}{chance.randrange(10**7):07}"
        if phone not in phones:
            phones.add(phone)
            return phone


def _mail(position: int, english: Faker, chance: random.Random) -> str:
    name = "".join(letter for letter in english.first_name().lower() if letter.isascii() and letter.isalpha()) or "member"
    return f"{name}.{position}@{chance.choice(MAIL)}"


NICKNAMES = (
    "เมย์", "แพร", "ฟ้า", "นุ่น", "แนน", "มิ้นท์", "ใบเตย", "ปลา", "น้ำ", "ฝน", "กุ้ง", "อ้อม", "จอย", "เบล", "พลอย", "ออย",
    "แบงค์", "บอล", "นัท", "เจมส์", "ต้น", "เอก", "โอ๊ต", "กอล์ฟ", "ปอนด์", "เก่ง", "หมู", "ตูน", "อาร์ม", "ไนซ์", "บีม", "เฟิร์ส",
)  # fmt: skip
