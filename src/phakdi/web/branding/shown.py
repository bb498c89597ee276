"""The brand of the organization that a page is about, for templates: name, sheet of colors, logo, icons, texts, what is on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404

from phakdi.kit.text import pick
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.core.brand import ShownBrand
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.organizations.queries import brand_of, find_organization
from phakdi.web.words import language

ICONS = ("180", "192", "512", "maskable-512")
LEADING_VOWELS = "เแโใไ"


@dataclass(frozen=True, slots=True)
class BrandOnPage:
    """A brand as its readers see it."""

    slug: str
    name: str
    initial: str
    sheet: str
    logo: str
    icons: Mapping[str, str]
    greeting: str
    welcome: str
    phone: str
    line_url: str
    website: str


def brand_for(request: HttpRequest) -> ShownBrand | None:
    """Return the brand of the organization that the request is about, asked for once; None where it is about none."""
    if not hasattr(request, "shown_brand"):
        organization = _organization_of(request)
        found = brand_of(organization_id=organization.id) if organization else None
        request.shown_brand = found  # type: ignore[attr-defined]  # kept for the rest of this request
    shown: ShownBrand | None = request.shown_brand  # type: ignore[attr-defined]  # as above
    return shown


def on_page(request: HttpRequest) -> BrandOnPage | None:
    """Return the brand for the page's template, or None for the product's own look."""
    brand = brand_for(request)
    return show(brand) if brand else None


def show(brand: ShownBrand) -> BrandOnPage:
    """Return a brand in the language of whoever reads now."""
    reads = language()
    name = brand.name_in(reads)
    return BrandOnPage(
        slug=brand.slug,
        name=name,
        initial=(name.lstrip(LEADING_VOWELS + " ") or name)[:1].upper(),
        sheet=_address("web:brand_sheet", brand) if brand.accent else "",
        logo=_address("web:brand_logo", brand) if brand.logo_file_id else "",
        icons={name: icon_address(brand, name) for name in ICONS},
        greeting=pick(brand.greeting, reads),
        welcome=pick(brand.welcome, reads),
        phone=brand.phone,
        line_url=brand.line_url,
        website=brand.website,
    )


def icon_address(brand: ShownBrand, name: str) -> str:
    """Return where an icon is: ``name`` is one of ICONS. It is PNG; 180 is Apple's, maskable has room to be cut round."""
    return _address("web:brand_icon", brand, name)


def switches(request: HttpRequest) -> dict[str, bool]:
    """Return what the organization of the page has on, for templates: ``{% if modules.portal %}``."""
    brand = brand_for(request)
    on = brand.modules if brand else frozenset[Module]()
    return {module.value: module in on for module in Module}


def named(request: HttpRequest, organization: OrganizationRef) -> OrganizationRef:
    """Return the organization under the name that its readers know it by, in their language."""
    brand = brand_for(request)
    return replace(organization, name=brand.name_in(language())) if brand else organization


def app_icons(request: HttpRequest) -> list[tuple[str, int, str]]:
    """Return a manifest's icons of the organization that the request is about: address, side in pixels, purpose."""
    brand = brand_for(request)
    sizes = (("192", 192, "any"), ("512", 512, "any"), ("maskable-512", 512, "maskable"))
    return [(icon_address(brand, name), side, purpose) for name, side, purpose in sizes] if brand else []


def _address(view: str, brand: ShownBrand, *more: str) -> str:
    return f"{reverse(view, args=[brand.slug, *more])}?v={brand.version}"


def _organization_of(request: HttpRequest) -> OrganizationRef | None:
    """Return whose page it is: the member's shop, the desk's organization, the host's, or the one the sign-in leads to."""
    shop: OrganizationRef | None = getattr(request, "shop", None)
    desk = getattr(request, "desk", None)
    if shop or desk:
        return shop or desk.organization  # type: ignore[union-attr]  # one of them is there
    host: OrganizationRef | None = getattr(request, "host_organization", None)
    return host or _asked_for(request)


def _asked_for(request: HttpRequest) -> OrganizationRef | None:
    """Return the organization that the address of the sign-in names: ``/sign-in/?at=rimnam``."""
    try:
        is_sign_in = resolve(request.path_info).url_name == "sign_in"
    except Resolver404:
        return None
    slug = request.GET.get("at", "") if is_sign_in else ""
    return find_organization(slug=slug) if slug.isascii() and slug else None
