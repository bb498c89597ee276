"""What kinds of events are called."""

from django.utils.translation import gettext as _

from phakdi.flows.webhook_kinds import EVENT_KINDS
from phakdi.platform.webhooks.core import EVERYTHING, PING
from phakdi.web.words import language


def kind_name(topic: str) -> str:
    """Return what a kind of event means in the reader's language."""
    if topic == EVERYTHING:
        return _("everything")
    if topic == PING:
        return _("Test")
    kind = EVENT_KINDS.get(topic)
    return kind.meaning(language()) if kind else topic
