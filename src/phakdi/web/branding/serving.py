"""A brand's sheet, logo and icons, kept by browsers for as long as their address says which version they are."""

from functools import lru_cache
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from phakdi.kit.db.scope import organization_scope
from phakdi.platform.files.queries import get_file, path_of
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.core.brand import ShownBrand
from phakdi.platform.organizations.core.colors import DEFAULT
from phakdi.platform.organizations.queries import brand_of
from phakdi.web.branding.drawing import icon, sheet
from phakdi.web.branding.shown import ICONS
from phakdi.web.portal.access import shop_page

FOR_GOOD = "public, max-age=31536000, immutable"
FOR_NOW = "public, max-age=60"


@require_safe
@shop_page
def brand_sheet(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Answer the stylesheet of the organization's color."""
    brand = brand_of(organization_id=shop.id)
    return _kept(request, brand, sheet(brand.accent or DEFAULT), "text/css; charset=utf-8")


@require_safe
@shop_page
def brand_logo(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Answer the organization's logo."""
    brand = brand_of(organization_id=shop.id)
    if not brand.logo_file_id:
        raise Http404
    return _kept(request, brand, _logo(shop.id, brand.logo_file_id), "image/png")


@require_safe
@shop_page
def brand_icon(request: HttpRequest, shop: OrganizationRef, name: str) -> HttpResponse:
    """Answer an icon of the organization: 180, 192, 512 or maskable-512."""
    if name not in ICONS:
        raise Http404
    brand = brand_of(organization_id=shop.id)
    return _kept(request, brand, _icon(shop.id, brand.logo_file_id, brand.version, name), "image/png")


def _kept(request: HttpRequest, brand: ShownBrand, content: str | bytes, kind: str) -> HttpResponse:
    is_this = request.GET.get("v") == brand.version
    headers = {"Cache-Control": FOR_GOOD if is_this else FOR_NOW, "Cross-Origin-Resource-Policy": "same-site"}
    return HttpResponse(content, content_type=kind, headers=headers)


def _logo(organization_id: UUID, file_id: UUID) -> bytes:
    with organization_scope(organization_id):
        return path_of(get_file(organization_id=organization_id, file_id=file_id)).read_bytes()


@lru_cache(maxsize=256)
def _icon(organization_id: UUID, file_id: UUID | None, version: str, name: str) -> bytes:  # noqa: ARG001 - a new version is drawn anew
    brand = brand_of(organization_id=organization_id)
    return icon(brand, _logo(organization_id, file_id) if file_id else b"", name)
