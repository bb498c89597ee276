"""What makes the card an app on a phone: its manifest, the worker that keeps it without a network, and the page it shows then."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from phakdi import __version__
from phakdi.platform.organizations.core import OrganizationRef
from phakdi.web.branding.shown import app_icons
from phakdi.web.portal.access import shop_page

KEPT = ("tokens.css", "frame.css", "parts.css", "pages.css", "portal.css", "pages.js", "portal.js")
PAPER = "#f7f5f0"


@require_safe
@shop_page
def manifest(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Tell a phone how the card is called and looks among its apps."""
    home = reverse("web:portal", args=[shop.slug])
    icons = [
        {"src": address, "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for address, size, purpose in app_icons(request)
    ]
    told = {
        "id": home,
        "name": _("%(shop)s member card") % {"shop": shop.name},
        "short_name": shop.name[:24],
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": icons,
    }
    response = JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
@shop_page
def worker(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:
    """Answer the script that keeps the card, its codes and its looks on the phone."""
    home = reverse("web:portal", args=[shop.slug])
    kept = [f"{static(f'phakdi/{name}')}?{__version__}" for name in KEPT]
    context = {"home": home, "kept": kept, "shop": shop, "version": __version__}
    response = render(request, "portal/worker.js", context, content_type="text/javascript; charset=utf-8")
    response.headers["Service-Worker-Allowed"] = home
    return response


@require_safe
@shop_page
def offline(request: HttpRequest, shop: OrganizationRef) -> HttpResponse:  # noqa: ARG001 - the frame shows it
    """Show what is shown where a page cannot be had without a network."""
    return render(request, "portal/offline.html", {})
