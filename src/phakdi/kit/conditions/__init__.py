"""Conditions: one typed tree for rules, segments and journeys, compiled to Python closures and to SQL alike."""

from phakdi.kit.conditions.closures import Check, Getter, compile_closure
from phakdi.kit.conditions.contradiction import clash, contradiction
from phakdi.kit.conditions.dump import dump
from phakdi.kit.conditions.errors import BadCondition
from phakdi.kit.conditions.fields import OPERATORS, WEEKDAYS, Catalogue, Field
from phakdi.kit.conditions.parse import parse
from phakdi.kit.conditions.sql import compile_sql
from phakdi.kit.conditions.tree import All, AnyOf, Leaf, Node, NoneOf, fields_used, leaves

__all__ = [
    "OPERATORS",
    "WEEKDAYS",
    "All",
    "AnyOf",
    "BadCondition",
    "Catalogue",
    "Check",
    "Field",
    "Getter",
    "Leaf",
    "Node",
    "NoneOf",
    "clash",
    "compile_closure",
    "compile_sql",
    "contradiction",
    "dump",
    "fields_used",
    "leaves",
    "parse",
]
