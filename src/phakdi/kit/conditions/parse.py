"""Reading conditions from YAML or JSON shapes into a checked tree."""

from typing import Any

from phakdi.kit.conditions.errors import BadCondition, Trail, bad
from phakdi.kit.conditions.fields import OPERATORS, Catalogue, Field, closest
from phakdi.kit.conditions.literals import BadLiteral, read_literal
from phakdi.kit.conditions.tree import GROUPS, All, AnyOf, Leaf, Node

DEPTH_MAX = 20
LIST_MAX = 10_000
_ALL_OPERATORS = sorted({"in", *(op for ops in OPERATORS.values() for op in ops)})
_TEXT_PARTS = frozenset({"starts_with", "ends_with", "contains"})


def parse(raw: Any, catalogue: Catalogue, path: str = "when") -> Node:
    """Return the tree that ``raw`` describes, every field, operator and value checked; ``None`` always holds.

    Compact: ``{channel: online, amount: {at_least: 500}}`` (all of them; a list means ``in``). Explicit:
    ``{field: channel, op: is, value: online}``. Groups: ``{all: [...]}``, ``{any: [...]}``, ``{none: [...]}``, also
    beside fields. A list is all of its members. ``path`` is where the condition stands in its document.

    Raises:
        BadCondition: with the path and what would be right.
    """
    if raw is None or raw in ({}, []):
        return All()
    return _Parser(catalogue, path).node(raw, ())


class _Parser:
    def __init__(self, catalogue: Catalogue, root: str) -> None:
        self.catalogue = catalogue
        self.root = root

    def node(self, raw: Any, trail: Trail) -> Node:
        if len(trail) > 2 * DEPTH_MAX:
            raise self.bad("is nested too deeply", "condition_too_deep", trail)
        if isinstance(raw, list | tuple):
            return All(self.members(raw, trail))
        if not isinstance(raw, dict):
            raise self.bad(f"must be fields with their values, got {raw!r}", "condition_shape", trail)
        if "field" in raw and "op" in raw:
            return self.explicit(raw, trail)
        if not raw:
            raise self.bad("is empty", "condition_empty", trail)
        found = [node for key, value in raw.items() for node in self.entry(key, value, trail)]
        return found[0] if len(found) == 1 else All(tuple(found))

    def members(self, raw: Any, trail: Trail) -> tuple[Node, ...]:
        if not raw:
            raise self.bad("has an empty list", "condition_empty", trail)
        return tuple(self.node(child, (*trail, index)) for index, child in enumerate(raw))

    def entry(self, key: Any, value: Any, trail: Trail) -> list[Node]:
        if not isinstance(key, str):
            raise self.bad(f"must have a field's name here, got {key!r}", "condition_shape", trail)
        trail = (*trail, key)
        if key in GROUPS:
            return [self.group(key, value, trail)]
        field = self.field(key, trail)
        if not isinstance(value, dict):
            op = "is" if not isinstance(value, list | tuple) else "in"
            return [self.leaf(field, op, value, trail, trail)]
        if not value:
            raise self.bad(f"{key} has no operator", "condition_empty", trail, key)
        return [self.leaf(field, op, inner, (*trail, str(op)), (*trail, str(op))) for op, inner in value.items()]

    def group(self, key: str, value: Any, trail: Trail) -> Node:
        if isinstance(value, list | tuple):
            return GROUPS[key](self.members(value, trail))
        if GROUPS[key] is AnyOf and isinstance(value, dict) and len(value) > 1 and "op" not in value:
            raise self.bad("any takes a list; these would all have to hold", "condition_shape", trail)
        return GROUPS[key]((self.node(value, trail),))

    def explicit(self, raw: dict[str, Any], trail: Trail) -> Node:
        if extra := sorted(str(key) for key in raw.keys() - {"field", "op", "value"}):
            raise self.bad(f"has more than field, op and value: {', '.join(extra)}", "condition_shape", trail)
        field = self.field(raw["field"], (*trail, "field"))
        value = raw.get("value", True) if raw["op"] == "exists" else raw.get("value")
        return self.leaf(field, raw["op"], value, (*trail, "op"), (*trail, "value"))

    def field(self, name: Any, trail: Trail) -> Field:
        field = self.catalogue.find(name) if isinstance(name, str) else None
        if field is not None:
            return field
        hint = self.catalogue.closest(str(name))
        message = f"there is no field {name}" + (f"; did you mean {hint}?" if hint else "")
        raise self.bad(message, "condition_unknown_field", trail, str(name), suggestion=hint)

    def leaf(self, field: Field, op: Any, value: Any, op_trail: Trail, trail: Trail) -> Node:
        op = "any_in" if op == "in" and field.type == "set" else op
        if op not in field.operators:
            raise self.bad_operator(field, op, op_trail)
        if op == "exists":
            if not isinstance(value, bool):
                raise self.bad(f"{field.name} exists must be true or false", "condition_value", trail, field.name)
            return Leaf(field.name, op, value, field.type, field.scale)
        if op == "between":
            return self.between(field, value, trail)
        if op in ("in", "not_in", "any_in") or (isinstance(value, list | tuple) and self.takes_many(field, op)):
            return Leaf(field.name, op, self.many(field, value, trail), field.type, field.scale)
        if isinstance(value, list | tuple):
            raise self.bad(f"{field.name} {op} takes one value, not a list", "condition_value", trail, field.name)
        found = self.literal(field, value, trail)
        if op in _TEXT_PARTS and found == "":
            raise self.bad(f"{field.name} {op} needs some text", "condition_value", trail, field.name)
        return Leaf(field.name, op, found, field.type, field.scale)

    def takes_many(self, field: Field, op: str) -> bool:
        return op in ("starts_with", "ends_with") or (op == "contains" and field.type == "set")

    def many(self, field: Field, raw: Any, trail: Trail) -> tuple[Any, ...]:
        if not isinstance(raw, list | tuple):
            return (self.literal(field, raw, trail),)
        if not raw:
            raise self.bad(f"{field.name} has an empty list", "condition_empty", trail, field.name)
        if len(raw) > LIST_MAX:
            raise self.bad(f"{field.name} lists more than {LIST_MAX} values", "condition_too_long", trail, field.name)
        found = [self.literal(field, item, (*trail, index)) for index, item in enumerate(raw)]
        return tuple(dict.fromkeys(found))

    def between(self, field: Field, raw: Any, trail: Trail) -> Node:
        if not isinstance(raw, list | tuple) or len(raw) != 2:  # noqa: PLR2004 - from and to
            raise self.bad(f"{field.name} between takes two values: [from, to]", "condition_value", trail, field.name)
        low, high = (self.literal(field, item, (*trail, index)) for index, item in enumerate(raw))
        if low <= high:
            return Leaf(field.name, "between", (low, high), field.type, field.scale)
        if field.type != "time":
            message = f"{field.name} between is reversed: {raw[0]} comes after {raw[1]}"
            raise self.bad(message, "condition_reversed", trail, field.name)
        return AnyOf(
            (  # over midnight
                Leaf(field.name, "at_least", low, field.type, field.scale),
                Leaf(field.name, "at_most", high, field.type, field.scale),
            )
        )

    def literal(self, field: Field, raw: Any, trail: Trail) -> Any:
        if raw is None:
            message = f"{field.name} has no value here; to ask whether it is known use exists: true or false"
            raise self.bad(message, "condition_value", trail, field.name)
        try:
            return read_literal(raw, field, self.catalogue.zone)
        except BadLiteral as error:
            raise self.bad(f"{field.name} {error}", "condition_value", trail, field.name) from None

    def bad_operator(self, field: Field, op: Any, trail: Trail) -> BadCondition:
        hint = closest(str(op), field.operators)
        if op in _ALL_OPERATORS:
            message = f"{field.name} is of type {field.type} and does not know {op}; it knows {', '.join(field.operators)}"
        else:
            message = f"there is no operator {op}" + (f"; did you mean {hint}?" if hint else "")
        return self.bad(message, "condition_unknown_operator", trail, field.name, operator=str(op), suggestion=hint)

    def bad(self, message: str, code: str, trail: Trail, field: str = "", **details: Any) -> BadCondition:
        return bad(message, code=code, root=self.root, trail=trail, field=field, **details)
