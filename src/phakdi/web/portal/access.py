"""Whose portal a page belongs to, and which member looks at it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from phakdi.flows.member_session import MemberSession, note_visit
from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.loyalty.ledger.outgoing import count_out_since
from phakdi.people.members.models import Member
from phakdi.people.members.queries import UnknownMember, find_surviving, get_member
from phakdi.people.presence.queries import find_session, read_until
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.queries import UnknownOrganization, find_organization
from phakdi.web.branding.hosts import answers_here, speak
from phakdi.web.branding.shown import named
from phakdi.web.modules import check_open
from phakdi.web.portal.sessions import SURE_LIFE, contact_mark, sign_out, signed_in_id, was_sure

View = Callable[..., HttpResponse]
WELCOME = frozenset({"ACTIVE", "FROZEN"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """The member whose browser it is, the browser's session, and how much news waits (no more than ten are counted)."""

    member: Member
    session: MemberSession
    unread: int


def shop_page(view: View) -> View:
    """Give a view the organization that the address names, in its time zone; an unknown one is not found."""

    @wraps(view)
    def checked(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        shop = find_organization(slug=slug)
        if shop is None or not answers_here(request, shop):
            raise UnknownOrganization("There is no such organization.")
        request.shop = shop  # type: ignore[attr-defined]  # for templates
        check_open(request)
        speak(request, shop)
        shop = request.shop = named(request, shop)  # type: ignore[attr-defined]  # as above
        with timezone.override(ZoneInfo(shop.time_zone)):
            return view(request, shop, *args, **kwargs)

    checked.is_public = True  # type: ignore[attr-defined]  # a test reads it
    return checked


def member_page(view: View) -> View:
    """Give a view the organization and the member who is signed in; anybody else is led to the way in."""

    @shop_page
    @wraps(view)
    def checked(request: HttpRequest, shop: OrganizationRef, *args: Any, **kwargs: Any) -> HttpResponse:
        visitor = find_visitor(request, shop)
        if visitor is None:
            response = redirect("web:portal_enter", slug=shop.slug)
            sign_out(response, shop)
            return response
        request.visitor = visitor  # type: ignore[attr-defined]  # for templates
        return view(request, shop, visitor.member, *args, **kwargs)

    return checked


def find_visitor(request: HttpRequest, shop: OrganizationRef) -> Visitor | None:
    """Return whose browser this is, or None: nobody, signed out, closed, or with another phone since; of merged members, the surviving one."""
    kept = signed_in_id(request, shop)
    if kept is None:
        return None
    session_id, mark = kept
    now = utc_now()
    with organization_scope(shop.id):
        session = find_session(organization_id=shop.id, session_id=session_id)
        if session is None:
            return None
        try:
            signed_in = member = get_member(organization_id=shop.id, member_id=session.member_id)
            if signed_in.merged_into is not None:
                member = find_surviving(organization_id=shop.id, member_id=signed_in.merged_into)
        except UnknownMember:
            return None
        if member.status not in WELCOME or mark != contact_mark(signed_in):
            return None
        note_visit(session, now=now)
        return Visitor(member, session, _unread(shop, member, session))


def _unread(shop: OrganizationRef, member: Member, session: MemberSession) -> int:
    since = read_until(organization_id=shop.id, member_id=member.id) or session.begun_at
    return count_out_since(organization_id=shop.id, member_id=member.id, since=since)


def session_of(request: HttpRequest) -> MemberSession:
    """Return the session of the browser on a member's page."""
    visitor: Visitor = request.visitor  # type: ignore[attr-defined]  # put there by `member_page`
    return visitor.session


def is_sure(request: HttpRequest, shop: OrganizationRef, now: datetime) -> bool:
    """Tell whether it was proved in the last ten minutes that the member sits there: by signing in, or by a code since."""
    session = session_of(request)
    return now - session.begun_at < timedelta(seconds=SURE_LIFE) or was_sure(request, shop, session)
