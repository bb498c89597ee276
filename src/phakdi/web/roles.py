"""What roles and scopes are called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.platform.keys.core import Scope
from phakdi.platform.staff.core import Permission, Role, can

ROLES: Mapping[Role, str | Promise] = {
    Role.OWNER: _("Owner: everything"),
    Role.MANAGER: _("Manager: everything but the organization itself"),
    Role.MARKETER: _("Marketing: programs and members"),
    Role.ANALYST: _("Analyst: figures, no personal data"),
    Role.AGENT: _("Service: answers members"),
    Role.CASHIER: _("Cashier: in certain stores"),
    Role.PARTNER: _("Partner: takes vouchers, sees nobody"),
}
SCOPES: Mapping[Scope, str | Promise] = {
    Scope.MEMBERS_READ: _("read members"),
    Scope.MEMBERS_WRITE: _("enroll and change members"),
    Scope.ACTIVITIES_READ: _("read activities"),
    Scope.ACTIVITIES_WRITE: _("record activities"),
    Scope.ACTIVITIES_REVIEW: _("decide about late activities"),
    Scope.POINTS_ADJUST: _("adjust points by hand"),
    Scope.BASKETS_PRICE: _("price baskets"),
    Scope.LEDGER_READ: _("read points and movements"),
    Scope.PROGRAMS_READ: _("read the program"),
    Scope.PROGRAMS_WRITE: _("put programs in force"),
    Scope.STORES_READ: _("read stores"),
    Scope.STORES_WRITE: _("change stores"),
    Scope.MESSAGES_READ: _("read messages"),
    Scope.AUDIT_READ: _("read the audit"),
    Scope.WEBHOOKS_WRITE: _("see and change webhooks"),
    Scope.SURVEYS_READ: _("read surveys and answers"),
    Scope.SURVEYS_WRITE: _("report answers to surveys"),
    Scope.FIGURES_READ: _("read figures"),
    Scope.TOTALS_WRITE: _("report what stores sold in all"),
}


DUTIES: Mapping[Permission, str | Promise] = {
    Permission.MEMBERS_FIND: _("Find a member by what they show or say"),
    Permission.MEMBERS_ENROLL: _("Enroll members"),
    Permission.ACTIVITIES_WRITE: _("Give points for a bill, and take them back"),
    Permission.REDEMPTIONS_CONFIRM: _("Take vouchers and rewards"),
    Permission.MEMBERS_READ: _("See all members and their whole story"),
    Permission.MEMBERS_WRITE: _("Change members’ details"),
    Permission.MEMBERS_FREEZE: _("Freeze a member"),
    Permission.ACTIVITIES_READ: _("See what members did"),
    Permission.ACTIVITIES_REVIEW: _("Decide about late activities"),
    Permission.POINTS_ADJUST: _("Move points by hand, and agree to others’"),
    Permission.MESSAGES_READ: _("Read messages to members"),
    Permission.SURVEYS_WRITE: _("Make surveys and ask members"),
    Permission.PROGRAMS_READ: _("See rules and rewards"),
    Permission.PROGRAMS_WRITE: _("Change rules and rewards"),
    Permission.INSIGHT_READ: _("See figures"),
    Permission.EXPORTS_RUN: _("Take data out as files"),
    Permission.STORES_READ: _("See stores"),
    Permission.STORES_WRITE: _("Change stores"),
    Permission.STAFF_READ: _("See who works here"),
    Permission.STAFF_WRITE: _("Let people in and go"),
    Permission.KEYS_WRITE: _("Hand out API keys"),
    Permission.WEBHOOKS_WRITE: _("Connect webhooks"),
    Permission.IMPORTS_RUN: _("Import data"),
    Permission.CHANNELS_WRITE: _("Connect LINE, SMS and e-mail"),
    Permission.PRIVACY_MANAGE: _("Answer data requests and keep consent texts"),
    Permission.AUDIT_READ: _("See who did what"),
    Permission.JOBS_MANAGE: _("Settle failed work"),
    Permission.ORGANIZATION_WRITE: _("Change the organization itself and its rules"),
}


def role_table() -> list[tuple[str, list[bool]]]:
    """Return each duty in words, and for each role whether it includes it."""
    return [(str(DUTIES.get(each, each.value)), [can(role, each) for role in ROLES]) for each in sorted(Permission, key=_place)]


def _place(permission: Permission) -> int:
    known = list(DUTIES)
    return known.index(permission) if permission in DUTIES else len(known)


def role_name(role: str) -> str:
    """Return what a role is called, without what it may do."""
    return str(ROLES.get(Role(role), role)).partition(":")[0]


def scope_name(scope: str) -> str:
    """Return what a scope is called; one without words as it is written."""
    return next((str(name) for known, name in SCOPES.items() if known.value == scope), scope)


def scope_choices() -> list[tuple[str, str | Promise]]:
    """Return the scopes of a key for a form; one without words is shown as it is written."""
    return [(scope.value, SCOPES.get(scope, scope.value)) for scope in Scope]
