"""Programs as data: reading, writing, checking and comparing program files, and making them ready to run."""

from phakdi.loyalty.programs.compiler import compile_program
from phakdi.loyalty.programs.diffing import Change, diff_programs
from phakdi.loyalty.programs.dumping import dump_program
from phakdi.loyalty.programs.errors import BadProgram
from phakdi.loyalty.programs.linting import Finding, lint_program
from phakdi.loyalty.programs.loading import load_program

__all__ = [
    "BadProgram",
    "Change",
    "Finding",
    "compile_program",
    "diff_programs",
    "dump_program",
    "lint_program",
    "load_program",
]
