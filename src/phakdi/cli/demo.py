"""``phakdi demo``: a believable shop to look at, built once and then served."""

import argparse


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``demo``."""
    parser = commands.add_parser("demo", help="build a believable shop and serve it")
    parser.set_defaults(run=_demo)


def _demo(_: argparse.Namespace) -> int:
    return 1
