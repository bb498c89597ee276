"""The builder of conditions: groups of rows (field, operator, value) that are exactly the tree of the file.

A group is ``{"kind": all, any or none, "items": {"0": …}}``, a row ``{"field", "op", "value", "low", "high"}``, in the form in
which `posted` nests what was sent. Whatever becomes a row becomes the same question again; a tree of which that is not true
is left to the text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from phakdi.kit import conditions
from phakdi.kit.conditions import All, AnyOf, BadCondition, Field, Leaf, Node, NoneOf
from phakdi.kit.conditions.literals import write_literal
from phakdi.kit.errors import Refusal
from phakdi.kit.thai import arabic_digits, format_date, month_names, parse_date
from phakdi.loyalty.wording.plain import field_group, field_name, operator_name, value_name, words
from phakdi.web.console.editing import posted
from phakdi.web.console.editing.parts import ABSENT, Option, Part, Reading, write_number

if TYPE_CHECKING:
    from phakdi.web.console.editing.room import Room

KINDS = {"all": All, "any": AnyOf, "none": NoneOf}
NUMBERS = frozenset({"integer", "decimal", "money"})
_TRAITS = {"member.trait.churn_risk", "member.trait.rfm_segment"}
_PICKED = frozenset(
    {"weekday", "store", "month", "level", "tier", "member.level", "member.plan", "voucher", *_TRAITS}
)  # boxes to tick
_OPERATORS: Mapping[str, tuple[str, ...]] = {
    "picked": ("in", "not_in", "starts_with", "exists"),
    "boolean": ("is", "is_not"),
    "text": ("in", "not_in", "starts_with", "ends_with", "contains", "exists"),
    "set": ("any_in", "not_in", "contains", "exists"),
    "time": ("between", "at_least", "less_than"),
    "number": ("at_least", "more_than", "at_most", "less_than", "between", "is", "is_not", "in", "not_in", "exists"),
    "date": ("at_least", "at_most", "between", "is", "is_not", "less_than", "more_than", "exists"),
}
_MANY = frozenset({"in", "not_in", "any_in"})
_TEXT_PARTS = frozenset({"starts_with", "ends_with", "contains"})
_WINDOWS = ("day", "month", "year", "rolling_12_months", "lifetime")


def is_same_tree(one: Node | None, other: Node | None) -> bool:
    """Whether two trees ask the same: one of a single value is that value, a group of one in a group of all is its child."""
    return _plain(one) == _plain(other)


def _plain(node: Node | None) -> Any:
    if node is None:
        return None
    if isinstance(node, Leaf):
        if node.op in {"in", "not_in"} and isinstance(node.value, tuple) and len(node.value) == 1:
            return Leaf(node.field, "is" if node.op == "in" else "is_not", node.value[0], node.type, node.scale)
        if node.op in _TEXT_PARTS | {"any_in"} and isinstance(node.value, tuple) and len(node.value) == 1:
            return Leaf(node.field, "is" if node.op == "any_in" else node.op, node.value[0], node.type, node.scale)
        return node
    children = tuple(_plain(child) for child in node.children)
    return children[0] if isinstance(node, All) and len(children) == 1 else type(node)(children)


@dataclass(frozen=True, kw_only=True)
class Condition(Part):
    """A condition on the activity and the member, or on the goods."""

    of_line: bool = False
    template: str = "condition"

    def show(self, value: Any, room: "Room") -> Any:
        """See `Part`."""
        if value is ABSENT:
            return {"kind": ["all"], "items": {}}
        node = conditions.parse(value, room.catalogue(of_line=self.of_line))
        if isinstance(node, Leaf) or _over_midnight(node):
            node = All((node,))
        return _shown(node, room, of_line=self.of_line)

    def read(self, name: str, data: Any, before: Any, reading: Reading) -> Any:
        """See `Part`."""
        raw = _read(name, data, reading, of_line=self.of_line)
        if raw is ABSENT:
            return ABSENT
        if reading.errors:
            return before
        node = conditions.parse(raw, reading.room.catalogue(of_line=self.of_line))
        if before is not ABSENT and is_same_tree(node, reading.room.read_condition(before, self.of_line)):
            return before
        return _exact(conditions.dump(_simplest(node)))

    def fits(self, value: Any, room: "Room") -> bool:
        """See `Part`."""
        if value is ABSENT:
            return True
        reading = Reading(room)
        try:
            node = conditions.parse(value, room.catalogue(of_line=self.of_line))
            raw = _read(self.key, self.show(value, room), reading, of_line=self.of_line)
            return not reading.errors and is_same_tree(node, conditions.parse(raw, room.catalogue(of_line=self.of_line)))
        except (Refusal, TypeError, ValueError):
            return False


def _simplest(node: Node) -> Node:
    """Return the tree without groups of one, and with single values instead of lists of one."""
    plain: Node = _plain(node)
    return plain


def _exact(raw: Any) -> Any:
    """Return what `dump` wrote, with exact numbers."""
    if isinstance(raw, float):
        return Decimal(repr(raw))
    if isinstance(raw, Mapping):
        return {key: _exact(value) for key, value in raw.items()}
    return [_exact(item) for item in raw] if isinstance(raw, list) else raw


# --- showing ------------------------------------------------------------------------------------------------------------


def _over_midnight(node: Node) -> bool:
    """Whether the group is what ``between: ['22:00', '02:00']`` is read as."""
    if not isinstance(node, AnyOf) or len(node.children) != 2:  # noqa: PLR2004 - from and until
        return False
    low, high = node.children
    return (
        isinstance(low, Leaf) and isinstance(high, Leaf) and low.type == high.type == "time" and low.field == high.field
        and (low.op, high.op) == ("at_least", "at_most") and low.value > high.value
    )  # fmt: skip


def _shown(node: Node, room: "Room", *, of_line: bool) -> dict[str, Any]:
    if isinstance(node, Leaf):
        return _row(node)
    if _over_midnight(node):
        low, high = node.children
        assert isinstance(low, Leaf)
        assert isinstance(high, Leaf)
        return {"field": [low.field], "op": ["between"], "low": [low.value], "high": [high.value]}
    kind = next(name for name, group in KINDS.items() if type(node) is group)
    items = {str(n): _shown(child, room, of_line=of_line) for n, child in enumerate(node.children)}
    return {"kind": [kind], "items": items}


def _row(leaf: Leaf) -> dict[str, Any]:
    if leaf.op == "exists":
        return {"field": [leaf.field], "op": ["exists"], "value": ["yes" if leaf.value else "no"]}
    values = [_written(value, leaf) for value in (leaf.value if isinstance(leaf.value, tuple) else (leaf.value,))]
    if leaf.op == "between":
        return {"field": [leaf.field], "op": ["between"], "low": [values[0]], "high": [values[1]]}
    op = leaf.op
    if leaf.type not in NUMBERS | {"date", "datetime", "time", "boolean"} or leaf.field in _PICKED:
        op = {"is": "any_in" if leaf.type == "set" else "in", "is_not": "not_in"}.get(op, op)
    return {"field": [leaf.field], "op": [op], "value": values if leaf.field in _PICKED and op in _MANY else [_joined(values)]}


def _joined(values: list[str]) -> str:
    if any("," in value or value != value.strip() or not value or "\n" in value for value in values):
        raise ValueError("texts with commas are for the text")
    return ", ".join(values)


def _written(value: Any, leaf: Leaf) -> str:
    if leaf.type == "boolean":
        return "yes" if value else "no"
    if leaf.type in NUMBERS:
        return write_number(Decimal(value) / leaf.scale)
    if leaf.type == "date":
        return format_date(value, "en", "short")
    return str(write_literal(value, leaf.type, leaf.scale))


# --- reading ------------------------------------------------------------------------------------------------------------


def _read(name: str, data: Any, reading: Reading, *, of_line: bool) -> Any:
    """Return the condition that was sent, written out; ABSENT for an empty group. What is wrong is noted at its row."""
    if "field" in (data or {}):
        return _read_row(name, data, reading, of_line=of_line)
    kind = posted.text(data, "kind") or "all"
    children = [_read(f"{name}.items.{n}", row, reading, of_line=of_line) for n, row in posted.rows(posted.branch(data, "items"))]
    children = [child for child in children if child is not ABSENT]
    if not children or kind not in KINDS:
        return ABSENT
    return {kind: children}


def _read_row(name: str, row: Any, reading: Reading, *, of_line: bool) -> Any:
    wanted, op = posted.text(row, "field"), posted.text(row, "op")
    if not wanted:
        return ABSENT
    found = reading.room.catalogue(of_line=of_line).find(wanted)
    if found is None:
        reading.wrong(name, _("There is no such figure: %(name)s") % {"name": wanted})
        return ABSENT
    if op not in operators(found):
        op = operators(found)[0]
    try:
        raw = {wanted: {op: _value(found, op, row)}}
        conditions.parse(raw, reading.room.catalogue(of_line=of_line))
    except (BadCondition, ValueError, Refusal) as refusal:
        reading.wrong(name, _complaint(refusal, found))
        return ABSENT
    return raw


def _value(field: Field, op: str, row: Any) -> Any:
    if op == "exists":
        return posted.text(row, "value") != "no"
    if op == "between":
        return [_literal(field, posted.text(row, "low")), _literal(field, posted.text(row, "high"))]
    if field.name in _PICKED and op in _MANY:
        values = [each.strip() for sent in posted.texts(row, "value") for each in sent.split(",") if each.strip()]
    elif op in _MANY or (op in _TEXT_PARTS and field.type in {"text", "set"} and not (op == "contains" and field.type == "text")):
        values = [each.strip() for each in posted.text(row, "value").replace("\n", ",").split(",") if each.strip()]
    else:
        values = [posted.text(row, "value")]
    if not values or values == [""]:
        raise ValueError
    found = [_literal(field, each) for each in values]
    return found if op in _MANY or len(found) > 1 else found[0]


def _literal(field: Field, text: str) -> Any:
    if not text:
        raise ValueError
    if field.type == "boolean":
        return text == "yes"
    if field.type in NUMBERS:
        return arabic_digits(text).replace(",", "").replace(" ", "")
    if field.type == "date":
        return parse_date(text, field=field.name).isoformat()
    return text


def _complaint(refusal: Exception, field: Field) -> str:
    if isinstance(refusal, Refusal) and refusal.code == "condition_reversed":
        return _("The first value comes after the second.")
    if field.type in NUMBERS:
        return _("Write a number.")
    if field.type == "date":
        return _("Write a day such as 31/12/2026.")
    if field.type == "time":
        return _("Write a time such as 13:00.")
    return _("Say what it must be.")


# --- what there is to choose from ---------------------------------------------------------------------------------------


def operators(field: Field) -> tuple[str, ...]:
    """Return the operators that rows offer for a field."""
    if field.name in _PICKED and field.type not in NUMBERS:
        return _OPERATORS["picked"]
    if field.name in _PICKED:
        return ("in", "not_in")
    return _OPERATORS["number" if field.type in NUMBERS else field.type if field.type in _OPERATORS else "text"]


def operator_options(field: Field, room: "Room", chosen: str) -> list[Option]:
    """Return the operators of a field with what they are called; rare ones only where they are chosen."""
    if widget(field) == "picked":
        plain = {"in": "is", "not_in": "is_not"}
        shown = [op for op in operators(field) if op in plain or op == chosen]
        return [(op, operator_name(plain.get(op, op), field.type, room.talk)) for op in shown]
    shown = [op for op in operators(field) if (op, field.type) != ("is_not", "boolean") or op == chosen]
    return [(op, operator_name(op, field.type, room.talk)) for op in shown]


def widget(field: Field, op: str = "in") -> str:
    """Return how a value of the field is asked for."""
    if op == "exists":
        return "boolean"
    if field.name in _PICKED and op in _MANY:
        return "picked"
    if field.type in NUMBERS:
        return "number"
    return field.type if field.type in {"boolean", "time", "date"} else "text"


def value_options(field: Field, room: "Room", chosen: list[str]) -> list[Option]:
    """Return what a value may be, where there is a list to choose from; what was chosen is among them in any case."""
    found: list[Option] = []
    if field.name == "weekday":
        found = [(key, room.talk.say(phrase)) for key, phrase in words.WEEKDAYS.items()]
    elif field.name == "month":
        found = [(str(n + 1), name) for n, name in enumerate(month_names(room.language))]
    elif field.name == "store":
        found = list(room.stores)
    elif field.name in {"level", "tier", "member.level"}:
        found = room.levels()
    elif field.name == "member.plan":
        plans = room.raw.get("membership") or {}
        found = room.named(plans.get("plans") or {}) or room.levels()
    elif field.name == "voucher":
        found = room.named(room.keys_of("vouchers"))
    elif field.choices:
        found = [(each, value_name(field.name, each, room.talk)) for each in field.choices]
    known = {key for key, _label in found}
    return found + [(each, room.reader.called(each)) for each in chosen if each and each not in known]


def field_options(room: "Room", *, of_line: bool, chosen: str) -> list[tuple[str, list[Option]]]:
    """Return the fields by group, with what they are called; the chosen one is among them in any case."""
    groups: dict[str, dict[str, str]] = {}
    for name in [*_offered(room, of_line=of_line), chosen]:
        if name and room.catalogue(of_line=of_line).find(name):
            is_of_line = of_line and name in room.fields.line_names
            group = groups.setdefault(field_group(name, of_line=is_of_line), {})
            group.setdefault(name, field_name(name, room.talk, of_line=is_of_line))
    return [(room.talk.say(words.GROUPS[key]), list(groups[key].items())) for key in words.GROUPS if key in groups]


def _offered(room: "Room", *, of_line: bool) -> Iterator[str]:
    if of_line:
        yield from (
            "category",
            "product",
            "code",
            "brand",
            "amount",
            "price",
            "quantity",
            "promotion",
            "at_regular_price",
            "tags",
        )
        yield from (name for kind in room.document.activities.values() for name in kind.line_fields)
    yield from ("amount", "store", "channel", "tender", "net")
    yield from ("weekday", "time", "date", "month", "day_of_month", "month_day")
    yield from (
        f"member.{name}"
        for name in (
            "level",
            "birth_month",
            "birthday",
            "age",
            "days_since_joined",
            "months_since_joined",
            "segments",
            "referred",
            "active",
            "has_birthday",
        )
    )
    if room.document.membership.plans:
        yield "member.plan"
    yield from (f"member.{name}" for name in room.document.attributes)
    yield from words.TRAIT_NAMES
    yield from (name for kind in room.document.activities.values() for name in kind.fields)
    for meter in ("spend", "orders", *room.document.meters):
        yield from (f"{meter}.{window}" for window in _WINDOWS)
    yield "total.spend.month"
    yield from (f"balance.{unit}" for unit in room.document.units)
    yield from (f"vouchers.{key}" for key in room.document.vouchers)
    yield "days_since.purchase"
    yield from (
        name for name in words.ACTIVITY_NAMES if name not in {"amount", "store", "channel", "tender", "net", "ref", "origin"}
    )
