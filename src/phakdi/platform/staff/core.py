"""What people of an organization may do: roles, permissions, and which role has which."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from phakdi.kit.errors import Forbidden, Invalid, Rejected


class Role(StrEnum):
    """What somebody is in an organization."""

    OWNER = "OWNER"
    MANAGER = "MANAGER"
    MARKETER = "MARKETER"
    ANALYST = "ANALYST"
    AGENT = "AGENT"  # answers members
    CASHIER = "CASHIER"  # of certain stores only
    PARTNER = "PARTNER"  # validates what members show, nothing else


class Permission(StrEnum):
    """What may be done. Console, counter and API ask for these, never for roles."""

    MEMBERS_FIND = "members.find"  # one member, by what they show or say
    MEMBERS_READ = "members.read"  # search, lists, the whole story
    MEMBERS_ENROLL = "members.enroll"
    MEMBERS_WRITE = "members.write"
    MEMBERS_FREEZE = "members.freeze"
    ACTIVITIES_READ = "activities.read"
    ACTIVITIES_WRITE = "activities.write"  # give points for a bill, take it back
    ACTIVITIES_REVIEW = "activities.review"
    POINTS_ADJUST = "points.adjust"  # by hand, without a bill
    REDEMPTIONS_CONFIRM = "redemptions.confirm"
    PROGRAMS_READ = "programs.read"
    PROGRAMS_WRITE = "programs.write"
    MESSAGES_READ = "messages.read"
    SURVEYS_WRITE = "surveys.write"  # make surveys and ask members
    STORES_READ = "stores.read"
    STORES_WRITE = "stores.write"
    STAFF_READ = "staff.read"
    STAFF_WRITE = "staff.write"
    KEYS_WRITE = "keys.write"
    WEBHOOKS_WRITE = "webhooks.write"
    IMPORTS_RUN = "imports.run"
    EXPORTS_RUN = "exports.run"
    AUDIT_READ = "audit.read"
    JOBS_MANAGE = "jobs.manage"  # dead letters
    CHANNELS_WRITE = "channels.write"
    PRIVACY_MANAGE = "privacy.manage"  # answer data requests, erase members, write consent texts, keep the breach log
    ORGANIZATION_WRITE = "organization.write"
    INSIGHT_READ = "insight.read"


_EVERYTHING = frozenset(Permission)
_OWNERS_ONLY = frozenset({Permission.ORGANIZATION_WRITE})
_TILL = frozenset(
    {
        Permission.MEMBERS_FIND,
        Permission.MEMBERS_ENROLL,
        Permission.ACTIVITIES_READ,
        Permission.ACTIVITIES_WRITE,
        Permission.REDEMPTIONS_CONFIRM,
        Permission.STORES_READ,
    }
)
_READING = frozenset(
    {
        Permission.MEMBERS_FIND,
        Permission.MEMBERS_READ,
        Permission.ACTIVITIES_READ,
        Permission.PROGRAMS_READ,
        Permission.STORES_READ,
        Permission.MESSAGES_READ,
    }
)
MATRIX: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _EVERYTHING,
    Role.MANAGER: _EVERYTHING - _OWNERS_ONLY,
    Role.MARKETER: _READING
    | {Permission.PROGRAMS_WRITE, Permission.INSIGHT_READ, Permission.EXPORTS_RUN, Permission.SURVEYS_WRITE},
    Role.ANALYST: frozenset({Permission.PROGRAMS_READ, Permission.STORES_READ, Permission.INSIGHT_READ, Permission.EXPORTS_RUN}),
    Role.AGENT: _READING
    | {
        Permission.MEMBERS_ENROLL,
        Permission.MEMBERS_WRITE,
        Permission.MEMBERS_FREEZE,
        Permission.ACTIVITIES_WRITE,
        Permission.ACTIVITIES_REVIEW,
    },
    Role.CASHIER: _TILL,
    Role.PARTNER: frozenset({Permission.REDEMPTIONS_CONFIRM}),
}
STORE_BOUND = frozenset({Role.CASHIER})  # who must name their stores
_GRANTS: dict[Role, frozenset[Role]] = {
    Role.OWNER: frozenset(Role),
    Role.MANAGER: frozenset(Role) - {Role.OWNER, Role.MANAGER},
}
ADJUST_ALONE_MAX = 5_000  # points that somebody may move by hand without a second person, unless the organization says else
GRANTS_A_DAY_MAX = 50
EMAIL_MAX = 254
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")
_LABEL = b"phakdi sign-in\x1f"


class FactorKind(StrEnum):
    """How somebody proves a second time who they are."""

    APP = "APP"  # six digits of an authenticator app
    PASSKEY = "PASSKEY"


class FactorPolicy(StrEnum):
    """Who of an organization must have a second factor."""

    NOBODY = "NOBODY"
    LEADERS = "LEADERS"  # owners and managers
    EVERYBODY = "EVERYBODY"


class LinkKind(StrEnum):
    """What a link in a mail is for."""

    RESET = "RESET"
    INVITE = "INVITE"


class HeldState(StrEnum):
    """Where points stand that somebody moves by hand."""

    ALONE = "ALONE"  # posted at once: nobody else was needed
    WAITING = "WAITING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class HeldBecause(StrEnum):
    """Why a second person is asked."""

    LARGE = "LARGE"  # more than one may move alone
    MANY = "MANY"  # the person gave by hand as often as they may in a day


LEADERS = frozenset({Role.OWNER, Role.MANAGER})


class NotAllowed(Forbidden):
    """The role does not include this."""

    code = "not_allowed"


class RoleOutOfReach(Forbidden):
    """Who manages staff gives and takes only roles below their own."""

    code = "role_out_of_reach"


class StoresNeeded(Rejected):
    """A cashier works in certain stores."""

    code = "stores_needed"


@dataclass(frozen=True, slots=True)
class Place:
    """For whom somebody works and as what.

    ``stores`` are theirs by name or because they lie in one of their ``areas``; without both it is all of them.
    """

    organization_id: UUID
    slug: str
    organization_name: str
    staff_id: UUID
    role: Role
    stores: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    lacks_factor: bool = False  # the organization demands a second factor, and they have none

    @property
    def is_everywhere(self) -> bool:
        """Whether every store is theirs."""
        return not self.stores and not self.areas

    def can(self, permission: Permission, *, store: str = "") -> bool:
        """Tell whether the role includes ``permission`` and, where a store is named, whether it is one of theirs."""
        return can(self.role, permission) and (not store or self.works_in(store))

    def works_in(self, store: str) -> bool:
        """Tell whether the store is one of theirs."""
        return self.is_everywhere or store in self.stores

    def require(self, permission: Permission, *, store: str = "") -> None:
        """Raise NotAllowed unless `can`."""
        if not self.can(permission, store=store):
            raise NotAllowed("Your role does not include this.", permission=permission.value, role=self.role.value)


def can(role: Role | str, permission: Permission) -> bool:
    """Tell whether a role includes a permission."""
    return permission in MATRIX[Role(role)]


def check_grant(by: Role | None, *roles: Role) -> None:
    """Raise RoleOutOfReach unless somebody of role ``by`` may give or take all ``roles``; None is the installation's operator."""
    if by is not None and not set(roles) <= _GRANTS.get(by, frozenset()):
        raise RoleOutOfReach("You may not give or take this role.", roles=[role.value for role in roles])


def read_role(role: str) -> Role:
    """Return the role, or raise Invalid."""
    try:
        return Role(str(role).upper())
    except ValueError:
        raise Invalid("This role is not known.", code="role_unknown", field="role", known=[r.value for r in Role]) from None


def read_stores(role: Role, stores: Collection[str], *, known: Collection[str], areas: Collection[str] = ()) -> list[str]:
    """Return the stores' codes in order without repetition; raises Invalid for an unknown one.

    StoresNeeded is raised where a cashier has neither a store nor an area.
    """
    for store in stores:
        if store not in known:
            raise Invalid("There is no such store.", code="store_not_found", field="stores", store=store)
    if role in STORE_BOUND and not stores and not areas:
        raise StoresNeeded("Name the stores in which this person works.", role=role.value)
    return sorted(set(stores))


def read_areas(areas: Collection[str], *, known: Collection[str]) -> list[str]:
    """Return the areas in order without repetition, or raise Invalid for one in which no store lies."""
    for area in areas:
        if area not in known:
            raise Invalid("There is no such area.", code="area_unknown", field="areas", area=area)
    return sorted(set(areas))


def read_email(email: str) -> str:
    """Return an e-mail address as it is compared: NFKC, lower case; or raise Invalid."""
    cleaned = unicodedata.normalize("NFKC", str(email)).strip().lower()
    if len(cleaned) > EMAIL_MAX or not _EMAIL.fullmatch(cleaned):
        raise Invalid("This is not an e-mail address.", code="email_unreadable", field="email")
    return cleaned


def counted_as(secret: str, text: str) -> str:
    """Return under which name tries for an account or from an address are counted: nothing is told by it."""
    return hmac.new(_LABEL + secret.encode(), text.encode(), hashlib.sha256).hexdigest()
