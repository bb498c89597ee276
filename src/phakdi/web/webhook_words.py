"""What kinds of events are called, and which belong together."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from phakdi.flows.webhook_kinds import EVENT_KINDS
from phakdi.platform.webhooks.core import EVERYTHING, PING
from phakdi.web.words import language

GROUPS: Mapping[str | Promise, frozenset[str]] = {
    gettext_lazy("Members"): frozenset({"member", "activity"}),
    gettext_lazy("Points"): frozenset({"points"}),
    gettext_lazy("Rewards and vouchers"): frozenset({"redemption", "reward", "item", "voucher"}),
    gettext_lazy("Levels"): frozenset({"level"}),
    gettext_lazy("Paid memberships"): frozenset({"membership"}),
}
"""The groups of a form, by what a kind's name begins with; what is in none comes last."""


def groups() -> Sequence[tuple[str, list[str]]]:
    """Return every kind of event under its group's title."""
    placed = {stem: str(title) for title, stems in GROUPS.items() for stem in stems}
    found: dict[str, list[str]] = {str(title): [] for title in GROUPS}
    for topic in EVENT_KINDS:
        found.setdefault(placed.get(topic.partition(".")[0], _("Shop")), []).append(topic)
    return list(found.items())


def kind_name(topic: str) -> str:
    """Return what a kind of event means in the reader's language."""
    if topic == EVERYTHING:
        return _("everything")
    if topic == PING:
        return _("Test")
    kind = EVENT_KINDS.get(topic)
    return kind.meaning(language()) if kind else topic
