"""The stores: places that exist, shops that do not."""

from dataclasses import dataclass
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = dict.fromkeys(DAYS[:5], ("07:00", "20:00")) | {"sat": ("08:00", "18:00")}
EVERY_DAY = dict.fromkeys(DAYS, ("08:00", "21:00"))


@dataclass(frozen=True, slots=True)
class DemoStore:
    """A store of the demo. ``share`` says how many of the members are at home there, ``kind`` when people come."""

    code: str
    thai: str
    english: str
    province: str
    latitude: float
    longitude: float
    address: str
    share: int
    kind: str  # office | mall | street | tourist
    opened_days: int = 0  # days after the beginning

    @property
    def given(self) -> dict[str, Any]:
        """The store as the product takes it."""
        return {
            "name": {"th": self.thai, "en": self.english},
            "latitude": str(self.latitude),
            "longitude": str(self.longitude),
            "address": self.address,
            "area": self.province,
            "hours": WORKDAYS if self.kind == "office" else EVERY_DAY,
        }


STORES = (
    DemoStore("SIAM", "บ้านใบชา สยาม", "Baan Baicha Siam", "กรุงเทพมหานคร", 13.7457, 100.5331, "ถนนพระราม 1 ปทุมวัน กรุงเทพฯ 10330", 14, "mall"),
    DemoStore("ARI", "บ้านใบชา อารีย์", "Baan Baicha Ari", "กรุงเทพมหานคร", 13.7797, 100.5446, "ซอยอารีย์ พญาไท กรุงเทพฯ 10400", 11, "street"),
    DemoStore("THLO", "บ้านใบชา ทองหล่อ", "Baan Baicha Thong Lo", "กรุงเทพมหานคร", 13.7322, 100.5786, "ถนนสุขุมวิท 55 วัฒนา กรุงเทพฯ 10110", 9, "street"),
    DemoStore("SLOM", "บ้านใบชา สีลม", "Baan Baicha Silom", "กรุงเทพมหานคร", 13.7281, 100.5341, "ถนนสีลม บางรัก กรุงเทพฯ 10500", 12, "office"),
    DemoStore("BNGN", "บ้านใบชา บางนา", "Baan Baicha Bang Na", "กรุงเทพมหานคร", 13.6682, 100.6343, "ถนนบางนา-ตราด บางนา กรุงเทพฯ 10260", 8, "mall"),
    DemoStore("RNGS", "บ้านใบชา รังสิต", "Baan Baicha Rangsit", "ปทุมธานี", 13.9887, 100.6180, "ถนนพหลโยธิน ธัญบุรี ปทุมธานี 12130", 8, "mall"),
    DemoStore("RCPK", "บ้านใบชา ราชพฤกษ์", "Baan Baicha Ratchaphruek", "นนทบุรี", 13.8607, 100.4416, "ถนนราชพฤกษ์ บางใหญ่ นนทบุรี 11140", 6, "street", 120),
    DemoStore("NIMM", "บ้านใบชา นิมมาน", "Baan Baicha Nimman", "เชียงใหม่", 18.7967, 98.9680, "ถนนนิมมานเหมินท์ เมือง เชียงใหม่ 50200", 10, "tourist"),
    DemoStore("KKEN", "บ้านใบชา ขอนแก่น", "Baan Baicha Khon Kaen", "ขอนแก่น", 16.4328, 102.8236, "ถนนศรีจันทร์ เมือง ขอนแก่น 40000", 7, "street"),
    DemoStore("KRAT", "บ้านใบชา โคราช", "Baan Baicha Korat", "นครราชสีมา", 14.9740, 102.0987, "ถนนมิตรภาพ เมือง นครราชสีมา 30000", 6, "mall", 210),
    DemoStore("HTYI", "บ้านใบชา หาดใหญ่", "Baan Baicha Hat Yai", "สงขลา", 7.0064, 100.4713, "ถนนนิพัทธ์อุทิศ 3 หาดใหญ่ สงขลา 90110", 5, "street"),
    DemoStore("PHKT", "บ้านใบชา ภูเก็ต", "Baan Baicha Phuket", "ภูเก็ต", 7.8846, 98.3886, "ถนนถลาง เมือง ภูเก็ต 83000", 4, "tourist", 365),
)  # fmt: skip
