"""What a program that was made of a template gives, in plain words: a line for each thing."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.starting import BASE, PAY, WELCOME, Choice, choices_of
from phakdi.loyalty.wording import Reader

SAID_ELSEWHERE = frozenset({BASE, PAY, WELCOME, "stamp", "by-amount"})


def plain_words(program: CompiledProgram, reader: Reader) -> list[str]:
    """Return the program as lines, the most important first: earning, spending, card, levels, extras."""
    return list(_lines(program.document, program.main_unit, reader))


def unit_of_level(meter: str) -> str:
    """Return what a level is counted in."""
    return {"spend": _("baht"), "litres": _("litres"), "stayed-nights": _("nights")}.get(meter, "")


def _lines(document: ProgramDocument, main: str, reader: Reader) -> Iterator[str]:
    chosen = {choice.name: choice for choice in choices_of(document)}
    points = reader.called(main)[:1].upper() + reader.called(main)[1:]
    if "per" in chosen:
        yield _("%(points)s: 1 for every %(number)s baht") % {"points": points, "number": _number(chosen["per"])}
    if "each" in chosen:
        yield _("%(points)s: %(number)s for every litre") % {"points": points, "number": _number(chosen["each"])}
    if "pay" in chosen:
        yield _("%(points)s: %(number)s pay 1 baht") % {"points": points, "number": _number(chosen["pay"])}
    yield from _card(document, reader)
    yield from _levels([choice for choice in chosen.values() if choice.of], reader)
    if "welcome" in chosen:
        yield _("%(points)s: %(number)s for joining") % {"points": points, "number": _number(chosen["welcome"])}
    yield from (reader.called(rule.key) for rule in document.earning if rule.key not in SAID_ELSEWHERE and rule.name)
    if document.units[main].expires != "never":
        yield _("Good until the end of the next year")


def _card(document: ProgramDocument, reader: Reader) -> Iterator[str]:
    for unit in document.units.values():
        if unit.card and unit.card.milestones:
            told = {"number": unit.card.size, "gift": reader.called(unit.card.milestones[-1].voucher)}
            yield _("A card of %(number)s: %(gift)s") % told


def _levels(choices: list[Choice], reader: Reader) -> Iterator[str]:
    if choices:
        told = [
            _("%(level)s from %(number)s %(unit)s")
            % {"level": reader.called(choice.of), "number": _number(choice), "unit": unit_of_level(choice.meter)}
            for choice in choices
        ]
        yield _("Levels within 12 months: %(levels)s") % {"levels": ", ".join(told)}


def _number(choice: Choice) -> str:
    return f"{choice.value:,}"
