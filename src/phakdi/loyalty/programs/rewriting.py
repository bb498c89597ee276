"""Changing values of a program file while everything that is not changed keeps its text: comments, order, layout.

Parts are lines. A part whose value stays is taken over as it stands, with the comments above it; a part whose value
changes is written anew, or, where it is a block of parts itself, gone through in the same way. What comes out is read
again: where it does not say exactly what is wanted, the whole file is written anew instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from phakdi.kit.errors import Invalid
from phakdi.loyalty.programs import yaml


class _NotByLines(Exception):
    """The file is laid out in a way that cannot be changed line by line."""


def rewrite(text: str, wanted: Mapping[str, Any]) -> str:
    """Return ``text`` changed so that it reads as ``wanted``; parts that say the same already keep their lines.

    Raises:
        BadProgram: ``text`` cannot be read.
    """
    text = text.replace("\r\n", "\n")
    before, _ = yaml.parse(text)
    if is_same(before, wanted):
        return text
    try:
        lines = text.split("\n")
        found = "\n".join(_Changer(lines).mapping(yaml.compose(text), before, wanted, (0, len(lines)), 0))
        if is_same(yaml.parse(found)[0], wanted):
            return found
    except (_NotByLines, Invalid, AttributeError):
        pass
    return yaml.write(wanted)


def is_same(one: Any, other: Any) -> bool:
    """Whether two values say the same in the same order: in mappings of a program the order of the keys counts."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return list(one) == list(other) and all(is_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and one == other


@dataclass(slots=True)
class _Part:
    """One entry of a block: its lines from the comments above it to the end of what it says."""

    lead: int
    start: int
    end: int
    value: Node


class _Changer:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def mapping(self, node: Node | None, before: Any, after: Mapping[str, Any], span: tuple[int, int], depth: int) -> list[str]:
        if not isinstance(node, MappingNode) or node.flow_style or not after:
            raise _NotByLines
        if any(key.tag.endswith("merge") for key, _ in node.value):
            raise _NotByLines
        column = node.start_mark.column
        parts, foot = self.parts([(key.start_mark.line, value) for key, value in node.value], span)
        known = {str(key.value): part for (key, _), part in zip(node.value, parts, strict=True)}
        found: list[str] = []
        for key, value in after.items():
            part = known.get(key)
            written = yaml.write_entry(key, value, depth + 1)
            found += (
                self.entry(part, before.get(key), value, written, column, depth) if part else self.new(parts, written, column)
            )
        return found + foot

    def sequence(self, node: SequenceNode, before: list[Any], after: list[Any], span: tuple[int, int], depth: int) -> list[str]:
        column = node.start_mark.column
        parts, foot = self.parts([(item.start_mark.line, item) for item in node.value], span)
        if any(self.lines[part.start][: part.value.start_mark.column].strip() != "-" for part in parts):
            raise _NotByLines
        olds = _matched(before, after)
        found: list[str] = []
        for value, old in zip(after, olds, strict=True):
            if old is None:
                found += self.new(parts, yaml.write_item(value, depth + 1), column)
            elif is_same(before[old], value):
                found += self.lines[parts[old].lead : parts[old].end]
            else:
                found += self.lines[parts[old].lead : parts[old].start]
                found += self.item(parts[old], before[old], value, column, depth + 1)
        return found + foot

    def item(self, part: _Part, before: Any, after: Any, column: int, depth: int) -> list[str]:
        """Return the lines of an item that changed: only the changed ones of a block that begins as it did."""
        is_block = isinstance(part.value, MappingNode) and not part.value.flow_style and isinstance(after, Mapping)
        if is_block and is_same(next(iter(before.items())), next(iter(after.items()), None)):
            return self.mapping(part.value, before, after, (part.start, part.end), depth)
        return _indented(yaml.write_item(after, depth), column)

    def entry(self, part: _Part, before: Any, after: Any, written: str, column: int, depth: int) -> list[str]:
        if is_same(before, after):
            return self.lines[part.lead : part.end]
        head, value = self.lines[part.lead : part.start], part.value
        is_block = isinstance(value, MappingNode | SequenceNode) and not value.flow_style and value.start_mark.line > part.start
        inside = (part.start + 1, part.end)
        if is_block and isinstance(value, MappingNode) and isinstance(after, Mapping) and after:
            return [*head, self.lines[part.start], *self.mapping(value, before, after, inside, depth + 1)]
        if is_block and isinstance(value, SequenceNode) and isinstance(after, list) and after:
            return [*head, self.lines[part.start], *self.sequence(value, before, after, inside, depth + 1)]
        return [*head, *_indented(written, column)]

    def parts(self, starts: list[tuple[int, Node]], span: tuple[int, int]) -> tuple[list[_Part], list[str]]:
        """Return the entries that begin on these lines, and the lines after the last of them."""
        if not starts or len({line for line, _ in starts}) < len(starts):
            raise _NotByLines
        leads = [self.leads_from(line, floor) for (line, _), floor in zip(starts, self.floors(starts, span), strict=True)]
        end = self.leads_from(span[1], starts[-1][0] + 1)
        ends = [*leads[1:], end]
        parts = [_Part(lead, line, stop, node) for lead, (line, node), stop in zip(leads, starts, ends, strict=True)]
        return parts, self.lines[end : span[1]]

    def floors(self, starts: list[tuple[int, Node]], span: tuple[int, int]) -> list[int]:
        return [span[0], *(line + 1 for line, _ in starts[:-1])]

    def leads_from(self, line: int, floor: int) -> int:
        """Return where the comments and empty lines begin that stand right above ``line``."""
        while line > floor and (not (above := self.lines[line - 1].strip()) or above.startswith("#")):
            line -= 1
        return line

    def new(self, parts: list[_Part], written: str, column: int) -> list[str]:
        """Return the lines of a new entry, apart from the one before it where its neighbors stand apart."""
        stands_apart = len(parts) > 1 and parts[1].lead < parts[1].start and not self.lines[parts[1].lead].strip()
        return [*([""] if stands_apart else []), *_indented(written, column)]


def _indented(written: str, column: int) -> list[str]:
    return [" " * column + line if line else line for line in written.rstrip("\n").split("\n")]


def _matched(before: list[Any], after: list[Any]) -> list[int | None]:
    """Return for each item which of the old ones it was: an equal one, else one with the same key, else the one in its place."""
    left = dict(enumerate(before))
    found: list[int | None] = [None] * len(after)

    def take(number: int, old: int | None) -> None:
        if old is not None:
            found[number] = old
            del left[old]

    for number, value in enumerate(after):
        take(number, next((old for old, was in left.items() if is_same(was, value)), None))
    for number, value in enumerate(after):
        if found[number] is None and (key := _key_of(value)) is not None:
            take(number, next((old for old, was in left.items() if _key_of(was) == key), None))
    if len(before) == len(after):
        for number in range(len(after)):
            if found[number] is None and number in left:
                take(number, number)
    return found


def _key_of(value: Any) -> Any:
    return value.get("key") if isinstance(value, Mapping) else None
