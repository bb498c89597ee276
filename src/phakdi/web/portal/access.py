"""Whose portal a page belongs to, and which member looks at it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from phakdi.kit.db.scope import organization_scope
from phakdi.people.members.models import Member
from phakdi.people.members.queries import UnknownMember, get_member
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.queries import UnknownOrganization, find_organization
from phakdi.web.branding.hosts import answers_here, speak
from phakdi.web.modules import check_open
from phakdi.web.portal.sessions import contact_mark, sign_out, signed_in_id

View = Callable[..., HttpResponse]
WELCOME = frozenset({"ACTIVE", "FROZEN"})


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
        with timezone.override(ZoneInfo(shop.time_zone)):
            return view(request, shop, *args, **kwargs)

    checked.is_public = True  # type: ignore[attr-defined]  # a test reads it
    return checked


def member_page(view: View) -> View:
    """Give a view the organization and the member who is signed in; anybody else is led to the way in."""

    @shop_page
    @wraps(view)
    def checked(request: HttpRequest, shop: OrganizationRef, *args: Any, **kwargs: Any) -> HttpResponse:
        member = signed_in_member(request, shop)
        if member is None:
            response = redirect("web:portal_enter", slug=shop.slug)
            sign_out(response, shop)
            return response
        return view(request, shop, member, *args, **kwargs)

    return checked


def signed_in_member(request: HttpRequest, shop: OrganizationRef) -> Member | None:
    """Return the member whose browser this is, or None: nobody, closed, merged, or with another phone since."""
    kept = signed_in_id(request, shop)
    if kept is None:
        return None
    member_id, mark = kept
    try:
        with organization_scope(shop.id):
            member = get_member(organization_id=shop.id, member_id=member_id)
    except UnknownMember:
        return None
    return member if member.status in WELCOME and mark == contact_mark(member) else None
