"""Compiling a tree to SQL that holds for a row exactly when the closure holds for its values; it never yields NULL.

Values are always parameters. Equality keeps the column's own collation, so that its index can serve: every
deterministic collation compares equal byte by byte. Order of texts is asked in the collation "C".
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from phakdi.kit.conditions.errors import bad
from phakdi.kit.conditions.fields import Catalogue, Field
from phakdi.kit.conditions.tree import All, Leaf, Node, NoneOf

Piece = tuple[str, list[Any]]

_COLUMN = re.compile(r'[\w."]+')
_COMPARISONS = {"at_least": ">=", "more_than": ">", "at_most": "<=", "less_than": "<"}
_NEGATIONS = {"is_not": "is", "not_in": "in"}
_SET_NEGATIONS = {"is_not": "is", "not_in": "any_in"}


def compile_sql(node: Node, catalogue: Catalogue) -> Piece:
    """Return a boolean expression with ``%s`` placeholders, and its parameters in order.

    Raises:
        BadCondition: a field is unknown, or cannot be asked in SQL.
    """
    if isinstance(node, Leaf):
        return _leaf(node, _field(node, catalogue))
    parts = [compile_sql(child, catalogue) for child in node.children]
    params = [param for _, found in parts for param in found]
    texts = [text for text, _ in parts]
    if isinstance(node, All):
        return _join(texts, " AND ", "TRUE"), params
    either = _join(texts, " OR ", "FALSE")
    return (f"(NOT {either})" if isinstance(node, NoneOf) else either), params


def _join(texts: list[str], word: str, empty: str) -> str:
    if not texts:
        return empty
    return texts[0] if len(texts) == 1 else f"({word.join(texts)})"


def _field(leaf: Leaf, catalogue: Catalogue) -> Field:
    field = catalogue.find(leaf.field)
    if field is None:
        raise bad(f"there is no field {leaf.field}", code="condition_unknown_field", root="", field=leaf.field)
    if field.sql is None:
        message = f"{leaf.field} cannot be asked of stored rows"
        raise bad(message, code="condition_not_stored", root="", field=leaf.field)
    assert (field.type, field.scale) == (leaf.type, leaf.scale), f"{leaf.field} changed its type since it was parsed"
    return field


def _leaf(leaf: Leaf, field: Field) -> Piece:
    if leaf.op == "exists":
        text, params = _exists(field)
        return (text, params) if leaf.value else (f"(NOT {text})", params)
    negations, builder = (_SET_NEGATIONS, _set_test) if field.type == "set" else (_NEGATIONS, _test)
    positive = negations.get(leaf.op)
    text, params = _known(field, builder(field, positive or leaf.op, leaf.value))
    return (f"(NOT {text})" if positive else text), params


def _known(field: Field, test: Piece) -> Piece:
    """Return the test made false where the field is NULL; written so that a bare column's index can serve."""
    text, params = test
    if _COLUMN.fullmatch(_sql(field)):
        return f"({_sql(field)} IS NOT NULL AND {text})", params
    return f"coalesce({text}, FALSE)", params


def _sql(field: Field) -> str:
    """Return the field's expression, in parentheses unless it is a bare column."""
    sql = field.sql or ""
    return sql if _COLUMN.fullmatch(sql) else f"({sql})"


def _exists(field: Field) -> Piece:
    if field.type in ("text", "weekday", "time"):
        return f"coalesce({_sql(field)} <> '', FALSE)", []
    if field.sql_kind == "text[]":
        return f"(coalesce(cardinality({_sql(field)}), 0) > 0)", []
    if field.sql_kind == "jsonb":
        return f"(coalesce({_sql(field)}, 'null'::jsonb) NOT IN ('null'::jsonb, '[]'::jsonb))", []
    return f"({_sql(field)} IS NOT NULL)", []


# --- one value ---------------------------------------------------------------------------------------------------


def _test(field: Field, op: str, value: Any) -> Piece:
    if op in _COMPARISONS:
        return f"{_ordered(field)} {_COMPARISONS[op]} %s::{field.sql_kind}", [_param(field, value)]
    if op == "between":
        both = [_param(field, item) for item in value]
        return f"{_ordered(field)} BETWEEN %s::{field.sql_kind} AND %s::{field.sql_kind}", both
    if op in _TEXT_TESTS:
        return _text_test(field, op, value)
    if op == "in":
        return f"{_sql(field)} = ANY(%s::{field.sql_kind}[])", [[_param(field, item) for item in value]]
    assert op == "is", op
    return f"{_sql(field)} = %s::{field.sql_kind}", [_param(field, value)]


def _ordered(field: Field) -> str:
    return f'{_sql(field)} COLLATE "C"' if field.sql_kind == "text" else _sql(field)


def _param(field: Field, value: Any) -> Any:
    return Decimal(value) / field.scale if field.sql_kind == "numeric" else value


def _text_test(field: Field, op: str, value: str | tuple[str, ...]) -> Piece:
    values = [value] if isinstance(value, str) else list(value)
    pieces = [_TEXT_TESTS[op](_sql(field), item) for item in values]
    return _join([text for text, _ in pieces], " OR ", "FALSE"), [param for _, found in pieces for param in found]


_TEXT_TESTS: dict[str, Callable[[str, str], Piece]] = {
    "starts_with": lambda sql, value: (f"starts_with({sql}, %s::text)", [value]),
    "ends_with": lambda sql, value: (f"right({sql}, {len(value)}) = %s::text", [value]),
    "contains": lambda sql, value: (f"strpos({sql}, %s::text) > 0", [value]),
}


# --- sets --------------------------------------------------------------------------------------------------------


def _set_test(field: Field, op: str, value: str | tuple[str, ...]) -> Piece:
    wanted = [value] if isinstance(value, str) else list(value)
    arrays, documents = _SET_OPERATORS[op]
    operator = documents if field.sql_kind == "jsonb" else arrays
    return f"{_sql(field)} {operator} %s::text[]", [wanted]


_SET_OPERATORS = {"is": ("@>", "?&"), "contains": ("@>", "?&"), "any_in": ("&&", "?|")}
