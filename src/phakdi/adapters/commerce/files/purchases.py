"""Rows of a file of purchases, read as its mapping says."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from phakdi.adapters.commerce.files.mapping import NUMBER_OF_MEMBER
from phakdi.adapters.commerce.files.mapping import Mapping as FileMapping
from phakdi.adapters.commerce.files.tables import Table
from phakdi.adapters.commerce.files.values import instant_reader, minor_units, number_reader, read_clock, thousandths
from phakdi.kit.errors import Invalid
from phakdi.people.members.core import read_identity
from phakdi.platform.imports.core import LINES_MAX, Reject
from phakdi.platform.imports.core.orders import ReadLine

PURCHASE = "purchase"
RETURN_KINDS = frozenset({"refund", "return"})
WALK_INS = "walk_ins"
UNREADABLE = "\ufffd"
TEXT_MAX = 200
CLOCKS_APART = timedelta(days=1)


@dataclass(slots=True)
class PurchaseReader:
    """Reads the rows of a table one by one; what cannot be read is in ``rejects``, what was passed over in ``counts``."""

    table: Table
    mapping: FileMapping
    exponent: int  # decimals of the currency
    now: datetime
    rejects: list[Reject] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    size: int = 0  # rows that are not blank

    def lines(self) -> Iterator[ReadLine]:
        """Yield the rows that could be read and name a member.

        Raises:
            Invalid: the file has more rows than can be held.
        """
        read = _Columns(self)
        for line, cells in self.table.rows():
            self.size += 1
            if self.size > LINES_MAX:
                raise Invalid(f"The file has more than {LINES_MAX:,} rows. Split it.", code="file_too_long", maximum=LINES_MAX)
            try:
                found = read(line, cells)
            except Invalid as error:
                details = {name: value for name, value in error.details.items() if name != "field"}
                self.rejects.append(Reject(line, error.code, str(error.details.get("field", "")), details))
                continue
            if found is None:
                self.counts[WALK_INS] += 1
            else:
                yield found


class _Columns:
    """The mapping made ready: where each value stands, and how it is read."""

    def __init__(self, reader: PurchaseReader) -> None:
        mapping, columns = reader.mapping, list(reader.table.columns)
        self.mapping = mapping
        self.width = len(columns)
        self.at = {target: columns.index(column) for target, column in mapping.columns.items()}
        self.named = {
            target: self._column(target) for target in (*mapping.columns, "at", "amount", "quantity", "price", "number")
        }
        self.texts = {
            name: self._text(name) for name in ("store", "channel", "tender", "of", "product", "category", "line", "kind")
        }
        self.fields = self._open("field.")
        self.line_fields = self._open("line_field.")
        self.number_of = number_reader(decimal_comma=mapping.decimal_comma)
        self.instant_of = instant_reader(order=mapping.dates, zone=mapping.zone)
        self.latest = reader.now + CLOCKS_APART
        self.exponent = reader.exponent
        self.members: dict[str, str] = {}
        self.repeated: Counter[str] = Counter()
        self.is_priced = mapping.amount == "quantity_times_price"
        self.constant_amount = mapping.constants.get("amount")
        self.prefix = mapping.returns.number_prefix
        self.return_kinds = RETURN_KINDS | set(mapping.returns.kinds)

    def __call__(self, line: int, cells: list[str]) -> ReadLine | None:
        """Return the row, None for one without a member, or raise Invalid."""
        if len(cells) != self.width:
            cells = self._fitted(cells)
        member = cells[self.at["member"]].strip()
        if not member:
            return None
        if UNREADABLE in "".join(cells) or "\x00" in member:
            raise Invalid("The row has signs that cannot be read.", code="text_unreadable")
        member = self.members.get(member) or self._member(member)
        kind = self.texts["kind"](cells) or PURCHASE
        quantity = self._quantity(cells)
        amount = self._amount(cells, quantity)
        at = self._instant(cells)
        number = self._number(cells)
        is_return = self._is_return(number, kind, quantity, amount)
        if is_return:
            quantity, amount, kind = abs(quantity), abs(amount), PURCHASE
        elif quantity < 0 or amount < 0:
            name = "quantity" if quantity < 0 else "amount"
            raise Invalid("A purchase is not below zero.", code=f"{name}_negative", field=self.named[name])
        product = self.texts["product"](cells)
        if number is None:
            number = self._made_number(member, at, amount, product, cells)
        return ReadLine(
            line, number, member, at, kind, is_return, minor_units(amount, self.exponent, field="amount"),
            thousandths(quantity, field="quantity"), product, self.texts["category"](cells), self.texts["line"](cells),
            self.texts["store"](cells), self.texts["channel"](cells), self.texts["tender"](cells), self.texts["of"](cells),
            self._filled(self.fields, cells), self._filled(self.line_fields, cells),
        )  # fmt: skip

    def _fitted(self, cells: list[str]) -> list[str]:
        if any(cell.strip() for cell in cells[self.width :]):
            raise Invalid("The row has more columns than the first.", code="row_too_long")
        if len(cells) < self.width and max(self.at.values()) >= len(cells):
            raise Invalid("The row has fewer columns than the first.", code="row_too_short")
        return [*cells, *[""] * (self.width - len(cells))][: self.width]

    def _member(self, written: str) -> str:
        if self.mapping.identity == NUMBER_OF_MEMBER:
            value = written
        else:
            value = read_identity(self.mapping.identity, written, field=self.named["member"]).value
        self.members[written] = value
        return value

    def _number(self, cells: Sequence[str]) -> str | None:
        at = self.at.get("number")
        if at is None:
            return None
        number = cells[at].strip()
        if not number:
            raise Invalid("The row has no number of its order.", code="number_missing", field=self.named["number"])
        if len(number) > TEXT_MAX or not number.isprintable():
            raise Invalid("The number of the order cannot be kept.", code="number_unreadable", field=self.named["number"])
        return number

    def _made_number(self, member: str, at: datetime, amount: Decimal, product: str, cells: Sequence[str]) -> str:
        """Return a number for a row of a file that has none: the same row, the same number."""
        said = "\x1f".join((member, at.isoformat(), str(amount), product, self.texts["store"](cells)))
        self.repeated[said] += 1
        return hashlib.blake2b(f"{said}\x1f{self.repeated[said]}".encode(), digest_size=10).hexdigest()

    def _quantity(self, cells: Sequence[str]) -> Decimal:
        at = self.at.get("quantity")
        if at is None or not cells[at].strip():
            return _ONE
        return self.number_of(cells[at], self.named["quantity"])

    def _amount(self, cells: Sequence[str], quantity: Decimal) -> Decimal:
        name = "price" if self.is_priced else "amount"
        written = cells[self.at[name]] if name in self.at else self.constant_amount or ""
        if not written.strip() and self.texts["kind"](cells) not in {"", PURCHASE}:
            return _ZERO  # what is no purchase may cost nothing
        found = self.number_of(written, self.named[name])
        return quantity * found if self.is_priced else found

    def _instant(self, cells: Sequence[str]) -> datetime:
        if "at" in self.at:
            found = self.instant_of(cells[self.at["at"]], self.named["at"])
        else:
            found = self.instant_of(cells[self.at["date"]], self.named["date"])
            if "time" in self.at and cells[self.at["time"]].strip():
                local = found.astimezone(self.mapping.zone).date()
                clock = read_clock(cells[self.at["time"]], field=self.named["time"])
                found = datetime.combine(local, clock, self.mapping.zone).astimezone(UTC)
        if found > self.latest:
            raise Invalid("The date lies in the future.", code="future_date", field=self.named["at"])
        return found

    def _is_return(self, number: str | None, kind: str, quantity: Decimal, amount: Decimal) -> bool:
        if self.prefix and number and number.startswith(self.prefix):
            return True
        return kind in self.return_kinds or (self.mapping.returns.negative and (quantity < 0 or amount < 0))

    def _column(self, target: str) -> str:
        return self.mapping.columns.get(target) or self.mapping.columns.get("date" if target == "at" else "price") or target

    def _text(self, target: str) -> Callable[[Sequence[str]], str]:
        """Return how a text is found: a column, a constant, or nothing; the file's words become ours."""
        constant = self.mapping.constants.get(target, "")
        if target not in self.mapping.columns:
            return lambda _: constant
        at, words = self.at[target], self.mapping.values.get(target)
        if words is None:
            return lambda cells: cells[at].strip()[:TEXT_MAX]
        return lambda cells: words.get(text := cells[at].strip(), text)

    def _open(self, prefix: str) -> list[tuple[str, Callable[[Sequence[str]], str]]]:
        names = [name for name in (*self.mapping.columns, *self.mapping.constants) if name.startswith(prefix)]
        return [(name.removeprefix(prefix), self._text(name)) for name in names]

    @staticmethod
    def _filled(readers: Sequence[tuple[str, Callable[[Sequence[str]], str]]], cells: Sequence[str]) -> Mapping[str, Any] | None:
        return {name: text for name, read in readers if (text := read(cells))} if readers else None


_ONE, _ZERO = Decimal(1), Decimal(0)
