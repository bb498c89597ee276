"""The console's pages in the groups of its menu, each with the permission that opens it and the module it belongs to."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.platform.staff.core import Permission
from phakdi.web.access import CONSOLE, Desk


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: lit on pages whose name begins with one of ``prefixes``."""

    url: str
    label: str | Promise
    icon: str
    any_of: tuple[Permission, ...]
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as somebody sees it."""

    url: str
    label: str
    icon: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together; the first group has no title."""

    title: str
    lines: tuple[Line, ...]


GROUPS: tuple[tuple[str | Promise, tuple[Entry, ...]], ...] = (
    (
        "",
        (
            Entry("web:console", _("Overview"), "home", tuple(CONSOLE), ("console", "figure", "start")),
            Entry("web:members", _("Members"), "people", (Permission.MEMBERS_READ,), ("member",)),
            Entry("web:duplicates", _("Same person?"), "merge", (Permission.MEMBERS_WRITE,), ("duplicate",)),
        ),
    ),
    (
        _("Insight"),
        (
            Entry("web:insight", _("Reports"), "chart", (Permission.INSIGHT_READ,), ("insight",)),
            Entry(
                "web:surveys",
                _("Surveys"),
                "message",
                (Permission.SURVEYS_WRITE, Permission.INSIGHT_READ, Permission.MEMBERS_WRITE),
                ("survey",),
            ),
            Entry("web:campaigns", _("What campaigns add"), "target", (Permission.INSIGHT_READ,), ("campaign",)),
        ),
    ),
    (
        _("Program"),
        (
            Entry("web:programs", _("Rules and rewards"), "program", (Permission.PROGRAMS_READ,), ("program",)),
            Entry("web:reviews", _("Late activities"), "clock", (Permission.ACTIVITIES_REVIEW,), ("review",)),
            Entry("web:approvals", _("Approvals"), "good", (Permission.POINTS_ADJUST,), ("approval",)),
        ),
    ),
    (
        _("Shop"),
        (
            Entry("web:stores", _("Stores"), "store", (Permission.STORES_READ,), ("store",)),
            Entry("web:staff", _("Staff"), "staff", (Permission.STAFF_READ,), ("staff",)),
            Entry("web:brand", _("Look and address"), "brush", (Permission.ORGANIZATION_WRITE,), ("brand",)),
            Entry("web:modules", _("What is on"), "modules", (Permission.ORGANIZATION_WRITE,), ("module",)),
        ),
    ),
    (
        _("Data and tools"),
        (
            Entry("web:imports", _("Imports"), "import", (Permission.IMPORTS_RUN,), ("import",)),
            Entry("web:keys", _("API keys"), "key", (Permission.KEYS_WRITE,), ("key",)),
            Entry("web:webhooks", _("Webhooks"), "send", (Permission.WEBHOOKS_WRITE,), ("webhook",)),
            Entry("web:connections", _("Connections"), "plug", (Permission.CHANNELS_WRITE,), ("connection",)),
        ),
    ),
    (
        _("Privacy and safety"),
        (
            Entry(
                "web:requests", _("Data requests"), "shield", (Permission.PRIVACY_MANAGE, Permission.MEMBERS_WRITE), ("request",)
            ),
            Entry("web:privacy", _("Privacy"), "lock", (Permission.PRIVACY_MANAGE,), ("privacy", "consent", "breach", "records")),
            Entry("web:audit", _("Audit"), "audit", (Permission.AUDIT_READ,), ("audit",)),
            Entry("web:failures", _("Failures"), "warn", (Permission.JOBS_MANAGE,), ("failure", "inbox")),
        ),
    ),
)


def menu(desk: Desk, url_name: str) -> list[Group]:
    """Return the groups and lines that are open to somebody."""
    shown = [
        Group(
            str(title),
            tuple(
                Line(entry.url, str(entry.label), entry.icon, url_name.startswith(entry.prefixes))
                for entry in entries
                if any(desk.place.can(permission) for permission in entry.any_of)
            ),
        )
        for title, entries in GROUPS
    ]
    return [group for group in shown if group.lines]
