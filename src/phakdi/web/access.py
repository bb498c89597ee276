"""Who of the staff looks at a page, for which organization, and whether their role allows it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from phakdi.flows.manage_sign_in import note_seen
from phakdi.kit.clock import utc_now
from phakdi.loyalty.engine.recording import Actor
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.queries import find_organization
from phakdi.platform.staff.core import Permission, Place
from phakdi.platform.staff.models import User
from phakdi.platform.staff.queries import places_of
from phakdi.platform.staff.sessions import SEEN_EVERY
from phakdi.web.branding.shown import named
from phakdi.web.modules import check_open

CHOSEN = "organization_id"  # in the session: for which organization somebody works at present

COUNTER = Permission.MEMBERS_FIND
CONSOLE = frozenset(
    {
        Permission.MEMBERS_READ,
        Permission.PROGRAMS_READ,
        Permission.STAFF_READ,
        Permission.STORES_WRITE,
        Permission.IMPORTS_RUN,
        Permission.AUDIT_READ,
    }
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody of the staff works: their place, its organization, and who they are."""

    place: Place
    organization: OrganizationRef
    user: User
    has_others: bool = False  # they work for other organizations as well

    @property
    def organization_id(self) -> Any:
        """The organization whose rows are shown."""
        return self.place.organization_id

    @property
    def currency(self) -> str:
        """In what money the organization counts."""
        return self.organization.currency

    @property
    def zone(self) -> ZoneInfo:
        """The organization's time zone."""
        return ZoneInfo(self.organization.time_zone)

    @property
    def has_console(self) -> bool:
        """Whether any page of the console is open to them."""
        return any(self.place.can(permission) for permission in CONSOLE)

    @property
    def has_counter(self) -> bool:
        """Whether the counter is open to them."""
        return self.place.can(COUNTER)

    @property
    def has_checks(self) -> bool:
        """Whether they may take vouchers, which is all that a partner does."""
        return self.place.can(Permission.REDEMPTIONS_CONFIRM)

    @property
    def may(self) -> dict[str, bool]:
        """What they may do, for templates: ``desk.may.members_freeze``."""
        return {permission.value.replace(".", "_"): self.place.can(permission) for permission in Permission}

    def actor(self, *, store: str = "") -> Actor:
        """Return them as the one who does something."""
        return Actor("staff", str(self.place.staff_id), store)


StaffView = Callable[..., HttpResponseBase]


def staff_page(*any_of: Permission) -> Callable[[StaffView], StaffView]:
    """Make a view open to staff with at least one of the permissions only; it gets the request and the desk.

    Who is not signed in is asked to; who works for several organizations chooses one first.
    """

    def decorate(view: StaffView) -> StaffView:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            desk = find_desk(request)
            if desk is None:
                return redirect("web:place")
            request.desk = desk  # type: ignore[attr-defined]  # for templates
            if desk.place.lacks_factor:  # the organization demands one before anything else
                return redirect("web:security")
            note_use(request)
            if not any(desk.place.can(permission) for permission in any_of):
                desk.place.require(any_of[0])
            check_open(request)
            desk = request.desk = replace(desk, organization=named(request, desk.organization))  # type: ignore[attr-defined]  # as above
            with timezone.override(desk.zone):
                return view(request, desk, *args, **kwargs)

        checked.permissions = any_of  # type: ignore[attr-defined]  # a test reads them
        return checked

    return decorate


_noted: dict[str, datetime] = {}  # when the use of a session was noted last, by its key
NOTED_MAX = 10_000


def note_use(request: HttpRequest) -> None:
    """Note now and then that a session is in use, so that its owner sees where they are signed in."""
    key, now = request.session.session_key or "", utc_now()
    before = _noted.get(key)
    if before is None or now - before > SEEN_EVERY:
        if len(_noted) >= NOTED_MAX:
            _noted.clear()
        _noted[key] = now
        note_seen(session_key=key, now=now)


def find_desk(request: HttpRequest) -> Desk | None:
    """Return the desk that the session chose, or the only one there is; None where there is none or a choice to make."""
    assert isinstance(request.user, User)
    places = places_of(user_id=request.user.id)
    chosen = request.session.get(CHOSEN, "")
    place = next((place for place in places if str(place.organization_id) == chosen), None)
    if place is None and len(places) == 1:
        place = places[0]
    organization = find_organization(slug=place.slug) if place else None
    return Desk(place, organization, request.user, len(places) > 1) if place and organization else None
