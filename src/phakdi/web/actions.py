"""What the audit calls an action, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: Mapping[str, str | Promise] = {
    "api_key.issued": _("API key issued"),
    "api_key.revoked": _("API key revoked"),
    "connection.changed": _("Service connected or changed"),
    "connection.ended": _("Service disconnected"),
    "consent.granted": _("Consent given"),
    "consent.withdrawn": _("Consent taken back"),
    "code_policy.set": _("Limits of codes set"),
    "consent_text.published": _("Consent text written"),
    "data_request.opened": _("Data request received"),
    "data_request.assigned": _("Data request assigned"),
    "data_request.identity_checked": _("Identity checked"),
    "data_request.answered": _("Data request answered"),
    "data_request.refused": _("Data request refused"),
    "data_request.withdrawn": _("Data request withdrawn"),
    "member.exported": _("Member's data copied"),
    "member.erased": _("Member erased"),
    "breach.logged": _("Breach logged"),
    "breach.changed": _("Breach changed"),
    "import.finished": _("Import finished"),
    "import.requested": _("Import asked for"),
    "import.undo_requested": _("Taking an import back asked for"),
    "import.undone": _("Import taken back"),
    "member.changed": _("Member changed"),
    "member.closed": _("Member closed"),
    "member.enrolled": _("Member enrolled"),
    "member.frozen": _("Member frozen"),
    "member.seen": _("Member looked at"),
    "member.signed_out": _("Member signed out everywhere"),
    "member.unfrozen": _("Member thawed"),
    "organization.created": _("Organization created"),
    "organization.branded": _("Look or address changed"),
    "organization.module_switched": _("Switched on or off"),
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
    "activity.undone": _("Taken back at the counter"),
    "member.vouched_for": _("Member vouched for"),
    "till.opened": _("Device at the counter registered"),
    "till_bill.given_up": _("Nothing given for a kept bill"),
    "activity.rejected": _("Late activity rejected"),
}


def action_name(action: str) -> str:
    """Return what an action is called; one without a name is shown as it is."""
    return str(ACTIONS.get(action, action))


SUBJECTS: Mapping[str, str | Promise] = {
    "member": _("Member"),
    "staff": _("Staff"),
    "store": _("Store"),
    "organization": _("Organization"),
    "program_version": _("Program"),
    "api_key": _("API key"),
    "import": _("Import"),
    "connection": _("Connection"),
    "job": _("Failed work"),
    "activity": _("Activity"),
    "till": _("Device at the counter"),
    "till_bill": _("Kept bill"),
    "consent_text": _("Consent text"),
    "breach": _("Breach"),
}
DETAILS: Mapping[str, str | Promise] = {
    "by": _("by"),
    "channel": _("channel"),
    "effective_from": _("in force from"),
    "module": _("what"),
    "is_on": _("on"),
    "fields": _("fields"),
    "is_active": _("open"),
    "number": _("version"),
    "points": _("points"),
    "prefix": _("begins with"),
    "purpose": _("purpose"),
    "reason": _("reason"),
    "role": _("role"),
    "scopes": _("may do"),
    "stores": _("stores"),
    "unit": _("kind of points"),
}


def subject_name(kind: str) -> str:
    """Return what the kind of thing is called that something was done to."""
    return str(SUBJECTS.get(kind, kind))


def detail_name(name: str) -> str:
    """Return what a detail of an action is called."""
    return str(DETAILS.get(name, name))
