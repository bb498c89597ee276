"""Show a member everything that is held about them, in plain words (PDPA s. 30)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from phakdi.flows.held_words import COLUMNS, VALUES
from phakdi.flows.member_record import PARTS, Row, latest_of
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.text import pick
from phakdi.kit.thai import display_phone
from phakdi.kit.thai.dates import format_date, format_datetime
from phakdi.people.members.queries import attribute_definitions
from phakdi.platform.organizations.queries import get_organization

PROFILE = "profile"
SHOWN_MAX = 20  # of what there is much of, the latest are shown; the copy has them all
NEVER_SHOWN = frozenset({"id", "activity_id", "data", "outcome", "params", "text_hash", "referred_by", "text_version"})
TIMES_FIRST = ("at", "occurred_at", "effective_at", "created_at", "opened_at", "issued_at")


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One thing that is known: what it is called and what it is, in the reader's language."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class HeldPart:
    """One kind of data: its name, what it is for, how long it is kept, how much there is, and the latest of it."""

    key: str
    title: str
    why: str
    kept: str
    count: int
    rows: tuple[tuple[HeldItem, ...], ...]

    @property
    def is_one(self) -> bool:
        """Whether it is a list of facts about the member rather than a list of happenings."""
        return self.key == PROFILE

    @property
    def has_more(self) -> bool:
        """Whether there is more than is shown."""
        return self.count > len(self.rows)


def what_is_held(*, organization_id: UUID, member_id: UUID, language: str) -> list[HeldPart]:
    """Return everything that is held about the member: what it is, why, how long, and how much; of long lists the latest.

    Empty parts are returned as well: that nothing is held is an answer.

    Raises:
        UnknownMember: no such member.
    """
    with organization_scope(organization_id):
        zone = ZoneInfo(get_organization(organization_id=organization_id).time_zone)
        record, sizes = latest_of(organization_id=organization_id, member_id=member_id, most=SHOWN_MAX)
        labels = {
            f"attribute_{each.key}": pick(each.labels, language) or each.key
            for each in attribute_definitions(organization_id=organization_id)
        }
    reader = _Reader(language, zone, labels)
    return [
        HeldPart(
            part.key,
            pick(part.title, language),
            pick(part.why, language),
            pick(part.kept, language),
            sizes[part.key],
            tuple(reader.row(row, part.key) for row in record[part.key]),
        )
        for part in PARTS
    ]


@dataclass(frozen=True, slots=True)
class _Reader:
    language: str
    zone: ZoneInfo
    labels: dict[str, str]

    def row(self, row: Row, part: str) -> tuple[HeldItem, ...]:
        first = () if part == PROFILE else TIMES_FIRST
        names = [name for name in first if name in row] + [name for name in row if name not in first]
        shown = ((name, self.value(name, row[name])) for name in names if name not in NEVER_SHOWN)
        return tuple(HeldItem(self.label(name), value) for name, value in shown if value)

    def label(self, name: str) -> str:
        return self.labels.get(name) or pick(COLUMNS.get(name), self.language) or name.replace("_", " ").capitalize()

    def value(self, name: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return ""
        if name == "phone":
            return display_phone(str(value))
        if isinstance(value, bool):
            return pick(VALUES["yes" if value else "no"], self.language)
        if isinstance(value, date):
            return self._time(value)
        if isinstance(value, int):
            return f"{value / 100:,.2f}" if name.endswith("_minor") else f"{value:,}"
        texts = value if isinstance(value, list) else [str(value)]
        return ", ".join(pick(VALUES.get(str(text)), self.language) or str(text) for text in texts)

    def _time(self, value: date) -> str:
        if isinstance(value, datetime):
            return format_datetime(value, self.language, zone=self.zone)
        return format_date(value, self.language)
