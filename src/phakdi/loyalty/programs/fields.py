"""What conditions may ask about: the catalogue of a program's fields, how to read each and how to say it in SQL.

The readers take a context with ``activity``, ``line``, ``local`` (the local time of the activity), ``state`` and
``meter(key, window)``. The SQL speaks of the tables ``activity a``, ``member m`` and ``member_state s``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from phakdi.kit.conditions import Catalogue, Field
from phakdi.loyalty.programs import periods
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.errors import BadProgram
from phakdi.people.traits.core import CHOICES, PREFIX, TRAITS, read_value, sql_of

Getter = Callable[[Any], Any]
DECIMAL_SCALE = 1000

# Fields that reports of these kinds usually carry; a program need not declare them.
USUAL_FIELDS: Mapping[str, str] = {
    "place": "text", "kind": "text", "card": "text", "weather": "text", "film": "text", "privilege": "text",
    "presented_by": "text", "segment": "text", "account": "text", "relation": "text", "owner": "text",
    "reason": "text", "level": "text", "reward": "text", "voucher": "text", "choose": "text", "wallet": "text",
    "line": "text", "of_month": "text", "payee": "text", "friend": "text", "unit": "text", "city": "text", "product": "text",
    "drinks": "integer", "items": "integer", "nights": "integer", "sectors": "integer", "q_miles": "integer",
    "q_points": "integer", "count": "integer", "days": "integer", "points": "integer", "base_points": "integer",
    "milestone": "integer", "stars": "integer", "stamps": "integer", "credits": "money", "tier_points": "integer", "spend": "money",
    "cup_price": "money", "price": "money", "regular_price": "money", "bill": "money", "fee": "money",
    "paid": "money", "delivery_fee": "money", "shipping": "money", "tax": "money", "discount": "money",
    "other_discount": "money", "points_value": "money", "voucher_discount": "money", "value": "money",
    "litres": "decimal", "gallons": "decimal", "kilometres": "decimal", "weight": "decimal",
    "reusable_cup": "boolean", "identified": "boolean", "vat_included": "boolean", "qualifying": "boolean",
    "registered": "boolean", "bonus": "boolean", "activity_date": "date", "receipt_date": "date",
    "cards": "list", "tags": "list", "vouchers": "list", "to": "text", "from": "text", "referred_by": "text", "pot": "text",
    "tier": "text", "plan": "text", "referrer": "text", "rule": "text", "key": "text", "pay_points": "integer",
    "nights_in_year": "integer", "orders_in_year": "integer", "points_in_year": "integer", "spend_in_year": "money",
    "balances": "balances", "parcels": "parcels", "discounts": "list", "voucher_values": "list", "discount_values": "list", "minutes": "integer", "spending": "text",
    "shipping_charged": "money", "pay_points_max": "boolean", "points_max": "boolean", "note": "text", "tenders": "list", "category": "text", "renew": "boolean",
}  # fmt: skip
USUAL_LINE_FIELDS: Mapping[str, str] = {
    "litres": "decimal", "gallons": "decimal", "weight": "decimal", "price": "money", "brand": "text", "name": "text",
    "discount": "money", "nights": "integer", "regular_price": "money", "kind": "text", "promotion": "boolean",
    "tags": "list",
}  # fmt: skip
_TYPES = {"list": "set"}
RESERVED = frozenset({"all", "any", "none"})  # words of conditions
UNASKED = frozenset({"parcels", "balances"})  # what conditions do not ask about


def scale_of(type_: str, exponent: int) -> int:
    """Return by how much a number of that type is multiplied to be a whole one."""
    return {"money": 10**exponent, "decimal": DECIMAL_SCALE}.get(type_, 1)


def activity_fields(document: ProgramDocument) -> dict[str, str]:
    """Return the type of every field that an activity of the program may carry."""
    declared = {n: f.type for kind in document.activities.values() for n, f in kind.fields.items()}
    units = {key: "money" if unit.kind == "credit" else "integer" for key, unit in document.units.items()}
    return {**USUAL_FIELDS, **units, **declared}


def line_fields(document: ProgramDocument) -> dict[str, str]:
    """Return the type of every field that a line may carry."""
    declared = {n: f.type for kind in document.activities.values() for n, f in kind.line_fields.items()}
    return {**USUAL_LINE_FIELDS, **declared}


class Fields:
    """The catalogue of one program, with the reader of each field; meters met on the way are remembered."""

    def __init__(self, document: ProgramDocument, exponent: int) -> None:
        self.document, self.exponent = document, exponent
        self.windows: dict[str, set[periods.Window]] = {}
        self.traits: set[str] = set()  # those that something of the program asks for
        self._readers: dict[str, Getter] = {}
        self._fields: dict[str, Field] = {}
        self._line_readers: dict[str, Getter] = {}
        self._line_fields: dict[str, Field] = {}
        self._declare_activity()
        self._declare_time()
        self._declare_member()
        self._declare_lines()
        zone = periods.parse_zone(document.time_zone)
        self.catalogue = Catalogue(self._fields.values(), resolve=self._resolve, zone=zone)
        self.line_catalogue = Catalogue({**self._fields, **self._line_fields}.values(), resolve=self._resolve, zone=zone)

    def getter(self, name: str) -> Getter:
        """Return the reader of the field ``name`` of activity or member."""
        if name.startswith(PREFIX):
            self.traits.add(name.removeprefix(PREFIX))
        if name not in self._readers:
            self._resolve(name)
        return self._readers[name]

    def line_getter(self, name: str) -> Getter:
        """Return the reader of the field ``name`` where a line is looked at: the line's own fields first."""
        return self._line_readers.get(name) or self.getter(name)

    @property
    def line_names(self) -> frozenset[str]:
        """The names of the fields that lines have of their own."""
        return frozenset(self._line_fields)

    def numeric(self, name: str, *, of_line: bool) -> Field | None:
        """Return the numeric field called ``name``, or None."""
        found = (self._line_fields if of_line else self._fields).get(name)
        if found is None and not of_line:
            found = self._resolve(name)
        return found if found is not None and found.type in {"integer", "decimal", "money"} else None

    def use_meter(self, key: str, window: periods.Window) -> None:
        """Note that the meter ``key`` is read over ``window``, so that it is counted in buckets that tell."""
        self.windows.setdefault(key, set()).add(window)

    def _add(self, name: str, type_: str, read: Getter, sql: str | None = None, choices: tuple[str, ...] | None = None) -> Field:
        kind = _TYPES.get(type_, type_)
        sql_kind = "jsonb" if kind == "set" and sql else ""
        self._fields[name] = Field(name, kind, scale=scale_of(type_, self.exponent), sql=sql, sql_kind=sql_kind, choices=choices)
        self._readers[name] = read
        return self._fields[name]

    def _declare_activity(self) -> None:
        for name in ("channel", "store", "tender", "origin", "ref"):
            self._add(name, "text", _attribute(name), f"nullif(a.{name}, '')")
        self._add("amount", "money", lambda c: c.activity.amount, "a.amount")
        self._add("net", "money", lambda c: c.net)
        self._add("at_regular_price", "boolean", lambda c: _at_regular_price(c.activity.fields))
        for name, type_ in activity_fields(self.document).items():
            if name in RESERVED:
                raise BadProgram(f"'{name}' is a word of conditions; give the field another name.", path="activities", field=name)
            if name not in self._fields and type_ not in UNASKED:
                self._add(name, type_, _field(name), _json_sql("a.data->'fields'", name, type_))

    def _declare_time(self) -> None:
        self._add("weekday", "weekday", lambda c: periods.WEEKDAYS[c.local.weekday()])
        self._add("hour", "integer", lambda c: c.local.hour)
        self._add("minute_of_day", "integer", lambda c: c.local.hour * 60 + c.local.minute)
        self._add("time", "time", lambda c: c.local.strftime("%H:%M"))
        self._add("date", "date", lambda c: c.local.date())
        self._add("month", "integer", lambda c: c.local.month)
        self._add("day_of_month", "integer", lambda c: c.local.day)
        self._add("month_day", "text", lambda c: c.local.strftime("%m-%d"))

    def _declare_member(self) -> None:
        add = self._add
        add("member.status", "text", lambda c: c.state.profile.status, "m.status")
        add("member.language", "text", lambda c: c.state.profile.language, "m.language")
        add("member.segments", "list", lambda c: c.state.profile.segments, "to_jsonb(m.segments)")
        add("member.level", "text", lambda c: c.state.standing.level or None, "nullif(s.level, '')")
        add("member.plan", "text", lambda c: c.state.membership.plan or None, "s.doc->'membership'->>'plan'")
        add("member.active", "boolean", lambda c: not c.state.membership.ended)
        add("member.referred", "boolean", lambda c: "referred_by" in c.state.marks)
        add("member.linked", "list", lambda c: frozenset(c.state.marks.get("linked", ())))
        add("member.birthday", "boolean", _is_birthday)
        add("member.birth_month", "boolean", lambda c: _birthday(c) is not None and _birthday(c).month == c.local.month)
        add("member.birthday_within_days", "integer", _days_from_birthday)
        add("member.has_birthday", "boolean", lambda c: _birthday(c) is not None)
        add("member.age", "integer", _age)
        add("member.days_since_joined", "integer", _days_since_joined)
        add("member.months_since_joined", "integer", _months_since_joined)
        for name, definition in self.document.attributes.items():
            type_ = definition.type
            add(f"member.{name}", type_, _attribute_of_member(name), _json_sql("m.attributes", name, type_))
        for name, kind in TRAITS.items():
            add(PREFIX + name, kind.type, _trait(name), sql_of(name), CHOICES.get(name))

    def _declare_lines(self) -> None:
        own: dict[str, tuple[str, Getter]] = {
            "code": ("text", lambda c: c.line.product or None),
            "product": ("text", lambda c: c.line.product or None),
            "category": ("text", lambda c: c.line.category or None),
            "cat": ("text", lambda c: c.line.category or None),
            "amount": ("money", lambda c: c.line.amount),
            "quantity": ("decimal", lambda c: c.line.quantity),
            "at_regular_price": ("boolean", lambda c: _at_regular_price(c.line.fields)),
        }
        for name, type_ in line_fields(self.document).items():
            own.setdefault(name, (type_, _line_field(name)))
        for name, (type_, read) in own.items():
            kind = _TYPES.get(type_, type_)
            self._line_fields[name] = Field(name, kind, scale=scale_of(type_, self.exponent))
            self._line_readers[name] = read

    def _resolve(self, name: str) -> Field | None:  # noqa: PLR0911 - one for each family of names
        """Return a field that is made on demand: a meter over a window, a balance, a time since a date."""
        head, _, tail = name.rpartition(".")
        if name.startswith("member.attributes."):
            return self._add(name, "text", _attribute_of_member(tail), _json_sql("m.attributes", tail, "text"))
        if head == "tender" and tail:
            return self._add(name, "money", _paid_with(tail))
        if head == "balance" and tail in self.document.units:
            is_money = self.document.units[tail].kind == "credit"
            return self._add(name, "money" if is_money else "integer", _balance(tail))
        if head == "vouchers" and tail in self.document.vouchers:
            return self._add(name, "integer", _open_vouchers(tail))
        if head in {"days_since", "months_since", "days_until"}:
            return self._add(name, "integer", _since(head, tail))
        key = head.removeprefix("total.")
        if key in self.document.meters or key in BUILT_IN_METERS:
            return self._meter_field(name, key, tail, counts_in=key != head)
        return None

    def _meter_field(self, name: str, key: str, window: str, *, counts_in: bool) -> Field | None:
        """Return the field of a meter over a window: before the activity, or with it counted in."""
        try:
            parsed = periods.parse_window(window)
        except ValueError:
            return None
        self.use_meter(key, parsed)
        if not counts_in:
            return self._add(name, self.meter_type(key), lambda c: c.meter(key, parsed))
        return self._add(name, self.meter_type(key), lambda c: c.meter(key, parsed) + c.meter(key, _THIS))

    def meter_type(self, key: str) -> str:
        """Return the type of the numbers that the meter counts."""
        meter = self.document.meters.get(key)
        if meter is None:
            return {"spend": "money", "gross": "money"}.get(key, "integer")
        if meter.of in {None, "points"}:
            return "integer"
        if meter.of in {"amount", "net", "gross"}:
            return "money"
        line, field = self._line_fields.get(meter.of or ""), self._fields.get(meter.of or "")
        return str((line or field or Field("", "integer")).type)


_THIS = periods.parse_window("order")
BUILT_IN_METERS = frozenset({"spend", "gross", "orders", "points", "active_days", "redeemed"})


def _attribute(name: str) -> Getter:
    return lambda c: getattr(c.activity, name) or None


def _field(name: str) -> Getter:
    return lambda c: c.activity.fields.get(name)


def _line_field(name: str) -> Getter:
    return lambda c: c.line.fields.get(name)


def _attribute_of_member(name: str) -> Getter:
    return lambda c: c.state.profile.attributes.get(name, c.state.marks.get(f"set:{name}"))


def _trait(name: str) -> Getter:
    return lambda c: read_value(name, c.state.profile.traits.get(name), c.local)


def _paid_with(tender: str) -> Getter:
    """Return a reader of what was paid by one means: as told, or all of a bill that was paid by it alone."""
    name = f"tender.{tender}"

    def read(c: Any) -> int:
        fields = c.activity.fields
        if "tenders" in fields:
            return int(fields.get(name, 0))
        return int(c.net) if c.activity.tender == tender else 0

    return read


def _at_regular_price(fields: Any) -> bool:
    price, regular = fields.get("price"), fields.get("regular_price")
    return price is None or regular is None or price >= regular


def _balance(unit: str) -> Getter:
    return lambda c: c.state.wallets[unit].active if unit in c.state.wallets else 0


def _open_vouchers(key: str) -> Getter:
    return lambda c: sum(v.definition == key and v.state == "ISSUED" for v in c.state.vouchers.values())


def _since(how: str, name: str) -> Getter:
    def read(c: Any) -> int | None:
        value = c.last_at(name) if name in c.state.marks.get("last", {}) else c.activity.fields.get(name)
        if value is None:
            return None
        day = value.date() if hasattr(value, "hour") else value
        if how == "months_since":
            return periods.full_months(day, c.local.date())
        return (c.local.date() - day).days * (-1 if how == "days_until" else 1)

    return read


def _birthday(c: Any) -> Any:
    return c.state.profile.birthday


def _is_birthday(c: Any) -> bool:
    born = _birthday(c)
    return born is not None and periods.yearly(c.local.year, (born.month, born.day)) == c.local.date()


def _days_from_birthday(c: Any) -> int | None:
    if (born := _birthday(c)) is None:
        return None
    today = c.local.date()
    near = (periods.yearly(today.year + shift, (born.month, born.day)) for shift in (-1, 0, 1))
    return min(abs((day - today).days) for day in near)


def _age(c: Any) -> int | None:
    born = _birthday(c)
    return None if born is None else periods.full_months(born, c.local.date()) // 12


def _joined(c: Any) -> Any:
    joined = c.state.profile.joined_at
    return None if joined is None else joined.astimezone(c.local.tzinfo).date()


def _days_since_joined(c: Any) -> int | None:
    joined = _joined(c)
    return None if joined is None else (c.local.date() - joined).days


def _months_since_joined(c: Any) -> int | None:
    joined = _joined(c)
    return None if joined is None else periods.full_months(joined, c.local.date())


def _json_sql(column: str, name: str, type_: str) -> str:
    quoted = name.replace("'", "''")
    if type_ == "list":
        return f"{column}->'{quoted}'"
    cast = {"integer": "::bigint", "money": "::bigint", "decimal": "::bigint", "boolean": "::boolean", "date": "::date"}
    return f"({column}->>'{quoted}'){cast.get(type_, '')}"
