"""What a program and its organization call things, for readers of one language."""

import re
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from phakdi.kit.text import Text, pick
from phakdi.loyalty.programs.compiled import CompiledProgram
from phakdi.loyalty.wording import Reader, kind_names
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.models import Store
from phakdi.web.words import language

_OURS = re.compile(r"(undo:|counter-|adjust-|caused:|join:|[0-9a-f]{8}-[0-9a-f]{4}-)")


def names_of(program: CompiledProgram, reads: str) -> dict[str, str]:
    """Return the names of the program's units, rules, levels, vouchers, rewards, discounts and activities by key."""
    document = program.document
    keyed: list[tuple[str, Text | None]] = [(rule.key, rule.name) for rule in document.earning]
    keyed += [(discount.key, discount.name) for discount in document.discounts]
    keyed += [(way.key, way.name) for way in document.spending]
    keyed += [(key, kind.name) for key, kind in document.activities.items()]
    keyed += [(key, unit.name) for key, unit in document.units.items()]
    keyed += [(key, voucher.name) for key, voucher in document.vouchers.items()]
    keyed += [(key, reward.name) for key, reward in document.rewards.items()]
    if document.tiers:
        keyed += [(level.key, level.name) for level in document.tiers.levels]
    return {key: written for key, name in keyed if (written := pick(name, reads))}


def shown_ref(ref: str) -> str:
    """Return a number that people know, such as a receipt's; nothing for the names that we give by ourselves."""
    return "" if _OURS.match(ref) else ref


def reader_for(organization: OrganizationRef, program: CompiledProgram | None, stores: Iterable[Store] = ()) -> Reader:
    """Return for whom sentences are written now: language, money, time zone and names."""
    reads = language()
    names = kind_names(reads) | (names_of(program, reads) if program else {})
    names |= {store.code: store.name_in(reads) for store in stores}
    return Reader(reads, organization.currency, ZoneInfo(organization.time_zone), names)
