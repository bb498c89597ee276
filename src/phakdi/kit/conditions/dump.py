"""Writing a tree back in its canonical, compact shape."""

from typing import Any

from phakdi.kit.conditions.literals import write_literal
from phakdi.kit.conditions.tree import GROUP_KEYS, All, Leaf, Node


def dump(node: Node) -> Any:
    """Return the tree as JSON can hold it, compact where that loses nothing: ``parse(dump(node))`` equals ``node``."""
    if isinstance(node, Leaf):
        return {node.field: _dump_question(node)}
    if isinstance(node, All) and len(node.children) != 1:
        merged = _merge([dump(child) for child in node.children if not _is_bare_pair(child)], len(node.children))
        if merged is not None:
            return merged
    return {GROUP_KEYS[type(node)]: [dump(child) for child in node.children]}


def _dump_question(leaf: Leaf) -> Any:
    value: Any
    if leaf.op == "exists":
        value = leaf.value
    elif isinstance(leaf.value, tuple):
        value = [write_literal(item, leaf.type, leaf.scale) for item in leaf.value]
    else:
        value = write_literal(leaf.value, leaf.type, leaf.scale)
    if leaf.op == "is" or (leaf.op == "in" and leaf.type != "set") or (leaf.op == "any_in"):
        return value
    return {leaf.op: value}


def _is_bare_pair(child: Node) -> bool:
    """Whether the child's own dump has several keys, which would melt into its parent's."""
    return isinstance(child, All) and len(child.children) != 1


def _merge(parts: list[dict[str, Any]], expected: int) -> dict[str, Any] | None:
    """Return the parts as one mapping, or None when two of them need the same key or one is missing."""
    merged: dict[str, Any] = {}
    for part in parts:
        [(key, value)] = part.items()
        if key not in merged:
            merged[key] = value
        elif _can_join(merged, key, value):
            merged[key] = merged[key] | value
        else:
            return None
    return merged if len(parts) == expected else None


def _can_join(merged: dict[str, Any], key: str, value: Any) -> bool:
    """Two questions about one field stand in one mapping when they are neighbors with different operators."""
    last = next(reversed(merged))
    both = isinstance(merged[key], dict) and isinstance(value, dict)
    return key == last and both and not merged[key].keys() & value.keys()
