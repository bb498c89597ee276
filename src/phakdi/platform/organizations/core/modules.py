"""What an organization can switch on and off. A room that adds a face or a service adds its line here.

What a switch does in pages stands in ``web/modules.py``: which addresses answer, and what the switch is called.
"""

from collections.abc import Mapping
from enum import StrEnum

from phakdi.kit.errors import NotFound


class Module(StrEnum):
    """A part of the product that does something for members or staff, and nothing when it is off."""

    PUBLIC = "public"  # a page for everybody: what the program gives, terms, stores
    PORTAL = "portal"  # members' own pages: card, history, consents
    SELF_ENROLLMENT = "self_enrollment"  # people join by themselves, with a code
    REWARDS = "rewards"  # members see the list of rewards and take them on their phone
    REFERRALS = "referrals"  # members invite friends
    TRANSFERS = "transfers"  # members give points away
    COUNTER_SPENDING = "counter_spending"  # points are used at the counter
    COUNTER_ENROLLMENT = "counter_enrollment"  # staff enroll people at the counter
    SURVEYS = "surveys"  # members are asked how it was
    COUNTER_OFFLINE = "counter_offline"  # bills are kept at the counter while there is no network


OFF_AT_FIRST: frozenset[Module] = frozenset()
NEEDS: Mapping[Module, Module] = {
    Module.SELF_ENROLLMENT: Module.PORTAL,
    Module.REWARDS: Module.PORTAL,
    Module.REFERRALS: Module.PORTAL,
    Module.TRANSFERS: Module.PORTAL,
}


class UnknownModule(NotFound):
    """There is no such module."""

    code = "module_unknown"


def read_module(key: str) -> Module:
    """Return the module called so, or raise UnknownModule."""
    try:
        return Module(key)
    except ValueError:
        raise UnknownModule("There is no such module.", module=key) from None


def modules_on(choices: Mapping[str, bool]) -> frozenset[Module]:
    """Return what is on, given what the organization chose; a module without a choice is as at first, one without what it needs is off."""
    chosen = {module for module in Module if choices.get(module.value, module not in OFF_AT_FIRST)}
    return frozenset(module for module in chosen if NEEDS.get(module, module) in chosen)
