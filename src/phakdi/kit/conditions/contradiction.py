"""Finding conditions that can never hold, for warnings such as "this rule can never match".

The tree is opened into alternatives, each a list of questions that must all be answered yes or all be answered no.
For each field a few candidate values decide: a satisfiable list of questions about one ordered value is satisfied by a
literal or by its next neighbor, one about texts by a literal or a text glued together from its parts, one about sets by
all that is not excluded. What is found is certain; what is not found may still be impossible.
"""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from phakdi.kit.conditions.closures import compile_closure
from phakdi.kit.conditions.fields import NUMBERS, Catalogue
from phakdi.kit.conditions.literals import write_literal
from phakdi.kit.conditions.tree import AnyOf, Leaf, Node, NoneOf

ALTERNATIVES_MAX = 500
COMBINATIONS_MAX = 500
_FRESH = "\u2060\u2061"  # stands for "some other text": invisible characters that nobody writes in a rule

_SOME_VALUE: dict[str, Any] = {
    **dict.fromkeys(NUMBERS, 0),
    "date": date(2000, 1, 1),
    "datetime": datetime(2000, 1, 1, tzinfo=UTC),
    "time": "12:00",
}

Question = tuple[Leaf, bool]  # the leaf and whether it has to hold


def contradiction(node: Node, catalogue: Catalogue) -> str | None:
    """Return why no value whatever can satisfy the tree, as half a sentence, or None when some may."""
    questions = clash(node, catalogue)
    if questions is None:
        return None
    if not questions:
        return "no alternative is left"
    return f"{questions[0][0].field} can never be " + " and ".join(map(_words, questions))


def clash(node: Node, catalogue: Catalogue) -> tuple[Question, ...] | None:
    """Return the questions about one field that no value can answer as the tree wants, or None when some may satisfy it.

    They are of the first of its alternatives; each stands with whether it has to hold.
    """
    found: tuple[Question, ...] | None = None
    for number, questions in enumerate(_alternatives(node)):
        if number >= ALTERNATIVES_MAX:
            return None
        conflict = _conflict(questions, catalogue)
        if conflict is None:
            return None
        found = found or conflict
    return found or ()


def _alternatives(node: Node) -> Iterator[tuple[Question, ...]]:
    """Yield, for each way the tree can come out true, the questions that decide it."""
    stack: list[tuple[list[tuple[Node, bool]], tuple[Question, ...]]] = [([(node, True)], ())]
    while stack:
        pending, questions = stack.pop()
        if not pending:
            yield questions
            continue
        group, wanted = pending.pop()
        if isinstance(group, Leaf):
            stack.append((pending, (*questions, (group, wanted))))
            continue
        answer = wanted is not isinstance(group, NoneOf)
        children = [(child, answer) for child in reversed(group.children)]  # a stack: the first comes last
        if wanted is not isinstance(group, AnyOf):  # all of the children decide together
            stack.append((pending + children, questions))
        else:
            stack.extend(([*pending, child], questions) for child in children)


def _conflict(questions: tuple[Question, ...], catalogue: Catalogue) -> tuple[Question, ...] | None:
    by_field: dict[str, list[Question]] = {}
    for question in dict.fromkeys(questions):
        by_field.setdefault(question[0].field, []).append(question)
    for name, asked in by_field.items():
        field = catalogue.find(name)
        choices = list(field.choices) if field is not None and field.choices is not None else None
        if not _possible(asked, choices):
            return _culprits(asked, choices)
    return None


def _culprits(asked: list[Question], choices: list[str] | None) -> tuple[Question, ...]:
    """Return the fewest questions that exclude one another."""
    few = itertools.chain(itertools.combinations(asked, 1), itertools.combinations(asked, 2))
    return next((some for some in few if not _possible(list(some), choices)), tuple(asked))


def _words(question: Question) -> str:
    leaf, wanted = question
    if leaf.op == "exists":
        return "known" if leaf.value is wanted else "unknown"
    values = ", ".join(str(write_literal(value, leaf.type, leaf.scale)) for value in _values(leaf))
    return f"{'' if wanted else 'not '}{leaf.op} {values}"


def _possible(asked: list[Question], choices: list[str] | None) -> bool:
    checks = [(compile_closure(leaf, lambda _name: lambda value: value), wanted) for leaf, wanted in asked]
    for number, value in enumerate(_candidates(asked, choices)):
        if number >= COMBINATIONS_MAX or all(check(value) is wanted for check, wanted in checks):
            return True  # or too many to be sure
    return False


def _candidates(asked: list[Question], choices: list[str] | None) -> Iterator[Any]:
    yield None
    kind = asked[0][0].type
    if kind == "boolean":
        yield from (True, False)
    elif kind == "set":
        yield from _set_candidates(asked, choices)
    elif choices is not None:
        yield from choices
    elif kind == "text":
        yield from _text_candidates(asked)
    else:
        yield from _ordered_candidates(kind, asked)


def _values(leaf: Leaf) -> tuple[Any, ...]:
    if leaf.op == "exists":
        return ()
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def _set_candidates(asked: list[Question], choices: list[str] | None) -> Iterator[frozenset[str]]:
    """Yield the empty set, and the largest sets without what is excluded."""
    yield frozenset()
    known = {value for leaf, _ in asked for value in _values(leaf)} | set(choices or [_FRESH])
    banned = {value for leaf, wanted in asked if _bans(leaf, wanted) for value in _values(leaf)}
    incomplete = [_values(leaf) for leaf, wanted in asked if leaf.op == "contains" and not wanted]
    for left_out in itertools.product(*incomplete):  # "not contains [a, b]": without a, or without b
        yield frozenset(known - banned - set(left_out))


def _bans(leaf: Leaf, wanted: bool) -> bool:  # noqa: FBT001 - half of a Question
    """Whether the question, answered as wanted, excludes every value that it names."""
    return wanted if leaf.op in ("is_not", "not_in") else not wanted and leaf.op in ("is", "any_in")


def _text_candidates(asked: list[Question]) -> Iterator[str]:
    yield ""
    parts: dict[str, list[str]] = {"starts_with": [], "ends_with": [], "contains": []}
    for leaf, wanted in asked:
        yield from _values(leaf)
        if wanted and leaf.op in parts:
            parts[leaf.op].extend(_values(leaf))
    middle = _FRESH.join(["", *parts["contains"], ""])
    for head, tail in itertools.product(["", *parts["starts_with"]], ["", *parts["ends_with"]]):
        yield head + middle + _FRESH + tail


def _ordered_candidates(kind: str, asked: list[Question]) -> Iterator[Any]:
    yield _SOME_VALUE[kind]
    for leaf, _ in asked:
        for value in _values(leaf):
            yield from _around(kind, value)


def _around(kind: str, value: Any) -> Iterator[Any]:
    yield value
    if kind in NUMBERS:
        yield from (value - 1, value + 1)
    elif kind == "time":
        minutes = int(value[:2]) * 60 + int(value[3:])
        yield from (f"{m // 60:02}:{m % 60:02}" for m in (minutes - 1, minutes + 1) if 0 <= m < 24 * 60)
    else:
        step = timedelta(microseconds=1) if isinstance(value, datetime) else timedelta(days=1)
        yield from _neighbors(value, step)


def _neighbors(value: Any, step: timedelta) -> Iterator[Any]:
    for shift in (-step, step):
        try:
            yield value + shift
        except OverflowError:
            continue
