"""Telling of an unexpected error without its message: that may quote a phone, a name or a whole row."""

import traceback
from pathlib import Path

import phakdi

SUMMARY_MAX = 300
OURS = Path(phakdi.__file__).parent


def summary(error: BaseException) -> str:
    """Return what kind of error it was and where in our code, this package apart, it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(OURS)]
    ours = [frame for frame in inside if not Path(frame.filename).is_relative_to(OURS / "worker")]
    where = f" at {Path(ours[-1].filename).relative_to(OURS).as_posix()}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{where}"[:SUMMARY_MAX]


def stack(error: BaseException) -> str:
    """Return the lines of code through which the error came, and its causes' kinds, for the log."""
    lines = traceback.format_list(traceback.extract_tb(error.__traceback__))
    kinds = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    while cause is not None and len(kinds) < 5:  # noqa: PLR2004 - deeper causes tell nothing new
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return "".join(lines) + " from ".join(kinds)
