"""One member's history as rows of the ledger, and as the activities that the engine was told.

A history is plain values, so that it can be kept in a file and sent to other processes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from phakdi.loyalty.engine.core.state import Activity, Line, Profile
from phakdi.loyalty.programs.compiled import CompiledProgram

NOTHING: Mapping[str, Any] = {}
CAUSED_BY_OTHERS = "phakdi"  # origin of activities that another one brought about


class Row(NamedTuple):
    """One recorded activity. ``moment`` is when the engine decided it; None where it was told as history, at its own time."""

    id: UUID
    kind: str
    at: datetime
    moment: datetime | None
    ref: str
    of: str
    origin: str
    channel: str
    store: str
    tender: str
    amount: int | None
    data: Mapping[str, Any]  # its fields and lines


@dataclass(frozen=True, slots=True)
class History:
    """What one member did, in the order in which the engine was told, and who they are now.

    ``vouchers`` says of rights that the rows name by identifier what they were.
    """

    member_id: UUID
    joined_at: datetime | None = None
    birthday: date | None = None
    language: str = "th"
    is_shadow: bool = False
    segments: Sequence[str] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Row] = ()
    vouchers: Mapping[str, str] = field(default_factory=dict)

    def profile(self) -> Profile:
        """Return who the member is; whoever is frozen or gone now was not while they did all this."""
        status = "SHADOW" if self.is_shadow else "ACTIVE"
        return Profile(status, self.joined_at, self.birthday, self.language, frozenset(self.segments), self.attributes)

    def dump(self) -> bytes:
        """Return the history as bytes."""
        values = [
            self.member_id, self.joined_at, self.birthday, self.language, self.is_shadow, list(self.segments), self.attributes,
            [list(row) for row in self.rows], self.vouchers,
        ]  # fmt: skip
        return orjson.dumps(values)


def read_history(content: bytes) -> History:
    """Return the history in ``content``, as `History.dump` wrote it."""
    member_id, joined_at, birthday, language, is_shadow, segments, attributes, rows, vouchers = orjson.loads(content)
    return History(
        UUID(member_id),
        _instant(joined_at),
        date.fromisoformat(birthday) if birthday else None,
        language,
        is_shadow,
        segments,
        attributes,
        [Row(UUID(row[0]), row[1], datetime.fromisoformat(row[2]), _instant(row[3]), *row[4:]) for row in rows],
        vouchers,
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


# --- told again -------------------------------------------------------------------------------------------------------------


def told_again(row: Row, program: CompiledProgram) -> Activity:
    """Return a recorded activity as it was told, under its own identifier: what it gives gets the same identifiers again."""
    said = row.data
    fields = said.get("fields", NOTHING)
    lines = said.get("lines")
    return Activity(
        row.id, row.kind, row.at, row.ref, row.of, row.origin, row.channel, row.store, row.tender, row.amount,
        tuple([_line(line, program.line_field_types) for line in lines]) if lines else (),
        _typed(fields, program.field_types) if fields else NOTHING,
        said.get("depth", 0),
    )  # fmt: skip


def _line(line: Mapping[str, Any], types: Mapping[str, str]) -> Line:
    fields = line["fields"]
    return Line(
        line["id"],
        line["amount"],
        line["product"],
        line["category"],
        line["quantity"],
        _typed(fields, types) if fields else NOTHING,
    )


def _typed(fields: Mapping[str, Any], types: Mapping[str, str]) -> Mapping[str, Any]:
    """Return fields as they were told: JSON has no dates."""
    for name, value in fields.items():
        if isinstance(value, str) and types.get(name) == "date":
            break
    else:
        return fields
    return {
        name: date.fromisoformat(value) if types.get(name) == "date" and isinstance(value, str) else value
        for name, value in fields.items()
    }


# --- what was paid with rights ------------------------------------------------------------------------------------------------

PAID_WITH_POINTS = frozenset({"pay_points", "pay_points_max", "points_value", "spending"})
PAID_WITH_VOUCHERS = frozenset({"voucher", "vouchers", "voucher_values", "voucher_discount", "choose"})
PAID_WITH_CREDIT = frozenset({"wallet", "tenders"})


def without(activity: Activity, names: frozenset[str]) -> Activity:
    """Return the activity without fields of these names: as it would have been had nothing been there to use."""
    return replace(activity, fields={name: value for name, value in activity.fields.items() if name not in names})


def with_named_vouchers(activity: Activity, known: Mapping[UUID, Any], definitions: Mapping[str, str]) -> Activity:
    """Return the activity with the vouchers that nobody has named by what they are instead of by their identifier."""
    fields = dict(activity.fields)
    if isinstance(one := fields.get("voucher"), str):
        fields["voucher"] = _named(one, known, definitions)
    if isinstance(several := fields.get("vouchers"), list | tuple | set | frozenset):
        fields["vouchers"] = [_named(str(each), known, definitions) for each in several]
    return replace(activity, fields=fields)


def _named(name: str, known: Mapping[UUID, Any], definitions: Mapping[str, str]) -> str:
    found = definitions.get(name)
    return name if found is None or UUID(name) in known else found
