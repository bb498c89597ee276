"""What the audit calls an action, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: Mapping[str, str | Promise] = {
    "api_key.issued": _("API key issued"),
    "api_key.revoked": _("API key revoked"),
    "api_key.rotated": _("API key replaced"),
    "audit.checked": _("Audit checked"),
    "audit.exported": _("Audit taken out as a file"),
    "connection.changed": _("Service connected or changed"),
    "connection.ended": _("Service disconnected"),
    "consent.granted": _("Consent given"),
    "consent.withdrawn": _("Consent taken back"),
    "campaign.begun": _("Campaign begun, some left out"),
    "campaign.stopped": _("Campaign stopped"),
    "campaign.list_exported": _("List of a campaign taken out as a file"),
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
    "member.merged": _("Another membership joined with this one"),
    "member.merged_into": _("Became part of another member"),
    "member.unmerged": _("Taken apart again"),
    "member.unmerged_from": _("Stands alone again"),
    "duplicates.decided": _("Said whether two members are one person"),
    "duplicates.read_again": _("All members compared again"),
    "member.seen": _("Member looked at"),
    "member.signed_out": _("Member signed out everywhere"),
    "member.unfrozen": _("Member thawed"),
    "organization.created": _("Organization created"),
    "organization.branded": _("Look or address changed"),
    "organization.module_switched": _("Switched on or off"),
    "points.adjusted": _("Points adjusted"),
    "points.approved": _("Adjustment approved"),
    "points.held": _("Adjustment waits for a second person"),
    "points.refused": _("Adjustment refused"),
    "program.applied": _("Program put in force"),
    "recommend.never_changed": _("Products never to recommend changed"),
    "report.exported": _("Figures about members taken out as a file"),
    "staff.added": _("Staff added"),
    "staff.changed": _("Staff changed"),
    "staff.code_used": _("Signed in with a recovery code"),
    "staff.codes_made": _("Recovery codes made"),
    "staff.factor_added": _("Second step added"),
    "staff.factor_removed": _("Second step removed"),
    "staff.invited": _("Link sent again"),
    "staff.rules_changed": _("Rules for everybody changed"),
    "staff.dismissed": _("Staff let go"),
    "staff.linked": _("Staff linked to a member"),
    "staff.password_changed": _("Password changed"),
    "store.added": _("Store added"),
    "store.changed": _("Store changed"),
    "webhook.added": _("Webhook added"),
    "webhook.changed": _("Webhook changed"),
    "webhook.disabled": _("Webhook given up"),
    "webhook.paused": _("Webhook switched off"),
    "webhook.removed": _("Webhook removed"),
    "webhook.replayed": _("Events sent again"),
    "webhook.resumed": _("Webhook switched on"),
    "webhook.secret_rotated": _("Secret of a webhook replaced"),
    "job.retried": _("Failed work tried again"),
    "job.discarded": _("Failed work given up"),
    "activity.approved": _("Late activity approved"),
    "activity.undone": _("Taken back at the counter"),
    "member.vouched_for": _("Member vouched for"),
    "till.opened": _("Device at the counter registered"),
    "till.closed": _("Device at the counter closed"),
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
    "webhook": _("Webhook"),
    "import": _("Import"),
    "connection": _("Connection"),
    "job": _("Failed work"),
    "activity": _("Activity"),
    "till": _("Device at the counter"),
    "till_bill": _("Kept bill"),
    "consent_text": _("Consent text"),
    "campaign": _("Campaign"),
    "report": _("Report"),
    "breach": _("Breach"),
}
DETAILS: Mapping[str, str | Promise] = {
    "by": _("by"),
    "name": _("name"),
    "areas": _("areas"),
    "topics": _("hears of"),
    "events": _("events"),
    "why": _("why a second person"),
    "second_factor": _("second step"),
    "adjust_alone_max": _("points alone"),
    "grants_a_day_max": _("times a day"),
    "sealed": _("sealed entries"),
    "is_sound": _("unchanged"),
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
