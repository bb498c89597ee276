"""What a program gives for joining or for a birthday, in its own words."""

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext as _

from phakdi.kit.text import pick
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.wording import Reader

BIRTHDAY = ("birthday", "birth_month")
PERKS_MAX = 3


def perks_of(program: CompiledProgram, reader: Reader, kinds: Collection[str]) -> list[str]:
    """Return what the rules for these kinds of activity give at once, as short phrases: ``20 points``, ``A free coffee``."""
    found = []
    for rule in program.document.earning:
        if not set(rule.on) & set(kinds) or rule.to != "member":
            continue
        for give in rule.give:
            voucher, points = getattr(give, "voucher", None), getattr(give, "points", None)
            if voucher:
                found.append(reader.called(voucher))
            elif isinstance(points, int | Decimal) and points == int(points) and getattr(give, "per", None) is None:
                unit = getattr(give, "unit", None) or program.main_unit
                found.append(_("%(points)s %(unit)s") % {"points": f"{int(points):,}", "unit": reader.called(unit)})
            elif rule.name:
                found.append(pick(rule.name, reader.language))
    return list(dict.fromkeys(found))[:PERKS_MAX]
