"""How alike two members are, and how likely that makes them one person. Pure: no database, no Django."""

from phakdi.people.duplicates.core.blocking import block_keys
from phakdi.people.duplicates.core.comparing import FIELDS, Likeness, compare
from phakdi.people.duplicates.core.person import Person
from phakdi.people.duplicates.core.weights import DEFAULTS, Model, Strength, estimate, likelihood, strength_of

__all__ = [
    "DEFAULTS",
    "FIELDS",
    "Likeness",
    "Model",
    "Person",
    "Strength",
    "block_keys",
    "compare",
    "estimate",
    "likelihood",
    "strength_of",
]
