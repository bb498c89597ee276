"""What each module switches in pages: which addresses answer, and what its switch is called. New faces add their line."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.kit.errors import NotFound
from phakdi.platform.organizations.core.modules import Module
from phakdi.web.branding.shown import brand_for


@dataclass(frozen=True, slots=True)
class Switch:
    """A module's switch: ``pages`` are names of addresses that are its own; ``portal*`` is every name that begins so."""

    module: Module
    icon: str
    label: str | Promise
    help: str | Promise
    pages: tuple[str, ...]


SWITCHES: tuple[Switch, ...] = (
    Switch(
        Module.PUBLIC,
        "external",
        _("A page for everybody"),
        _("Shows what your program gives, its terms and your stores, and search engines find it. Off: nobody sees it."),
        ("public_*",),
    ),
    Switch(
        Module.PORTAL,
        "phone",
        _("Members' pages"),
        _("Members see their card, points and history on their phone. Off: their link leads nowhere, points stay."),
        ("portal*",),
    ),
    Switch(
        Module.SELF_ENROLLMENT,
        "person-add",
        _("Joining by oneself"),
        _("Whoever opens the link can join with a code. Off: only your staff enroll people."),
        ("portal_join", "counter_poster"),
    ),
    Switch(
        Module.REWARDS,
        "star",
        _("Rewards on the phone"),
        _("Members see what their points can get, and take it. Off: vouchers they have stay, rewards are had at the counter."),
        ("portal_reward",),
    ),
    Switch(
        Module.REFERRALS,
        "share",
        _("Inviting friends"),
        _("Members send friends a link, where the program gives something for it."),
        ("portal_invite",),
    ),
    Switch(
        Module.TRANSFERS,
        "transfer",
        _("Giving points away"),
        _("Members give points to another member, where the program allows it."),
        ("portal_give",),
    ),
    Switch(
        Module.SURVEYS,
        "message",
        _("Surveys"),
        _("Members are asked how it was, and answer by a link or on their card. Off: nobody is asked, links lead nowhere."),
        ("survey_link", "survey_open", "portal_survey*"),
    ),
    Switch(
        Module.COUNTER_ENROLLMENT,
        "invite",
        _("Enrolling at the counter"),
        _("Cashiers enroll new members at the counter."),
        ("counter_enroll",),
    ),
    Switch(
        Module.COUNTER_SPENDING,
        "gift",
        _("Using points at the counter"),
        _("Members pay with points or take rewards at the counter. Off: points are only collected there."),
        ("counter_pay",),
    ),
    Switch(
        Module.COUNTER_OFFLINE,
        "wifi-off",
        _("Keeping bills without a network"),
        _("The counter goes on while the network is gone. Off: what was kept before is still sent."),
        ("counter_offline",),
    ),
)


class ModuleOff(NotFound):
    """The page belongs to a module that the organization has switched off."""

    code = "module_off"


def check_open(request: HttpRequest) -> None:
    """Raise ModuleOff where the page belongs to a module that is off. Call it once the organization is known."""
    match, brand = request.resolver_match, brand_for(request)
    if match is None or brand is None:
        return
    for switch in SWITCHES:
        if switch.module not in brand.modules and any(fnmatchcase(match.url_name or "", page) for page in switch.pages):
            raise ModuleOff("This is switched off.", module=switch.module.value)


def require_on(request: HttpRequest, module: Module) -> None:
    """Raise ModuleOff where the module is off, for pages that do other things as well."""
    brand = brand_for(request)
    if brand is not None and module not in brand.modules:
        raise ModuleOff("This is switched off.", module=module.value)
