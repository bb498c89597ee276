"""Reading what is reported: plain JSON values become an `Activity` whose numbers are whole and exact.

Amounts of money are numbers or decimal texts in currency units (``12.5`` or ``"12.50"`` baht), never minor units; they
become minor units exactly: more decimals than the currency has are refused, not rounded. Quantities such as litres have up
to three decimals and become thousandths. A float counts as the shortest number that prints like it. An instant without an
offset is meant in the program's time zone. ``fields`` may hold further arguments, for names that the report itself uses.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from phakdi.kit.conditions.fields import closest
from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import kinds
from phakdi.loyalty.programs.activity import Activity, Line

if TYPE_CHECKING:  # the program offers this reading as its own
    from phakdi.loyalty.programs.compiled import CompiledProgram

MAXIMUM = 10**15  # ten thousand billion baht: beyond any bill, and far from what a bigint holds
DIGITS_MAX = 18
LINES_MAX = 1000
TEXT_MAX = 500
LIST_MAX = 200
AS_MANY_AS_ALLOWED = "max"
QUANTITY_SCALE = 1000
BUDDHIST_YEARS = range(2400, 2700)
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,9})?", re.ASCII)
_TEXTS = ("ref", "of", "origin", "channel", "store", "tender")
_OWN = frozenset({"kind", "at", "amount", "lines", "fields", *_TEXTS})
_LINE_OWN = frozenset({"id", "amount", "product", "code", "category", "cat", "quantity"})
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

Reader = Callable[[Any, str, int], Any]


def read_activity(program: "CompiledProgram", raw: Mapping[str, Any], *, id: UUID, now: datetime) -> Activity:
    """Return the activity that ``raw`` reports; it happened ``now`` where it does not say when.

    Raises:
        Invalid: ``details['field']`` names what cannot be read, such as ``lines[2].amount``.
    """
    if not isinstance(raw, Mapping):
        raise Invalid("An activity is an object with a kind.", code="activity_shape", field="")
    kind = _kind(program, raw.get("kind"))
    money = 10**program.exponent
    texts = {name: _text(raw[name], name, 1) for name in _TEXTS if raw.get(name) is not None}
    lines = _lines(program, raw["lines"], money, is_return=kind == "refund") if raw.get("lines") is not None else ()
    amount = number(raw["amount"], "amount", money) if raw.get("amount") is not None else None
    fields = _fields(program, kind, raw)
    _check_kind(program, kind, fields, texts)
    _check_sum(kind, amount, lines)
    if amount is None and lines and kind != "refund":
        amount = sum([line.amount for line in lines])
    if amount is None and kind == "purchase":
        amount = fields.get("price")
    return Activity(
        id,
        kind,
        _instant(raw.get("at"), program, now),
        texts.get("ref", ""),
        texts.get("of", ""),
        texts.get("origin", ""),
        texts.get("channel", ""),
        texts.get("store", ""),
        texts.get("tender", ""),
        amount,
        lines,
        fields,
    )


def _kind(program: "CompiledProgram", kind: Any) -> str:
    if not isinstance(kind, str) or not kind:
        raise Invalid("Say what kind of activity it is.", code="kind_missing", field="kind")
    if kind in kinds.CLOCK_KINDS:
        raise Invalid(f"'{kind}' comes from the calendar; nobody reports it.", code="kind_unknown", field="kind")
    if kind in program.reported_kinds:
        return kind
    hint = closest(kind, program.reported_kinds)
    message = f"There is no kind of activity '{kind}'" + (f"; did you mean '{hint}'?" if hint else ".")
    raise Invalid(message, code="kind_unknown", field="kind", suggestion=hint)


def _check_kind(program: "CompiledProgram", kind: str, fields: Mapping[str, Any], texts: Mapping[str, str]) -> None:
    running = program.kinds.get(kind)
    if (kind in kinds.ABOUT_ANOTHER or (running is not None and running.about_order)) and not texts.get("of"):
        raise Invalid(f"A '{kind}' must say in 'of' what it is about.", code="field_missing", field="of")
    if running is None:
        return
    for name, definition in running.fields.items():
        value = fields.get(name)
        if value is None:
            if definition.required and name not in _OWN:
                raise Invalid(f"'{name}' is missing.", code="field_missing", field=name)
        elif definition.choices is not None and value not in definition.choices:
            hint = closest(str(value), definition.choices)
            allowed = f"did you mean '{hint}'?" if hint else f"one of {', '.join(definition.choices)}."
            raise Invalid(f"'{name}' cannot be '{value}': {allowed}", code="field_choice", field=name, suggestion=hint)


def _check_sum(kind: str, amount: int | None, lines: tuple[Line, ...]) -> None:
    if amount is not None and kind != "refund" and (total := sum([line.amount for line in lines])) > amount:
        message = "The lines add up to more than the amount."
        raise Invalid(message, code="lines_exceed_amount", field="lines", lines_minor=total, amount_minor=amount)


def _instant(value: Any, program: "CompiledProgram", now: datetime) -> datetime:
    moment = value
    if value is None:
        return now
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if not isinstance(moment, datetime):
        raise Invalid("Write an instant such as 2026-11-24T09:30:00+07:00.", code="instant_invalid", field="at")
    if moment.year in BUDDHIST_YEARS:
        raise Invalid(f"Write the year as {moment.year - 543}.", code="year_buddhist", field="at")
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=program.zone)).astimezone(UTC)
    except OverflowError:
        raise Invalid("This instant is out of range.", code="instant_invalid", field="at") from None


# --- lines and fields -------------------------------------------------------------------------------------------------


def _lines(program: "CompiledProgram", raw: Any, money: int, *, is_return: bool = False) -> tuple[Line, ...]:
    if not isinstance(raw, list | tuple):
        raise Invalid("'lines' is a list.", code="lines_shape", field="lines")
    if len(raw) > LINES_MAX:
        raise Invalid(f"At most {LINES_MAX} lines.", code="lines_too_many", field="lines", maximum=LINES_MAX)
    if raw and type(raw[0]) is Line:  # a file's lines come as read, whole numbers already
        found = tuple(raw)
    else:
        found = tuple(_line(program, line, position, money) for position, line in enumerate(raw))
    if is_return:  # what came back is named by its line, else by its product: a place in the return says nothing about the bill
        found = tuple(
            replace(line, id="") if line.product and isinstance(told, Mapping) and told.get("id") is None else line
            for line, told in zip(found, raw, strict=True)
        )
    named = [line.id for line in found if line.id]
    if len(set(named)) < len(named):
        raise Invalid("Two lines have the same id.", code="line_id_twice", field="lines")
    return found


def _line(program: "CompiledProgram", raw: Any, position: int, money: int) -> Line:
    if not isinstance(raw, Mapping):
        raise Invalid("A line is an object with an amount.", code="lines_shape", field=f"lines[{position}]")
    get = raw.get
    amount, quantity, name = get("amount"), get("quantity"), get("id")
    product, category = get("product"), get("category")
    product, category = get("code") if product is None else product, get("cat") if category is None else category
    return Line(
        str(position + 1) if name is None else _text_of_line(name, position, "id"),
        0 if amount is None else number(amount, "amount", money, position=position),
        "" if product is None else _text_of_line(product, position, "product"),
        "" if category is None else _text_of_line(category, position, "category"),
        QUANTITY_SCALE if quantity is None else number(quantity, "quantity", QUANTITY_SCALE, position=position),
        _NONE if raw.keys() <= _LINE_OWN else _typed(raw, _LINE_OWN, program, program.line_field_types, f"lines[{position}]"),
    )


def _text_of_line(value: Any, position: int, name: str) -> str:
    if type(value) is str and len(value) <= TEXT_MAX and value.isprintable():
        return value
    return _text(value, f"lines[{position}].{name}", 1)


_NONE: Mapping[str, Any] = {}


def _fields(program: "CompiledProgram", kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    found = _typed(raw, _OWN, program, program.field_types, "", kind)
    if (more := raw.get("fields")) is not None:
        if not isinstance(more, Mapping):
            raise Invalid("'fields' is an object.", code="field_type", field="fields")
        found.update(_typed(more, frozenset(), program, program.field_types, "fields", kind))
    return found


def _typed(
    raw: Mapping[str, Any], own: frozenset[str], program: "CompiledProgram", types: Mapping[str, str], where: str, kind: str = ""
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in raw.items():
        if name in own or value is None:
            continue
        place = f"{where}.{name}" if where else str(name)
        type_ = types.get(name)
        if type_ is None:
            raise _unknown(str(name), place, own, types)
        if name in _SPECIAL:
            found.update(_special(name, value, place, kind, program))
        else:
            scale = 10**program.exponent if type_ == "money" else QUANTITY_SCALE if type_ == "decimal" else 1
            found[name] = _READERS[type_](value, place, scale)
    return found


def _special(name: str, value: Any, place: str, kind: str, program: "CompiledProgram") -> dict[str, Any]:
    """Return what a field becomes that may be said in several ways."""
    if name == "voucher":
        return {"vouchers": _list(value, place, 1)} if isinstance(value, list | tuple) else {"voucher": _name(value, place)}
    if name == "wallet":
        return {"wallet": _name(value, place)}
    if name == "tenders":
        return _tenders(value, place, 10**program.exponent)
    if value == AS_MANY_AS_ALLOWED:
        return {f"{name}_max": True}
    return _points(name, value, place, kind, program)


def _points(name: str, value: Any, place: str, kind: str, program: "CompiledProgram") -> dict[str, Any]:
    """Return a number of points; of money credit it may have decimals."""
    if not isinstance(value, int) and name == "points" and program.has_credit:
        exact = _decimal(value, place)
        if exact != int(exact):
            return {"credits": number(value, place, 10**program.exponent)}
    return {name: number(value, place, 1, lowest=-MAXIMUM if kind in _SIGNED else 0)}


def _name(value: Any, place: str) -> str:
    """Return a name, or an amount as text where a thing is called by what it is worth."""
    if isinstance(value, Decimal | float):
        return format(_decimal(value, place), "f")
    return _text(value, place, 1)


def _tenders(value: Any, place: str, money: int) -> dict[str, Any]:
    """Return what was paid by which means: ``{cash: 100, gift_card: 50}`` or a list of tender and amount."""
    items = (
        value.items()
        if isinstance(value, Mapping)
        else [(item.get("tender"), item.get("amount")) for item in _mappings(value, place)]
    )
    found: dict[str, Any] = {}
    for tender, amount in items:
        name = _text(tender, place, 1)
        found[f"tender.{name}"] = found.get(f"tender.{name}", 0) + number(amount, f"{place}.{name}", money)
    return {"tenders": sorted(key.removeprefix("tender.") for key in found), **found}


def _mappings(value: Any, place: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list | tuple) or len(value) > LIST_MAX or not all(isinstance(item, Mapping) for item in value):
        raise Invalid(f"'{place}' is an object of amounts by tender.", code="field_type", field=place, expected="object")
    return list(value)


_SPECIAL = frozenset({"points", "pay_points", "voucher", "wallet", "tenders"})
_SIGNED = frozenset({"adjust"})


def _unknown(name: str, place: str, own: Iterable[str], types: Mapping[str, str]) -> Invalid:
    hint = closest(name, [*own, *types])
    message = f"There is no field '{name}'" + (f"; did you mean '{hint}'?" if hint else ".")
    return Invalid(
        f"{message} Declare it under 'activities' of the program to use it.", code="field_unknown", field=place, suggestion=hint
    )


# --- values -----------------------------------------------------------------------------------------------------------


def number(value: Any, field: str, scale: int, *, lowest: int = 0, position: int | None = None) -> int:
    """Return ``value`` times ``scale`` as the whole number it is exactly; ``position`` is the line's, for a refusal.

    Raises:
        Invalid: ``number_invalid``, ``number_negative``, ``number_too_fine``, ``number_too_large``.
    """
    if type(value) is int:
        found = value * scale
        if lowest <= found <= MAXIMUM:
            return found
    place = field if position is None else f"lines[{position}].{field}"
    if type(value) is not int:
        scaled = _decimal(value, place) * scale
        found = int(scaled)
        if found != scaled:
            places = len(str(scale)) - 1
            message = f"'{place}' has more than {places} decimals." if places else f"'{place}' is a whole number."
            raise Invalid(message, code="number_too_fine", field=place, decimals=places)
    if found < lowest:
        raise Invalid(f"'{place}' cannot be negative.", code="number_negative", field=place)
    if found > MAXIMUM:
        raise Invalid(f"'{place}' is too large.", code="number_too_large", field=place)
    return found


def _decimal(value: Any, field: str) -> Decimal:
    if type(value) is Decimal:
        if value.is_finite() and value.adjusted() <= DIGITS_MAX and (value or not value.is_signed()):
            return value
    elif isinstance(value, str | float):
        text = value if isinstance(value, str) else repr(value)
        if _NUMBER.fullmatch(text):
            found = Decimal(text)
            if found or text[0] != "-":
                return found
    raise Invalid(f"'{field}' is no plain number.", code="number_invalid", field=field)


def _text(value: Any, field: str, _scale: int) -> str:
    if type(value) is not str:
        if type(value) is not int:
            raise Invalid(f"'{field}' is a text.", code="field_type", field=field, expected="text")
        value = str(value)
    if len(value) > TEXT_MAX or (not value.isprintable() and _CONTROL.search(value)):
        raise Invalid(f"'{field}' is too long or has characters that cannot be kept.", code="text_invalid", field=field)
    return value


def _boolean(value: Any, field: str, _scale: int) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    raise Invalid(f"'{field}' is true or false.", code="field_type", field=field, expected="boolean")


def _date(value: Any, field: str, _scale: int) -> date:
    found = None
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, str):
        try:
            found = date.fromisoformat(value[:10])
        except ValueError:
            found = None
    if found is None:
        raise Invalid(f"'{field}' is a date such as 2026-11-24.", code="field_type", field=field, expected="date")
    if found.year in BUDDHIST_YEARS:
        raise Invalid(f"Write the year of '{field}' as {found.year - 543}.", code="year_buddhist", field=field)
    return found


def _list(value: Any, field: str, scale: int) -> list[str]:
    items = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
    if len(items) > LIST_MAX:
        raise Invalid(f"'{field}' has too many values.", code="field_type", field=field, expected="list")
    return [_text(item, f"{field}[{position}]", scale) for position, item in enumerate(items)]


def _parcels(value: Any, field: str, _scale: int) -> list[dict[str, Any]]:
    """Return points with their own ends, as one member's hand to another's (R30)."""
    if not isinstance(value, list) or len(value) > LIST_MAX or not all(isinstance(item, Mapping) for item in value):
        raise Invalid(f"'{field}' is a list of points with their ends.", code="field_type", field=field, expected="parcels")
    return [
        {"points": number(item.get("points"), f"{field}[{n}].points", 1), "expires_at": _end(item.get("expires_at"), field)}
        for n, item in enumerate(value)
    ]


def _end(value: Any, field: str) -> str | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Invalid(f"'{field}' names an instant that is none.", code="field_type", field=field) from None


def _balances(value: Any, field: str, _scale: int) -> dict[str, Any]:
    """Return amounts by unit, as written: the unit says what they count."""
    if not isinstance(value, Mapping):
        raise Invalid(f"'{field}' is an object of points by unit.", code="field_type", field=field, expected="object")
    return {
        _text(key, field, 1): str(_decimal(item, f"{field}.{key}") if not isinstance(item, int) else item)
        for key, item in value.items()
    }


_READERS: dict[str, Reader] = {
    "text": _text,
    "integer": number,
    "decimal": number,
    "money": number,
    "boolean": _boolean,
    "date": _date,
    "list": _list,
    "parcels": _parcels,
    "balances": _balances,
}
