"""Mapping files: which column of a file means what. Small, kept beside the file, guessed at first."""

from collections.abc import Mapping as ReadMapping
from collections.abc import Sequence
from io import StringIO
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from phakdi.adapters.commerce.files.values import DateOrder
from phakdi.kit.errors import Invalid

Kind = Literal["members", "purchases"]
NUMBER_OF_MEMBER = "NUMBER"  # the member column holds member numbers, not identities

MEMBER_TARGETS = (
    "number", "title", "given_name", "family_name", "full_name", "nickname", "birthday", "gender", "language", "email", "phone",
    "home_store", "joined_at", "card", "line",
)  # fmt: skip
PURCHASE_TARGETS = (
    "number", "line", "kind", "member", "at", "date", "time", "store", "channel", "tender", "amount", "price", "quantity", "product",
    "category", "of",
)  # fmt: skip
OPEN_TARGETS = {
    "members": ("attribute.", "external.", "consent."),
    "purchases": ("field.", "line_field."),
}
TARGETS = {"members": MEMBER_TARGETS, "purchases": PURCHASE_TARGETS}


class BadMapping(Invalid):
    """The mapping does not fit together, or not to the file; the message says where."""

    code = "mapping_invalid"


class Returns(BaseModel):
    """How a file marks what came back: by the beginning of the number, by a negative quantity or amount, or by kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number_prefix: str = ""
    negative: bool = False
    kinds: list[str] = []  # values of the kind column, after `values` were applied


class Mapping(BaseModel):
    """What the columns of a file mean.

    ``columns`` names the file's column for each of our words, ``constants`` what is the same in every row, ``values`` our word
    for each of the file's. ``identity`` says how the member column knows members: PHONE, EMAIL, CARD, NUMBER (member numbers)
    or ``EXTERNAL:<system>``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    columns: dict[str, str]
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    identity: str = "PHONE"
    origin: str = "import"
    amount: Literal["column", "quantity_times_price"] = "column"
    returns: Returns = Returns()
    dates: DateOrder = "day-first"
    time_zone: str = "Asia/Bangkok"
    decimal_comma: bool = False
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_line: int | None = Field(default=None, ge=0)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"there is no time zone '{value}'") from None
        return value

    @model_validator(mode="after")
    def _complete(self) -> "Mapping":
        for target in (*self.columns, *self.constants):
            if target not in TARGETS[self.kind] and not target.startswith(OPEN_TARGETS[self.kind]):
                known = ", ".join((*TARGETS[self.kind], *(f"{name}…" for name in OPEN_TARGETS[self.kind])))
                raise ValueError(f"there is no '{target}' for {self.kind}; there is: {known}")
        both = self.columns.keys() & self.constants.keys()
        if both:
            raise ValueError(f"'{min(both)}' is a column and a constant; keep one")
        if self.kind == "purchases":
            self._check_purchases()
        elif not {"phone", "email", "card", "line", "number"} & self.columns.keys() and not self.externals:
            raise ValueError("say by what members are known: a column for phone, email, card, line, number or external.<system>")
        return self

    def _check_purchases(self) -> None:
        missing = [
            name for name in ("member", "at") if name not in self.columns and not (name == "at" and "date" in self.columns)
        ]
        if self.amount == "column" and "amount" not in {*self.columns, *self.constants}:
            missing.append("amount")
        if self.amount == "quantity_times_price":
            missing += [name for name in ("quantity", "price") if name not in self.columns]
        if missing:
            raise ValueError(f"say which column is '{missing[0]}'")

    @property
    def externals(self) -> list[str]:
        """The systems whose ids of members are columns of the file."""
        return [name.removeprefix("external.") for name in self.columns if name.startswith("external.")]

    @property
    def has_products(self) -> bool:
        """Whether rows are lines of orders rather than whole orders."""
        return bool({"product", "category", "line", "quantity"} & self.columns.keys())

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which instants without one are read."""
        return ZoneInfo(self.time_zone)

    @property
    def format(self) -> dict[str, Any]:
        """What the mapping says of how the file is written."""
        return {name: getattr(self, name) for name in ("encoding", "delimiter", "sheet", "header_line")}


def load_mapping(text: str, *, kind: Kind | None = None) -> Mapping:
    """Return the mapping in a YAML text.

    Raises:
        BadMapping: it cannot be read, or is for another ``kind`` of file.
    """
    try:
        raw = YAML(typ="safe").load(text)
    except YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f"Line {place.line + 1}: " if place else ""
        raise BadMapping(f"{where}this is no YAML.", line=place.line + 1 if place else 0) from None
    if not isinstance(raw, ReadMapping):
        raise BadMapping("A mapping file begins with 'kind: members' or 'kind: purchases' and has 'columns'.", field="kind")
    mapping = read_mapping(raw)
    if kind and mapping.kind != kind:
        raise BadMapping(f"This mapping is for {mapping.kind}, not for {kind}.", field="kind")
    return mapping


def read_mapping(raw: ReadMapping[str, Any]) -> Mapping:
    """Return a mapping from its plain values, or raise BadMapping."""
    try:
        return Mapping.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        message = str(first["msg"]).removeprefix("Value error, ")
        raise BadMapping(f"{path}: {message}." if path else f"The mapping: {message}.", field=path) from None


def dump_mapping(mapping: Mapping) -> str:
    """Return the mapping as YAML to be kept, with what differs from the defaults."""
    told = {"kind": mapping.kind, **mapping.model_dump(mode="json", exclude_defaults=True)}
    if mapping.kind == "purchases":
        told.setdefault("identity", mapping.identity)
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump({name: told[name] for name in Mapping.model_fields if name in told}, out)
    return out.getvalue()


def check_columns(mapping: Mapping, columns: Sequence[str]) -> None:
    """Raise BadMapping for a column that the file does not have, naming those that it has."""
    for target, column in mapping.columns.items():
        if column not in columns:
            there = ", ".join(columns)
            raise BadMapping(
                f"columns.{target}: the file has no column '{column}'. It has: {there}.", field=target, column=column
            )
