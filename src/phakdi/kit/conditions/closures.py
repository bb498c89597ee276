"""Compiling a tree to Python closures: one small function per question, nothing interpreted when it runs.

A missing value (None) fails every question but ``is_not``, ``not_in`` and ``exists: false``. An empty text or an empty
set does not exist.
"""

from collections.abc import Callable
from typing import Any

from phakdi.kit.conditions.tree import All, AnyOf, Leaf, Node

Check = Callable[[Any], bool]
Getter = Callable[[Any], Any]


def compile_closure(node: Node, getters: Callable[[str], Getter]) -> Check:
    """Return a function from a context to whether the tree holds for it.

    ``getters(field)`` gives the function that takes the field's value from a context: whole numbers in the field's
    scale, dates, aware instants, texts, any collection of texts for a set, or None.
    """
    if isinstance(node, Leaf):
        return _leaf(node, getters(node.field))
    checks = [compile_closure(child, getters) for child in node.children]
    if isinstance(node, All):
        return _all(checks)
    return _any(checks) if isinstance(node, AnyOf) else _not(_any(checks))


def _leaf(leaf: Leaf, get: Getter) -> Check:
    builders = _SET_BUILDERS if leaf.type == "set" else _BUILDERS
    return builders[leaf.op](get, leaf.value)


# --- groups ------------------------------------------------------------------------------------------------------


def _all(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:  # noqa: PLR2004 - the two usual sizes without a loop
        first, second = checks
        return lambda context: first(context) and second(context)
    if len(checks) == 3:  # noqa: PLR2004
        one, two, three = checks
        return lambda context: one(context) and two(context) and three(context)
    every = tuple(checks)

    def check(context: Any) -> bool:
        for each in every:  # noqa: SIM110 - a generator would double the time
            if not each(context):
                return False
        return True

    return check


def _any(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:  # noqa: PLR2004 - the usual size without a loop
        first, second = checks
        return lambda context: first(context) or second(context)
    every = tuple(checks)

    def check(context: Any) -> bool:
        for each in every:  # noqa: SIM110 - a generator would double the time
            if each(context):
                return True
        return False

    return check


def _not(inner: Check) -> Check:
    return lambda context: not inner(context)


# --- one value ---------------------------------------------------------------------------------------------------


def _is(get: Getter, value: Any) -> Check:
    return lambda context: get(context) == value


def _is_not(get: Getter, value: Any) -> Check:
    return lambda context: get(context) != value


def _in(get: Getter, values: tuple[Any, ...]) -> Check:
    allowed = frozenset(values)
    return lambda context: get(context) in allowed


def _not_in(get: Getter, values: tuple[Any, ...]) -> Check:
    excluded = frozenset(values)
    return lambda context: get(context) not in excluded


def _at_least(get: Getter, value: Any) -> Check:
    return lambda context: (found := get(context)) is not None and found >= value


def _more_than(get: Getter, value: Any) -> Check:
    return lambda context: (found := get(context)) is not None and found > value


def _at_most(get: Getter, value: Any) -> Check:
    return lambda context: (found := get(context)) is not None and found <= value


def _less_than(get: Getter, value: Any) -> Check:
    return lambda context: (found := get(context)) is not None and found < value


def _between(get: Getter, bounds: tuple[Any, Any]) -> Check:
    low, high = bounds
    return lambda context: (found := get(context)) is not None and low <= found <= high


def _starts_with(get: Getter, value: str | tuple[str, ...]) -> Check:
    return lambda context: (found := get(context)) is not None and found.startswith(value)


def _ends_with(get: Getter, value: str | tuple[str, ...]) -> Check:
    return lambda context: (found := get(context)) is not None and found.endswith(value)


def _contains(get: Getter, value: str) -> Check:
    return lambda context: (found := get(context)) is not None and value in found


def _exists(get: Getter, value: bool) -> Check:  # noqa: FBT001 - the literal of `exists`
    if value:
        return lambda context: (found := get(context)) is not None and found != ""
    return lambda context: (found := get(context)) is None or found == ""


# --- sets --------------------------------------------------------------------------------------------------------


def _set_has(get: Getter, value: str) -> Check:
    return lambda context: (found := get(context)) is not None and value in found


def _set_has_not(get: Getter, value: str) -> Check:
    return lambda context: (found := get(context)) is None or value not in found


def _set_contains(get: Getter, value: str | tuple[str, ...]) -> Check:
    if isinstance(value, str):
        return _set_has(get, value)
    wanted = frozenset(value)
    return lambda context: (found := get(context)) is not None and wanted.issubset(found)


def _set_meets(get: Getter, values: tuple[str, ...]) -> Check:
    wanted = frozenset(values)
    return lambda context: (found := get(context)) is not None and not wanted.isdisjoint(found)


def _set_avoids(get: Getter, values: tuple[str, ...]) -> Check:
    excluded = frozenset(values)
    return lambda context: (found := get(context)) is None or excluded.isdisjoint(found)


def _set_exists(get: Getter, value: bool) -> Check:  # noqa: FBT001 - the literal of `exists`
    return (lambda context: bool(get(context))) if value else (lambda context: not get(context))


_BUILDERS: dict[str, Callable[[Getter, Any], Check]] = {
    "is": _is,
    "is_not": _is_not,
    "in": _in,
    "not_in": _not_in,
    "at_least": _at_least,
    "more_than": _more_than,
    "at_most": _at_most,
    "less_than": _less_than,
    "between": _between,
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "contains": _contains,
    "exists": _exists,
}
_SET_BUILDERS: dict[str, Callable[[Getter, Any], Check]] = {
    "is": _set_has,
    "is_not": _set_has_not,
    "contains": _set_contains,
    "any_in": _set_meets,
    "not_in": _set_avoids,
    "exists": _set_exists,
}
