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
SCOPES: tuple[tuple[str, str], ...] = tuple((scope.value, scope.value) for scope in Scope)


def role_name(role: str) -> str:
    """Return what a role is called, without what it may do."""
    return str(ROLES.get(Role(role), role)).partition(":")[0]
