"""What roles and scopes are called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.platform.keys.core import Scope
from phakdi.platform.staff.core import Role

ROLES: Mapping[Role, str | Promise] = {
    Role.OWNER: _("Owner: everything"),
    Role.MANAGER: _("Manager: everything but the organization itself"),
    Role.MARKETER: _("Marketing: programs and members"),
    Role.ANALYST: _("Analyst: figures, no personal data"),
    Role.AGENT: _("Service: answers members"),
    Role.CASHIER: _("Cashier: in certain stores"),
    Role.PARTNER: _("Partner: checks vouchers"),
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
}


def role_name(role: str) -> str:
    """Return what a role is called, without what it may do."""
    return str(ROLES.get(Role(role), role)).partition(":")[0]


def scope_choices() -> list[tuple[str, str | Promise]]:
    """Return the scopes of a key for a form; one without words is shown as it is written."""
    return [(scope.value, SCOPES.get(scope, scope.value)) for scope in Scope]
