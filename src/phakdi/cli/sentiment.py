"""``phakdi insight sentiment FILE``: say of each line of a file how it speaks."""

import argparse
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

from phakdi.insight.sentiment.queries import sentiment_of

AT_ONCE = 1_000


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command beside the others of insight."""
    parser = commands.add_parser(
        "sentiment",
        help="say of each line of a file whether it speaks well or badly",
        description="Prints label (pos, neu, neg; empty without words), chance and line, parted by tabs; how many of each at the end.",
    )
    parser.add_argument("file", type=Path)
    parser.set_defaults(run=_run)


def _run(given: argparse.Namespace) -> int:
    found: Counter[str] = Counter()
    try:
        with given.file.open(encoding="utf-8", errors="replace") as lines:
            while some := [line.rstrip("\r\n") for line in islice(lines, AT_ONCE)]:
                for text, sentiment in zip(some, sentiment_of(some), strict=True):
                    found[sentiment.label] += 1
                    print(f"{sentiment.label}\t{sentiment.score:.2f}\t{text}")
    except OSError as error:
        print(f"phakdi: {error}", file=sys.stderr)
        return 1
    print(", ".join(f"{label or 'without words'} {number:,}" for label, number in found.most_common()), file=sys.stderr)
    return 0
