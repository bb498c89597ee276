"""The demo as files: what a till and an older system would hand over, with the mappings that say what is in them."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from phakdi.cli.demo_data.people import Person, people
from phakdi.cli.demo_data.purchases import Sale, Tills, sales_of

MEMBERS_MAPPING = """\
kind: members
columns:
  number: รหัสสมาชิก
  given_name: ชื่อ
  family_name: นามสกุล
  nickname: ชื่อเล่น
  gender: เพศ
  birthday: วันเกิด
  phone: เบอร์โทร
  email: อีเมล
  language: ภาษา
  home_store: สาขาประจำ
  joined_at: วันที่สมัคร
  consent.MARKETING.SMS: รับข่าว SMS
  consent.MARKETING.EMAIL: รับข่าวอีเมล
  consent.MARKETING.LINE: รับข่าว LINE
  consent.PROFILING: วิเคราะห์ข้อมูล
"""
PURCHASES_MAPPING = """\
kind: purchases
columns:
  number: เลขที่ใบเสร็จ
  kind: ประเภท
  member: รหัสสมาชิก
  at: วันเวลา
  store: สาขา
  channel: ช่องทาง
  tender: ชำระโดย
  product: รหัสสินค้า
  category: หมวด
  quantity: จำนวน
  price: ราคาต่อหน่วย
  field.reward: ของรางวัล
values:
  kind: {ขาย: purchase, สมัคร: join, แลกรางวัล: redeem}
identity: NUMBER
origin: pos
amount: quantity_times_price
returns:
  negative: true
"""
KINDS = {"purchase": "ขาย", "join": "สมัคร", "redeem": "แลกรางวัล"}
SALES_HEADER = (
    "เลขที่ใบเสร็จ", "ประเภท", "รหัสสมาชิก", "วันเวลา", "สาขา", "ช่องทาง", "ชำระโดย", "รหัสสินค้า", "ชื่อสินค้า", "หมวด", "จำนวน",
    "ราคาต่อหน่วย", "ของรางวัล",
)  # fmt: skip
MEMBERS_HEADER = (
    "รหัสสมาชิก", "ชื่อ", "นามสกุล", "ชื่อเล่น", "เพศ", "วันเกิด", "เบอร์โทร", "อีเมล", "ภาษา", "สาขาประจำ", "วันที่สมัคร", "รับข่าว SMS",
    "รับข่าวอีเมล", "รับข่าว LINE", "วิเคราะห์ข้อมูล",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the demo's files are."""

    folder: Path

    @property
    def members(self) -> Path:
        """The file of members."""
        return self.folder / "members.csv"

    @property
    def members_mapping(self) -> Path:
        """What its columns mean."""
        return self.folder / "members.yaml"

    @property
    def purchases(self) -> Path:
        """The file of purchases, returns and rewards taken."""
        return self.folder / "purchases.csv"

    @property
    def purchases_mapping(self) -> Path:
        """What its columns mean."""
        return self.folder / "purchases.yaml"

    @property
    def faulty(self) -> Path:
        """A file with mistakes of every kind."""
        return self.folder / "purchases-with-mistakes.csv"


def write_files(
    folder: Path, *, members: int, seed: str, until: date, progress: Callable[[int, int], None] | None = None
) -> Demo:
    """Write the demo's files, two years up to and with ``until``; the same arguments, the same files."""
    folder.mkdir(parents=True, exist_ok=True)
    demo = Demo(folder)
    everybody = list(people(count=members, seed=seed, until=until))
    _write(demo.members, MEMBERS_HEADER, (_member_row(person) for person in everybody))
    demo.members_mapping.write_text(MEMBERS_MAPPING, encoding="utf-8")
    tills = Tills()
    sales: list[Sale] = []
    for position, person in enumerate(everybody, 1):
        sales += sales_of(person, tills=tills, seed=seed, until=until)
        if progress and (position % 100 == 0 or position == members):
            progress(position, members)
    sales.sort(key=lambda sale: (sale.at, sale.number))
    _write(demo.purchases, SALES_HEADER, (_sale_row(sale) for sale in sales))
    demo.purchases_mapping.write_text(PURCHASES_MAPPING, encoding="utf-8")
    _write(demo.faulty, SALES_HEADER, _faulty_rows(everybody, until))
    return demo


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _member_row(person: Person) -> tuple[object, ...]:
    yes = {True: "ใช่", False: "ไม่"}
    return (
        person.number, person.given, person.family, person.nickname, {"FEMALE": "หญิง", "MALE": "ชาย"}[person.gender],
        _buddhist(person.birthday), f"{person.phone[:3]}-{person.phone[3:6]}-{person.phone[6:]}", person.email, person.language,
        person.store.code, _buddhist(person.joined), *(yes[given] for given in person.consents.values()),
    )  # fmt: skip


def _buddhist(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year + 543}"


def _sale_row(sale: Sale) -> tuple[object, ...]:
    when = f"{_buddhist(sale.at.date())} {sale.at:%H:%M:%S}"
    return (
        sale.number, KINDS[sale.kind], sale.member, when, sale.store, sale.channel, sale.tender, sale.product, sale.name, sale.category,
        sale.quantity or "", "" if sale.price is None else sale.price, sale.reward,
    )  # fmt: skip


def _faulty_rows(everybody: list[Person], until: date) -> Iterable[tuple[object, ...]]:
    """Return rows as they come from a till whose clock, list of members and keyboard were wrong."""
    known, day = everybody[0].number, _buddhist(until)
    tail = ("SIAM", "store", "cash", "CF03", "อเมริกาโนเย็น", "coffee")
    yield ("TEST-001", "ขาย", known, f"{day} 09:00:00", *tail, 1, 75, "")
    yield ("TEST-002", "ขาย", "BB999999", f"{day} 09:05:00", *tail, 1, 75, "")
    yield ("TEST-003", "ขาย", known, "31/02/2569 09:10:00", *tail, 1, 75, "")
    yield ("TEST-004", "ขาย", known, f"{day} 09:15:00", *tail, "หนึ่ง", 75, "")
    yield ("TEST-005", "ขาย", known, f"{_buddhist(date(until.year + 1, 1, 1))} 09:20:00", *tail, 1, 75, "")
    yield ("TEST-006", "ขาย", known, f"{day} 09:25:00", *tail[:3], "GD01", "แก้วเก็บความเย็น", "merchandise", -40, 590, "")
    yield ("", "ขาย", known, f"{day} 09:30:00", *tail, 1, 75, "")
    yield ("TEST-008", "แลกรางวัล", known, f"{day} 09:35:00", "SIAM", "store", "", "", "", "", "", "", "สปาทั้งวัน")
