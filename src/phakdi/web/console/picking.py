"""What each column of a file is taken for, picked from a list: between the page and the mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from phakdi.adapters.commerce.files.mapping import MEMBER_TARGETS, PURCHASE_TARGETS
from phakdi.adapters.commerce.files.tables import Table
from phakdi.kit.errors import Invalid

EXAMPLES = 3
NOTHING = ""
CONSENTS = ("consent.MARKETING.SMS", "consent.MARKETING.EMAIL", "consent.MARKETING.LINE")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name, some of its values, and what it is taken for."""

    number: int
    name: str
    examples: tuple[str, ...]
    choices: tuple[tuple[str, str, bool], ...]

    @property
    def is_used(self) -> bool:
        """Whether the column is read at all."""
        return any(is_chosen and key for key, _name, is_chosen in self.choices)


def columns_of(table: Table, written: str, kind: str) -> list[Column]:
    """Return the columns of the file with what the mapping takes each for."""
    by_column = {column: target for target, column in _read(written).get("columns", {}).items()}
    targets = {NOTHING: _("– not imported –"), **{target: target_name(target, kind) for target in _targets(kind)}}
    found = []
    for number, name in enumerate(table.columns):
        chosen = by_column.get(name, NOTHING)
        known = targets if chosen in targets else {**targets, chosen: chosen}
        values = (cells[number].strip() for _line, cells in table.sample if number < len(cells))
        examples = tuple(dict.fromkeys(value[:60] for value in values if value))[:EXAMPLES]
        found.append(Column(number, name, examples, tuple((key, label, key == chosen) for key, label in known.items())))
    return found


def picked_mapping(table: Table, written: str, picked: Mapping[str, str], *, dates: str = "") -> str:
    """Return the mapping with the columns as picked (``column_0`` → target); the rest of it stays.

    Raises:
        Invalid: ``mapping_invalid``: two columns were picked for the same.
    """
    told = _read(written)
    columns: dict[str, str] = {}
    for number, name in enumerate(table.columns):
        target = picked.get(f"column_{number}", NOTHING)
        if not target:
            continue
        if target in columns:
            raise Invalid(
                f"The columns '{columns[target]}' and '{name}' are both taken for {target}: keep one.", code="mapping_invalid"
            )
        columns[target] = name
    told["columns"] = columns
    if told.get("kind") == "purchases":
        has_price = {"quantity", "price"} <= columns.keys() and "amount" not in columns
        told["amount"] = "quantity_times_price" if has_price else "column"
    if dates:
        told["dates"] = dates
    return _write(told)


def blank(kind: str) -> str:
    """Return a mapping that takes no column for anything yet."""
    return _write({"kind": kind, "columns": {}})


def target_name(target: str, kind: str) -> str:
    """Return what a target is called on the page."""
    shared = {"number": _("Bill number") if kind == "purchases" else _("Member number")}
    names = shared | {
        "title": _("Title"), "given_name": _("Given name"), "family_name": _("Family name"), "full_name": _("Full name"),
        "nickname": _("Nickname"), "birthday": _("Birthday"), "gender": _("Gender"), "language": _("Language"), "email": _("E-mail"),
        "phone": _("Phone number"), "home_store": _("Home store"), "joined_at": _("Joined"), "card": _("Card"),
        "line": _("Line of the bill") if kind == "purchases" else _("LINE user id"), "kind": _("Kind of row"), "member": _("Member"),
        "at": _("Date and time"), "date": _("Date"), "time": _("Time"), "store": _("Store"), "channel": _("Channel"),
        "tender": _("Paid with"), "amount": _("Amount"), "price": _("Unit price"), "quantity": _("Quantity"), "product": _("Product"),
        "category": _("Category"), "of": _("Bill that is returned"), "consent.MARKETING.SMS": _("Agrees to messages by SMS"),
        "consent.MARKETING.EMAIL": _("Agrees to messages by e-mail"), "consent.MARKETING.LINE": _("Agrees to messages by LINE"),
    }  # fmt: skip
    return names.get(target, target)


def _targets(kind: str) -> Sequence[str]:
    return (*MEMBER_TARGETS, *CONSENTS) if kind == "members" else PURCHASE_TARGETS


def _read(written: str) -> dict[str, Any]:
    try:
        told = YAML(typ="safe").load(written)
    except YAMLError:
        told = None
    return dict(told) if isinstance(told, dict) else {}


def _write(told: Mapping[str, Any]) -> str:
    yaml, out = YAML(), StringIO()
    yaml.default_flow_style = False
    yaml.dump(dict(told), out)
    return out.getvalue()
