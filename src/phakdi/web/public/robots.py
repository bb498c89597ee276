"""What search engines may look at: organizations' public pages, and nothing else."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from phakdi.platform.organizations.core import OrganizationRef
from phakdi.platform.organizations.core.modules import Module
from phakdi.platform.organizations.queries import all_organizations, brand_of

LISTED_MAX = 5000
PAGES = ("public_shop", "public_terms", "public_stores")


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """Tell which addresses may be read by machines."""
    lines = [
        "User-agent: *",
        "Allow: /s/",
        "Allow: /static/",
        "Disallow: /",
        f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the public pages that answer under this host."""
    places = [
        f"<url><loc>{escape(request.build_absolute_uri(reverse(f'web:{page}', args=[organization.slug])))}</loc></url>"
        for organization in _listed(request)
        for page in PAGES
    ]
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(places)}</urlset>\n'
    return HttpResponse(body, content_type="application/xml")


def _listed(request: HttpRequest) -> list[OrganizationRef]:
    """Return whose pages are told: of an organization's own host its own, else all that have none and are public."""
    host: OrganizationRef | None = getattr(request, "host_organization", None)
    found = [host] if host is not None else all_organizations()[:LISTED_MAX]
    listed = []
    for organization in found:
        brand = brand_of(organization_id=organization.id)
        elsewhere = host is None and brand.domain and brand.domain != urlsplit(settings.PUBLIC_URL).hostname
        if Module.PUBLIC in brand.modules and not elsewhere:
            listed.append(organization)
    return listed


robots.is_public = sitemap.is_public = True  # type: ignore[attr-defined]  # a test reads it
