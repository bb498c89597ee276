"""Copying rows out of PostgreSQL into Parquet, with members, activities and lots numbered."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection

from phakdi.insight.warehouse.folder import Folder, Manifest
from phakdi.insight.warehouse.sources import APPENDED, CHANGING, COUNTED_WHERE, KEYS, TABLE_OF, WHOLE, Source

OPTIONS = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
MEMORY = "1GB"


@dataclass(slots=True)
class Extract:
    """One extraction: its engine, where it writes, what the manifest will say, and values of the statements."""

    duck: duckdb.DuckDBPyConnection
    folder: Folder
    manifest: Manifest
    params: Mapping[str, Any]

    # --- rows that never change ---------------------------------------------------------------------------------------

    def append(self, new: str, values: Mapping[str, Any]) -> int:
        """Copy what is new of activities, lines, entries and uses into new files, and return how many activities and entries.

        ``new`` is a condition on ``a``; lots must have been copied before, for uses name them.
        """
        for name, source in APPENDED.items():
            self._load(f"new_{name}", source, new, values)
        rows = self._count("new_activity") + self._count("new_entry")
        self.manifest.building["fresh"] = []
        if rows:
            self._number_members("SELECT member_id FROM new_activity UNION SELECT member_id FROM new_entry")
            self._write_activities()
            self._write_lines()
            self._write_entries()
            self._write_uses()
            self._write_levels()
        for name in APPENDED:
            self.duck.execute(f"DROP TABLE new_{name}")
        self.manifest.building.pop("fresh")
        return rows

    def _write_activities(self) -> None:
        first = self._next_key("activity", self._count("new_activity"))
        self.duck.execute(f"""
            CREATE OR REPLACE TABLE fresh AS SELECT {first} + row_number() OVER (ORDER BY a.activity_id) AS activity_key, k.member_key, a.*
            FROM new_activity AS a JOIN member_key AS k USING (member_id)""")
        self._add(
            "activity",
            """
            SELECT activity_key, activity_id, member_key, kind, day, "at", store, channel, amount_minor, is_engaged, is_bill
            FROM fresh ORDER BY day, activity_key""",
        )
        self._add(
            "bill",
            """
            SELECT activity_key AS purchase_key, activity_id, member_key, day, "at", local_at, store, channel, tender,
                coalesce(amount_minor, 0) AS gross_minor, greatest(coalesce(amount_minor, 0) - taken_off_minor, 0) AS paid_minor,
                points_minor, lines, ref, import_id, written FROM fresh WHERE is_bill ORDER BY day, activity_key""",
        )
        self._add(
            "return",
            """
            SELECT activity_key, activity_id, member_key, "of", returned_minor, import_id, written FROM fresh
            WHERE kind = 'refund' AND returned_minor <> 0""",
        )
        self._add("undone", """SELECT member_key, "of" AS import_id, written FROM fresh WHERE kind = 'undo' AND "of" <> '' """)
        self._add(
            "named",
            """
            SELECT member_key, coalesce(nullif("of", ''), ref) AS ref, day FROM fresh
            WHERE NOT is_bill AND kind <> 'refund' AND (ref <> '' OR "of" <> '')""",
        )

    def _write_lines(self) -> None:
        """Share what was taken off a bill out over its lines: cumulative rounding, so that lines add up to what was paid."""
        self._add(
            "line",
            """
            WITH told AS (
                SELECT f.activity_key AS purchase_key, l.line, f.member_key, f.day, f.store, f.channel, l.name, l.product, l.category,
                    coalesce(l.quantity_milli, 1000) AS quantity_milli, coalesce(l.amount_minor, 0) AS gross_minor,
                    greatest(coalesce(f.amount_minor, 0) - f.taken_off_minor, 0) AS paid_minor,
                    sum(greatest(coalesce(l.amount_minor, 0), 0)) OVER w AS up_to, sum(greatest(coalesce(l.amount_minor, 0), 0)) OVER b AS together,
                    count(*) OVER b AS lines
                FROM new_line AS l JOIN fresh AS f USING (activity_id) WHERE NOT l.is_return AND f.is_bill
                WINDOW b AS (PARTITION BY f.activity_key), w AS (PARTITION BY f.activity_key ORDER BY l.line ROWS UNBOUNDED PRECEDING)
            ), shared AS (
                SELECT *, CASE WHEN together > 0 THEN (paid_minor::HUGEINT * up_to + together // 2) // together
                    ELSE (paid_minor::HUGEINT * line) // lines END::BIGINT AS paid_up_to FROM told
            )
            SELECT purchase_key, line, member_key, day, store, channel, name, product, category, quantity_milli, gross_minor,
                paid_up_to - coalesce(lag(paid_up_to) OVER (PARTITION BY purchase_key ORDER BY line), 0) AS amount_minor
            FROM shared ORDER BY day, purchase_key, line""",
        )
        self._add(
            "return_line",
            """
            SELECT f.activity_key, l.name, l.product, l.quantity_milli, l.amount_minor
            FROM new_line AS l JOIN fresh AS f USING (activity_id) WHERE l.is_return""",
        )

    def _write_entries(self) -> None:
        first = self._next_key("entry", self._count("new_entry"))
        older = self._older_activities()
        self._add(
            "movement",
            f"""
            WITH known AS (
                SELECT activity_id, member_key, activity_key, store, channel, is_bill FROM fresh
                UNION ALL SELECT activity_id, member_key, activity_key, store, channel, is_bill FROM ({older})
            )
            SELECT {first} + row_number() OVER (ORDER BY e.entry_id) AS entry_key, e.entry_id, coalesce(e.activity_id, '') AS activity_id,
                CASE WHEN a.is_bill THEN a.activity_key END AS purchase_key, k.member_key, e.day, e.unit, e.kind, e.points, e.source, e.target,
                e.rule, coalesce(a.store, '') AS store, coalesce(a.channel, '') AS channel
            FROM new_entry AS e JOIN member_key AS k USING (member_id) LEFT JOIN known AS a ON a.activity_id = e.activity_id AND a.member_key = k.member_key
            ORDER BY e.day, entry_key""",
        )

    def _older_activities(self) -> str:
        """Return a query for activities of earlier files to which new entries belong."""
        paths = [path for path in self.folder.paths(self.manifest, "activity") if Path(path) not in self._written]
        if not paths:
            return "SELECT activity_id, member_key, activity_key, store, channel, is_bill FROM fresh WHERE false"
        listed = ", ".join(f"'{path}'" for path in paths)
        return f"""SELECT activity_id, member_key, activity_key, store, channel, is_bill FROM read_parquet([{listed}])
            WHERE activity_id IN (SELECT activity_id FROM new_entry WHERE activity_id NOT IN (SELECT activity_id FROM fresh))"""

    def _write_uses(self) -> None:
        self._open_lots()
        self._add(
            "use",
            """
            SELECT l.lot_key, k.member_key, l.unit, l.earned_on, u.day, u.points, u.is_expiry
            FROM new_use AS u JOIN lot AS l USING (lot_id) JOIN member_key AS k ON k.member_id = u.member_id ORDER BY u.day, l.lot_key""",
        )

    def _write_levels(self) -> None:
        """Keep when members were seen on another level than just before."""
        self._add(
            "level_seen",
            """
            SELECT member_key, day, "at", level FROM fresh WHERE level <> ''
            QUALIFY level IS DISTINCT FROM lag(level) OVER (PARTITION BY member_key ORDER BY "at", activity_key)""",
        )
        self.duck.execute("DROP TABLE fresh")

    # --- rows that change --------------------------------------------------------------------------------------------

    def change(self, name: str, new: str, values: Mapping[str, Any], *, is_first: bool) -> int:
        """Bring a table whose rows change up to date in a new file, and return how many rows were read."""
        source = CHANGING[name]
        self._load(f"new_{name}", source, new, values)
        rows = self._count(f"new_{name}")
        wanted = self._rows_there(name)
        if not is_first and self._would_have(name) != wanted:  # some were deleted: all is read anew
            self.duck.execute(f"DROP TABLE new_{name}")
            self._load(f"new_{name}", source, "true", {})
            is_first = True
        columns = ", ".join(f'"{column}"' for column in source.columns)
        before = self.folder.paths(self.manifest, name)
        if name == "lot":
            self._number_lots()
            self._number_members("SELECT member_id FROM new_lot")
        if is_first or not before:
            self.replace(name, f"SELECT {columns} FROM new_{name}")
        elif self._count(f"new_{name}"):
            listed = ", ".join(f"'{path}'" for path in before)
            self.replace(
                name,
                f"""
                SELECT {columns} FROM read_parquet([{listed}]) ANTI JOIN new_{name} USING ({_keys(name)})
                UNION ALL SELECT {columns} FROM new_{name}""",
            )
        self.manifest.counts[f"rows_{name}"] = wanted
        self.duck.execute(f"DROP TABLE new_{name}")
        return rows

    def whole(self, name: str) -> None:
        """Read a small table whole."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [TABLE_OF.get(name, name)])
            if cursor.fetchone()[0] is None:
                return
        self._load(f"new_{name}", WHOLE[name], "true", {})
        self.replace(name, f"SELECT * FROM new_{name}")
        self.duck.execute(f"DROP TABLE new_{name}")

    def _would_have(self, name: str) -> int:
        """Return how many rows there would be after adding what is new to what was there."""
        before, listed = self.manifest.counts.get(f"rows_{name}", 0), self._listed(name)
        if not listed or not self._count(f"new_{name}"):
            return before
        keys = _keys(name)
        return before + int(
            self._value(f"SELECT count(*) FROM new_{name} ANTI JOIN (SELECT {keys} FROM read_parquet([{listed}])) USING ({keys})")
        )

    def _listed(self, name: str) -> str:
        return ", ".join(f"'{path}'" for path in self.folder.paths(self.manifest, name))

    def _rows_there(self, name: str) -> int:
        table, where = TABLE_OF.get(name, name), COUNTED_WHERE.get(name, "true")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {table} WHERE organization_id = %(organization)s AND {where}", self.params)
            return int(cursor.fetchone()[0])

    # --- numbers ---------------------------------------------------------------------------------------------------------

    def open_keys(self) -> None:
        """Read which members have which numbers."""
        paths = self.folder.paths(self.manifest, "member_key")
        self.duck.execute("CREATE OR REPLACE TABLE member_key (member_id VARCHAR, member_key BIGINT)")
        if paths:
            self.duck.execute(f"INSERT INTO member_key SELECT * FROM read_parquet([{', '.join(repr(path) for path in paths)}])")

    def number_people(self) -> None:
        """Give everybody a number, also who has done nothing yet."""
        listed = ", ".join(f"'{path}'" for path in self.folder.paths(self.manifest, "person"))
        if listed:
            self._number_members(f"SELECT member_id FROM read_parquet([{listed}])")

    def _number_members(self, ids: str) -> None:
        self.duck.execute(f"""
            CREATE OR REPLACE TEMP TABLE strangers AS SELECT DISTINCT member_id FROM ({ids})
            WHERE member_id NOT IN (SELECT member_id FROM member_key)""")
        count = self._count("strangers")
        if count:
            first = self._next_key("member", count)
            self.duck.execute(
                f"CREATE OR REPLACE TEMP TABLE named AS SELECT member_id, {first} + row_number() OVER (ORDER BY member_id) AS member_key FROM strangers"
            )
            self._add("member_key", "SELECT * FROM named")
            self.duck.execute("INSERT INTO member_key SELECT * FROM named")

    def _number_lots(self) -> None:
        """Keep which lot has which number: uses name lots by it."""
        listed = self._listed("lot_key")
        known = f"SELECT lot_id FROM read_parquet([{listed}])" if listed else "SELECT NULL::VARCHAR AS lot_id WHERE false"
        self.duck.execute(
            f"CREATE OR REPLACE TEMP TABLE unknown AS SELECT DISTINCT lot_id FROM new_lot ANTI JOIN ({known}) USING (lot_id)"
        )
        count = self._count("unknown")
        if count:
            first = self._next_key("lot", count)
            self._add("lot_key", f"SELECT lot_id, {first} + row_number() OVER (ORDER BY lot_id) AS lot_key FROM unknown")

    def _open_lots(self) -> None:
        """Find the lots that new uses name."""
        lots = ", ".join(f"'{path}'" for path in self.folder.paths(self.manifest, "lot"))
        keys = ", ".join(f"'{path}'" for path in self.folder.paths(self.manifest, "lot_key"))
        if lots and keys:  # of members who became one, both may have had it
            self.duck.execute(f"""
                CREATE OR REPLACE VIEW lot AS SELECT l.lot_id, k.lot_key, l.unit, l.earned_on
                FROM (SELECT lot_id, any_value(unit) AS unit, min(earned_on) AS earned_on FROM read_parquet([{lots}])
                    WHERE lot_id IN (SELECT lot_id FROM new_use) GROUP BY lot_id) AS l
                JOIN read_parquet([{keys}]) AS k USING (lot_id)""")
        else:
            self.duck.execute(
                "CREATE OR REPLACE VIEW lot AS SELECT '' AS lot_id, 0::BIGINT AS lot_key, '' AS unit, NULL::DATE AS earned_on WHERE false"
            )

    def _next_key(self, of: str, count: int) -> int:
        """Return after which number ``count`` new ones begin."""
        first = self.manifest.counts.get(f"next_{of}", 0)
        self.manifest.counts[f"next_{of}"] = first + count
        return first

    # --- files -----------------------------------------------------------------------------------------------------------

    @property
    def _written(self) -> set[Path]:
        return {self.folder.path / name for name in self.manifest.building.get("fresh", ())}

    def _load(self, table: str, source: Source, new: str, values: Mapping[str, Any]) -> None:
        """Copy a statement's rows into a table of the engine, through a file: memory stays small."""
        spool = self.folder.new_file(table, "csv")
        statement = source.sql.replace("{new}", new)
        with connection.cursor() as cursor:
            written = cursor.mogrify(statement, {**self.params, **values})
            with spool.open("wb") as out, cursor.copy(f"COPY ({written}) TO STDOUT (FORMAT csv)") as copy:
                for block in copy:
                    out.write(block)
        columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in source.columns.items())
        self.duck.execute(f"""
            CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_csv('{spool}', header = false, auto_detect = false, delim = ',', quote = '"',
                escape = '"', nullstr = '', allow_quoted_nulls = false, max_line_size = 10000000, columns = {{{columns}}})""")
        spool.unlink()

    def _add(self, table: str, query: str) -> None:
        path = self.folder.new_file(table)
        self.duck.execute(f"COPY ({query}) TO '{path}' {OPTIONS}")
        self.manifest.files.setdefault(table, []).append(path.name)
        self.manifest.building.setdefault("fresh", []).append(path.name)

    def replace(self, table: str, query: str) -> None:
        """Write a table anew: its files from now on are this one."""
        path = self.folder.new_file(table)
        self.duck.execute(f"COPY ({query}) TO '{path}' {OPTIONS}")
        self.manifest.files[table] = [path.name]

    def _count(self, table: str) -> int:
        return int(self._value(f"SELECT count(*) FROM {table}"))

    def _value(self, sql: str) -> Any:
        row = self.duck.execute(sql).fetchone()
        return row[0] if row else None


def _keys(name: str) -> str:
    """Return the columns that tell the rows of a table apart."""
    return ", ".join(KEYS.get(name, (next(iter(CHANGING[name].columns)),)))


def open_engine(folder: Folder) -> duckdb.DuckDBPyConnection:
    """Return an engine with little memory that spills beside the warehouse."""
    duck = duckdb.connect()
    duck.execute(f"SET memory_limit = '{MEMORY}'; SET threads = 2; SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    duck.execute(f"SET temp_directory = '{folder.path}'")
    return duck
