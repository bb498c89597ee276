"""Sentences for the codes that the engine and the rooms leave behind: why points moved, why a rule did not apply, what was refused.

Pure tables, one per kind of code, each in Thai and English; every edge that shows a reason takes its words from here.
"""

from phakdi.loyalty.wording.kinds import kind_names
from phakdi.loyalty.wording.phrases import Reader
from phakdi.loyalty.wording.program_files import finding_text, program_error_text
from phakdi.loyalty.wording.reasons import reason_text
from phakdi.loyalty.wording.refusals import refusal_text
from phakdi.loyalty.wording.verdicts import verdict_text

__all__ = [
    "Reader",
    "finding_text",
    "kind_names",
    "program_error_text",
    "reason_text",
    "refusal_text",
    "verdict_text",
]
