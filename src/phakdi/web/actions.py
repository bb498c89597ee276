"""What the audit calls an action, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: Mapping[str, str | Promise] = {
    "api_key.issued": _("API key issued"),
    "api_key.revoked": _("API key revoked"),
    "consent.granted": _("Consent given"),
    "consent.withdrawn": _("Consent taken back"),
    "member.changed": _("Member changed"),
    "member.closed": _("Member closed"),
    "member.enrolled": _("Member enrolled"),
    "member.frozen": _("Member frozen"),
    "member.seen": _("Member looked at"),
    "member.unfrozen": _("Member thawed"),
    "organization.created": _("Organization created"),
    "points.adjusted": _("Points adjusted"),
    "program.applied": _("Program put in force"),
    "staff.added": _("Staff added"),
    "staff.changed": _("Staff changed"),
    "staff.dismissed": _("Staff let go"),
    "staff.linked": _("Staff linked to a member"),
    "staff.password_changed": _("Password changed"),
    "store.added": _("Store added"),
    "store.changed": _("Store changed"),
    "job.retried": _("Failed work tried again"),
    "job.discarded": _("Failed work given up"),
    "activity.approved": _("Late activity approved"),
    "activity.rejected": _("Late activity rejected"),
}


def action_name(action: str) -> str:
    """Return what an action is called; one without a name is shown as it is."""
    return str(ACTIONS.get(action, action))
