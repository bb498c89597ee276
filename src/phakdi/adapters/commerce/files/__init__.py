"""Files of members and purchases: opened, understood, read."""

from phakdi.adapters.commerce.files.guessing import guess_mapping
from phakdi.adapters.commerce.files.mapping import BadMapping, Mapping, check_columns, dump_mapping, load_mapping
from phakdi.adapters.commerce.files.members import MemberReader
from phakdi.adapters.commerce.files.purchases import WALK_INS, PurchaseReader
from phakdi.adapters.commerce.files.tables import Table, UnreadableFile, digest, open_table

__all__ = [
    "WALK_INS",
    "BadMapping",
    "Mapping",
    "MemberReader",
    "PurchaseReader",
    "Table",
    "UnreadableFile",
    "check_columns",
    "digest",
    "dump_mapping",
    "guess_mapping",
    "load_mapping",
    "open_table",
]
