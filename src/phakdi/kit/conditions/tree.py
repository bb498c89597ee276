"""The condition tree: what a rule, a segment or a journey asks. Immutable values; `parse` makes and checks them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Union


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question: whether the ``field`` stands in relation ``op`` to ``value``.

    ``value`` is ready to compare: numbers are whole in the field's scale, instants are aware UTC, lists are tuples.
    ``type`` and ``scale`` are those of the field, so that a tree compiles and dumps without a catalogue.
    """

    field: str
    op: str
    value: Any
    type: str = "text"
    scale: int = 1


@dataclass(frozen=True, slots=True)
class All:
    """Holds when every child holds; with no children, always."""

    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds when at least one child holds; with no children, never."""

    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Holds when no child holds; with no children, always."""

    children: tuple["Node", ...] = ()


Node = Union[Leaf, All, AnyOf, NoneOf]  # noqa: UP007 - the classes name it before it exists
GROUPS: dict[str, type[All] | type[AnyOf] | type[NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}
GROUP_KEYS: dict[type, str] = {group: key for key, group in GROUPS.items()}


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield every leaf of the tree, in reading order."""
    if isinstance(node, Leaf):
        yield node
        return
    for child in node.children:
        yield from leaves(child)


def fields_used(node: Node) -> set[str]:
    """Return the names of all fields that the tree asks for."""
    return {leaf.field for leaf in leaves(node)}
