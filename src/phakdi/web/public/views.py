"""An organization's page, its program's terms and its stores: for everybody, also for search engines."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from phakdi.kit.clock import utc_now
from phakdi.kit.db.scope import organization_scope
from phakdi.kit.errors import NotFound
from phakdi.kit.text import pick
from phakdi.loyalty.programs import load_program
from phakdi.loyalty.programs.document.program import ProgramDocument
from phakdi.loyalty.programs.models import ProgramVersion
from phakdi.loyalty.programs.queries import NoProgram, get_version, version_at, versions_of
from phakdi.loyalty.wording.terms import talk_about, terms_of
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.queries import stores_of
from phakdi.web.portal.access import shop_page
from phakdi.web.public.glance import glances, levels_shown, rewards_shown
from phakdi.web.public.mapping import draw_map
from phakdi.web.public.places import StoreShown, let_tiles_in, map_context, points_of, show_stores
from phakdi.web.qr import qr_code
from phakdi.web.words import language

STORES_MAX, STORES_FIRST = 500, 4


@require_safe
@shop_page
def shop(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Show who the shop is, what its program gives, and the way to join."""
    now = utc_now()
    join = request.build_absolute_uri(reverse("web:portal_enter", args=[shop.slug]))
    found = _stores(shop)
    context: dict[str, Any] = {"join_code": qr_code(join), "stores": found[:STORES_FIRST], "stores_count": len(found)}
    try:
        document = version_at(organization_id=shop.id, at=now).document
    except NoProgram:
        document = None
    if document is not None:
        talk = talk_about(document, language=language(), names=_names(found))
        context |= {
            "glances": glances(document, talk),
            "rewards": rewards_shown(document, talk),
            "levels": levels_shown(document, talk),
        }
    return render(request, "public/shop.html", context | _about(request, shop))


@require_safe
@shop_page
def terms(request: HttpRequest, shop: OrganizationRef, version_id: UUID | None = None) -> HttpResponse:
    """Show the program's terms in plain words: those in force, or those of another version that was or will be."""
    now = utc_now()
    with organization_scope(shop.id):
        versions = versions_of(organization_id=shop.id)
        version = get_version(organization_id=shop.id, version_id=version_id) if version_id else _in_force(versions)
    document = load_program(version.text)
    names = _names(_stores(shop))
    current = _in_force(versions)
    context = {
        "sections": terms_of(document, language=language(), names=names),
        "version": version,
        "is_current": version.id == current.id,
        "is_to_come": version.effective_from > now,
        "versions": versions,
        "current": current,
        "title": _program_name(document),
    }
    return render(request, "public/terms.html", context | _about(request, shop))


@require_safe
@shop_page
def stores(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Show where the stores are, when they are open, and the way there."""
    found = _stores(shop)
    points = points_of(found)
    context = {"stores": found, "drawn": draw_map(points, shop.name), "map": map_context(points)}
    return let_tiles_in(request, render(request, "public/stores.html", context | _about(request, shop)))


# --- pieces -----------------------------------------------------------------------------------------------------------


def _stores(shop: OrganizationRef) -> list[StoreShown]:
    with organization_scope(shop.id):
        rows = stores_of(organization_id=shop.id, only_active=True, limit=STORES_MAX)
    return show_stores(rows, language=language(), now=timezone.localtime(utc_now()))


def _names(found: list[StoreShown]) -> dict[str, str]:
    return {store.code: store.name for store in found}


def _in_force(versions: list[ProgramVersion]) -> ProgramVersion:
    """Return the version in force now, else the first to come. Raises NotFound where there is none."""
    if not versions:
        raise NotFound("The shop has no program yet.", code="program_not_found")
    now = utc_now()
    return next((version for version in versions if version.effective_from <= now), versions[-1])


def _program_name(document: ProgramDocument) -> str:
    return pick(document.name, language())


def _about(request: HttpRequest, shop: OrganizationRef) -> dict[str, str]:
    """Return what search engines and those who share the page are told."""
    return {"canonical": request.build_absolute_uri(request.path), "shop_address": reverse("web:public_shop", args=[shop.slug])}
