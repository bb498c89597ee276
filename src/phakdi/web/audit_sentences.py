"""What the audit notes, as sentences: who did what to whom. An action without one is told by its name."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.web.actions import action_name

SENTENCES: Mapping[str, str | Promise] = {
    "activity.approved": _("%(by)s approved a late activity of %(about)s"),
    "activity.rejected": _("%(by)s rejected a late activity of %(about)s"),
    "activity.undone": _("%(by)s took a bill of %(about)s back"),
    "api_key.issued": _("%(by)s issued the API key %(about)s"),
    "api_key.revoked": _("%(by)s revoked the API key %(about)s"),
    "api_key.rotated": _("%(by)s replaced the API key %(about)s"),
    "audit.exported": _("%(by)s took the audit out as a file"),
    "audit.checked": _("%(by)s had the audit checked"),
    "consent.granted": _("%(by)s noted a consent of %(about)s"),
    "consent.withdrawn": _("%(by)s noted that %(about)s takes a consent back"),
    "import.finished": _("%(by)s finished an import"),
    "import.requested": _("%(by)s asked for an import"),
    "import.undone": _("%(by)s took an import back"),
    "job.discarded": _("%(by)s gave failed work up"),
    "job.retried": _("%(by)s had failed work tried again"),
    "member.changed": _("%(by)s changed %(about)s"),
    "member.closed": _("%(by)s ended the membership of %(about)s"),
    "member.enrolled": _("%(by)s enrolled %(about)s"),
    "member.erased": _("%(by)s erased the data of %(about)s"),
    "member.exported": _("%(by)s copied the data of %(about)s"),
    "member.frozen": _("%(by)s froze %(about)s"),
    "member.seen": _("%(by)s looked at %(about)s"),
    "member.unfrozen": _("%(by)s thawed %(about)s"),
    "points.adjusted": _("%(by)s moved points of %(about)s by hand"),
    "points.approved": _("%(by)s agreed that points of %(about)s are moved"),
    "points.held": _("%(by)s wants to move points of %(about)s and needs a second person"),
    "points.refused": _("%(by)s refused that points of %(about)s are moved"),
    "program.applied": _("%(by)s put a version of the program in force"),
    "staff.added": _("%(by)s let %(about)s in"),
    "staff.changed": _("%(by)s changed what %(about)s may do"),
    "staff.code_used": _("%(by)s signed in with a recovery code"),
    "staff.codes_made": _("%(by)s made new recovery codes"),
    "staff.dismissed": _("%(by)s let %(about)s go"),
    "staff.factor_added": _("%(by)s added a second step at sign-in"),
    "staff.factor_removed": _("%(by)s removed a second step at sign-in"),
    "staff.invited": _("%(by)s sent %(about)s their link again"),
    "staff.linked": _("%(by)s noted which member %(about)s is"),
    "staff.password_changed": _("%(by)s changed their password"),
    "staff.rules_changed": _("%(by)s changed the rules for everybody"),
    "store.added": _("%(by)s added the store %(about)s"),
    "store.changed": _("%(by)s changed the store %(about)s"),
    "webhook.added": _("%(by)s added the webhook %(about)s"),
    "webhook.changed": _("%(by)s changed the webhook %(about)s"),
    "webhook.disabled": _("The webhook %(about)s was given up"),
    "webhook.paused": _("%(by)s switched the webhook %(about)s off"),
    "webhook.removed": _("%(by)s removed the webhook %(about)s"),
    "webhook.replayed": _("%(by)s had events sent again to the webhook %(about)s"),
    "webhook.resumed": _("%(by)s switched the webhook %(about)s on"),
    "webhook.secret_rotated": _("%(by)s made a new secret for the webhook %(about)s"),
}


def sentence(action: str, *, by: str, about: str) -> str:
    """Return who did what to whom; a name that is not known (any more) is told by the kind of thing."""
    said = SENTENCES.get(action)
    whole = f"{by}: {action_name(action)}" if said is None else str(said) % {"by": by, "about": about}
    return whole[:1].upper() + whole[1:]
