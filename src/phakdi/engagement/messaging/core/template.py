"""What a message's words are made of."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from phakdi.kit.text import Text


@dataclass(frozen=True, slots=True)
class Template:
    """A message's words; ``short`` is for SMS. Parameters named in ``secret`` are never kept once it was sent.

    ``forgets``: once it was sent, nothing of it is kept, neither words nor destination.
    """

    subject: Text
    body: Text
    short: Text
    secret: AbstractSet[str] = field(default_factory=frozenset)
    forgets: bool = False
