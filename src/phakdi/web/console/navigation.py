"""The console's pages, in the order of the menu, each with the permission that opens it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from phakdi.platform.staff.core import Permission
from phakdi.web.access import CONSOLE, Desk


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu; ``names`` are the pages under which it is lit."""

    url: str
    label: str | Promise
    any_of: tuple[Permission, ...]
    prefix: str


ENTRIES: tuple[Entry, ...] = (
    Entry("web:console", _("Overview"), tuple(CONSOLE), "console"),
    Entry("web:members", _("Members"), (Permission.MEMBERS_READ,), "member"),
    Entry("web:programs", _("Program"), (Permission.PROGRAMS_READ,), "program"),
    Entry("web:reviews", _("Late activities"), (Permission.ACTIVITIES_REVIEW,), "review"),
    Entry("web:imports", _("Imports"), (Permission.IMPORTS_RUN,), "import"),
    Entry("web:stores", _("Stores"), (Permission.STORES_READ,), "store"),
    Entry("web:staff", _("Staff"), (Permission.STAFF_READ,), "staff"),
    Entry("web:keys", _("API keys"), (Permission.KEYS_WRITE,), "key"),
    Entry("web:audit", _("Audit"), (Permission.AUDIT_READ,), "audit"),
    Entry("web:failures", _("Failures"), (Permission.JOBS_MANAGE,), "failure"),
)


def menu(desk: Desk, url_name: str) -> list[tuple[str, str, bool]]:
    """Return the lines open to somebody: address name, label, and whether the page belongs to it."""
    return [
        (entry.url, str(entry.label), url_name.startswith(entry.prefix))
        for entry in ENTRIES
        if any(desk.place.can(permission) for permission in entry.any_of)
    ]
