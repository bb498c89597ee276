"""Between YAML text and plain values: where each value stands is kept, numbers are exact, nothing is executed."""

import io
import re
import textwrap
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from phakdi.loyalty.programs.errors import BadProgram

TEXT_MAX = 1_000_000
VALUES_MAX = 200_000
DEPTH_MAX = 60
LINE_MAX = 110
_TOKEN = re.compile(r"\[\d+\]|[^.\[]+")
_BARE = re.compile(r"\d+ [a-z]+|[^\W\d_](?:[\w\u0e00-\u0e7f ()/%+.-]*[\w\u0e00-\u0e7f)%])?")
# letters first (or a length: 90 days), no sign that means something in YAML
_WORDS = frozenset({"true", "false", "null", "yes", "no", "off", "y", "n"})  # "on" is a key here
_TAG = "tag:yaml.org,2002:"

Position = tuple[int, int]  # line, column, both from 1


class Places:
    """Where the values of a file stand, by path. All compare equal: where a value stands is no part of what it says."""

    __slots__ = ("_at",)
    __hash__ = None  # type: ignore[assignment]  # all are equal

    def __init__(self, at: Mapping[str, Position]) -> None:
        self._at = at

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Places)

    def find(self, path: str) -> Position | None:
        """Return where ``path`` or the nearest thing around it stands; None where no text was read."""
        known = ""
        rest = _TOKEN.findall(path)
        while rest:
            for length in range(len(rest), 0, -1):  # keys may hold dots
                name = "".join(part if part.startswith("[") else f".{part}" for part in rest[:length])
                if (longer := f"{known}{name}".lstrip(".")) in self._at:
                    known, rest = longer, rest[length:]
                    break
            else:
                if rest[0] != "[0]":  # a single value may stand where a list is meant
                    break
                rest = rest[1:]
        return self._at.get(known)


def parse(text: str) -> tuple[Any, Places]:
    """Return the values in ``text`` and where they stand. Keys are texts; decimals are `Decimal`; dates stay texts.

    Raises:
        BadProgram: with line and column.
    """
    if len(text) > TEXT_MAX:
        raise BadProgram("The program file is too large.", code="program_too_large", path="", maximum=TEXT_MAX)
    if _nests_deeply(text):
        raise BadProgram("The program file is nested too deeply.", code="program_too_large", path="", line=1, column=1)
    try:
        node = compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _unreadable(str(error.problem or error.context), mark) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise _unreadable(str(error).splitlines()[0] if str(error) else "nested too deeply", None) from None
    builder = _Builder()
    return (None if node is None else builder.build(node, "", 0)), Places(builder.at)


def compose(text: str) -> Node | None:
    """Return the nodes of the text, for who wants to know how it is laid out; raises what the library raises."""
    return YAML(typ="safe", pure=True).compose(io.StringIO(text.removeprefix("\ufeff")))


def _nests_deeply(text: str) -> bool:
    """Whether reading would go so deep that it takes long; a guess that errs only for what no program holds."""
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth += 1 if bracket in "[{" else -1
        if depth > 2 * DEPTH_MAX:
            return True
    return re.search(r"(?:[-?:][ \t]){60}", text) is not None


def _unreadable(why: str, mark: Any) -> BadProgram:
    place = {} if mark is None else {"line": mark.line + 1, "column": mark.column + 1}
    where = f"Line {mark.line + 1}, column {mark.column + 1}: " if mark is not None else ""
    return BadProgram(f"{where}this is no readable YAML: {why}.", code="program_unreadable", path="", **place)


class _Builder:
    def __init__(self) -> None:
        self.at: dict[str, Position] = {}
        self.count = 0

    def build(self, node: Node, path: str, depth: int) -> Any:
        self.count += 1
        if self.count > VALUES_MAX or depth > DEPTH_MAX:
            raise self.bad("The file is too large or nested too deeply.", node, path, code="program_too_large")
        self.at.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, SequenceNode):
            if node.tag != f"{_TAG}seq":
                raise self.bad(f"the tag {node.tag} is not known here", node, path)
            return [self.build(item, f"{path}[{number}]", depth + 1) for number, item in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: MappingNode, path: str, depth: int) -> dict[str, Any]:
        if node.tag != f"{_TAG}map":
            raise self.bad(f"the tag {node.tag} is not known here", node, path)
        merged: dict[str, Any] = {}
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise self.bad("a key is a plain text", key_node, path)
            if key_node.tag == f"{_TAG}merge":
                merged.update(self.merged(value_node, path, depth))
                continue
            key = str(key_node.value)
            inner = f"{path}.{key}".lstrip(".")
            if key in found:
                raise self.bad(f"'{key}' stands here twice; keep one of them", key_node, inner, code="program_duplicate_key")
            self.at[inner] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            found[key] = self.build(value_node, inner, depth + 1)
        return {**merged, **found}

    def merged(self, node: Node, path: str, depth: int) -> dict[str, Any]:
        sources = node.value if isinstance(node, SequenceNode) else [node]
        found: dict[str, Any] = {}
        for source in reversed(sources):  # the first named wins
            if not isinstance(source, MappingNode):
                raise self.bad("'<<' takes a mapping", source, path)
            found.update(self.build(source, path, depth + 1))
        return found

    def scalar(self, node: Node, path: str) -> Any:
        text, tag = str(node.value), str(node.tag).removeprefix(_TAG)
        if tag in {"str", "timestamp"}:
            return text
        if tag == "null":
            return None
        if tag == "bool":
            return text.lower() == "true"
        if tag in {"int", "float"}:
            return self.number(text, node, path)
        raise self.bad(f"the tag {node.tag} is not known here", node, path)

    def number(self, text: str, node: Node, path: str) -> int | Decimal:
        plain = text.replace("_", "")
        if re.fullmatch(r"[+-]?\d{1,30}", plain):
            return int(plain)
        if re.fullmatch(r"[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})", plain):
            return Decimal(plain)
        raise self.bad(f"write a plain number such as 1500 or 2.5, not {text}", node, path)

    def bad(self, message: str, node: Node, path: str, code: str = "program_unreadable") -> BadProgram:
        line, column = node.start_mark.line + 1, node.start_mark.column + 1
        return BadProgram(f"Line {line}, column {column}: {message}.", code=code, path=path, line=line, column=column)


# --- writing ----------------------------------------------------------------------------------------------------------


def write(value: Mapping[str, Any]) -> str:
    """Return ``value`` as YAML that `parse` reads back the same: keys in the given order, small parts on one line."""
    return _dumped(_laid_out(value, 0))


def write_entry(key: str, value: Any, depth: int) -> str:
    """Return ``key: value`` as it stands in a file whose parts are ``depth`` deep there, without indentation."""
    return _dumped(CommentedMap([(_key(key), _laid_out(value, depth))]))


def write_item(value: Any, depth: int) -> str:
    """Return ``- value`` as it stands in such a file, without indentation."""
    return textwrap.dedent(_dumped(CommentedSeq([_laid_out(value, depth)])))


def _dumped(laid_out: Any) -> str:
    writer = YAML()
    writer.width = 4096
    writer.allow_unicode = True
    writer.brace_single_entry_mapping_in_flow_sequence = True
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.representer.add_representer(Decimal, _write_decimal)
    writer.representer.add_representer(str, _write_text)
    target = io.StringIO()
    writer.dump(laid_out, target)
    return target.getvalue()


def _write_decimal(representer: Any, number: Decimal) -> Any:
    text = format(number, "f")
    return representer.represent_scalar(f"{_TAG}{'float' if '.' in text else 'int'}", text)


def _write_text(representer: Any, text: str) -> Any:
    """Write a text bare where nobody can take it for anything else, else in quotes."""
    style = "" if _BARE.fullmatch(text) and text.lower() not in _WORDS else "'" if text.isprintable() else '"'
    return representer.represent_scalar(f"{_TAG}str", text, style=style)


def _laid_out(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        found = CommentedMap((_key(key), _laid_out(inner, depth + 1)) for key, inner in value.items())
        if not value or (depth > 1 and _width(value) + 2 * depth < LINE_MAX):
            found.fa.set_flow_style()
        return found
    if isinstance(value, list | tuple):
        items = CommentedSeq(_laid_out(inner, depth + 1) for inner in value)
        if not value or (depth > 1 and _width(value) + 2 * depth < LINE_MAX):
            items.fa.set_flow_style()
        return items
    return value


def _key(key: Any) -> Any:
    """Return the key in the form that is written without quotes: it is read as a text again in any case."""
    text = format(key, "f") if isinstance(key, Decimal) else str(key)
    return int(text) if re.fullmatch(r"0|[1-9]\d{0,17}", text) else Decimal(text) if isinstance(key, Decimal) else text


def _width(value: Any) -> int:
    """Return about how many characters the value takes on one line; very many where it should not stand on one."""
    if isinstance(value, Mapping):
        return 2 + sum(len(str(key)) + 4 + _width(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return 2 + sum(2 + _width(inner) for inner in value)
    if isinstance(value, str) and "\n" in value:
        return LINE_MAX
    return len(str(value))
