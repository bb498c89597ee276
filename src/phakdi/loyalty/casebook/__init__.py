"""Worked cases: the steps of members run in memory through the engine, and what must hold after them.

Pure: the same `advance`, `advance_time` and `price` as the till, the dry run and the import, and no database.
"""

from phakdi.loyalty.casebook.reading import BadCase, read_cases
from phakdi.loyalty.casebook.results import CaseResult, Difference, FileResult, StepReport
from phakdi.loyalty.casebook.running import run_case, run_file

__all__ = [
    "BadCase",
    "CaseResult",
    "Difference",
    "FileResult",
    "StepReport",
    "read_cases",
    "run_case",
    "run_file",
]
