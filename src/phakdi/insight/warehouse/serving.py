"""The tables that readers see, as Ibis expressions over the files: the same on DuckDB and on Spark."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from phakdi.insight.warehouse.core.tables import TABLES
from phakdi.insight.warehouse.engines import read_files
from phakdi.insight.warehouse.folder import Folder, Manifest
from phakdi.kit.later import later

ibis = later("ibis")

Read = Callable[[str], Any]


class Tables(Mapping[str, Any]):
    """Every table of `core.tables.TABLES` over the files that a manifest names; each is opened when it is asked for first."""

    def __init__(self, backend: Any, folder: Folder, manifest: Manifest) -> None:
        self._opened: dict[str, Any] = {}
        files: dict[str, Any] = {}

        def read(name: str) -> Any:
            if name not in files:
                paths = folder.paths(manifest, name)
                files[name] = read_files(backend, paths) if paths else None
            return files[name]

        self._served = _Served(read, manifest.counts)

    def __getitem__(self, name: str) -> Any:
        if name not in self._opened:
            if name not in TABLES:
                raise KeyError(name)
            self._opened[name] = _shape(getattr(self._served, f"the_{name}")(), name)
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)


class _Served:
    """Each table by the name of its method; None where there are no files yet."""

    def __init__(self, read: Read, counts: Mapping[str, int]) -> None:
        self.read, self.counts = read, counts

    def the_member(self) -> Any:
        return self.read("member")

    def the_member_segment(self) -> Any:
        return self.read("member_segment")

    def the_reach(self) -> Any:
        return self.read("reach")

    def the_level_span(self) -> Any:
        return self.read("level_span")

    def the_lot(self) -> Any:
        return self.read("lots")

    def the_wallet(self) -> Any:
        return self.read("wallets")

    def the_voucher(self) -> Any:
        return self.read("vouchers")

    def the_purchase(self) -> Any:
        bill = self.read("bill")
        if bill is None:
            return None
        bill = self._kept(self._owned(bill))
        bill = self._beside(bill, "purchase_return", ["purchase_key"], ["returned_minor"])
        return bill.mutate(net_minor=ibis.greatest(bill.paid_minor - bill.returned_minor, 0))

    def the_purchase_line(self) -> Any:
        line = self.read("line")
        if line is None:
            return None
        line = self._kept(self._owned(line))
        line = self._beside(line, "line_return", ["purchase_key", "line"], ["returned_minor", "returned_milli"])
        return line.mutate(
            amount_minor=line.amount_minor - line.returned_minor, quantity_milli=line.quantity_milli - line.returned_milli
        )

    def the_points_movement(self) -> Any:
        return self._owned(self.read("movement"))

    def the_lot_use(self) -> Any:
        use = self.read("use")
        return None if use is None else self._owned(use.filter(~use.is_expiry))

    def the_activity(self) -> Any:
        activity = self.read("activity")
        return None if activity is None else self._kept(self._owned(activity), "activity_key")

    def the_message(self) -> Any:
        return self._named(self.read("message"), "message_key", "message_id")

    def the_sign_in(self) -> Any:
        return self._named(self.read("sign_in"), "", "session_id")

    def the_survey_answer(self) -> Any:
        answer = self.read("answer")
        if answer is None:
            return None
        keys = self.read("member_key").rename(known_id="member_id")
        joined = self._owned(answer.left_join(keys, answer.member_id == keys.known_id).drop("known_id"))
        return joined.mutate(answer_key=ibis.row_number().over(ibis.window(order_by=joined.answer_id)).cast("int64"))

    def the_till_total(self) -> Any:
        return self.read("till_total")

    def _owned(self, table: Any) -> Any:
        """Return rows with the key of whoever their member has become part of."""
        if table is None or not self.counts.get("survivor"):
            return table
        survivor = self.read("survivor").rename(former_key="member_key")
        joined = table.left_join(survivor, table.member_key == survivor.former_key)
        return joined.mutate(member_key=ibis.coalesce(joined.survivor_key, joined.member_key)).drop("former_key", "survivor_key")

    def _kept(self, table: Any, key: str = "purchase_key") -> Any:
        """Return bills, lines or activities without purchases of imports that were taken back."""
        if not self.counts.get("undone_bill"):
            return table
        undone = self.read("undone_bill")
        return table.anti_join(undone, table[key] == undone.purchase_key)

    def _beside(self, table: Any, name: str, keys: list[str], columns: list[str]) -> Any:
        """Return rows with numbers from a small table; 0 where it has none."""
        if not self.counts.get(name):
            return table.mutate(**{column: ibis.literal(0, "int64") for column in columns})
        small = self.read(name).rename({f"{key}_there": key for key in keys})
        joined = table.left_join(small, [table[key] == small[f"{key}_there"] for key in keys])
        joined = joined.drop(*(f"{key}_there" for key in keys))
        return joined.mutate(**{column: ibis.coalesce(joined[column], 0) for column in columns})

    def _named(self, table: Any, key: str, id_: str) -> Any:
        """Return rows with the member's key, numbered by their ids where they have a key of their own."""
        if table is None:
            return None
        keys = self.read("member_key").rename(known_id="member_id")
        joined = table.inner_join(keys, table.member_id == keys.known_id)
        joined = self._owned(joined.drop("known_id"))
        if key:
            joined = joined.mutate(**{key: ibis.row_number().over(ibis.window(order_by=joined[id_])).cast("int64")})
        return joined


def _shape(table: Any, name: str) -> Any:
    """Return a table with the columns and types that its description says; an empty one where there are no rows yet."""
    schema = TABLES[name].schema
    if table is None:
        return _nothing(schema)
    utc = {column for column, type_ in schema.items() if type_.startswith("timestamp('")}
    return table.select(
        **{
            column: _cast(table[column], type_, is_utc=column in utc) if column in table.columns else ibis.null().cast(type_)
            for column, type_ in schema.items()
        }
    )


def _cast(column: Any, type_: str, *, is_utc: bool) -> Any:
    return column.cast("timestamp('UTC')") if is_utc else column.cast(type_)


def _nothing(schema: Mapping[str, str]) -> Any:
    import pandas as pd  # noqa: PLC0415 - only where there is nothing

    return ibis.memtable(pd.DataFrame({column: pd.Series([], dtype="object") for column in schema}), schema=ibis.schema(schema))
