"""The refusal of a program file: what cannot be, where it stands, and what would be right."""

from phakdi.kit.errors import Invalid


class BadProgram(Invalid):
    """The program file says something that cannot be.

    ``details``: ``path`` such as ``earning[2].give.per``, and ``line`` and ``column`` (from 1) where a text was read;
    ``errors`` holds all that were found, this one first.
    """

    code = "program_invalid"
