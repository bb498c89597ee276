"""Modules that are large and seldom needed: imported when something of them is used first, so that a start is quick."""

from importlib import import_module
from typing import Any


class _Later:
    """Stands for a module until it is asked for something."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)

    def __repr__(self) -> str:
        return f"later({self._name!r})"


def later(name: str) -> Any:
    """Return what behaves as the module ``name`` does."""
    return _Later(name)
