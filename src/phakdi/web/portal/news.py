"""What happened to a member's account besides their points, in a sentence each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.platform.audit.models import AuditEntry
from phakdi.web.standing import Movement

NEWS: Mapping[str, str | Promise] = {
    "member.frozen": _("Your membership was frozen."),
    "member.unfrozen": _("Your membership was thawed."),
    "member.changed": _("Your details were changed."),
    "member.signed_out": _("You were signed out everywhere."),
    "member.exported": _("A copy of your data was made."),
    "member.merged": _("Two memberships of yours became one."),
    "data_request.opened": _("A request about your data was received."),
    "data_request.answered": _("Your request about your data was answered."),
    "data_request.refused": _("Your request about your data was refused."),
    "data_request.withdrawn": _("A request about your data was taken back."),
}
BY: Mapping[str, str | Promise] = {
    "member": _("by you"),
    "staff": _("by the shop"),
    "api_key": _("by a system of the shop"),
    "operator": _("by the shop"),
}
FIELDS: Mapping[str, str | Promise] = {
    "phone": _("phone number"),
    "email": _("e-mail"),
    "line": _("LINE"),
    "given_name": _("name"),
    "family_name": _("name"),
    "nickname": _("name"),
    "birthday": _("birthday"),
    "gender": _("gender"),
    "language": _("language"),
}


@dataclass(frozen=True, slots=True)
class News:
    """One line of the inbox: what happened, and the movement where points left."""

    at: datetime
    text: str
    movement: Movement | None = None
    anchor: str = ""
    by: str = ""
    details: str = ""


def as_news(entry: AuditEntry) -> News:
    """Return what the audit says as news."""
    fields = [str(FIELDS[name]) for name in entry.data.get("fields", ()) if name in FIELDS]
    details = ", ".join(dict.fromkeys(fields))
    return News(entry.at, str(NEWS[entry.action]), None, f"n{entry.id.hex}", str(BY.get(entry.actor_kind, "")), details)
